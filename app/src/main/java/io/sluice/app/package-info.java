/**
 * The process: main, what it prints, how it ends.
 *
 * <p>Start at {@link io.sluice.app.Sluice}. The beans are in {@code io.sluice.config}; nothing is wired here.
 */
@NullMarked
package io.sluice.app;

import org.jspecify.annotations.NullMarked;
