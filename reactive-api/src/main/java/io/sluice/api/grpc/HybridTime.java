package io.sluice.api.grpc;

/** Milvus's hybrid timestamps: {@code milliseconds << 18 | logical}. */
final class HybridTime {
    private static final int LOGICAL_BITS = 18;

    private HybridTime() {}

    /** What Milvus calls the UTC timestamp: milliseconds since the epoch. */
    static long utcMillis(long timestamp) {
        return timestamp >>> LOGICAL_BITS;
    }
}
