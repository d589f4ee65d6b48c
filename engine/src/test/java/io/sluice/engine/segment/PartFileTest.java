package io.sluice.engine.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.error.EngineException.Corrupt;
import io.sluice.engine.store.MemoryStore;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartFileTest {
    private static final String KEY = "1/2/3.seg";
    private static final int BLOCK = PartDirectory.BLOCK_BYTES;

    private final MemoryStore store = new MemoryStore();

    private record Piece(int part, int section, byte[] bytes) {}

    @Test
    void commit_randomPartsInRandomPieces_readBackSame() {
        for (long seed = 0; seed < 30; seed++) {
            System.out.println("seed=" + seed);
            var random = new Random(seed);
            List<Piece> pieces = new ArrayList<>();
            List<PartRecord> records = new ArrayList<>();
            long sizeBytes;
            try (var writer = PartFileWriter.create(store, KEY, PartFileWriter.Kind.SEGMENT, 3);
                    var arena = Arena.ofConfined()) {
                for (int part = 0; part < random.nextInt(5); part++) {
                    writer.beginPart(100 + part);
                    for (int section = 1; section <= random.nextInt(4); section++) {
                        byte[] bytes = new byte
                                [random.nextInt(10) == 0 ? 0 : random.nextInt(random.nextBoolean() ? 200 : 3 * BLOCK)];
                        random.nextBytes(bytes);
                        pieces.add(new Piece(100 + part, section, bytes));
                        writer.beginSection(section);
                        for (int at = 0; at < bytes.length; ) {
                            int size = Math.min(
                                    bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 2 * BLOCK : 70_000));
                            MemorySegment piece = MemorySegment.ofArray(bytes).asSlice(at, size);
                            writer.append(
                                    random.nextBoolean()
                                            ? piece
                                            : arena.allocate(size).copyFrom(piece));
                            at += size;
                        }
                    }
                    records.add(writer.endPart());
                }
                sizeBytes = writer.commit();
            }
            byte[] file = store.bytes(KEY);
            assertThat(sizeBytes).isEqualTo(file.length);
            var directory = read();
            assertThat(directory.parts()).extracting(PartFileTest::recordOf).isEqualTo(records);
            for (PartLayout layout : directory.parts()) {
                assertThat(layout.offsetBytes() % 4096).isZero();
                PartChecksum.verify(layout, 0, bytesOf(layout), KEY, "field");
            }
            for (Piece piece : pieces) {
                PartLayout layout = directory.part(piece.part);
                assertThat(layout.has(piece.section)).isTrue();
                assertThat(layout.section(piece.section, bytesOf(layout)).mismatch(MemorySegment.ofArray(piece.bytes)))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void append_heapArraysOfNumbers_areWrittenAsTheirBytes() {
        try (var writer = PartFileWriter.create(store, KEY, PartFileWriter.Kind.SEGMENT, 3)) {
            writer.beginPart(1);
            writer.beginSection(PartLayout.DATA);
            writer.append(MemorySegment.ofArray(new long[] {7, -1}));
            writer.append(MemorySegment.ofArray(new int[] {5}));
            writer.endPart();
            writer.commit();
        }
        PartLayout layout = read().part(1);
        MemorySegment data = layout.section(PartLayout.DATA, bytesOf(layout));
        assertThat(data.getAtIndex(ColumnView.LONG, 0)).isEqualTo(7);
        assertThat(data.getAtIndex(ColumnView.LONG, 1)).isEqualTo(-1);
        assertThat(data.get(ColumnView.INT, 16)).isEqualTo(5);
        assertThat(layout.sizeBytes()).isEqualTo(20);
    }

    @Test
    void close_withoutCommit_leavesNothing() {
        try (var writer = PartFileWriter.create(store, KEY, PartFileWriter.Kind.SEGMENT, 3)) {
            writer.beginPart(1);
        }
        assertThat(store.list()).isEmpty();
    }

    /** The rulers of docs/FILE_FORMAT.md. */
    @Test
    void commit_smallFile_hasTheDocumentedBytes() {
        byte[] file = small();
        MemorySegment bytes = MemorySegment.ofArray(file);
        long trailer = file.length - 64;
        assertThat(new String(file, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("SLUICEPF");
        assertThat(new String(file, file.length - 8, 8, StandardCharsets.US_ASCII))
                .isEqualTo("SLUICEND");
        assertThat(ints(bytes, 8, 12, 24)).containsExactly(1, 1, 1 << 20);
        assertThat(longs(bytes, 16)).containsExactly(3L);
        assertThat(longs(bytes, trailer, trailer + 8, trailer + 16, trailer + 32))
                .containsExactly(3 * 4096L, trailer - 3 * 4096, (long) file.length, 3L);
        assertThat(ints(bytes, trailer + 24, trailer + 40, trailer + 44)).containsExactly(1, 1, 2);
        long part = 3 * 4096 + 8;
        assertThat(ints(bytes, part - 8, part, part + 4, part + 24)).containsExactly(2, 1, 2, 1);
        assertThat(longs(bytes, part + 8, part + 16)).containsExactly(4096L, 136L); // 100 bytes, gap to 128, 8 bytes
        assertThat(ints(bytes, part + 32, part + 56)).containsExactly(PartLayout.DATA, PartLayout.VALIDITY);
        assertThat(longs(bytes, part + 40, part + 48, part + 64, part + 72)).containsExactly(0L, 100L, 128L, 8L);
        assertThat(ints(bytes, part + 80)).containsExactly(PartFileLayout.crc(bytes.asSlice(4096, 136)));
        assertThat(ints(bytes, part + 88)).containsExactly(2); // the next part, at a multiple of 8
    }

    @Test
    void read_everyBitOfStructureFlipped_isFoundAndNamed() {
        byte[] good = small();
        int directoryAt = 3 * 4096;
        for (int at = 0; at < good.length; at++) {
            boolean structure = at < 4096 || at >= directoryAt;
            if (!structure) {
                continue;
            }
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                store.put(KEY, bad);
                assertThatThrownBy(this::read)
                        .as("at %d bit %d", at, bit)
                        .isInstanceOf(Corrupt.class)
                        .hasMessageContaining(KEY)
                        .hasMessageContaining("offsetBytes=");
            }
        }
    }

    @Test
    void read_everyTruncation_isFoundAndNamed() {
        byte[] good = small();
        for (int size = 0; size < good.length; size++) {
            store.put(KEY, Arrays.copyOf(good, size));
            assertThatThrownBy(this::read)
                    .as("size %d", size)
                    .isInstanceOf(Corrupt.class)
                    .hasMessageContaining(KEY);
        }
        store.put(KEY, Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(this::read).isInstanceOf(Corrupt.class);
    }

    @Test
    void read_wrongKindOrOwner_isNamed() {
        small();
        assertThatThrownBy(() -> PartDirectory.read(store.open(KEY), KEY, PartFileWriter.Kind.INDEX, 3))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("file kind 1 instead of INDEX");
        assertThatThrownBy(() -> PartDirectory.read(store.open(KEY), KEY, PartFileWriter.Kind.SEGMENT, 4))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("owner 3 instead of 4");
        assertThatThrownBy(() -> read().part(9)).isInstanceOf(Corrupt.class).hasMessageContaining("part 9 is missing");
        PartLayout layout = read().part(1);
        assertThatThrownBy(() -> layout.section(77, bytesOf(layout)))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("section 77");
    }

    @Test
    void read_newerVersion_saysSo() {
        MemorySegment bytes = MemorySegment.ofArray(small());
        bytes.set(ColumnView.INT, PartFileLayout.HEADER_VERSION_OFFSET, 2);
        bytes.set(
                ColumnView.INT,
                PartFileLayout.HEADER_CRC_OFFSET,
                PartFileLayout.crc(bytes.asSlice(0, PartFileLayout.HEADER_CRC_OFFSET)));
        store.put(KEY, bytes.toArray(ValueLayout.JAVA_BYTE));
        assertThatThrownBy(this::read)
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("newer version of Sluice")
                .hasMessageContaining("formatVersion=2");
    }

    @Test
    void verify_flippedByteInAChunk_namesBlockAndOffset() {
        try (var writer = PartFileWriter.create(store, KEY, PartFileWriter.Kind.SEGMENT, 3)) {
            writer.beginPart(100);
            writer.beginSection(PartLayout.DATA);
            writer.append(MemorySegment.ofArray(new byte[3 * BLOCK + 5]));
            writer.endPart();
            writer.commit();
        }
        PartLayout layout = read().part(100);
        assertThat(layout.blockCount()).isEqualTo(4);
        byte[] bad = store.bytes(KEY);
        bad[4096 + 2 * BLOCK + 17] ^= 1;
        store.put(KEY, bad);
        MemorySegment bytes = bytesOf(layout);
        PartChecksum.verify(layout, 0, bytes.asSlice(0, 2 * BLOCK), KEY, "field word");
        PartChecksum.verify(layout, 3, bytes.asSlice(3 * BLOCK), KEY, "field word");
        assertThatThrownBy(() -> PartChecksum.verify(layout, 1, bytes.asSlice(BLOCK), KEY, "field word"))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining(KEY)
                .hasMessageContaining("field word has a wrong checksum in block 2 of 4")
                .hasMessageContaining("offsetBytes=" + (4096 + 2 * BLOCK));
    }

    /** Two small parts; the directory starts at 12288. */
    private byte[] small() {
        try (var writer = PartFileWriter.create(store, KEY, PartFileWriter.Kind.SEGMENT, 3)) {
            for (int part = 1; part <= 2; part++) {
                writer.beginPart(part);
                writer.beginSection(PartLayout.DATA);
                writer.append(MemorySegment.ofArray(new byte[100]));
                writer.beginSection(PartLayout.VALIDITY);
                writer.append(MemorySegment.ofArray(new byte[8]));
                writer.endPart();
            }
            writer.commit();
        }
        return store.bytes(KEY);
    }

    private PartDirectory read() {
        try (var file = store.open(KEY)) {
            return PartDirectory.read(file, KEY, PartFileWriter.Kind.SEGMENT, 3);
        }
    }

    private MemorySegment bytesOf(PartLayout layout) {
        return MemorySegment.ofArray(store.bytes(KEY)).asSlice(layout.offsetBytes(), layout.sizeBytes());
    }

    private static int[] ints(MemorySegment bytes, long... offsets) {
        return Arrays.stream(offsets)
                .mapToInt(offset -> bytes.get(ColumnView.INT, offset))
                .toArray();
    }

    private static long[] longs(MemorySegment bytes, long... offsets) {
        return Arrays.stream(offsets)
                .map(offset -> bytes.get(ColumnView.LONG, offset))
                .toArray();
    }

    private static PartRecord recordOf(PartLayout layout) {
        return new PartRecord(layout.partId(), layout.offsetBytes(), layout.sizeBytes());
    }
}
