package io.sluice.engine.collection;

import io.sluice.engine.segment.GrowingSegment;

/** A growing segment as a snapshot lists it; the sealed segment it becomes takes over its id. Immutable. */
record GrowingRows(long segmentId, long partitionId, GrowingSegment rows) {}
