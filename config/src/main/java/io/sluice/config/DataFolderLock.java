package io.sluice.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a data folder: one process at a time has it. Thread-safe.
 *
 * <p>A lock of the operating system on {@code sluice.lock}, so it ends with the process, however that ends. The file
 * stays; the process id in it is for people and for the refusal of a second server.
 */
public final class DataFolderLock implements AutoCloseable {
    private static final String FILE_NAME = "sluice.lock";

    private final Path folder;
    private final FileChannel channel;

    private DataFolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Makes the folder when it is missing and takes the lock; never waits.
     *
     * @throws StartRefused naming the folder, and the process that has it
     */
    public static DataFolderLock take(Path folder) {
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve(FILE_NAME);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (tryLock(channel) == null) {
                    throw new StartRefused("the data folder is in use by another server: folder=" + folder + ", pid="
                            + Files.readString(file).strip()
                            + ". Stop that server or set SLUICE_DATA to another folder");
                }
                writePid(channel);
                return new DataFolderLock(folder, channel);
            } catch (IOException | RuntimeException failure) {
                channel.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new StartRefused(
                    "the data folder cannot be used: folder=" + folder + ", reason=" + failure
                            + ". Make it writable or set SLUICE_DATA to another folder",
                    failure);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static void writePid(FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
    }

    /** Gives the folder back; twice is harmless. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new StartRefused("the lock of the data folder cannot be given back: folder=" + folder, failure);
        }
    }

    @Override
    public String toString() {
        return "DataFolderLock[" + folder + "]";
    }
}
