package io.sluice.api.nativehttp;

import io.sluice.engine.CollectionSummary;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The engine's values as {@link NativeWire} shows them. Pure functions. */
final class NativeMapper {
    private static final String MILVUS_STATE_PREFIX = "LoadState";

    private NativeMapper() {}

    static NativeWire.Operation operation(OperationView view) {
        return new NativeWire.Operation(
                view.id(),
                view.attempt(),
                view.kind().name().toLowerCase(Locale.ROOT),
                view.database(),
                view.collection(),
                view.partitions(),
                view.fields(),
                view.state(),
                view.finished(),
                view.percent(),
                view.bytesLoaded(),
                view.bytesTotal(),
                view.segmentsLoaded(),
                view.segmentsTotal(),
                view.rowsTotal(),
                view.bytesPerSecond(),
                rounded(view.etaSeconds()),
                view.bytesFreed(),
                text(view.createdAt()),
                textOrNull(view.startedAt()),
                textOrNull(view.finishedAt()),
                view.stalled(),
                problem(view.failure(), view.id()),
                lastEventId(view));
    }

    /** The id of the newest event; of a finished operation, the terminal one. */
    static String lastEventId(OperationView view) {
        return view.eventOperationId() + ":" + view.lastSequence();
    }

    /** The newest {@code limit} of them. */
    static NativeWire.Operations operations(List<OperationView> views, OperationQuery query) {
        List<OperationView> passing = views.stream().filter(query::passes).toList();
        return new NativeWire.Operations(
                passing.size(),
                passing.stream()
                        .limit(query.limit())
                        .map(NativeMapper::operation)
                        .toList());
    }

    static NativeWire.Event event(OperationEvent event) {
        return new NativeWire.Event(
                event.eventId(),
                event.type().wireName(),
                text(event.at()),
                null,
                segment(event),
                operation(event.view()));
    }

    static NativeWire.Event event(MultiplexedEvent numbered) {
        OperationEvent event = numbered.event();
        return new NativeWire.Event(
                numbered.eventId(),
                event.type().wireName(),
                text(event.at()),
                event.eventId(),
                segment(event),
                operation(event.view()));
    }

    private static NativeWire.@Nullable Segment segment(OperationEvent event) {
        OperationEvent.SegmentLoaded segment = event.segment();
        return segment == null
                ? null
                : new NativeWire.Segment(
                        Long.toString(segment.segmentId()), segment.partition(), segment.rowCount(), segment.bytes());
    }

    static NativeWire.Collections collections(String database, List<CollectionSummary> summaries) {
        return new NativeWire.Collections(
                database, summaries.stream().map(NativeMapper::collection).toList());
    }

    static NativeWire.Collection collection(CollectionSummary summary) {
        return new NativeWire.Collection(
                Long.toString(summary.id()),
                summary.database(),
                summary.name(),
                summary.load().state().milvusName().substring(MILVUS_STATE_PREFIX.length()),
                summary.load().progress(),
                summary.rowCount(),
                summary.diskBytes(),
                summary.memoryBytes(),
                summary.writeBufferBytes(),
                summary.segmentCount(),
                summary.lastAccessMillis() == 0 ? null : text(Instant.ofEpochMilli(summary.lastAccessMillis())),
                problem(summary.load().failure(), null));
    }

    private static NativeWire.@Nullable Problem problem(
            @Nullable EngineException failure, @Nullable String operationId) {
        return failure == null ? null : Problems.of(failure, operationId);
    }

    private static @Nullable String textOrNull(@Nullable Instant instant) {
        return instant == null ? null : text(instant);
    }

    private static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** To the millisecond: the rest is noise. */
    private static @Nullable Double rounded(@Nullable Double seconds) {
        return seconds == null ? null : Math.round(seconds * 1e3) / 1e3;
    }
}
