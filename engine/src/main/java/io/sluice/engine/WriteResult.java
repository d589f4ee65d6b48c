package io.sluice.engine;

import io.sluice.engine.schema.Keys;

/**
 * @param keys of the rows written, in order; of a delete, empty
 * @param count rows inserted or upserted; of a delete, keys asked to be deleted
 * @param timestamp hybrid timestamp of the write
 */
public record WriteResult(Keys keys, long count, long timestamp) {}
