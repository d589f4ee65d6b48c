package io.sluice.engine.compaction;

import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.IndexFileRecord;
import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.catalog.SegmentRecord;
import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.CollectionIndex;
import io.sluice.engine.collection.CollectionRooms;
import io.sluice.engine.collection.SealedFiles;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.index.IndexBuilder;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.ColumnView;
import io.sluice.engine.segment.ColumnViews;
import io.sluice.engine.segment.PartChecksum;
import io.sluice.engine.segment.PartDirectory;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the missing indexes of sealed segments, one after the other, on the thread {@code index-build}. Thread-safe.
 *
 * <p>A build reads its field from the store into memory of its own (tag {@code index-build}), so it needs no load and
 * holds up no release. When memory is short it waits and says so in the index's description. A build stops within a
 * second of {@link #close} and starts from scratch after a restart.
 */
public final class IndexBuilds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexBuilds.class);
    private static final int READ_BYTES = 4 << 20; // 4 MiB
    private static final long RETRY_MILLIS = 2_000;

    private final CollectionRooms rooms;
    private final int threads;
    private final Consumer<Collection> built;
    private final StopSignal stop = new StopSignal();
    private final Deque<Job> queue = new ArrayDeque<>(); // guarded by this
    private final Set<JobKey> known = new HashSet<>(); // queued or running; guarded by this
    private final Map<JobKey, String> troubles = new HashMap<>(); // why one waits or failed; guarded by this
    private final Thread thread;

    private record JobKey(long indexId, long segmentId) {}

    /** @param ahead gets the file of a segment that nobody knows yet; null = the segment is the collection's */
    private record Job(
            Collection collection,
            CollectionIndex index,
            SegmentRecord segment,
            @Nullable CompletableFuture<IndexFileRecord> ahead) {
        JobKey key() {
            return new JobKey(index.id(), segment.id());
        }
    }

    /** @param built told after each build, on the build thread */
    public IndexBuilds(CollectionRooms rooms, int threads, Consumer<Collection> built) {
        this.rooms = rooms;
        this.threads = threads;
        this.built = built;
        this.thread = Thread.ofPlatform().name("index-build").daemon().start(this::work);
    }

    /** Queues every build that the collection lacks; what is queued already stays where it is. */
    public void schedule(Collection collection) {
        for (SealedFiles files : collection.sealedFiles()) {
            for (CollectionIndex index : collection.indexes()) {
                if (!isBuilt(index, files)) {
                    enqueue(new Job(collection, index, files.segment(), null));
                }
            }
        }
    }

    /**
     * Whether nothing is left to do: there is a file, or the segment is so small that a scan counts as built, or the field
     * was added after the segment was written, so that there is nothing to tell its rows apart.
     */
    public static boolean isBuilt(CollectionIndex index, SealedFiles files) {
        return files.indexes().containsKey(index.id())
                || !files.segment().has(index.fieldId())
                || !index.spec().needsFile(files.segment().rowCount());
    }

    /**
     * Builds the indexes of a segment that is to take the place of others, before anybody knows it; waits for them. The files
     * are durable and the caller's to name or to delete; after a failure there is none.
     *
     * @throws EngineException.OutOfBudget if memory is short
     */
    List<IndexFileRecord> buildAhead(Collection collection, SegmentRecord segment) {
        List<CompletableFuture<IndexFileRecord>> builds = new ArrayList<>();
        for (CollectionIndex index : collection.indexes()) {
            if (!isBuilt(index, new SealedFiles(segment, Map.of()))) {
                CompletableFuture<IndexFileRecord> ahead = new CompletableFuture<>();
                builds.add(ahead);
                enqueue(new Job(collection, index, segment, ahead));
            }
        }
        List<IndexFileRecord> files = new ArrayList<>();
        RuntimeException failure = null;
        for (CompletableFuture<IndexFileRecord> build : builds) {
            try {
                files.add(build.join());
            } catch (CompletionException failed) {
                failure = failed.getCause() instanceof EngineException refused ? refused : failed;
            }
        }
        if (failure != null) {
            files.forEach(file -> rooms.store().delete(file.key()));
            throw failure;
        }
        return files;
    }

    /** Why a build of this index waits or failed; empty when all is well. */
    public synchronized Optional<String> trouble(long indexId) {
        return troubles.entrySet().stream()
                .filter(entry -> entry.getKey().indexId() == indexId)
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private synchronized void enqueue(Job job) {
        CompletableFuture<IndexFileRecord> ahead = job.ahead();
        if (ahead != null && stop.isRequested()) {
            ahead.completeExceptionally(stopReason());
        } else if (known.add(job.key())) {
            queue.addLast(job);
            notifyAll();
        }
    }

    private void work() {
        for (Job job = take(); job != null; job = take()) {
            boolean again = false;
            try {
                build(job);
                noteTrouble(job, null);
            } catch (Exception failure) {
                again = !failedAhead(job, failure) && noteFailure(job, failure);
            }
            failedAhead(job, stopReason()); // unless it has its answer: the collection was dropped
            finished(job, again);
        }
    }

    /** Whoever waits for a build ahead decides what a failure means. */
    private static boolean failedAhead(Job job, Exception failure) {
        CompletableFuture<IndexFileRecord> ahead = job.ahead();
        return ahead != null && ahead.completeExceptionally(failure);
    }

    /** Answers whether to try again. */
    private boolean noteFailure(Job job, Exception failure) {
        switch (failure) {
            case EngineException.OutOfBudget shortOfMemory -> {
                noteTrouble(job, shortOfMemory.text());
                return true;
            }
            case EngineException.Stopped stopped -> noteTrouble(job, stopped.text());
            case Exception _ when !isStillWanted(job) -> {} // merged away or dropped under the build
            default -> {
                noteTrouble(job, String.valueOf(failure.getMessage()));
                LOG.warn(
                        "index build failed: index={}, segment={}, collection={}",
                        job.index().definition().name(),
                        job.segment().id(),
                        job.collection().qualifiedName(),
                        failure);
            }
        }
        return false;
    }

    private synchronized @Nullable Job take() {
        while (queue.isEmpty() && !stop.isRequested()) {
            if (!pause(0)) {
                return null;
            }
        }
        return stop.isRequested() ? null : queue.pollFirst();
    }

    private synchronized void finished(Job job, boolean again) {
        if (again && !stop.isRequested()) {
            queue.addLast(job);
            pause(RETRY_MILLIS);
        } else {
            known.remove(job.key());
        }
    }

    private synchronized boolean pause(long millis) {
        try {
            wait(millis);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized void noteTrouble(Job job, @Nullable String text) {
        if (text == null) {
            troubles.remove(job.key());
        } else {
            troubles.put(job.key(), text);
        }
    }

    private void build(Job job) {
        Collection collection = job.collection();
        SegmentRecord segment = job.segment();
        if (collection.isDropped() || !isStillWanted(job)) {
            return;
        }
        FieldSchema field = collection.schema().get(job.index().fieldId());
        String key = collection.collectionId() + "/" + segment.partitionId() + "/" + segment.id() + "-"
                + job.index().id() + ".idx";
        long startNanos = System.nanoTime();
        IndexFileRecord record;
        try (Values values = readValues(collection, segment, field);
                var out = PartFileWriter.create(rooms.store(), key, PartFileWriter.Kind.INDEX, segment.id())) {
            PartRecord part =
                    IndexBuilder.build(job.index().spec(), values.column(), threads, rooms.budget(), stop, out);
            record = new IndexFileRecord(job.index().id(), segment.id(), key, out.commit(), part);
        }
        if (!handOver(job, record)) { // by now nothing of it is open any more
            rooms.store().delete(key);
            return;
        }
        LOG.info(
                "built index {} of segment {} of {} ({} rows) in {} ms",
                job.index().definition().name(),
                segment.id(),
                collection.qualifiedName(),
                segment.rowCount(),
                (System.nanoTime() - startNanos) / 1_000_000);
        if (job.ahead() == null) {
            built.accept(collection);
        }
    }

    /** Answers whether the file is somebody's now. */
    private boolean handOver(Job job, IndexFileRecord record) {
        CompletableFuture<IndexFileRecord> ahead = job.ahead();
        if (ahead != null) {
            return ahead.complete(record);
        }
        if (!isStillWanted(job)) {
            return false;
        }
        try {
            CatalogCalls.run(rooms.catalog().put(record));
        } catch (EngineException refused) {
            if (isStillWanted(job)) {
                throw refused;
            }
            return false; // its segment or index went away in this moment
        }
        return job.collection().addIndexFile(record);
    }

    private static boolean isStillWanted(Job job) {
        if (job.ahead() != null) {
            return !job.collection().isDropped();
        }
        return !job.collection().isDropped()
                && job.collection().indexes().stream()
                        .anyMatch(index -> index.id() == job.index().id())
                && job.collection().sealedFiles().stream()
                        .anyMatch(files -> files.segment().id() == job.segment().id());
    }

    /** A field of a segment in memory of the build. */
    private record Values(ColumnView column, Lease lease) implements AutoCloseable {
        @Override
        public void close() {
            lease.close();
        }
    }

    private Values readValues(Collection collection, SegmentRecord segment, FieldSchema field) {
        try (var file = rooms.store().open(segment.key())) {
            PartLayout layout = PartDirectory.read(file, segment.key(), PartFileWriter.Kind.SEGMENT, segment.id())
                    .part(field.id());
            Lease lease = allocate(collection, layout);
            try {
                for (long at = 0; at < layout.sizeBytes(); at += READ_BYTES) {
                    stop.throwIfRequested();
                    var chunk = lease.bytes().asSlice(at, Math.min(READ_BYTES, layout.sizeBytes() - at));
                    file.read(layout.offsetBytes() + at, chunk);
                    PartChecksum.verify(
                            layout,
                            (int) (at / PartDirectory.BLOCK_BYTES),
                            chunk,
                            segment.key(),
                            "field " + field.name());
                }
                return new Values(ColumnViews.of(field, segment.rowCount(), layout, lease.bytes()), lease);
            } catch (Throwable failure) {
                lease.close();
                throw failure;
            }
        }
    }

    private Lease allocate(Collection collection, PartLayout layout) {
        long needBytes = Reservation.roundedBytes(layout.sizeBytes());
        Admission admission = rooms.budget().tryReserve(MemoryTag.INDEX_BUILD, collection.qualifiedName(), needBytes);
        return switch (admission) {
            case Admission.Granted(Reservation reservation) -> {
                try (reservation) {
                    yield reservation.allocate("field of an index build", layout.sizeBytes());
                }
            }
            case Admission.Deferred _, Admission.Refused _ ->
                throw new EngineException.OutOfBudget(
                        "the index build of " + collection.qualifiedName(),
                        needBytes,
                        rooms.budget().freeBytes(),
                        rooms.budget().limitBytes(),
                        rooms.budget().holders());
        };
    }

    private static EngineException.Stopped stopReason() {
        return new EngineException.Stopped(
                ErrorCode.SERVICE_UNAVAILABLE, "the server is shutting down; the build starts again with it");
    }

    /** Stops the build under way and waits for its end. */
    @Override
    public void close() {
        stop.request(stopReason());
        synchronized (this) {
            for (Job job : queue) {
                failedAhead(job, stopReason());
            }
            queue.clear();
            notifyAll();
        }
        try {
            thread.join(30_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
