/**
 * Brings sealed segments into memory and lets them go.
 *
 * <p>Start at {@link LoadJobs}: it starts, joins, cancels and remembers jobs, which take turns per collection.
 * A {@code LoadJob} runs a frozen {@code LoadPlan} through a {@code LoadPipeline} (claim checks flow, bytes do not); a
 * {@code ReleaseJob} unpublishes and drains. What a job does is seen as its {@code Operation}: an {@link OperationView}
 * at any moment, and {@link OperationEvent}s from a ring that every subscriber reads at its own pace. What a collection is,
 * this package knows only as a {@link LoadTarget}. Nothing else in the engine subscribes to a publisher.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>no byte moves before the whole plan is admitted;
 *   <li>a terminal event is said once, and after the last byte that had to come back is back;
 *   <li>nothing that owns memory is a signal, and no running read is ever cancelled: stopping is a question asked
 *       between chunks;
 *   <li>watching is free: no subscriber, however slow, holds up a job or keeps events alive;
 *   <li>no caller's thread, no timer and no event thread waits for a file, a catalog or a lease.
 * </ul>
 */
@NullMarked
package io.sluice.engine.load;

import org.jspecify.annotations.NullMarked;
