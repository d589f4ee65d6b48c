package io.sluice.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A log folder in memory that forgets what was not synced when the power goes, for tests. Thread-safe.
 *
 * <p>{@link #crash} and its sisters answer the folder as the next start finds it; the old one is dead from then on.
 */
public final class ForgetfulLogFolder implements LogFolder {
    private final TreeMap<String, Bytes> named = new TreeMap<>(); // guarded by this, as is all below
    private final TreeMap<String, Bytes> durablyNamed = new TreeMap<>();
    private boolean ignoringSyncs;
    private boolean dead;
    private long spaceBytes = Long.MAX_VALUE;
    private int syncs;
    private int syncsUntilFailure = -1;
    private @Nullable SyncGate gate;

    /** The content of one file, and what of it is on the disk. */
    private static final class Bytes {
        private byte[] written = new byte[0];
        private byte[] synced = new byte[0];
    }

    /** Holds the syncs of files until the test lets them go. */
    public static final class SyncGate {
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        /** Returns when a sync waits at the gate. */
        public void awaitSync() throws InterruptedException {
            arrived.await();
        }

        /** Lets everybody through from now on. */
        public void open() {
            open.countDown();
        }
    }

    // Faults

    /** Syncs do nothing from now on: the bug that a crash test must find. */
    public synchronized ForgetfulLogFolder ignoringSyncs() {
        ignoringSyncs = true;
        return this;
    }

    /** The sync of a file after {@code passing} more of them fails, as do all after it. */
    public synchronized void failSyncAfter(int passing) {
        syncsUntilFailure = passing;
    }

    /** The disk takes {@code bytes} more, then writes fail. */
    public synchronized void fillDiskAfter(long bytes) {
        spaceBytes = bytes;
    }

    /** Syncs of files wait at the gate that is answered until it opens. */
    public synchronized SyncGate holdSyncs() {
        gate = new SyncGate();
        return gate;
    }

    /** How often files were synced. */
    public synchronized int syncs() {
        return syncs;
    }

    /** The power goes: only what was synced is left. */
    public synchronized ForgetfulLogFolder crash() {
        return afterCrash(durablyNamed, (name, bytes) -> bytes.synced);
    }

    /** The process is killed: everything that was written is left. */
    public synchronized ForgetfulLogFolder kill() {
        return afterCrash(named, (name, bytes) -> bytes.written);
    }

    /** The power goes, and of the last file {@code sizeBytes} bytes are left, synced or not. */
    public synchronized ForgetfulLogFolder tearAt(int sizeBytes) {
        String last = named.lastKey();
        return afterCrash(
                named, (name, bytes) -> name.equals(last) ? Arrays.copyOf(bytes.written, sizeBytes) : bytes.written);
    }

    /** The power goes, and of what was not synced only the bytes of {@code name} from {@code from} on are left. */
    public synchronized ForgetfulLogFolder crashKeepingOnlyFrom(String name, int from) {
        return afterCrash(named, (each, bytes) -> {
            if (!each.equals(name)) {
                return bytes.synced;
            }
            byte[] holed = bytes.written.clone();
            Arrays.fill(holed, bytes.synced.length, from, (byte) 0);
            return holed;
        });
    }

    private interface Survival {
        byte[] of(String name, Bytes bytes);
    }

    private ForgetfulLogFolder afterCrash(TreeMap<String, Bytes> names, Survival survival) {
        ForgetfulLogFolder next = new ForgetfulLogFolder();
        names.forEach((name, bytes) -> next.put(name, survival.of(name, bytes)));
        dead = true;
        return next;
    }

    /** The bytes of a file as written. */
    public synchronized byte[] bytes(String name) {
        return get(name).written.clone();
    }

    /** Puts a file in place, durably. */
    public synchronized void put(String name, byte[] content) {
        Bytes bytes = new Bytes();
        bytes.written = content.clone();
        bytes.synced = content.clone();
        named.put(name, bytes);
        durablyNamed.put(name, bytes);
    }

    /** Turns one bit (0 to 7) of a file around, durably. */
    public synchronized void flipBit(String name, int offset, int bit) {
        byte[] content = bytes(name);
        content[offset] ^= (byte) (1 << bit);
        put(name, content);
    }

    // The port

    @Override
    public synchronized List<String> list() {
        return List.copyOf(named.keySet());
    }

    @Override
    public synchronized LogFile open(String name) throws IOException {
        requireAlive();
        return new ForgetfulFile(get(name));
    }

    @Override
    public synchronized LogFile create(String name) throws IOException {
        requireAlive();
        Bytes bytes = new Bytes();
        named.put(name, bytes);
        return new ForgetfulFile(bytes);
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        requireAlive();
        named.remove(name);
    }

    @Override
    public synchronized void sync() throws IOException {
        requireAlive();
        if (!ignoringSyncs) {
            durablyNamed.clear();
            durablyNamed.putAll(named);
        }
    }

    private Bytes get(String name) {
        Bytes bytes = named.get(name);
        if (bytes == null) {
            throw new IllegalArgumentException("no such file: " + name + " in " + named.keySet());
        }
        return bytes;
    }

    private void requireAlive() throws IOException {
        if (dead) {
            throw new IOException("the machine is off");
        }
    }

    @Override
    public synchronized String toString() {
        return "ForgetfulLogFolder" + named.keySet();
    }

    private final class ForgetfulFile implements LogFile {
        private final Bytes bytes;

        private ForgetfulFile(Bytes bytes) {
            this.bytes = bytes;
        }

        @Override
        public long sizeBytes() {
            synchronized (ForgetfulLogFolder.this) {
                return bytes.written.length;
            }
        }

        @Override
        public int read(long offsetBytes, ByteBuffer into) {
            synchronized (ForgetfulLogFolder.this) {
                int count = Math.clamp(bytes.written.length - offsetBytes, 0, into.remaining());
                into.put(bytes.written, (int) Math.min(offsetBytes, bytes.written.length), count);
                return count;
            }
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            synchronized (ForgetfulLogFolder.this) {
                requireAlive();
                int count = (int) Math.min(source.remaining(), spaceBytes);
                spaceBytes -= count;
                int before = bytes.written.length;
                bytes.written = Arrays.copyOf(bytes.written, before + count);
                source.get(bytes.written, before, count);
                if (source.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void sync() throws IOException {
            passGate();
            synchronized (ForgetfulLogFolder.this) {
                requireAlive();
                syncs++;
                if (syncsUntilFailure == 0) {
                    throw new IOException("Input/output error");
                }
                syncsUntilFailure--;
                if (!ignoringSyncs) {
                    bytes.synced = bytes.written.clone();
                }
            }
        }

        private void passGate() throws IOException {
            SyncGate here;
            synchronized (ForgetfulLogFolder.this) {
                here = gate;
            }
            if (here != null) {
                here.arrived.countDown();
                try {
                    here.open.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            synchronized (ForgetfulLogFolder.this) {
                requireAlive();
                bytes.written = Arrays.copyOf(bytes.written, (int) sizeBytes);
            }
        }

        @Override
        public void close() {}
    }
}
