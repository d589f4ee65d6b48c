package io.sluice.api.rest;

import io.sluice.api.ApiOptions;
import io.sluice.api.NodeAddress;
import io.sluice.api.auth.Credentials;
import io.sluice.api.auth.Unauthenticated;
import io.sluice.api.error.WireError;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.error.EngineException.InvalidRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Milvus's REST v2 as one router function. Thread-safe. */
public final class RestRoutes {
    /** Everything below it is ours; what is not a verb is answered with 404 here. */
    private static final String OURS = "/v2/";

    private static final String VERBS = "/v2/vectordb/";

    /** JSON up to this size is read on the event loop: it takes less time than a change of threads can save. */
    static final int INLINE_BYTES = 32 << 10; // 32 KiB

    private static final String CHALLENGE = "Basic realm=\"sluice\"";

    private static final int LONGEST_TIMEOUT_SECONDS = 24 * 60 * 60;

    private static final Logger LOG = Loggers.getLogger(RestRoutes.class);

    /** Milvus has these; they are not built yet. */
    private static final Set<String> LATER = Set.of(
            "collections/add_function",
            "collections/alter_function",
            "collections/drop_function",
            "collections/fields/drop",
            "users/grant_role",
            "users/revoke_role");

    private static final Set<String> LATER_GROUPS = Set.of("roles", "privilege_groups", "jobs", "file_resources");

    private final ApiOptions options;
    private final VectorEngine engine;
    private final Map<String, RestVerb> verbs = new HashMap<>();
    private final AtomicLong bodyBytesInFlight = new AtomicLong();

    private RestRoutes(VectorEngine engine, ApiOptions options) {
        this.options = options;
        this.engine = engine;
        LoadRoutes load = new LoadRoutes(engine, options);
        add("collections", new CollectionRoutes(engine).verbs());
        add("collections", load.collectionVerbs());
        add("partitions", new PartitionRoutes(engine).verbs());
        add("partitions", load.partitionVerbs());
        add("indexes", new IndexRoutes(engine).verbs());
        add("entities", new EntityRoutes(engine, options).verbs());
        add("aliases", new AliasRoutes(engine).verbs());
        add("databases", new DatabaseRoutes(engine).verbs());
        add("users", new UserRoutes(engine).verbs());
        add("resource_groups", new ResourceGroupRoutes(engine).verbs());
        MaintenanceRoutes maintenance = new MaintenanceRoutes(engine);
        add("collections", maintenance.collectionVerbs());
        add("segments", maintenance.segmentVerbs());
    }

    /**
     * Every path under {@code /v2/}. Answers all errors itself; bodies are read within the limits of {@code options}, and
     * no thread of the caller is ever blocked.
     */
    public static RouterFunction<ServerResponse> of(VectorEngine engine, ApiOptions options) {
        return new RestRoutes(engine, options)::route;
    }

    private void add(String group, Map<String, RestVerb> verbsOfGroup) {
        verbsOfGroup.forEach((verb, does) -> verbs.put(VERBS + group + "/" + verb, does));
    }

    private Mono<HandlerFunction<ServerResponse>> route(ServerRequest request) {
        String path = request.path();
        if (!path.startsWith(OURS)) {
            return Mono.empty();
        }
        RestVerb verb = request.method() == HttpMethod.POST ? verbs.get(path) : null;
        if (verb == null) {
            return Mono.just(_ -> send(noVerb(request.method(), path)));
        }
        return Mono.just(call -> answer(call, verb).flatMap(RestRoutes::send));
    }

    private Mono<RestReply> answer(ServerRequest request, RestVerb verb) {
        return Mono.defer(() -> {
                    Duration timeout = timeout(request);
                    Mono<RestReply> answer = answerInTime(request, verb);
                    return (options.authentication() ? checked(request).then(answer) : answer)
                            .timeout(timeout, timedOut(timeout));
                })
                .onErrorResume(error -> Mono.just(failure(error)));
    }

    private Mono<Void> checked(ServerRequest request) {
        return Credentials.ofHttp(request.headers().firstHeader(HttpHeaders.AUTHORIZATION))
                .check(engine::authenticate);
    }

    private Mono<RestReply> answerInTime(ServerRequest request, RestVerb verb) {
        return Mono.using(
                () -> new BodyBytes(
                        options, bodyBytesInFlight, request.headers().asHttpHeaders()),
                bytes -> receive(request, bytes)
                        .flatMap(body -> parse(request, body))
                        .flatMap(verb::answer));
    }

    private static Mono<BodyBytes> receive(ServerRequest request, BodyBytes bytes) {
        return request.body(BodyExtractors.toDataBuffers()).map(bytes::add).then(Mono.fromCallable(bytes::complete));
    }

    private static Mono<RestReply> timedOut(Duration timeout) {
        return Mono.error(() -> RestRefusal.timedOut("timeoutSeconds=" + timeout.toSeconds()
                + ". What was started goes on in the server; send the header Request-Timeout to wait longer"));
    }

    private Mono<RestCall> parse(ServerRequest request, BodyBytes body) {
        Mono<RestCall> parsed = Mono.fromCallable(() -> new RestCall(
                header(request, "DB-Name"),
                header(request, "Accept-Type-Allow-Int64").equalsIgnoreCase("true"),
                NodeAddress.of(request.localAddress().orElse(null)),
                JsonBody.parse(body.bytes(), body.length())));
        return body.length() <= INLINE_BYTES ? parsed : parsed.subscribeOn(options.json());
    }

    private Duration timeout(ServerRequest request) {
        String seconds = header(request, "Request-Timeout");
        if (seconds.isEmpty()) {
            return options.requestTimeout();
        }
        try {
            int parsed = Integer.parseInt(seconds);
            if (parsed > 0 && parsed <= LONGEST_TIMEOUT_SECONDS) {
                return Duration.ofSeconds(parsed);
            }
        } catch (NumberFormatException _) {
            // refused below
        }
        throw new InvalidRequest("Request-Timeout must be a number of seconds from 1 to " + LONGEST_TIMEOUT_SECONDS
                + ": invalid parameter[expected=seconds][actual=" + seconds + "]");
    }

    private static String header(ServerRequest request, String name) {
        String value = request.headers().firstHeader(name);
        return value == null ? "" : value.strip();
    }

    private static RestReply failure(Throwable error) {
        if (error instanceof RestRefusal refusal) {
            return RestReply.failure(refusal.httpStatus(), refusal.code(), refusal.text());
        }
        if (error instanceof Unauthenticated refused) {
            return failure(RestRefusal.unauthenticated(refused.text()));
        }
        WireError wire = WireError.of(error);
        boolean clientLeft = error instanceof IOException || error instanceof AbortedException;
        if (!wire.expected() && !clientLeft) {
            LOG.error("a request failed unexpectedly", error);
        }
        return RestReply.failure(200, wire.code(), wire.text());
    }

    private RestReply noVerb(HttpMethod method, String path) {
        if (verbs.containsKey(path)) {
            return failure(RestRefusal.unknownPath(
                    "page not found: method=" + method + ", path=" + path + ". Send a POST with a JSON object"));
        }
        String verb = path.startsWith(VERBS) ? path.substring(VERBS.length()) : "";
        int slash = verb.indexOf('/');
        if (LATER.contains(verb) || (slash > 0 && LATER_GROUPS.contains(verb.substring(0, slash)))) {
            return failure(RestRefusal.unsupported("path " + path, "It is part of Milvus's REST and may come later"));
        }
        return failure(RestRefusal.unknownPath("page not found: method=" + method + ", path=" + path
                + ". The paths are /v2/vectordb/<group>/<verb>, such as /v2/vectordb/collections/list"));
    }

    private static Mono<ServerResponse> send(RestReply reply) {
        ServerResponse.BodyBuilder response =
                ServerResponse.status(reply.httpStatus()).contentType(MediaType.APPLICATION_JSON);
        if (reply.httpStatus() == HttpStatus.UNAUTHORIZED.value()) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
        }
        return response.bodyValue(reply.json());
    }
}
