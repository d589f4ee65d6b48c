package io.sluice.engine.store;

import java.util.List;

/**
 * Immutable files by key: segment data, deltas, indexes. A port; the default is {@code LocalSegmentStore}.
 *
 * <p>Keys are relative paths of {@code [a-z0-9._-]} names joined by {@code /}, such as {@code 450/451/452.seg}.
 * Methods block; call them from {@code segment-io}, seal or build threads. Thread-safe.
 */
public interface SegmentStore extends AutoCloseable {
    /**
     * Opens a file for range reads.
     *
     * @throws io.sluice.engine.error.EngineException.Corrupt if there is no such file, naming it
     */
    StoredFile open(String key);

    /** Starts a file; nothing is visible under {@code key} before {@link StoredFileWriter#commit}. */
    StoredFileWriter create(String key);

    /** Deletes a file; deleting what is not there is harmless. */
    void delete(String key);

    /** Every committed key. */
    List<String> list();

    /** Removes the leftovers of writers that never committed; called once at start. */
    void sweepUncommitted();

    @Override
    void close();
}
