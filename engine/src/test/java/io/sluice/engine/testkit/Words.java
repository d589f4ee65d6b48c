package io.sluice.engine.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Words with their vectors, from a compact file. Immutable and thread-safe.
 *
 * <pre>
 *   0   8 bytes "SLWORDS1"
 *   8   int32 wordCount
 *   12  int32 dimension
 *   16  int32 bits per component: 32 (float32) or 16 (IEEE float16)
 *   20  int32 textBytes
 *   24  int32[wordCount + 1] where each word starts in the text
 *   ..  UTF-8 text, all words back to back
 *   ..  zeros up to a multiple of 64
 *   ..  components[wordCount][dimension]
 * </pre>
 *
 * All little-endian.
 */
public final class Words {
    private static final String MAGIC = "SLWORDS1";
    private static final int OFFSETS = 24;
    private static final int ALIGNMENT = 64;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final int count;
    private final int dimension;
    private final int bits;
    private final long textAt;
    private final long vectorsAt;
    private @Nullable Map<String, Integer> indexes; // made when first asked for

    private Words(MemorySegment file) {
        this.file = file;
        byte[] magic = new byte[MAGIC.length()];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, 0, magic, 0, magic.length);
        if (!new String(magic, StandardCharsets.US_ASCII).equals(MAGIC)) {
            throw new IllegalArgumentException("no words file");
        }
        count = file.get(INT, 8);
        dimension = file.get(INT, 12);
        bits = file.get(INT, 16);
        textAt = OFFSETS + (count + 1L) * Integer.BYTES;
        vectorsAt = alignUp(textAt + file.get(INT, 20));
        if (file.byteSize() != vectorsAt + (long) count * dimension * (bits / 8)) {
            throw new IllegalArgumentException("words file is truncated: sizeBytes=" + file.byteSize());
        }
    }

    /** Maps a file; it stays mapped as long as somebody holds the result. */
    public static Words map(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new Words(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
        }
    }

    /** Reads all of a stream, such as a class-path resource. */
    public static Words read(InputStream in) throws IOException {
        return new Words(MemorySegment.ofArray(in.readAllBytes()));
    }

    /** Writes a file; {@code bits} is 32 or 16. */
    public static void write(OutputStream out, List<String> words, List<float[]> vectors, int bits) throws IOException {
        int dimension = vectors.getFirst().length;
        var text = new ByteArrayOutputStream();
        int[] starts = new int[words.size() + 1];
        for (int i = 0; i < words.size(); i++) {
            text.writeBytes(words.get(i).getBytes(StandardCharsets.UTF_8));
            starts[i + 1] = text.size();
        }
        long headBytes = OFFSETS + (words.size() + 1L) * Integer.BYTES + text.size();
        var head = MemorySegment.ofArray(new byte[Math.toIntExact(alignUp(headBytes))]);
        byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(magic, 0, head, ValueLayout.JAVA_BYTE, 0, magic.length);
        head.set(INT, 8, words.size());
        head.set(INT, 12, dimension);
        head.set(INT, 16, bits);
        head.set(INT, 20, text.size());
        for (int i = 0; i < starts.length; i++) {
            head.set(INT, OFFSETS + (long) i * Integer.BYTES, starts[i]);
        }
        long textAt = OFFSETS + (long) starts.length * Integer.BYTES;
        MemorySegment.copy(text.toByteArray(), 0, head, ValueLayout.JAVA_BYTE, textAt, text.size());
        out.write(head.toArray(ValueLayout.JAVA_BYTE));
        var row = MemorySegment.ofArray(new byte[dimension * bits / 8]);
        for (float[] vector : vectors) {
            for (int j = 0; j < dimension; j++) {
                if (bits == 32) {
                    row.setAtIndex(FLOAT, j, vector[j]);
                } else {
                    row.setAtIndex(SHORT, j, Float.floatToFloat16(vector[j]));
                }
            }
            out.write(row.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    public int count() {
        return count;
    }

    public int dimension() {
        return dimension;
    }

    public String word(int index) {
        int start = file.get(INT, OFFSETS + (long) index * Integer.BYTES);
        int end = file.get(INT, OFFSETS + (index + 1L) * Integer.BYTES);
        byte[] utf8 = new byte[end - start];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, textAt + start, utf8, 0, utf8.length);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    public float[] vector(int index) {
        float[] vector = new float[dimension];
        long at = (long) index * dimension;
        for (int j = 0; j < dimension; j++) {
            vector[j] = bits == 32
                    ? file.get(FLOAT, vectorsAt + (at + j) * Float.BYTES)
                    : Float.float16ToFloat(file.get(SHORT, vectorsAt + (at + j) * Short.BYTES));
        }
        return vector;
    }

    /** Where a word is; -1 if it is not there. */
    public synchronized int indexOf(String word) {
        Map<String, Integer> known = indexes;
        if (known == null) {
            known = HashMap.newHashMap(count);
            for (int i = 0; i < count; i++) {
                known.put(word(i), i);
            }
            indexes = known;
        }
        return known.getOrDefault(word, -1);
    }

    private static long alignUp(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    public String toString() {
        return count + " words x " + dimension;
    }
}
