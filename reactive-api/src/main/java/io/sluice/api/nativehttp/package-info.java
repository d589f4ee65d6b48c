/**
 * The native HTTP face under {@code /api/v1}: operations, their events, memory.
 *
 * <p>Start at {@link io.sluice.api.nativehttp.NativeRoutes}. Requests become the engine's request records in
 * {@code NativeRequests}, answers become JSON in {@code NativeMapper}, errors become RFC 9457 problems in
 * {@code Problems}, and events become frames of Server-Sent Events or lines of NDJSON in {@code EventFrames}. All of
 * these are pure functions; {@code NativeHandler} strings them together. {@code docs/EVENTS.md} describes the events.
 */
@NullMarked
package io.sluice.api.nativehttp;

import org.jspecify.annotations.NullMarked;
