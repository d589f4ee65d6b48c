package io.sluice.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FaultyStoreTest extends SegmentStoreContract {
    private final FaultyStore store = new FaultyStore(new MemoryStore());

    @Override
    SegmentStore store() {
        return store;
    }

    @Test
    void missing_key_isCorruptUntilHealed() {
        put(store, "1.seg", new byte[1]);
        store.missing("1.seg");
        assertThat(store.list()).isEmpty();
        assertThatThrownBy(() -> store.open("1.seg")).isInstanceOf(EngineException.Corrupt.class);
        store.heal();
        assertThat(get(store, "1.seg")).hasSize(1);
    }

    @Test
    void truncateAt_readBeyond_isCorrupt() {
        put(store, "1.seg", new byte[10]);
        store.truncateAt("1.seg", 4);
        try (StoredFile file = store.open("1.seg")) {
            assertThat(file.sizeBytes()).isEqualTo(4);
            assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(new byte[5])))
                    .isInstanceOf(EngineException.Corrupt.class);
        }
        assertThat(store.openFiles()).isZero();
    }

    @Test
    void flipBit_anyRead_seesTheSameFlip() {
        put(store, "1.seg", new byte[10]);
        store.flipBit("1.seg", 7, 3);
        try (StoredFile file = store.open("1.seg")) {
            byte[] bytes = new byte[2];
            file.read(6, MemorySegment.ofArray(bytes));
            assertThat(bytes).containsExactly(0, 8);
        }
        assertThat(get(store, "1.seg")).containsExactly(0, 0, 0, 0, 0, 0, 0, 8, 0, 0);
    }

    @Test
    void failReadAfter_two_failsTheThirdOnly() {
        put(store, "1.seg", new byte[10]);
        store.failReadAfter(2);
        get(store, "1.seg");
        get(store, "1.seg");
        assertThatThrownBy(() -> get(store, "1.seg"))
                .isInstanceOfSatisfying(
                        EngineException.Failed.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED));
        get(store, "1.seg");
        assertThat(store.reads()).isEqualTo(4);
        assertThat(store.readBytes()).isEqualTo(30);
    }

    @Test
    void failCommits_one_leavesNothing() {
        store.failCommits(1);
        assertThatThrownBy(() -> put(store, "1.seg", new byte[10])).isInstanceOf(EngineException.Failed.class);
        assertThat(store.list()).isEmpty();
        assertThat(store.openFiles()).isZero();
        put(store, "1.seg", new byte[10]);
        assertThat(store.list()).containsExactly("1.seg");
    }

    @Test
    void holdReads_reader_waitsForTheGate() throws InterruptedException {
        put(store, "1.seg", new byte[10]);
        FaultyStore.Gate gate = store.holdReads();
        CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> get(store, "1.seg"));
        gate.awaitReader();
        assertThat(read).isNotDone();
        gate.open();
        assertThat(read.join()).hasSize(10);
    }
}
