package io.sluice.engine.load;

/** An operation event in the one stream of everything. {@link #eventId} is {@code <serverEpoch>:<number>}. */
public record MultiplexedEvent(String serverEpoch, long number, OperationEvent event) {
    public String eventId() {
        return serverEpoch + ":" + number;
    }
}
