package io.sluice.engine.log;

/** Says that a write is durable and applied. */
public record LogReceipt(long lsn, long timestamp) {}
