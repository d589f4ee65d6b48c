package io.sluice.engine;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.collection.SegmentFacts;
import io.sluice.engine.compaction.CompactionOrder;
import io.sluice.engine.compaction.CompactionStatus;
import io.sluice.engine.compaction.Compactions;
import io.sluice.engine.compaction.Sealer;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.log.WriteAheadLog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Flushes and compactions that somebody asks for, and what segments there are. Thread-safe. */
final class Maintenance {
    private static final long NOTHING_TO_DO = -1;
    private static final int STORAGE_VERSION = 1;
    private static final String LEVEL = "L1";

    private final Namespace namespace;
    private final Sealer sealer;
    private final WriteAheadLog log;
    private final Compactions compactions;

    Maintenance(Namespace namespace, Sealer sealer, WriteAheadLog log, Compactions compactions) {
        this.namespace = namespace;
        this.sealer = sealer;
        this.log = log;
        this.compactions = compactions;
    }

    // Flush

    /** Completes, on a thread of the sealer, when everything written before is in files. */
    CompletableFuture<FlushResult> flush(Collection collection) {
        long timestamp = log.appliedTimestamp(); // before the seals: what comes later is not promised
        Set<Long> before = new HashSet<>(sealedIds(collection));
        List<CompletableFuture<Optional<Long>>> seals = collection.partitions().stream()
                .map(partition -> sealer.seal(collection, partition.id()))
                .toList();
        return CompletableFuture.allOf(seals.toArray(CompletableFuture[]::new)).thenApply(_ -> {
            List<Long> segments = new ArrayList<>();
            seals.forEach(seal -> seal.join().ifPresent(segments::add));
            before.removeAll(segments);
            return new FlushResult(
                    collection.database(),
                    collection.collection(),
                    segments,
                    before.stream().sorted().toList(),
                    System.currentTimeMillis(),
                    timestamp);
        });
    }

    private static List<Long> sealedIds(Collection collection) {
        return collection.sealedFiles().stream()
                .map(files -> files.segment().id())
                .toList();
    }

    /** @param collections of these; everything there is at this moment when empty */
    CompletableFuture<FlushAllResult> flushAll(List<Collection> collections) {
        long timestamp = log.appliedTimestamp();
        List<CompletableFuture<FlushResult>> flushes = (collections.isEmpty() ? namespace.all() : collections)
                .stream().map(this::flush).toList();
        return CompletableFuture.allOf(flushes.toArray(CompletableFuture[]::new))
                .thenApply(_ -> new FlushAllResult(
                        timestamp, flushes.stream().map(CompletableFuture::join).toList()));
    }

    /** A segment that is not known is not growing: it was merged away or dropped. */
    static boolean isFlushed(Collection collection, List<Long> segmentIds, long timestamp) {
        return !collection.isGrowing(segmentIds) && (timestamp == 0 || collection.isFlushedThrough(timestamp));
    }

    boolean isFlushed(List<Long> segmentIds) {
        return namespace.all().stream().noneMatch(collection -> collection.isGrowing(segmentIds));
    }

    boolean isAllFlushed(long timestamp) {
        return namespace.all().stream().allMatch(collection -> collection.isFlushedThrough(timestamp));
    }

    // Compaction

    CompactionView compact(Collection collection, CompactionRequest request) {
        if (request.targetBytes() < 0) {
            throw new EngineException.InvalidRequest("target size must not be negative: invalid parameter[expected=0 or"
                    + " more][actual=" + request.targetBytes() + "]");
        }
        var kind = request.deletesOnly() ? CompactionOrder.Kind.DELETES : CompactionOrder.Kind.MERGE;
        long targetBytes = request.targetBytes() == 0 ? compactions.targetBytes() : request.targetBytes();
        Compactions.Started started = compactions.compact(
                collection, new CompactionOrder(kind, targetBytes, request.partitionId(), request.segmentIds()));
        return new CompactionView(started.id(), started.planCount(), 0, 0, List.of(), "");
    }

    Collection find(CompactionRequest request) {
        if (!request.collection().isEmpty() || request.collectionId() == 0) {
            return namespace.get(request.database(), request.collection());
        }
        return byId(request.collectionId());
    }

    private Collection byId(long collectionId) {
        Collection found = namespace.findById(collectionId);
        if (found == null) {
            throw new EngineException.NotFound(
                    ErrorCode.COLLECTION_NOT_FOUND,
                    "collection not found[collection=" + collectionId + "]: there is no collection of this id");
        }
        return found;
    }

    CompactionView compaction(long compactionId) {
        return compactions
                .status(compactionId)
                .map(Maintenance::view)
                .orElseGet(() ->
                        new CompactionView(compactionId == 0 ? NOTHING_TO_DO : compactionId, 0, 0, 0, List.of(), ""));
    }

    private static CompactionView view(CompactionStatus status) {
        return new CompactionView(
                status.id(),
                status.executing(),
                status.completed(),
                status.failed(),
                status.merges().stream()
                        .map(merge -> new CompactionView.Merge(merge.sources(), merge.target()))
                        .toList(),
                status.reason());
    }

    // Segments

    static List<SegmentDescription> storedSegments(Collection collection) {
        return collection.storedSegments().stream()
                .map(segment -> describe(segment, segment.growing() ? "Growing" : "Flushed"))
                .toList();
    }

    static List<SegmentDescription> loadedSegments(Collection collection) {
        return collection.servedSegments().stream()
                .map(segment -> describe(segment, segment.growing() ? "Growing" : "Sealed"))
                .toList();
    }

    private static SegmentDescription describe(SegmentFacts segment, String state) {
        return new SegmentDescription(
                segment.segmentId(),
                segment.collectionId(),
                segment.partitionId(),
                segment.rowCount(),
                state,
                LEVEL,
                !segment.growing(),
                STORAGE_VERSION,
                segment.memoryBytes(),
                segment.indexName(),
                segment.indexId());
    }
}
