package io.sluice.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every store does, whatever it is made of. */
abstract class SegmentStoreContract {
    private static final String KEY = "450/451/452.seg";

    abstract SegmentStore store();

    static byte[] randomBytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static void put(SegmentStore store, String key, byte[] bytes) {
        try (StoredFileWriter writer = store.create(key)) {
            writer.write(MemorySegment.ofArray(bytes));
            writer.commit();
        }
    }

    static byte[] get(SegmentStore store, String key) {
        try (StoredFile file = store.open(key)) {
            byte[] bytes = new byte[Math.toIntExact(file.sizeBytes())];
            file.read(0, MemorySegment.ofArray(bytes));
            return bytes;
        }
    }

    @Test
    void commit_manyPieces_readsBackWhole() {
        byte[] bytes = randomBytes(1_000_003, 1);
        try (Arena arena = Arena.ofConfined();
                StoredFileWriter writer = store().create(KEY)) {
            MemorySegment source = arena.allocate(bytes.length);
            MemorySegment.copy(bytes, 0, source, ValueLayout.JAVA_BYTE, 0, bytes.length);
            int[] pieces = {1, 7, 65_535, 65_536, 65_537, 300_000, 12};
            int at = 0;
            for (int piece : pieces) {
                writer.write(source.asSlice(at, piece));
                at += piece;
                assertThat(writer.positionBytes()).isEqualTo(at);
            }
            writer.write(MemorySegment.ofArray(bytes).asSlice(at));
            writer.commit();
        }
        assertThat(get(store(), KEY)).isEqualTo(bytes);
    }

    @Test
    void write_heapArrayOfLongs_writesItsBytes() {
        long[] longs = new Random(2).longs(100_000).toArray();
        try (StoredFileWriter writer = store().create(KEY)) {
            writer.write(MemorySegment.ofArray(longs));
            writer.commit();
        }
        assertThat(MemorySegment.ofArray(get(store(), KEY)).mismatch(MemorySegment.ofArray(longs)))
                .isEqualTo(-1);
    }

    @Test
    void read_anyRange_readsThatRange() {
        byte[] bytes = randomBytes(3_000_000, 3);
        put(store(), KEY, bytes);
        try (Arena arena = Arena.ofConfined();
                StoredFile file = store().open(KEY)) {
            assertThat(file.sizeBytes()).isEqualTo(bytes.length);
            Random random = new Random(4);
            for (int round = 0; round < 50; round++) {
                int from = random.nextInt(bytes.length + 1);
                int to = from + random.nextInt(bytes.length - from + 1);
                MemorySegment into = arena.allocate(to - from, 1);
                file.read(from, into);
                assertThat(into.mismatch(MemorySegment.ofArray(bytes).asSlice(from, to - from)))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void read_beyondTheEnd_isCorruptNamingKeyOffsetAndSize() {
        put(store(), KEY, new byte[100]);
        try (StoredFile file = store().open(KEY)) {
            assertThatThrownBy(() -> file.read(90, MemorySegment.ofArray(new byte[11])))
                    .isInstanceOf(EngineException.Corrupt.class)
                    .hasMessageContaining(KEY)
                    .hasMessageContaining("offsetBytes=90")
                    .hasMessageContaining("sizeBytes=100");
        }
    }

    @Test
    void open_missingFile_isCorruptNamingTheKey() {
        assertThatThrownBy(() -> store().open(KEY))
                .isInstanceOf(EngineException.Corrupt.class)
                .hasMessageContaining(KEY);
    }

    @Test
    void create_withoutCommit_leavesNothing() {
        try (StoredFileWriter writer = store().create(KEY)) {
            writer.write(MemorySegment.ofArray(new byte[200_000]));
            assertThat(store().list()).isEmpty();
        }
        assertThat(store().list()).isEmpty();
        assertThatThrownBy(() -> store().open(KEY)).isInstanceOf(EngineException.Corrupt.class);
    }

    @Test
    void commit_keyThatExists_replacesItWhole() {
        put(store(), KEY, randomBytes(1_000, 5));
        byte[] newer = randomBytes(500, 6);
        put(store(), KEY, newer);
        assertThat(get(store(), KEY)).isEqualTo(newer);
        assertThat(store().list()).containsExactly(KEY);
    }

    @Test
    void delete_twice_isHarmless() {
        put(store(), KEY, new byte[1]);
        put(store(), "450/451/453.seg", new byte[1]);
        store().delete(KEY);
        store().delete(KEY);
        store().delete("999/1.seg");
        assertThat(store().list()).containsExactly("450/451/453.seg");
    }

    @Test
    void list_severalFolders_isSorted() {
        put(store(), "b/2", new byte[1]);
        put(store(), "a/1.idx", new byte[1]);
        put(store(), "c", new byte[0]);
        assertThat(store().list()).containsExactly("a/1.idx", "b/2", "c");
        assertThat(get(store(), "c")).isEmpty();
    }
}
