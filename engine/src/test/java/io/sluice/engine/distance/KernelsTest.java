package io.sluice.engine.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.segment.ColumnView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both kinds of kernels against plain float64 loops, for all sizes around the vector lengths. */
class KernelsTest {
    private static final int ROWS = 23;
    private static final int[] DIMENSIONS = {
        1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 100, 127, 128, 129, 256, 300, 768, 1000
    };

    static Stream<VectorKernels> kernels() {
        return Stream.of(new PanamaKernels(), new ScalarKernels());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void floatKernels_allDimensions_equalPlainLoops(VectorKernels kernels) {
        long seed = 41;
        var random = new Random(seed);
        for (int dimension : DIMENSIONS) {
            try (var arena = Arena.ofConfined()) {
                MemorySegment vectors = gaussian(arena, random, ROWS * dimension);
                float[] query = gaussian(random, dimension);
                int[] rows = random.ints(ROWS + 5, 0, ROWS).toArray();
                for (int from = 0; from < 3; from++) {
                    for (int to = from; to <= rows.length; to++) {
                        check(kernels, dimension, vectors, query, rows, from, to, "seed=" + seed);
                    }
                }
            }
        }
    }

    private static void check(
            VectorKernels kernels,
            int dimension,
            MemorySegment vectors,
            float[] query,
            int[] rows,
            int from,
            int to,
            String about) {
        String where = about + ", dimension=" + dimension + ", from=" + from + ", to=" + to;
        float[] dots = filled(rows.length);
        float[] fusedDots = filled(rows.length);
        float[] norms = filled(rows.length);
        float[] distances = filled(rows.length);
        kernels.dot(query, vectors, rows, from, to, dots);
        kernels.dotAndSquaredNorm(query, vectors, rows, from, to, fusedDots, norms);
        kernels.squaredL2(query, vectors, rows, from, to, distances);
        for (int i = 0; i < rows.length; i++) {
            if (i < from || i >= to) {
                assertThat(dots[i]).as(where).isNaN();
                assertThat(fusedDots[i]).as(where).isNaN();
                assertThat(norms[i]).as(where).isNaN();
                assertThat(distances[i]).as(where).isNaN();
                continue;
            }
            double dot = 0;
            double norm = 0;
            double distance = 0;
            for (int j = 0; j < dimension; j++) {
                double component = vectors.getAtIndex(ColumnView.FLOAT, (long) rows[i] * dimension + j);
                dot += query[j] * component;
                norm += component * component;
                distance += (query[j] - component) * (query[j] - component);
            }
            double tolerance = 1e-5 * dimension + 1e-6;
            assertThat((double) dots[i]).as(where).isCloseTo(dot, within(tolerance));
            assertThat((double) fusedDots[i]).as(where).isCloseTo(dot, within(tolerance));
            assertThat((double) norms[i]).as(where).isCloseTo(norm, within(tolerance));
            assertThat((double) distances[i]).as(where).isCloseTo(distance, within(tolerance));
        }
    }

    /** A row must have the same score whether it is scored alone or in company: ties and duplicates depend on it. */
    @ParameterizedTest
    @MethodSource("kernels")
    void floatKernels_anyCompany_sameBits(VectorKernels kernels) {
        var random = new Random(42);
        int dimension = 100;
        try (var arena = Arena.ofConfined()) {
            MemorySegment vectors = gaussian(arena, random, ROWS * dimension);
            float[] query = gaussian(random, dimension);
            int[] all = new int[ROWS];
            for (int row = 0; row < ROWS; row++) {
                all[row] = row;
            }
            float[] dots = new float[ROWS];
            float[] distances = new float[ROWS];
            kernels.dot(query, vectors, all, 0, ROWS, dots);
            kernels.squaredL2(query, vectors, all, 0, ROWS, distances);
            for (int row = 0; row < ROWS; row++) {
                float[] dot = new float[1];
                float[] distance = new float[1];
                kernels.dot(query, vectors, new int[] {row}, 0, 1, dot);
                kernels.squaredL2(query, vectors, new int[] {row}, 0, 1, distance);
                assertThat(dot[0]).isEqualTo(dots[row]);
                assertThat(distance[0]).isEqualTo(distances[row]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void dotInt8_allLengthsAndExtremes_exact(VectorKernels kernels) {
        var random = new Random(43);
        for (int length = 16; length <= 1024; length += 16) {
            long stride = length + 64;
            try (var arena = Arena.ofConfined()) {
                MemorySegment codes = arena.allocate(ROWS * stride, 64);
                for (long at = 0; at < codes.byteSize(); at++) {
                    codes.set(ValueLayout.JAVA_BYTE, at, (byte) code(random, Kernels.MAX_ROW_CODE));
                }
                short[] query = new short[length];
                int used = length - random.nextInt(16);
                for (int j = 0; j < used; j++) {
                    query[j] = (short) code(random, Kernels.MAX_QUERY_CODE);
                }
                // Under the zeros of the query anything may lie, even -128.
                for (int row = 0; row < ROWS; row++) {
                    for (int j = used; j < length; j++) {
                        codes.set(ValueLayout.JAVA_BYTE, row * stride + j, Byte.MIN_VALUE);
                    }
                }
                int[] rows = random.ints(11, 0, ROWS).toArray();
                int[] dots = new int[rows.length];
                short[] arranged = query.clone();
                kernels.arrangeInt8(arranged);
                kernels.dotInt8(arranged, codes, stride, rows, 1, rows.length, dots);
                assertThat(dots[0]).isZero();
                for (int i = 1; i < rows.length; i++) {
                    int dot = 0;
                    for (int j = 0; j < used; j++) {
                        dot += query[j] * codes.get(ValueLayout.JAVA_BYTE, rows[i] * stride + j);
                    }
                    assertThat(dots[i]).as("length=" + length).isEqualTo(dot);
                }
            }
        }
    }

    /** The class must load where the module is not: a child JVM without it falls back to plain Java. */
    @Test
    void isVectorized_withoutTheModule_falseAndStillRight() throws Exception {
        assertThat(Kernels.isVectorized()).isTrue();
        Process child = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        classPathOf(Kernels.class) + ":" + classPathOf(KernelsTest.class),
                        Fallback.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output.strip()).isEqualTo("vectorized=false dot=11.0");
    }

    /** Runs in a JVM of its own. */
    static final class Fallback {
        public static void main(String[] args) {
            try (var arena = Arena.ofConfined()) {
                MemorySegment vectors = arena.allocateFrom(ColumnView.FLOAT, 3f, 4f);
                float[] out = new float[1];
                Kernels.dot(new float[] {1f, 2f}, vectors, new int[] {0}, 0, 1, out);
                System.out.println("vectorized=" + Kernels.isVectorized() + " dot=" + out[0]);
            }
        }
    }

    /**
     * A score must not change when the compiler comes to a kernel: a search iterator asks for what lies beyond the last score,
     * and would lose or repeat a row. Each JVM is fresh, so that the first call is interpreted.
     */
    @Test
    void floatKernels_interpretedAndCompiled_sameBits() throws Exception {
        Process child = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--add-modules=jdk.incubator.vector",
                        "-cp",
                        classPathOf(Kernels.class) + ":" + classPathOf(KernelsTest.class),
                        ColdAndWarm.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> !line.startsWith("WARNING")))
                .containsExactly("vectorized=true, different=0");
    }

    /** Runs in a JVM of its own. */
    static final class ColdAndWarm {
        private static final int DIMENSION = 100;
        private static final int CALLS = 30_000; // the compiler's last tier has long been reached

        public static void main(String[] args) {
            var random = new Random(44);
            try (var arena = Arena.ofConfined()) {
                MemorySegment vectors = gaussian(arena, random, ROWS * DIMENSION);
                float[] query = gaussian(random, DIMENSION);
                float[] cold = scores(query, vectors);
                float[] warm = cold;
                for (int call = 0; call < CALLS; call++) {
                    warm = scores(query, vectors);
                }
                int different = 0;
                for (int i = 0; i < cold.length; i++) {
                    different += Float.floatToRawIntBits(cold[i]) == Float.floatToRawIntBits(warm[i]) ? 0 : 1;
                }
                System.out.println("vectorized=" + Kernels.isVectorized() + ", different=" + different);
            }
        }

        /** Of all kernels, one after the other. */
        private static float[] scores(float[] query, MemorySegment vectors) {
            int[] rows = IntStream.range(0, ROWS).toArray();
            float[] out = new float[ROWS];
            float[] norms = new float[ROWS];
            float[] all = new float[4 * ROWS];
            Kernels.dot(query, vectors, rows, 0, ROWS, out);
            System.arraycopy(out, 0, all, 0, ROWS);
            Kernels.squaredL2(query, vectors, rows, 0, ROWS, out);
            System.arraycopy(out, 0, all, ROWS, ROWS);
            Kernels.dotAndSquaredNorm(query, vectors, rows, 0, ROWS, out, norms);
            System.arraycopy(out, 0, all, 2 * ROWS, ROWS);
            System.arraycopy(norms, 0, all, 3 * ROWS, ROWS);
            return all;
        }
    }

    private static String classPathOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static int code(Random random, int largest) {
        return switch (random.nextInt(4)) {
            case 0 -> largest;
            case 1 -> -largest;
            default -> random.nextInt(2 * largest + 1) - largest;
        };
    }

    private static MemorySegment gaussian(Arena arena, Random random, int count) {
        MemorySegment values = arena.allocate((long) count * Float.BYTES, 64);
        for (int i = 0; i < count; i++) {
            values.setAtIndex(ColumnView.FLOAT, i, (float) random.nextGaussian());
        }
        return values;
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] filled(int count) {
        float[] values = new float[count];
        java.util.Arrays.fill(values, Float.NaN);
        return values;
    }
}
