/**
 * Brings sealed segments into memory and lets them go.
 *
 * <p>Start at {@link LoadJobs}: it starts, joins, cancels and remembers jobs. A job runs a frozen {@code LoadPlan} through
 * the {@code LoadPipeline} (claim checks flow, bytes do not), and what it does is seen as an {@link OperationView} and as
 * {@link OperationEvent}s. What a collection is, this package knows only as a {@link LoadTarget}.
 */
@NullMarked
package io.sluice.engine.load;

import org.jspecify.annotations.NullMarked;
