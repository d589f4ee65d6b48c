/**
 * Tests against a whole server: {@link io.sluice.app.e2e.TestServer} in this process, {@link
 * io.sluice.app.e2e.ServerProcess} as a process of its own that can be killed.
 */
@NullMarked
package io.sluice.app.e2e;

import org.jspecify.annotations.NullMarked;
