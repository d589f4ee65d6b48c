package io.sluice.engine.memory;

/** The budget's answer to a request for bytes. Every caller says what it does in each case. */
public sealed interface Admission {
    /** The bytes are promised; close the reservation to give back what was not allocated. */
    record Granted(Reservation reservation) implements Admission {}

    /**
     * Not now: {@code missingBytes} more must be freed first.
     *
     * @param retiringBytes already unpublished and about to be freed; when they cover the gap, waiting is short
     */
    record Deferred(long missingBytes, long retiringBytes) implements Admission {}

    /** Not ever under this limit. */
    record Refused(long requestedBytes, long limitBytes) implements Admission {}
}
