package io.sluice.api.auth;

/** A request without credentials, or with wrong ones. */
public final class Unauthenticated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unauthenticated(String message) {
        super(message, null, false, false);
    }

    /** What is wrong; never what was sent. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
