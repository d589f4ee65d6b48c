package io.sluice.engine.store;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Stored files in a folder of the local file system: a key is a path below it. Thread-safe.
 *
 * <p>A file under construction is {@code <key>.tmp-<n>} beside its place. Commit is fsync, atomic rename, and fsync of
 * every folder whose entries changed, so a committed file survives a power cut. Committing a key that exists replaces
 * it whole; who has the old file open keeps reading the old bytes. A delete is not forced to disk: a file that comes
 * back after a power cut is named by nobody and goes with the sweep at start. Folders that become empty are removed.
 */
public final class LocalSegmentStore implements SegmentStore {
    private static final Pattern KEY = Pattern.compile("[a-z0-9_-][a-z0-9._-]*(/[a-z0-9_-][a-z0-9._-]*)*");
    private static final Pattern TEMPORARY = Pattern.compile(".*\\.tmp-[0-9]+");

    private final Path folder;
    private final ChannelSource channels;
    private final AtomicLong temporaryNumber = new AtomicLong();

    private final Object folderLock = new Object();
    private final Set<Path> durableFolders = new HashSet<>(); // guarded by folderLock

    /** How files to write are opened: a seam for tests of a full disk. */
    interface ChannelSource {
        FileChannel create(Path file) throws IOException;
    }

    LocalSegmentStore(Path folder, ChannelSource channels) {
        this.folder = folder.toAbsolutePath().normalize();
        this.channels = channels;
    }

    /**
     * Opens a folder, creating it when it is missing.
     *
     * @throws EngineException.Failed if that is impossible
     */
    public static LocalSegmentStore open(Path folder) {
        LocalSegmentStore store = new LocalSegmentStore(
                folder, file -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        try {
            Files.createDirectories(store.folder);
        } catch (IOException e) {
            throw store.failed("segment folder cannot be created", e);
        }
        return store;
    }

    @Override
    public StoredFile open(String key) {
        Path path = pathOf(key);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new LocalStoredFile(key, channel, channel.size());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw StoreErrors.missing(key);
        } catch (IOException e) {
            throw StoreErrors.readFailed(key, 0, e);
        }
    }

    @Override
    public StoredFileWriter create(String key) {
        Path path = pathOf(key);
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp-" + temporaryNumber.incrementAndGet());
        try {
            synchronized (folderLock) { // so that no delete removes the folder while it is still empty
                Files.createDirectories(folderOf(path));
                return new LocalStoredFileWriter(this, key, path, temporary, channels.create(temporary));
            }
        } catch (IOException e) {
            throw StoreErrors.writeFailed(key, 0, e);
        }
    }

    @Override
    public void delete(String key) {
        Path path = pathOf(key);
        try {
            Files.deleteIfExists(path);
            removeEmptyFolders(folderOf(path));
        } catch (IOException e) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "delete failed: key=" + key + ", cause=" + e + ". Check the disk and try again",
                    e);
        }
    }

    /** Every committed key, sorted. */
    @Override
    public List<String> list() {
        List<String> keys = new ArrayList<>();
        for (Path file : files()) {
            if (!isTemporary(file)) {
                keys.add(keyOf(file));
            }
        }
        Collections.sort(keys);
        return keys;
    }

    @Override
    public void sweepUncommitted() {
        try {
            for (Path file : files()) {
                if (isTemporary(file)) {
                    discard(file);
                }
            }
        } catch (IOException e) {
            throw failed("sweep of uncommitted files failed", e);
        }
    }

    @Override
    public void close() {}

    /** Puts a written and synced temporary file in its place, durably. */
    void publish(Path temporary, Path path) throws IOException {
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(folderOf(path));
        makeDurable(folderOf(path));
    }

    /** Removes a temporary file that will never be published. */
    void discard(Path temporary) throws IOException {
        Files.deleteIfExists(temporary);
        removeEmptyFolders(folderOf(temporary));
    }

    /** Forces the entries of {@code inner} and of all folders above it, up to ours, each once per run. */
    private void makeDurable(Path inner) throws IOException {
        synchronized (folderLock) {
            for (Path here = inner; !here.equals(folder) && durableFolders.add(here); here = folderOf(here)) {
                try {
                    syncFolder(folderOf(here));
                } catch (IOException e) {
                    durableFolders.remove(here);
                    throw e;
                }
            }
        }
    }

    private void removeEmptyFolders(Path inner) throws IOException {
        synchronized (folderLock) {
            for (Path here = inner; !here.equals(folder); here = folderOf(here)) {
                try {
                    Files.deleteIfExists(here);
                } catch (DirectoryNotEmptyException e) {
                    return;
                }
                durableFolders.remove(here);
            }
        }
    }

    private static void syncFolder(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private List<Path> files() {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    found.add(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException cause) throws IOException {
                    if (cause instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE; // deleted while we walk
                    }
                    throw cause;
                }
            });
            return found;
        } catch (IOException e) {
            throw failed("segment folder cannot be listed", e);
        }
    }

    private EngineException.Failed failed(String what, Exception cause) {
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                what + ": folder=" + folder + ", cause=" + cause + ". Check the disk and the permissions of the folder",
                cause);
    }

    private Path pathOf(String key) {
        if (!KEY.matcher(key).matches() || TEMPORARY.matcher(key).matches()) {
            throw new IllegalArgumentException("not a key of a stored file: " + key);
        }
        return folder.resolve(key);
    }

    private String keyOf(Path file) {
        return folder.relativize(file).toString().replace(File.separatorChar, '/');
    }

    private static boolean isTemporary(Path file) {
        return TEMPORARY.matcher(file.toString()).matches();
    }

    private static Path folderOf(Path path) {
        Path parent = path.getParent();
        assert parent != null : "a path below an absolute folder has a parent: " + path;
        return parent;
    }

    @Override
    public String toString() {
        return "LocalSegmentStore(" + folder + ")";
    }
}
