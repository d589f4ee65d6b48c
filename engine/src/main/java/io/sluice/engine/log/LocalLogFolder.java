package io.sluice.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Log files in a folder of the local file system. */
final class LocalLogFolder implements LogFolder {
    private final Path folder;

    LocalLogFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    @Override
    public List<String> list() throws IOException {
        createFolder();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public LogFile open(String name) throws IOException {
        return opened(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public LogFile create(String name) throws IOException {
        createFolder();
        return opened(
                name,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private LogFile opened(String name, OpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(name), options);
        try {
            return new LocalLogFile(channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    @Override
    public void sync() throws IOException {
        syncFolder(folder);
    }

    /** Creates what is missing of the path, and makes each new name durable. */
    private void createFolder() throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path here = folder; here != null && !Files.isDirectory(here); here = here.getParent()) {
            missing.push(here);
        }
        for (Path here : missing) {
            Files.createDirectory(here);
            Path above = here.getParent();
            if (above != null) {
                syncFolder(above);
            }
        }
    }

    private static void syncFolder(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    private static final class LocalLogFile implements LogFile {
        private final FileChannel channel;
        private long sizeBytes;

        private LocalLogFile(FileChannel channel, long sizeBytes) {
            this.channel = channel;
            this.sizeBytes = sizeBytes;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public int read(long offsetBytes, ByteBuffer into) throws IOException {
            int done = 0;
            while (into.hasRemaining()) {
                int count = channel.read(into, offsetBytes + done);
                if (count < 0) {
                    break;
                }
                done += count;
            }
            return done;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                sizeBytes += channel.write(bytes, sizeBytes);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(false); // fdatasync: also writes the size when it changed
        }

        @Override
        public void truncate(long newSizeBytes) throws IOException {
            channel.truncate(newSizeBytes);
            sizeBytes = newSizeBytes;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
