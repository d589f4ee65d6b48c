package io.sluice.api.nativehttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.MediaType;

class ProblemsTest {
    static Stream<Arguments> statuses() {
        return Stream.of(
                Arguments.of(new EngineException.InvalidRequest("x"), 400, 1100),
                Arguments.of(new EngineException.NotFound(ErrorCode.COLLECTION_NOT_FOUND, "x"), 404, 100),
                Arguments.of(new EngineException.WrongState(ErrorCode.COLLECTION_LOADED, "x"), 409, 104),
                Arguments.of(Samples.outOfBudget(), 507, 3),
                Arguments.of(new EngineException.Corrupt("x"), 500, 1003),
                Arguments.of(new EngineException.Failed(ErrorCode.IO_FAILED, "x", null), 500, 1000),
                Arguments.of(new EngineException.Unavailable(ErrorCode.SERVICE_NOT_READY, "x"), 503, 1),
                Arguments.of(new EngineException.Unavailable(ErrorCode.RATE_LIMITED, "x"), 429, 8),
                Arguments.of(new EngineException.Stopped(ErrorCode.CANCELLED, "x"), 409, 10000),
                Arguments.of(new EngineException.Stopped(ErrorCode.DEADLINE_EXCEEDED, "x"), 504, 10001));
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void of_everyRefusal_hasStatusAndCode(EngineException error, int status, int code) {
        NativeWire.Problem problem = Problems.of(error, "op");
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.detail()).isEqualTo(error.text());
        assertThat(problem.retryable()).isEqualTo(error.retriable());
        assertThat(problem.operationId()).isEqualTo("op");
        assertThat(problem.needBytes() != null).isEqualTo(error instanceof EngineException.OutOfBudget);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        wait=10                   | 10
        respond-async, wait=5     | 5
        wait = "7"; foo           | 7
        WAIT=3                    | 3
        wait=86400                | 600
        wait=soon                 | -
        waiting=5                 | -
        await=5                   | -
        wait=-1                   | -
        """)
    void wait_preferHeader_isRead(String header, Integer seconds) {
        assertThat(NativeRequests.wait(List.of("handling=strict", header))
                        .map(Duration::toSeconds)
                        .map(Long::intValue))
                .isEqualTo(Optional.ofNullable(seconds));
    }

    @Test
    void streamFormat_accept_isChosen() {
        assertThat(StreamFormat.named(List.of(MediaType.ALL))).isEmpty();
        assertThat(StreamFormat.named(List.of(MediaType.APPLICATION_JSON, MediaType.TEXT_EVENT_STREAM)))
                .contains(StreamFormat.SSE);
        assertThat(StreamFormat.acceptable(List.of())).contains(StreamFormat.SSE);
        assertThat(StreamFormat.acceptable(List.of(MediaType.ALL))).contains(StreamFormat.SSE);
        assertThat(StreamFormat.acceptable(List.of(MediaType.APPLICATION_NDJSON, MediaType.ALL)))
                .contains(StreamFormat.NDJSON);
        assertThat(StreamFormat.acceptable(List.of(MediaType.APPLICATION_JSON))).isEmpty();
    }
}
