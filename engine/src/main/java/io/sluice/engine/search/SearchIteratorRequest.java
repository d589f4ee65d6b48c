package io.sluice.engine.search;

import org.jspecify.annotations.Nullable;

/**
 * Asks a search for the next batch of an iteration instead of its best hits. The iteration sees one state of the
 * collection when every batch after the first sends the timestamp of the first result.
 *
 * @param batchSize hits to answer, 1 to 16,384; takes the place of the limit
 * @param token of the first result; empty = begin
 * @param lastBound of the previous result; null = begin
 */
public record SearchIteratorRequest(
        int batchSize, String token, @Nullable Float lastBound) {}
