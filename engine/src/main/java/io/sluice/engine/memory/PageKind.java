package io.sluice.engine.memory;

/** Which pages back an arena. */
public enum PageKind {
    /** Ordinary pages of 4 KiB. */
    SMALL,
    /** The kernel was asked for 2 MiB pages (transparent huge pages) and did not refuse. */
    HUGE
}
