package io.sluice.engine.memory;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Anonymous memory from the system: {@code mmap}, 2 MiB-aligned with {@code MADV_HUGEPAGE} from 2 MiB up.
 *
 * <p>Why not {@link Arena#allocate}: it zeroes on 4 KiB pages before the first byte is read, which costs more than the
 * read itself, and freeing 4 KiB pages costs some twenty times more than freeing 2 MiB ones (measured in {@code bench}).
 * Where the system has no such calls, {@code Arena.allocate} serves instead, silently.
 */
final class NativeMemory {
    static final long SMALL_PAGE_BYTES = 4096;
    static final long HUGE_PAGE_BYTES = 2 << 20; // 2 MiB

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;
    /** Mappings left to the JVM, its threads and its libraries. */
    private static final int MAPPINGS_FOR_OTHERS = 8192;

    private static final @Nullable Calls CALLS = Calls.tryLink();
    private static final int MAX_MAPPINGS = readMaxMappings();
    private static final AtomicInteger MAPPINGS = new AtomicInteger(); // ours in this process

    private NativeMemory() {}

    record Block(MemorySegment bytes, PageKind pageKind) {}

    private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
        @SuppressWarnings("restricted") // the one place that calls into the system
        static @Nullable Calls tryLink() {
            if (!System.getProperty("os.name", "").startsWith("Linux")) {
                return null;
            }
            try {
                var linker = Linker.nativeLinker();
                var library = linker.defaultLookup();
                var mmap = linker.downcallHandle(
                        library.findOrThrow("mmap"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG));
                var munmap = linker.downcallHandle(
                        library.findOrThrow("munmap"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
                var madvise = linker.downcallHandle(
                        library.findOrThrow("madvise"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT));
                return new Calls(mmap, munmap, madvise);
            } catch (RuntimeException noSuchCalls) {
                return null;
            }
        }

        long mmap(long sizeBytes) {
            try {
                return (long) mmap.invokeExact(0L, sizeBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
        }

        void munmap(long address, long sizeBytes) {
            if (sizeBytes == 0) {
                return;
            }
            try {
                int result = (int) munmap.invokeExact(address, sizeBytes);
                assert result == 0 : "munmap refused: address=" + address + ", sizeBytes=" + sizeBytes;
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
        }

        boolean advise(long address, long sizeBytes, int advice) {
            try {
                return (int) madvise.invokeExact(address, sizeBytes, advice) == 0;
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
        }
    }

    /**
     * Zeroed memory that lives as long as {@code arena}.
     *
     * @throws EngineException.Failed if the system gives no memory or no mapping
     */
    @SuppressWarnings("restricted") // the one place that gives raw memory a size and a life
    static Block allocate(Arena arena, long sizeBytes, String name) {
        Calls calls = CALLS;
        if (calls == null) {
            return new Block(arena.allocate(sizeBytes, 64), PageKind.SMALL);
        }
        refuseNearMappingLimit(MAPPINGS.get(), name);
        long mappedBytes = roundUp(Math.max(sizeBytes, 1), SMALL_PAGE_BYTES);
        boolean large = mappedBytes >= HUGE_PAGE_BYTES;
        long address = large ? mmapAligned(calls, mappedBytes) : calls.mmap(mappedBytes);
        if (address == MAP_FAILED) {
            throw new EngineException.Failed(
                    ErrorCode.OUT_OF_MEMORY_BUDGET,
                    "the system refused memory: part=" + name + ", sizeBytes=" + mappedBytes
                            + ". Lower SLUICE_MEMORY_BUDGET to what this machine has",
                    null);
        }
        boolean huge = large && calls.advise(address, mappedBytes, MADV_HUGEPAGE);
        MAPPINGS.incrementAndGet();
        MemorySegment bytes = MemorySegment.ofAddress(address)
                .reinterpret(mappedBytes, arena, mapping -> unmap(calls, mapping.address(), mappedBytes))
                .asSlice(0, sizeBytes);
        return new Block(bytes, huge ? PageKind.HUGE : PageKind.SMALL);
    }

    private static void unmap(Calls calls, long address, long mappedBytes) {
        calls.munmap(address, mappedBytes);
        MAPPINGS.decrementAndGet();
    }

    /** Whether {@link #giveBackPages} does. */
    static boolean givesBackPages() {
        return CALLS != null;
    }

    /**
     * Gives pages back at once; the addresses stay with their arena and read as zeros.
     *
     * @param pages whole pages of what was allocated here
     */
    static void giveBackPages(MemorySegment pages) {
        Calls calls = CALLS;
        if (calls != null) {
            boolean done = calls.advise(pages.address(), pages.byteSize(), MADV_DONTNEED);
            assert done : "pages were not taken back: " + pages;
        }
    }

    /** Maps two megabytes too many and gives back what lies before and after the aligned middle. */
    private static long mmapAligned(Calls calls, long mappedBytes) {
        long wideBytes = mappedBytes + HUGE_PAGE_BYTES;
        long wide = calls.mmap(wideBytes);
        if (wide == MAP_FAILED) {
            return MAP_FAILED;
        }
        long aligned = roundUp(wide, HUGE_PAGE_BYTES);
        calls.munmap(wide, aligned - wide);
        calls.munmap(aligned + mappedBytes, wide + wideBytes - aligned - mappedBytes);
        return aligned;
    }

    static void refuseNearMappingLimit(int mappings, String name) {
        if (mappings + MAPPINGS_FOR_OTHERS > MAX_MAPPINGS) {
            throw new EngineException.Failed(
                    ErrorCode.OUT_OF_MEMORY_BUDGET,
                    "too many memory mappings for this system: part=" + name + ", mappings=" + mappings
                            + ", vm.max_map_count=" + MAX_MAPPINGS + ". Raise vm.max_map_count or release collections",
                    null);
        }
    }

    static long roundUp(long value, long multiple) {
        return Math.addExact(value, multiple - 1) / multiple * multiple;
    }

    private static int readMaxMappings() {
        // In one read: the kernel answers such a file's second read with its end, and Files.readString makes the first
        // one a single byte long, because the file says that it is empty.
        try (var file = Files.newInputStream(Path.of("/proc/sys/vm/max_map_count"))) {
            byte[] digits = new byte[32];
            int size = file.read(digits);
            return Integer.parseInt(new String(digits, 0, Math.max(size, 0), StandardCharsets.US_ASCII).strip());
        } catch (IOException | NumberFormatException unknown) {
            return Integer.MAX_VALUE;
        }
    }
}
