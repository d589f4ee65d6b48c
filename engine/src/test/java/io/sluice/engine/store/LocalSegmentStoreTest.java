package io.sluice.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSegmentStoreTest extends SegmentStoreContract {
    @TempDir
    Path folder;

    private LocalSegmentStore store;

    @BeforeEach
    void open() {
        store = LocalSegmentStore.open(folder.resolve("segments"));
    }

    @Override
    SegmentStore store() {
        return store;
    }

    @Test
    void open_again_findsCommittedFiles() {
        put(store, "1/2/3.seg", new byte[10]);
        assertThat(LocalSegmentStore.open(folder.resolve("segments")).list()).containsExactly("1/2/3.seg");
    }

    @Test
    void create_beforeCommit_writesUnderATemporaryName() throws IOException {
        try (StoredFileWriter writer = store.create("1/2.seg")) {
            assertThat(filesOnDisk()).containsExactly("1/2.seg.tmp-1");
            writer.commit();
            assertThat(filesOnDisk()).containsExactly("1/2.seg");
        }
    }

    @Test
    void sweepUncommitted_leftoversOfACrash_removesThemAndNothingElse() throws IOException {
        put(store, "1/2.seg", new byte[10]);
        Files.write(folder.resolve("segments/1/3.seg.tmp-17"), new byte[5]);
        Files.createDirectories(folder.resolve("segments/7/8"));
        Files.write(folder.resolve("segments/7/8/9.idx.tmp-2"), new byte[5]);
        assertThat(store.list()).containsExactly("1/2.seg");

        store.sweepUncommitted();

        assertThat(filesOnDisk()).containsExactly("1/2.seg");
        assertThat(folder.resolve("segments/7")).doesNotExist();
    }

    @Test
    void delete_lastFileOfAFolder_removesTheFolderAndItCanComeBack() {
        put(store, "1/2/3.seg", new byte[1]);
        store.delete("1/2/3.seg");
        assertThat(folder.resolve("segments/1")).doesNotExist();
        assertThat(folder.resolve("segments")).exists();
        put(store, "1/2/3.seg", new byte[1]);
        assertThat(store.list()).containsExactly("1/2/3.seg");
    }

    @Test
    void delete_whileOpen_readerKeepsReading() {
        put(store, "1.seg", randomBytes(10, 1));
        try (StoredFile file = store.open("1.seg")) {
            store.delete("1.seg");
            byte[] bytes = new byte[10];
            file.read(0, MemorySegment.ofArray(bytes));
            assertThat(bytes).isEqualTo(randomBytes(10, 1));
        }
    }

    @Test
    void read_fileCutWhileOpen_isCorrupt() throws IOException {
        put(store, "1.seg", new byte[100]);
        try (StoredFile file = store.open("1.seg")) {
            try (FileChannel channel = FileChannel.open(folder.resolve("segments/1.seg"), StandardOpenOption.WRITE)) {
                channel.truncate(50);
            }
            assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(new byte[100])))
                    .isInstanceOf(EngineException.Corrupt.class)
                    .hasMessageContaining("key=1.seg")
                    .hasMessageContaining("sizeBytes=50");
        }
    }

    @Test
    void read_interruptedThread_isStoppedAndKeepsTheFlag() {
        put(store, "1.seg", new byte[100]);
        try (StoredFile file = store.open("1.seg")) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> file.read(0, MemorySegment.ofArray(new byte[100])))
                    .isInstanceOf(EngineException.Stopped.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void key_outsideTheFolder_isRefused() {
        for (String key : List.of("", "/etc/passwd", "../x", "a/../b", "a//b", "A", "a/", ".a", "1.seg.tmp-4")) {
            assertThatThrownBy(() -> store.open(key)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void write_diskFull_failsAndLeavesNothing() throws IOException {
        LocalSegmentStore full = storeOn(100_000, Integer.MAX_VALUE);
        try (StoredFileWriter writer = full.create("1/2.seg")) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            writer.write(MemorySegment.ofArray(new byte[30_000]));
                        }
                    })
                    .isInstanceOfSatisfying(
                            EngineException.Failed.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED))
                    .hasMessageContaining("key=1/2.seg")
                    .hasMessageContaining("No space left");
            assertThat(filesOnDisk()).isEmpty();
        }
        assertThat(filesOnDisk()).isEmpty();
        assertThat(full.list()).isEmpty();
    }

    /** The page cache keeps a file in pieces as it was written, and a load is quicker from large ones. */
    @Test
    void write_piecesOfAnySize_reachTheDiskInOrderAtMultiplesOfTheBuffer() throws IOException {
        List<SmallDisk> disks = new ArrayList<>();
        LocalSegmentStore recording = new LocalSegmentStore(folder.resolve("segments"), file -> {
            var disk = new SmallDisk(
                    FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    Long.MAX_VALUE,
                    Integer.MAX_VALUE);
            disks.add(disk);
            return disk;
        });
        int[] sizes = {1, 64, 300_000, 700_001, 4_096, 262_144, 2_000_000, 0, 12};
        var expected = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined();
                StoredFileWriter writer = recording.create("1/2.seg")) {
            for (int i = 0; i < sizes.length; i++) {
                byte[] piece = new byte[sizes[i]];
                new Random(i).nextBytes(piece);
                expected.writeBytes(piece);
                MemorySegment onHeap = MemorySegment.ofArray(piece);
                writer.write(i % 2 == 0 ? onHeap : arena.allocate(piece.length).copyFrom(onHeap));
            }
            writer.commit();
        }

        assertThat(folder.resolve("segments/1/2.seg")).hasBinaryContent(expected.toByteArray());
        assertThat(disks.getFirst().writeStarts).hasSizeGreaterThan(5).allMatch(start -> start % (256 << 10) == 0);
    }

    @Test
    void commit_fsyncFails_failsAndLeavesNothing() throws IOException {
        LocalSegmentStore failing = storeOn(Long.MAX_VALUE, 0);
        try (StoredFileWriter writer = failing.create("1/2.seg")) {
            writer.write(MemorySegment.ofArray(new byte[30_000]));
            assertThatThrownBy(writer::commit)
                    .isInstanceOfSatisfying(
                            EngineException.Failed.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.IO_FAILED))
                    .hasMessageContaining("key=1/2.seg");
        }
        assertThat(filesOnDisk()).isEmpty();
    }

    private LocalSegmentStore storeOn(long spaceBytes, int forces) {
        return new LocalSegmentStore(
                folder.resolve("segments"),
                file -> new SmallDisk(
                        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        spaceBytes,
                        forces));
    }

    private List<String> filesOnDisk() throws IOException {
        Path root = folder.resolve("segments");
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    /** A channel on a disk with little space, or one that cannot force. */
    private static final class SmallDisk extends FileChannel {
        private final FileChannel inner;
        private final List<Long> writeStarts = new ArrayList<>();
        private long spaceBytes;
        private int forces;

        private SmallDisk(FileChannel inner, long spaceBytes, int forces) {
            this.inner = inner;
            this.spaceBytes = spaceBytes;
            this.forces = forces;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (spaceBytes < source.remaining()) {
                throw new IOException("No space left on device");
            }
            spaceBytes -= source.remaining();
            writeStarts.add(inner.position());
            return inner.write(source);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (forces-- == 0) {
                throw new IOException("Input/output error");
            }
            inner.force(metaData);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            inner.close();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return inner.read(into);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            return inner.read(into, offset, length);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            return inner.write(sources, offset, length);
        }

        @Override
        public long position() throws IOException {
            return inner.position();
        }

        @Override
        public FileChannel position(long newPosition) throws IOException {
            inner.position(newPosition);
            return this;
        }

        @Override
        public long size() throws IOException {
            return inner.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            inner.truncate(size);
            return this;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return inner.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return inner.transferFrom(source, position, count);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return inner.read(into, position);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return inner.write(source, position);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return inner.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return inner.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return inner.tryLock(position, size, shared);
        }
    }
}
