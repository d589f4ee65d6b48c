package io.sluice.engine.load;

import io.sluice.engine.memory.Lease;
import io.sluice.engine.segment.FilledColumn;
import io.sluice.engine.segment.PartChecksum;
import io.sluice.engine.segment.PartDirectory;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Moves bytes from files to their final place, once, and checks them while they are hot. Blocks; for {@code segment-io}
 * threads. Thread-safe: each call opens its own file and holds its own lease.
 */
final class SegmentCopy {
    private final SegmentStore store;
    private final StagedParts staged;
    private final JobStop stop;
    private final Set<Object> underWay = ConcurrentHashMap.newKeySet(); // as many as there are readers

    SegmentCopy(SegmentStore store, StagedParts staged, JobStop stop) {
        this.store = store;
        this.staged = staged;
        this.stop = stop;
    }

    /** Reads the directory of a file and makes room for the parts in it that the plan wants. */
    List<PartSource> stage(List<PartSource> partsOfFile) {
        stop.throwIfRequested();
        PartSource first = partsOfFile.getFirst();
        if (first.filled() != null) {
            partsOfFile.forEach(this::fill);
            return partsOfFile;
        }
        var what = "the directory of " + first.key();
        underWay.add(what);
        try (StoredFile file = store.open(first.key())) {
            var directory = PartDirectory.read(file, first.key(), first.fileKind(), first.ownerId());
            for (PartSource part : partsOfFile) {
                staged.allocate(part, directory.part(part.part().partId()));
            }
        } finally {
            underWay.remove(what);
        }
        return partsOfFile;
    }

    private void fill(PartSource source) {
        FilledColumn filled = Objects.requireNonNull(source.filled());
        staged.allocate(source, filled.layout(source.key(), source.rowCount()));
        try (Lease lease =
                staged.part(source).ownerLease().tryShare("load fill").orElseThrow()) {
            filled.fill(lease.bytes(), source.rowCount());
        }
    }

    /** Fills one chunk of a part's memory and checks its blocks; of a part in no file that is done already. */
    SegmentChunk read(SegmentChunk chunk) {
        stop.throwIfRequested();
        PartSource source = chunk.part();
        if (source.filled() != null) {
            return chunk;
        }
        LoadedPart part = staged.part(source);
        underWay.add(chunk);
        try (Lease lease = part.ownerLease().tryShare("load copy").orElseThrow();
                StoredFile file = store.open(source.key())) {
            MemorySegment bytes = lease.bytes().asSlice(chunk.offsetBytes(), chunk.sizeBytes());
            long startBytes = part.layout().offsetBytes() + chunk.offsetBytes();
            int block = chunk.firstBlock();
            for (long at = 0; at < bytes.byteSize(); at += PartDirectory.BLOCK_BYTES) {
                // block by block: a whole chunk would have left the core's cache before it is checked
                MemorySegment piece = bytes.asSlice(at, Math.min(PartDirectory.BLOCK_BYTES, bytes.byteSize() - at));
                file.read(startBytes + at, piece);
                PartChecksum.verify(part.layout(), block++, piece, source.key(), source.name());
                Thread.yield(); // there may be no more cores than readers, and others have to tell of the load
            }
        } finally {
            underWay.remove(chunk);
        }
        return chunk;
    }

    /** What is being read at present, for people. */
    Set<Object> underWay() {
        return Set.copyOf(underWay);
    }
}
