/**
 * Off-heap memory: who may have it, who holds it, and who gives it back.
 *
 * <p>Start at {@link MemoryBudget}. Nothing outside this package opens an {@link java.lang.foreign.Arena} or calls
 * {@code reinterpret}, and nothing else in the engine counts off-heap bytes.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>reserved &ge; allocated, always: bytes are promised before they exist, and un-promised after they are gone;
 *   <li>the last {@link Lease} of a part gives its pages back, the last part of a reservation its addresses;
 *   <li>a budget that closes with bytes still held says who holds them.
 * </ul>
 */
@NullMarked
package io.sluice.engine.memory;

import org.jspecify.annotations.NullMarked;
