/**
 * Who may use the server: users, their passwords as salted slow hashes, and what is known about who was let in.
 *
 * <p>Start at {@link io.sluice.engine.access.Users}. A password is in memory only while a request with it is checked;
 * it is never stored, logged or part of an error.
 */
@NullMarked
package io.sluice.engine.access;

import org.jspecify.annotations.NullMarked;
