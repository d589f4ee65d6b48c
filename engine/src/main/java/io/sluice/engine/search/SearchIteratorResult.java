package io.sluice.engine.search;

/**
 * Where an iteration is after a batch. A batch without hits is the end.
 *
 * @param token never empty; the same for all batches
 * @param lastBound to send with the next request. Every hit with this score or a better one has been answered; a value
 *     of the metric's kind, but not always the score of a hit
 */
public record SearchIteratorResult(String token, float lastBound) {}
