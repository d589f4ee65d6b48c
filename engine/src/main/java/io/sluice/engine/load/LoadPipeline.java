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
    /** Beyond the drain limit, after which what retires has been asked to go. */
    private static final Duration MEMORY_WAIT_GRACE = Duration.ofSeconds(1);

    private final JobMeans means;
    private final LoadPlan plan;
    private final Operation operation;
    private final JobStop stop;
    private final Consumer<List<LoadedPart>> publish;
    private final int readers;
    private final StagedParts staged;
    private final SegmentCopy copy;
    private final AtomicInteger waitingForRate = new AtomicInteger();
    private final Map<Long, Long> missingBytes = new HashMap<>(); // by segment; confined to the pipeline's signals
    private volatile boolean waitedLongForMemory;

    /**
     * @param publish takes the parts over or throws; blocks
     * @param readers chunks in flight
     */
    LoadPipeline(
            JobMeans means,
            LoadPlan plan,
            Operation operation,
            JobStop stop,
            int readers,
            Consumer<List<LoadedPart>> publish) {
        this.means = means;
        this.plan = plan;
        this.operation = operation;
        this.stop = stop;
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
                _ -> admit().thenMany(stageFiles()).thenMany(copyChunks()).concatWith(publishParts()),
                this::giveBack, // complete: the collection has the parts, nothing is left
                (_, _) -> giveBack(staged), // error or stop: awaited
                this::giveBack); // cancel: not awaited, so nobody cancels; a job is asked to stop
    }

    // Admission: the whole plan before the first byte moves

    private Mono<Void> admit() {
        Duration longest = means.options().drainLimit().plus(MEMORY_WAIT_GRACE);
        var waitedLong = Mono.delay(longest, means.clock().timers()).doOnNext(_ -> waitedLongForMemory = true);
        return means.budgetWatch().lookUntilDone(this::tryAdmit, List.of(stop.asked(), waitedLong.then()));
    }

    private void tryAdmit(SynchronousSink<Void> done) {
        stop.throwIfRequested();
        switch (staged.reserve(means.budget())) {
            case Admission.Granted _ -> {
                operation.enter(new LoadState.Copying(0, plan.totalBytes()));
                done.complete();
            }
            case Admission.Deferred(long missing, long retiring)
            when missing <= retiring && !waitedLongForMemory ->
                operation.stall("waiting for memory: missingBytes=" + missing + ", retiringBytes=" + retiring
                        + ": searches still read what was released");
            case Admission.Deferred _, Admission.Refused _ -> done.error(outOfBudget());
        }
    }

    private EngineException outOfBudget() {
        MemoryBudget budget = means.budget();
        return new EngineException.OutOfBudget(
                plan.name(), plan.totalBytes(), budget.freeBytes(), budget.limitBytes(), budget.holders());
    }

    // Copy: files to arenas

    private Flux<SegmentChunk> stageFiles() {
        return Flux.fromIterable(plan.files())
                .doOnNext(_ -> stop.throwIfRequested())
                .flatMapDelayError(this::stageFile, readers, ONE)
                .onErrorMap(this::firstFailure)
                .thenMany(Flux.empty());
    }

    private Mono<List<PartSource>> stageFile(List<PartSource> partsOfFile) {
        return Mono.fromCallable(() -> copy.stage(partsOfFile))
                .subscribeOn(means.schedulers().segmentIo())
                .onErrorMap(failure -> LoadFailures.at(plan.name(), whereOf(partsOfFile), failure))
                .doOnError(EngineException.class, stop::failed);
    }

    private Flux<SegmentChunk> copyChunks() {
        int chunkBytes = means.readRate().chunkBytes(means.options().chunkBytes(), PartDirectory.BLOCK_BYTES);
        return plan.chunks(chunkBytes)
                .doOnNext(_ -> stop.throwIfRequested())
                .flatMapDelayError(this::copyChunk, readers, ONE) // one fails: the others end, then the failure is said
                .onErrorMap(this::firstFailure)
                .doOnNext(this::countIn);
    }

    private Mono<SegmentChunk> copyChunk(SegmentChunk chunk) {
        return permit(chunk)
                .then(Mono.fromCallable(() -> copy.read(chunk))
                        .subscribeOn(means.schedulers().segmentIo()))
                .onErrorMap(failure -> LoadFailures.at(plan.name(), chunk.toString(), failure))
                .doOnError(EngineException.class, stop::failed);
    }

    private Mono<Void> permit(SegmentChunk chunk) {
        if (!means.readRate().isLimited()) {
            return Mono.empty();
        }
        return means.readRate()
                .permit(chunk.sizeBytes(), stop.asked())
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
        var underWay = copy.underWay();
        return underWay.isEmpty() ? "waiting for a free segment-io thread" : "slow read: " + underWay;
    }
}
