package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadPlan.PlannedSegment;
import io.sluice.engine.load.OperationEvent.SegmentLoaded;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.segment.PartDirectory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/**
 * Copies the parts of one plan off-heap and publishes them together, or gives every byte back. Runs once.
 *
 * <p>What flows are claim checks, which may be dropped; the bytes go from file to their final place inside
 * {@link SegmentCopy}. Stopping is a question asked between chunks: the pipeline then ends with an error, waits for the
 * reads that are under way, and gives back what is staged before anyone hears of it.
 */
final class LoadPipeline {
    private static final int ONE = 1;
    /** Pieces that a reader works on before another load has its turn; of 4 MiB chunks, some ten milliseconds. */
    private static final int LONGEST_TURN = 8;
    /** Beyond the drain limit, after which what retires has been asked to go. */
    private static final Duration MEMORY_WAIT_GRACE = Duration.ofSeconds(1);

    private final JobMeans means;
    private final LoadPlan plan;
    private final Operation operation;
    private final JobStop stop;
    private final Mono<Void> goalSaved;
    private final Consumer<List<LoadedPart>> publish;
    private final int readers;
    private final StagedParts staged;
    private final SegmentCopy copy;
    private final AtomicInteger waitingForRate = new AtomicInteger();
    private final Map<Long, Long> missingBytes = new HashMap<>(); // by segment; confined to the pipeline's signals
    private volatile boolean waitedLongForMemory;

    /**
     * @param readers at work at the same time
     * @param goalSaved subscribed to when the copying begins; nothing is published before it completes
     * @param publish takes the parts over or throws; blocks
     */
    LoadPipeline(
            JobMeans means,
            LoadPlan plan,
            Operation operation,
            JobStop stop,
            int readers,
            Mono<Void> goalSaved,
            Consumer<List<LoadedPart>> publish) {
        this.means = means;
        this.plan = plan;
        this.operation = operation;
        this.stop = stop;
        this.goalSaved = goalSaved;
        this.publish = publish;
        this.readers = readers;
        this.staged = new StagedParts(plan);
        this.copy = new SegmentCopy(means.store(), staged, stop);
        plan.segments().forEach(segment -> missingBytes.put(segment.segmentId(), segment.totalBytes()));
    }

    /** The chunks that are in place. Ends after publishing; or with the first failure, after the last byte is back. */
    Flux<SegmentChunk> run() {
        return Flux.usingWhen(
                Mono.just(staged), // empty as yet, so that any end finds in it what there is to give back
                _ -> bringIn().concatWith(publishParts()),
                _ -> Mono.empty(), // complete: the collection has the parts, nothing is left
                (_, _) -> giveBack(staged), // error or stop: awaited
                this::giveBack); // cancel: not awaited, so nobody cancels; a job is asked to stop
    }

    /** Copies while the goal is being saved: whichever fails ends the other, and both have ended before that is said. */
    private Flux<SegmentChunk> bringIn() {
        var saving = goalSaved
                .doOnError(failure -> stop.failed(LoadFailures.of(plan.name(), failure)))
                .thenMany(Flux.<SegmentChunk>empty());
        var copying = admit().thenMany(stageFiles()).thenMany(copyChunks());
        return Flux.mergeDelayError(ONE, saving, copying).onErrorMap(this::firstFailure);
    }

    // Admission: the whole plan before the first byte moves

    private Mono<Void> admit() {
        return Mono.defer(() -> {
            stop.throwIfRequested();
            return staged.reserve(means.budget()) instanceof Admission.Granted
                    ? Mono.fromRunnable(this::sayAdmitted)
                    : awaitMemory();
        });
    }

    private Mono<Void> awaitMemory() {
        Duration longest = means.options().drainLimit().plus(MEMORY_WAIT_GRACE);
        var waitedLong = Mono.delay(longest, means.clock().timers()).doOnNext(_ -> waitedLongForMemory = true);
        return means.budgetWatch().lookUntilDone(this::tryAdmit, List.of(stop.asked(), waitedLong.then()));
    }

    private void tryAdmit(SynchronousSink<Void> done) {
        stop.throwIfRequested();
        switch (staged.reserve(means.budget())) {
            case Admission.Granted _ -> {
                sayAdmitted();
                done.complete();
            }
            case Admission.Deferred(long missing, long retiring)
            when missing <= retiring && !waitedLongForMemory ->
                operation.stall("waiting for memory: missingBytes=" + missing + ", retiringBytes=" + retiring
                        + ": searches still read what was released");
            case Admission.Deferred _, Admission.Refused _ -> done.error(outOfBudget());
        }
    }

    private void sayAdmitted() {
        operation.enter(new LoadState.Copying(0, plan.totalBytes()));
    }

    private EngineException outOfBudget() {
        MemoryBudget budget = means.budget();
        return new EngineException.OutOfBudget(
                plan.name(), plan.totalBytes(), budget.freeBytes(), budget.limitBytes(), budget.holders());
    }

    // Copy: files to arenas

    private Flux<SegmentChunk> stageFiles() {
        return Flux.defer(() -> {
            List<List<PartSource>> files = plan.files();
            var turns = new Turns<>(files.iterator(), files.size(), readers, LONGEST_TURN);
            return onReaders(Flux.fromIterable(() -> turns), _ -> Mono.empty(), this::stageFile)
                    .thenMany(Flux.empty());
        });
    }

    private List<PartSource> stageFile(List<PartSource> partsOfFile) {
        try {
            return copy.stage(partsOfFile);
        } catch (Throwable failure) {
            throw told(whereOf(partsOfFile), failure);
        }
    }

    private Flux<SegmentChunk> copyChunks() {
        ReadRate rate = means.readRate();
        int chunkBytes = rate.chunkBytes(means.options().chunkBytes(), PartDirectory.BLOCK_BYTES);
        var turns = plan.turns(chunkBytes, readers, rate.isLimited() ? 1 : LONGEST_TURN);
        return onReaders(turns, this::permit, this::copyChunk).doOnNext(this::countIn);
    }

    private SegmentChunk copyChunk(SegmentChunk chunk) {
        try {
            return copy.read(chunk);
        } catch (Throwable failure) {
            throw told(chunk.toString(), failure);
        }
    }

    /** As many turns at a time as there are readers. One fails: the others end, then the failure is said. */
    private <T, R> Flux<R> onReaders(Flux<List<T>> turns, Function<List<T>, Mono<Void>> permit, Function<T, R> work) {
        return turns.doOnNext(_ -> stop.throwIfRequested())
                .flatMapDelayError(
                        turn -> permit.apply(turn)
                                .thenMany(Flux.fromIterable(turn)
                                        .map(work)
                                        .subscribeOn(means.schedulers().segmentIo())),
                        readers,
                        ONE);
    }

    private EngineException told(String where, Throwable failure) {
        EngineException named = LoadFailures.at(plan.name(), where, failure);
        stop.failed(named);
        return named;
    }

    private Mono<Void> permit(List<SegmentChunk> turn) {
        if (!means.readRate().isLimited()) {
            return Mono.empty();
        }
        long bytes = turn.stream().mapToLong(SegmentChunk::sizeBytes).sum();
        return means.readRate()
                .permit(bytes, stop.asked())
                .doOnSubscribe(_ -> waitingForRate.incrementAndGet())
                .doFinally(_ -> waitingForRate.decrementAndGet());
    }

    private void countIn(SegmentChunk chunk) {
        long segmentId = chunk.part().segmentId();
        long missing = missingBytes.merge(segmentId, -chunk.accountedBytes(), Long::sum);
        operation.copied(chunk.accountedBytes(), missing == 0 ? segmentLoaded(segmentId) : null);
    }

    private SegmentLoaded segmentLoaded(long segmentId) {
        PlannedSegment segment = plan.segment(segmentId);
        return new SegmentLoaded(segmentId, segment.partition(), segment.rowCount(), segment.totalBytes());
    }

    /** Every failing step has told the stop signal, so the signal knows which was the first. */
    private Throwable firstFailure(Throwable failure) {
        EngineException first = stop.reason();
        return first != null ? first : failure;
    }

    private static String whereOf(List<PartSource> partsOfFile) {
        PartSource first = partsOfFile.getFirst();
        var names = partsOfFile.stream().map(PartSource::name).toList();
        return "segment=" + first.segmentId() + ", " + String.join(", ", names) + ", key=" + first.key();
    }

    // Publish, or give back

    private Mono<SegmentChunk> publishParts() {
        return Mono.<SegmentChunk>fromRunnable(this::publish)
                .subscribeOn(means.schedulers().jobs());
    }

    private void publish() {
        stop.throwIfRequested(); // for the last time: from here on the load is not to be stopped
        operation.enter(new LoadState.Publishing(plan.totalBytes()));
        publish.accept(staged.parts());
        staged.handedOver();
    }

    private Mono<Void> giveBack(StagedParts parts) {
        return Mono.<Void>fromRunnable(() -> operation.freed(parts.giveBack()))
                .subscribeOn(means.schedulers().segmentIo());
    }

    // What it waits for, for the clock

    /** Why no byte moves at present; null when nothing moves on purpose. */
    @Nullable
    String reasonOfStandstill() {
        if (waitingForRate.get() > 0) {
            return null;
        }
        if (operation.state() instanceof LoadState.Copying(long copied, long total) && copied == total) {
            return "waiting for the catalog to save what is wanted";
        }
        var underWay = copy.underWay();
        return underWay.isEmpty() ? "waiting for a free segment-io thread" : "slow read: " + underWay;
    }
}
