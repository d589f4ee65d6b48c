package io.sluice.api.rest;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.ErrorCode;

/** A refusal that only Milvus's REST knows: codes 1800 to 1807, and those that are no HTTP 200. */
final class RestRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int NOT_AUTHENTICATED = 1800;
    private static final int BAD_JSON = 1801;
    private static final int MISSING_PARAMETERS = 1802;
    private static final int BAD_ROWS = 1804;
    private static final int BAD_KEY = 1806;
    private static final int REJECTED = 1807;

    private final int code;
    private final int httpStatus;

    private RestRefusal(int code, int httpStatus, String message) {
        super(message, null, false, false);
        this.code = code;
        this.httpStatus = httpStatus;
    }

    /** The body is not what JSON, or the type of a key, demands. */
    static RestRefusal badJson(String why) {
        return new RestRefusal(BAD_JSON, 200, "can only accept json format request, error: " + why);
    }

    static RestRefusal emptyBody() {
        return new RestRefusal(
                BAD_JSON,
                200,
                "can only accept json format request, the request body should be nil, however {} is valid."
                        + " Send a JSON object");
    }

    static RestRefusal missing(String what) {
        return new RestRefusal(MISSING_PARAMETERS, 200, "missing required parameters, error: " + what);
    }

    /** The rows of an insert or upsert do not fit the schema. */
    static RestRefusal badRows(String why) {
        return new RestRefusal(BAD_ROWS, 200, "fail to deal the insert data, error: " + why);
    }

    static RestRefusal badKey(String why) {
        return new RestRefusal(
                BAD_KEY, 200, "please check the primary key and its' type can only in [int, string], error: " + why);
    }

    static RestRefusal rejected(String why) {
        return new RestRefusal(REJECTED, 200, "request is rejected by limiter: " + why);
    }

    static RestRefusal bodyTooLarge(String why) {
        return new RestRefusal(ErrorCode.TOO_LARGE.code(), 413, why);
    }

    static RestRefusal timedOut(String why) {
        return new RestRefusal(ErrorCode.DEADLINE_EXCEEDED.code(), 408, "request timeout: " + why);
    }

    static RestRefusal unauthenticated(String why) {
        return new RestRefusal(NOT_AUTHENTICATED, 401, "user hasn't authenticated: " + why);
    }

    /** The path has no verb behind it. */
    static RestRefusal unknownPath(String why) {
        return new RestRefusal(404, 404, why);
    }

    /** Milvus has it, we do not have it yet. */
    static InvalidRequest unsupported(String what, String remedy) {
        return new InvalidRequest(ErrorCode.UNIMPLEMENTED, what + " is not supported yet. " + remedy);
    }

    /** Milvus's shape of code 1100. */
    static InvalidRequest invalid(String what, String expected, String actual) {
        return new InvalidRequest(what + ": invalid parameter[expected=" + expected + "][actual=" + actual + "]");
    }

    int code() {
        return code;
    }

    int httpStatus() {
        return httpStatus;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
