package io.sluice.api.nativehttp;

import io.sluice.api.auth.Unauthenticated;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponse;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Errors as RFC 9457 problems. Pure functions but for the log line of an unexpected one. */
final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final String CHALLENGE = "Basic realm=\"sluice\"";

    private Problems() {}

    /** @param operationId that the error belongs to; null = none */
    static NativeWire.Problem of(EngineException error, @Nullable String operationId) {
        NativeWire.Problem plain = plain(error.code(), status(error), error.text(), operationId);
        return error instanceof EngineException.OutOfBudget budget
                ? new NativeWire.Problem(
                        plain.type(),
                        plain.title(),
                        plain.status(),
                        plain.detail(),
                        plain.code(),
                        plain.retryable(),
                        budget.needBytes(),
                        budget.freeBytes(),
                        budget.limitBytes(),
                        budget.holders(),
                        operationId)
                : plain;
    }

    /** Of anything that went wrong in a handler. */
    static NativeWire.Problem of(Throwable error, @Nullable String operationId) {
        return switch (error) {
            case EngineException refusal -> of(refusal, operationId);
            case Unauthenticated refused ->
                plain(ErrorCode.NOT_AUTHENTICATED, HttpStatus.UNAUTHORIZED, refused.text(), operationId);
            case DataBufferLimitException _ ->
                plain(
                        ErrorCode.TOO_LARGE,
                        HttpStatus.CONTENT_TOO_LARGE,
                        "the body is too large: " + error.getMessage(),
                        operationId);
            case InvalidMediaTypeException _ ->
                plain(
                        ErrorCode.INVALID_PARAMETER,
                        HttpStatus.BAD_REQUEST,
                        "the Accept header is not valid: " + error.getMessage(),
                        operationId);
            case ErrorResponse response ->
                plain(
                        response.getStatusCode().is4xxClientError()
                                ? ErrorCode.INVALID_PARAMETER
                                : ErrorCode.UNEXPECTED,
                        HttpStatus.valueOf(response.getStatusCode().value()),
                        String.valueOf(error.getMessage()),
                        operationId);
            default -> {
                LOG.error("native request failed unexpectedly", error);
                yield plain(
                        ErrorCode.UNEXPECTED,
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "unexpected error: " + error + ". The server's log has the details",
                        operationId);
            }
        };
    }

    static NativeWire.Problem plain(ErrorCode code, HttpStatus status, String detail, @Nullable String operationId) {
        String words = code.name().toLowerCase(Locale.ROOT);
        String title = words.substring(0, 1).toUpperCase(Locale.ROOT)
                + words.substring(1).replace('_', ' ');
        return new NativeWire.Problem(
                "urn:sluice:error:" + words.replace('_', '-'),
                title,
                status.value(),
                detail,
                code.code(),
                code.retriable(),
                null,
                null,
                null,
                null,
                operationId);
    }

    /** The status of each decision that a caller can make. */
    static HttpStatus status(EngineException error) {
        return switch (error) {
            case EngineException.InvalidRequest _ -> HttpStatus.BAD_REQUEST;
            case EngineException.NotFound _ -> HttpStatus.NOT_FOUND;
            case EngineException.WrongState _ -> HttpStatus.CONFLICT;
            case EngineException.OutOfBudget _ -> HttpStatus.INSUFFICIENT_STORAGE;
            case EngineException.Corrupt _ -> HttpStatus.INTERNAL_SERVER_ERROR;
            case EngineException.Failed _ -> HttpStatus.INTERNAL_SERVER_ERROR;
            case EngineException.Unavailable _ ->
                error.code() == ErrorCode.RATE_LIMITED ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.SERVICE_UNAVAILABLE;
            case EngineException.Stopped _ ->
                error.code() == ErrorCode.DEADLINE_EXCEEDED ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.CONFLICT;
        };
    }

    static Mono<ServerResponse> respond(NativeWire.Problem problem) {
        ServerResponse.BodyBuilder response =
                ServerResponse.status(problem.status()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE.value()
                || problem.status() == HttpStatus.TOO_MANY_REQUESTS.value()) {
            response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        if (problem.status() == HttpStatus.UNAUTHORIZED.value()) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE);
        }
        return response.bodyValue(NativeWire.bytes(problem));
    }
}
