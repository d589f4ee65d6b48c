package io.sluice.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Exceptions;

class WireErrorTest {
    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void of_anyCodeInAnySubtype_keepsCodeTextAndRetriable(ErrorCode code) {
        for (EngineException refusal : everySubtype(code)) {
            WireError error = WireError.of(refusal);

            assertThat(error.code()).isEqualTo(refusal.code().code()).isNotZero();
            assertThat(error.legacyCode())
                    .isEqualTo(refusal.code().legacyCode())
                    .isNotZero();
            assertThat(error.retriable()).isEqualTo(refusal.retriable());
            assertThat(error.text()).isEqualTo(refusal.text()).isNotBlank();
            assertThat(error.httpStatus()).isBetween(400, 599);
            assertThat(error.expected()).isTrue();
        }
    }

    private static List<EngineException> everySubtype(ErrorCode code) {
        List<EngineException> all = new ArrayList<>();
        all.add(new EngineException.InvalidRequest(code, "wrong: a=1"));
        all.add(new EngineException.NotFound(code, "missing: a=1"));
        all.add(new EngineException.WrongState(code, "state: a=1"));
        all.add(new EngineException.OutOfBudget("load of c", 10, 5, 20, List.of()));
        all.add(new EngineException.Corrupt("damaged: a=1"));
        all.add(new EngineException.Failed(code, "failed: a=1", null));
        all.add(new EngineException.Unavailable(code, "busy: a=1"));
        all.add(new EngineException.Stopped(code, "stopped: a=1"));
        return all;
    }

    private record Case(EngineException refusal, int httpStatus, boolean inputError) {}

    private static Stream<Case> statuses() {
        return Stream.of(
                new Case(new EngineException.InvalidRequest("x"), 400, true),
                new Case(new EngineException.InvalidRequest(ErrorCode.TOO_LARGE, "x"), 413, true),
                new Case(new EngineException.NotFound(ErrorCode.COLLECTION_NOT_FOUND, "x"), 404, true),
                new Case(new EngineException.WrongState(ErrorCode.COLLECTION_NOT_LOADED, "x"), 409, false),
                new Case(new EngineException.OutOfBudget("x", 1, 1, 1, List.of()), 507, false),
                new Case(new EngineException.Corrupt("x"), 500, false),
                new Case(new EngineException.Failed(ErrorCode.IO_FAILED, "x", null), 500, false),
                new Case(new EngineException.Unavailable(ErrorCode.SERVICE_NOT_READY, "x"), 503, false),
                new Case(new EngineException.Unavailable(ErrorCode.RATE_LIMITED, "x"), 429, false),
                new Case(new EngineException.Stopped(ErrorCode.DEADLINE_EXCEEDED, "x"), 504, false),
                new Case(new EngineException.Stopped(ErrorCode.CANCELLED, "x"), 409, false));
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void of_eachKindOfRefusal_hasItsHttpStatus(Case expected) {
        WireError error = WireError.of(expected.refusal());

        assertThat(error.httpStatus()).isEqualTo(expected.httpStatus());
        assertThat(error.inputError()).isEqualTo(expected.inputError());
    }

    @Test
    void of_wrappedByReactor_isUnwrapped() {
        Throwable wrapped = Exceptions.propagate(new ExecutionException(new IllegalStateException("inside")));

        assertThat(WireError.of(wrapped).code()).isEqualTo(65535);
        assertThat(WireError.of(wrapped).text()).contains("ExecutionException");
    }

    @Test
    void of_timeout_isDeadlineExceeded() {
        WireError error = WireError.of(new TimeoutException());

        assertThat(error.code()).isEqualTo(10001);
        assertThat(error.text()).isEqualTo("request timeout");
        assertThat(error.expected()).isTrue();
    }

    @Test
    void of_fullQueue_isRetriableRateLimit() {
        WireError error = WireError.of(new RejectedExecutionException());

        assertThat(error.code()).isEqualTo(8);
        assertThat(error.legacyCode()).isEqualTo(49);
        assertThat(error.retriable()).isTrue();
    }

    @Test
    void of_defect_isUnexpectedAndForTheLog() {
        WireError error = WireError.of(new IllegalStateException("a defect"));

        assertThat(error.code()).isEqualTo(65535);
        assertThat(error.text()).contains("IllegalStateException", "a defect");
        assertThat(error.expected()).isFalse();
    }
}
