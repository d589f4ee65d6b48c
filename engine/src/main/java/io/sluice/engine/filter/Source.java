package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;

/** The text of a filter, and the refusals that quote it. Immutable. */
record Source(String text) {
    private static final int SHOWN_CHARS = 1_000;

    /** With the place in front of what was expected: positions count from 1. */
    InvalidRequest unexpected(int at, String found, String expected) {
        return refuse("unexpected " + found + ": position=" + (at + 1) + ", found=" + found + ", expected=" + expected);
    }

    /** What is wrong with the part from {@code from} to {@code to}, and where it is. */
    InvalidRequest refuse(Expression part, String cause, String remedy) {
        return refuse(cause + ": position=" + (part.from() + 1) + ", found=" + shown(part) + ". " + remedy);
    }

    InvalidRequest refuse(String cause) {
        return new InvalidRequest(
                "failed to create query plan: cannot parse expression: " + shorten(text) + ", error: " + cause);
    }

    /** The part as the user wrote it. */
    String shown(Expression part) {
        return shorten(text.substring(part.from(), part.to()));
    }

    private static String shorten(String whole) {
        return whole.length() <= SHOWN_CHARS ? whole : whole.substring(0, SHOWN_CHARS) + "...";
    }
}
