package io.sluice.engine.load;

import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Lease;
import java.util.List;

/**
 * What was unpublished: nobody finds it any more, running reads may still hold it.
 *
 * @param ownerLeases to close once the drain is over; closing frees the bytes when the last read ends
 * @param readers asked to stop when the drain limit has passed
 */
public record Retired(List<Lease> ownerLeases, List<StopSignal> readers) {
    public Retired {
        ownerLeases = List.copyOf(ownerLeases);
        readers = List.copyOf(readers);
    }

    public static Retired nothing() {
        return new Retired(List.of(), List.of());
    }

    public long bytes() {
        return ownerLeases.stream().mapToLong(Lease::reservedBytes).sum();
    }
}
