package io.sluice.api.rest;

import io.sluice.engine.CompactionRequest;
import io.sluice.engine.CompactionView;
import io.sluice.engine.SegmentDescription;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Compaction, and what segments there are. */
final class MaintenanceRoutes {
    private final VectorEngine engine;

    MaintenanceRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> collectionVerbs() {
        return Map.of("compact", this::compact, "get_compaction_state", this::compactionState);
    }

    Map<String, RestVerb> segmentVerbs() {
        return Map.of("describe", this::describeSegments);
    }

    private Mono<RestReply> compact(RestCall call) {
        call.fields().require("CompactReq", "collectionName");
        var request = new CompactionRequest(
                call.database(),
                call.collection(),
                0,
                false,
                call.fields().flag("isClustering", false),
                0,
                0,
                List.of());
        return engine.compact(request)
                .map(started -> RestReply.of(json -> {
                    json.writeStartObject();
                    RestReply.number(json, "compactionID", started.compactionId());
                    json.writeEndObject();
                }));
    }

    private Mono<RestReply> compactionState(RestCall call) {
        call.fields().require("GetCompactionStateReq", "jobID");
        return engine.compaction(call.fields().number("jobID", 0)).map(MaintenanceRoutes::state);
    }

    private static RestReply state(CompactionView view) {
        return RestReply.of(json -> {
            json.writeStartObject();
            RestReply.number(json, "compactionID", view.compactionId());
            RestReply.text(json, "state", view.completed() ? "Completed" : "Executing");
            RestReply.number(json, "executingPlanNumber", view.executingPlans());
            RestReply.number(json, "timeoutPlanNumber", 0);
            RestReply.number(json, "completedPlanNumber", view.completedPlans());
            json.writeEndObject();
        });
    }

    private Mono<RestReply> describeSegments(RestCall call) {
        call.fields().require("GetSegmentsInfoReq", "collectionName", "segmentIDs");
        List<Long> wanted = call.fields().numbers("segmentIDs");
        return engine.storedSegments(call.database(), call.collection())
                .map(segments -> wanted.stream().map(id -> find(segments, id)).toList())
                .map(MaintenanceRoutes::segments);
    }

    private static SegmentDescription find(List<SegmentDescription> segments, long id) {
        return segments.stream()
                .filter(segment -> segment.segmentId() == id)
                .findFirst()
                .orElseThrow(() -> new EngineException.NotFound(
                        ErrorCode.SEGMENT_NOT_FOUND,
                        "segment not found[segment=" + id + "]: it was merged away or dropped, or never was. The "
                                + "collection has "
                                + segments.stream()
                                        .map(SegmentDescription::segmentId)
                                        .toList()));
    }

    private static RestReply segments(List<SegmentDescription> segments) {
        return RestReply.of(json -> {
            json.writeStartObject();
            json.writeName("segmentInfos");
            json.writeStartArray();
            for (SegmentDescription segment : segments) {
                json.writeStartObject();
                RestReply.number(json, "segmentID", segment.segmentId());
                RestReply.number(json, "collectionID", segment.collectionId());
                RestReply.number(json, "partitionID", segment.partitionId());
                RestReply.number(json, "numRows", segment.rowCount());
                RestReply.text(json, "state", segment.state());
                RestReply.text(json, "level", segment.level());
                RestReply.flag(json, "isSorted", segment.sorted());
                RestReply.number(json, "storageVersion", segment.storageVersion());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
