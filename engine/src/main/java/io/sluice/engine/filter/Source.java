package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;

/** The text of a filter, and the refusals that quote it. Immutable. */
record Source(String text) {
    private static final int SHOWN_CHARS = 1_000;

    /** With the place in front of what was expected: positions count from 1. */
    InvalidRequest unexpected(int at, String found, String expected) {
        return refuse("invalid expression: " + shorten(text) + ", unexpected " + found + ": position=" + (at + 1)
                + ", found=" + found + ", expected=" + expected);
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

    /** The same with the parentheses around it. */
    String shownWithParentheses(Expression part) {
        int from = part.from();
        int to = part.to();
        while (true) {
            int open = from - 1;
            while (open >= 0 && Character.isWhitespace(text.charAt(open))) {
                open--;
            }
            int close = to;
            while (close < text.length() && Character.isWhitespace(text.charAt(close))) {
                close++;
            }
            if (open < 0 || close == text.length() || text.charAt(open) != '(' || text.charAt(close) != ')') {
                return shorten(text.substring(from, to));
            }
            from = open;
            to = close + 1;
        }
    }

    private static String shorten(String whole) {
        return whole.length() <= SHOWN_CHARS ? whole : whole.substring(0, SHOWN_CHARS) + "...";
    }
}
