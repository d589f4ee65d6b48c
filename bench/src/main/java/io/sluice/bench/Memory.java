package io.sluice.bench;

import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.memory.Reservation;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's memory before and during a measurement. Stateless. */
final class Memory {
    private static final long GIB = 1L << 30;

    private Memory() {}

    /**
     * Writes to so much memory and gives it back: on a virtual machine memory that the host took away is slow at the first
     * touch, and no load should pay for that.
     */
    static void touch(long sizeBytes) {
        try (Lease lease = allocate(sizeBytes)) {
            lease.bytes().fill((byte) 1);
        }
    }

    /** Copies 1 GiB on 2 MiB pages, best of five, in GB/s: below 8 the machine is not fit for a measurement. */
    static double canary() {
        double best = 0;
        try (Lease source = allocate(GIB / 2);
                Lease target = allocate(GIB / 2)) {
            source.bytes().fill((byte) 1);
            target.bytes().fill((byte) 2);
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                MemorySegment.copy(source.bytes(), 0, target.bytes(), 0, GIB / 2);
                MemorySegment.copy(target.bytes(), 0, source.bytes(), 0, GIB / 2);
                best = Math.max(best, (double) GIB / (System.nanoTime() - start));
            }
        }
        return best;
    }

    private static Lease allocate(long sizeBytes) {
        var budget = new MemoryBudget(Reservation.roundedBytes(sizeBytes));
        var admission = budget.tryReserve(MemoryTag.SCRATCH, "bench", Reservation.roundedBytes(sizeBytes));
        try (var reservation = ((Admission.Granted) admission).reservation()) {
            return reservation.allocate("memory to touch", sizeBytes);
        }
    }

    /** Of this process: heap, native memory, stacks; not what is mapped from files. */
    static long anonymousResidentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .map(kibibytes -> kibibytes << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new IllegalStateException("the system does not say how much memory the process has", failure);
        }
    }
}
