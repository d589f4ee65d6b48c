package io.sluice.engine.error;

/**
 * What the engine can refuse, with the numbers that Milvus clients know. Append-only.
 *
 * <p>{@link #code()} is the number in {@code Status.code} and in the REST envelope; {@link #legacyCode()} is the number
 * of the old {@code Status.error_code} enum, which some clients read instead.
 */
public enum ErrorCode {
    SERVICE_NOT_READY(1, 56, true),
    SERVICE_UNAVAILABLE(2, 1, true),
    OUT_OF_MEMORY_BUDGET(3, 52, false),
    INTERNAL(5, 1, false),
    RATE_LIMITED(8, 49, true),
    READ_ONLY(9, 48, false),
    UNIMPLEMENTED(10, 1, false),
    SERVICE_RESOURCE_INSUFFICIENT(12, 1, true),
    COLLECTION_NOT_FOUND(100, 4, false),
    COLLECTION_NOT_LOADED(101, 1, false),
    COLLECTION_LIMIT(102, 1, false),
    COLLECTION_NOT_FULLY_LOADED(103, 1, true),
    COLLECTION_LOADED(104, 1, false),
    ILLEGAL_SCHEMA(105, 1, false),
    SCHEMA_MISMATCH(109, 62, false),
    PARTITION_NOT_FOUND(200, 15, false),
    PARTITION_NOT_LOADED(201, 1, false),
    RESOURCE_GROUP_NOT_FOUND(300, 1, false),
    RESOURCE_GROUP_EXISTS(301, 1, false),
    RESOURCE_GROUP_LIMIT(302, 1, false),
    RESOURCE_GROUP_ILLEGAL_CONFIG(303, 1, false),
    RESOURCE_GROUP_NODE_NOT_ENOUGH(304, 1, false),
    SEGMENT_NOT_FOUND(600, 47, false),
    INDEX_NOT_FOUND(700, 25, false),
    INDEX_NOT_SUPPORTED(701, 1, false),
    DATABASE_NOT_FOUND(800, 1, false),
    DATABASE_LIMIT(801, 1, false),
    INVALID_DATABASE_NAME(802, 1, false),
    NODE_NOT_FOUND(901, 1, false),
    IO_FAILED(1000, 1, false),
    CORRUPT(1003, 1, false),
    INVALID_PARAMETER(1100, 5, false),
    MISSING_PARAMETER(1101, 5, false),
    TOO_LARGE(1102, 5, false),
    NOT_AUTHENTICATED(1400, 1, false),
    PRIVILEGE_NOT_PERMITTED(1401, 1, false),
    ALIAS_NOT_FOUND(1600, 1, false),
    ALIAS_COLLECTION_NAME_CONFLICT(1601, 1, false),
    ALIAS_EXISTS(1602, 1, false),
    FIELD_NOT_FOUND(1700, 1, false),
    INVALID_FIELD_NAME(1701, 1, false),
    CANCELLED(10000, 1, false),
    DEADLINE_EXCEEDED(10001, 1, false),
    OPERATION_NOT_FOUND(1404, 1, false),
    UNEXPECTED(65535, 1, false),
    QUOTA_EXCEEDED(9, 48, false);

    private final int code;
    private final int legacyCode;
    private final boolean retriable;

    ErrorCode(int code, int legacyCode, boolean retriable) {
        this.code = code;
        this.legacyCode = legacyCode;
        this.retriable = retriable;
    }

    /** The number of {@code Status.code} and of the REST envelope. */
    public int code() {
        return code;
    }

    /** The number of the old {@code Status.error_code} enum; never 0. */
    public int legacyCode() {
        return legacyCode;
    }

    /** Whether the same request may succeed later without being changed. */
    public boolean retriable() {
        return retriable;
    }
}
