package io.sluice.api.nativehttp;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.engine.MemoryReport;
import io.sluice.engine.error.EngineException.Holder;
import io.sluice.engine.load.LoadEstimate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of this face: one record per shape, written as it stands; what is null is left out. Times are ISO 8601. */
final class NativeWire {
    static final JsonMapper JSON = JsonMapper.builder()
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .addMixIn(LoadEstimate.SegmentEstimate.class, IdAsText.class)
            .addMixIn(MemoryReport.SegmentMemory.class, IdAsText.class)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** An id is a text everywhere on this face: scripts read larger numbers wrong. */
    private interface IdAsText {
        @JsonFormat(shape = JsonFormat.Shape.STRING)
        long segmentId();
    }

    private NativeWire() {}

    static byte[] bytes(Object value) {
        return JSON.writeValueAsBytes(value);
    }

    /**
     * An operation.
     *
     * @param kind {@code load} or {@code release}
     * @param lastEventId id of its newest event: connect with it to see what follows
     */
    record Operation(
            String id,
            int attempt,
            String kind,
            String database,
            String collection,
            List<String> partitions,
            List<String> fields,
            String state,
            boolean finished,
            int percent,
            long bytesLoaded,
            long bytesTotal,
            int segmentsLoaded,
            int segmentsTotal,
            long rowsTotal,
            long bytesPerSecond,
            @Nullable Double etaSeconds,
            long bytesFreed,
            String createdAt,
            @Nullable String startedAt,
            @Nullable String finishedAt,
            @Nullable String stalled,
            @Nullable Problem failure,
            String lastEventId) {}

    /** @param total operations that pass the filters, of which the newest are listed */
    record Operations(int total, List<Operation> operations) {}

    /**
     * One event, in a stream of either format.
     *
     * @param id as in the {@code id:} line of Server-Sent Events
     * @param operationEventId of the same event in the operation's own stream; only in the stream of everything
     */
    record Event(
            String id,
            String event,
            String at,
            @Nullable String operationEventId,
            @Nullable Segment segment,
            Operation operation) {}

    record Segment(String segmentId, String partition, long rowCount, long bytes) {}

    /** An RFC 9457 problem. {@code code} is the number that Milvus clients know. */
    record Problem(
            String type,
            String title,
            int status,
            String detail,
            int code,
            boolean retryable,
            @Nullable Long needBytes,
            @Nullable Long freeBytes,
            @Nullable Long limitBytes,
            @Nullable List<Holder> holders,
            @Nullable String operationId) {}

    /** @param state {@code NotLoad}, {@code Loading} or {@code Loaded} */
    record Collection(
            String id,
            String database,
            String name,
            String state,
            int progress,
            long rowCount,
            long diskBytes,
            long memoryBytes,
            long writeBufferBytes,
            int segmentCount,
            @Nullable String lastAccessAt,
            @Nullable Problem failure) {}

    record Collections(String database, List<Collection> collections) {}
}
