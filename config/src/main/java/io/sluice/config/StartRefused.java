package io.sluice.config;

import org.jspecify.annotations.Nullable;

/** The server cannot start; the message is the whole explanation, in one sentence with what to do. */
public final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartRefused(String sentence) {
        this(sentence, null);
    }

    public StartRefused(String sentence, @Nullable Throwable cause) {
        super(sentence, cause, false, false);
    }
}
