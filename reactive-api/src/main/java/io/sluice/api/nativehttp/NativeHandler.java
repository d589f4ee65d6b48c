package io.sluice.api.nativehttp;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.load.OperationView;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One method per call of this face. Thread-safe; holds no state but the engine. */
final class NativeHandler {
    private static final String LAST_EVENT_ID_HEADER = "Last-Event-ID";
    private static final String LAST_EVENT_ID = "lastEventId";
    private static final String HEARTBEAT = "heartbeat";
    private static final List<String> STREAM_PARAMETERS = List.of(LAST_EVENT_ID, HEARTBEAT);
    private static final List<String> EVERYTHING_PARAMETERS =
            List.of("database", "collections", LAST_EVENT_ID, HEARTBEAT);

    private final NativeEngine engine;
    private final EventStreams streams;

    NativeHandler(NativeEngine engine, NativeHttpOptions options) {
        this.engine = engine;
        this.streams = new EventStreams(options);
    }

    // Load and release

    Mono<ServerResponse> load(ServerRequest request) {
        return body(request)
                .flatMap(body -> engine.load(NativeRequests.load(database(request), collection(request), body)))
                .flatMap(operation -> accepted(request, operation));
    }

    Mono<ServerResponse> release(ServerRequest request) {
        return body(request)
                .flatMap(body -> engine.release(NativeRequests.release(database(request), collection(request), body)))
                .flatMap(operation -> accepted(request, operation));
    }

    Mono<ServerResponse> estimate(ServerRequest request) {
        return body(request)
                .flatMap(body -> engine.estimate(NativeRequests.load(database(request), collection(request), body)))
                .flatMap(NativeHandler::json);
    }

    /** The stream itself, the finished operation, or where to look for it: as the request prefers. */
    private Mono<ServerResponse> accepted(ServerRequest request, OperationView operation) {
        Optional<StreamFormat> format = StreamFormat.named(accept(request));
        if (format.isPresent()) {
            var style = new EventStreams.Style(format.get(), wantsNamedHeartbeat(request));
            return EventStreams.respond(
                    ServerResponse.ok().location(locationOf(request, operation)),
                    style,
                    streams.operation(engine.operationEvents(operation.id(), null), style));
        }
        Optional<Duration> wait = NativeRequests.wait(request.headers().header("Prefer"));
        if (wait.isEmpty()) {
            return resource(ServerResponse.accepted(), request, operation);
        }
        return finishedWithin(operation, wait.get())
                .flatMap(latest -> resource(
                        ServerResponse.status(latest.finished() ? HttpStatus.OK : HttpStatus.ACCEPTED)
                                .header(
                                        "Preference-Applied",
                                        "wait=" + wait.get().toSeconds()),
                        request,
                        latest));
    }

    private Mono<OperationView> finishedWithin(OperationView operation, Duration wait) {
        return engine.finished(operation.id()).timeout(wait, Mono.defer(() -> engine.operation(operation.id())));
    }

    private static Mono<ServerResponse> resource(
            ServerResponse.BodyBuilder response, ServerRequest request, OperationView operation) {
        return response.location(locationOf(request, operation))
                .contentType(MediaType.APPLICATION_JSON)
                .bodyValue(NativeWire.bytes(NativeMapper.operation(operation)));
    }

    private static URI locationOf(ServerRequest request, OperationView operation) {
        String prefix = request.requestPath().contextPath().value();
        return URI.create(prefix + NativeRoutes.OPERATIONS + "/" + operation.id()); // letters, digits and hyphens
    }

    // Operations

    Mono<ServerResponse> operations(ServerRequest request) {
        OperationQuery query = NativeRequests.operations(request.queryParams());
        return json(NativeMapper.operations(engine.operations(), query));
    }

    Mono<ServerResponse> operation(ServerRequest request) {
        return engine.operation(operationId(request))
                .map(NativeMapper::operation)
                .flatMap(NativeHandler::json);
    }

    Mono<ServerResponse> cancel(ServerRequest request) {
        return engine.cancel(operationId(request)).map(NativeMapper::operation).flatMap(NativeHandler::json);
    }

    // Events

    Mono<ServerResponse> operationEvents(ServerRequest request) {
        NativeRequests.checkParameters(request.queryParams(), STREAM_PARAMETERS);
        String lastEventId = lastEventId(request);
        return engine.operation(operationId(request)).flatMap(operation -> {
            if (operation.finished() && NativeMapper.lastEventId(operation).equals(lastEventId)) {
                return ServerResponse.noContent().build();
            }
            return streamed(
                    request, style -> streams.operation(engine.operationEvents(operation.id(), lastEventId), style));
        });
    }

    Mono<ServerResponse> events(ServerRequest request) {
        NativeRequests.checkParameters(request.queryParams(), EVERYTHING_PARAMETERS);
        String database = NativeRequests.first(request.queryParams(), "database");
        Set<String> collections = NativeRequests.split(request.queryParams(), "collections");
        return streamed(
                request,
                style -> streams.everything(engine.events(database, collections, lastEventId(request)), style));
    }

    private static Mono<ServerResponse> streamed(
            ServerRequest request, Function<EventStreams.Style, Flux<byte[]>> stream) {
        List<MediaType> accept = accept(request);
        Optional<StreamFormat> format = StreamFormat.acceptable(accept);
        if (format.isEmpty()) {
            return Problems.respond(Problems.plain(
                    ErrorCode.INVALID_PARAMETER,
                    HttpStatus.NOT_ACCEPTABLE,
                    "this call answers a stream: accept=" + accept
                            + ". Accept text/event-stream or application/x-ndjson",
                    null));
        }
        var style = new EventStreams.Style(format.get(), wantsNamedHeartbeat(request));
        return EventStreams.respond(ServerResponse.ok(), style, stream.apply(style));
    }

    private static boolean wantsNamedHeartbeat(ServerRequest request) {
        String heartbeat = NativeRequests.first(request.queryParams(), HEARTBEAT);
        if (heartbeat == null || heartbeat.equals("comment")) {
            return false;
        }
        if (heartbeat.equals("event")) {
            return true;
        }
        throw new EngineException.InvalidRequest(
                "unknown heartbeat: heartbeat=" + heartbeat + ". Known heartbeats: [comment, event]");
    }

    /** The header, which browsers send by themselves, before the parameter, which tools and first connects use. */
    private static @Nullable String lastEventId(ServerRequest request) {
        String header = request.headers().firstHeader(LAST_EVENT_ID_HEADER);
        return header != null && !header.isBlank()
                ? header.strip()
                : NativeRequests.first(request.queryParams(), LAST_EVENT_ID);
    }

    // Collections and memory

    Mono<ServerResponse> collections(ServerRequest request) {
        String database = database(request);
        return engine.summarizeCollections(database)
                .map(summaries -> NativeMapper.collections(database, summaries))
                .flatMap(NativeHandler::json);
    }

    Mono<ServerResponse> memory(ServerRequest request) {
        return engine.memory(null, null).flatMap(NativeHandler::json);
    }

    Mono<ServerResponse> collectionMemory(ServerRequest request) {
        return engine.memory(database(request), collection(request)).flatMap(NativeHandler::json);
    }

    // Server

    Mono<ServerResponse> unknown(ServerRequest request) {
        return Problems.respond(Problems.plain(
                ErrorCode.INVALID_PARAMETER,
                HttpStatus.NOT_FOUND,
                "there is no such call: method=" + request.method() + ", path=" + request.path()
                        + ". docs/EVENTS.md and the README list the calls",
                null));
    }

    /** What every handler's error becomes. */
    static Mono<ServerResponse> problem(Throwable error, ServerRequest request) {
        return Problems.respond(Problems.of(error, request.pathVariables().get("operation")));
    }

    private static Mono<byte[]> body(ServerRequest request) {
        return request.bodyToMono(byte[].class).defaultIfEmpty(new byte[0]);
    }

    private static Mono<ServerResponse> json(Object value) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .bodyValue(NativeWire.bytes(value));
    }

    private static List<MediaType> accept(ServerRequest request) {
        return request.headers().accept();
    }

    private static String database(ServerRequest request) {
        return request.pathVariable("database");
    }

    private static String collection(ServerRequest request) {
        return request.pathVariable("collection");
    }

    private static String operationId(ServerRequest request) {
        return request.pathVariable("operation");
    }
}
