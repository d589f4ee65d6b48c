package io.sluice.engine.memory;

/** What off-heap bytes are for: the first level of the account. */
public enum MemoryTag {
    /** Fields and indexes of loaded sealed segments. */
    LOAD("load"),
    /** Growing rows. */
    WRITE_BUFFER("write-buffer"),
    /** Working memory of index builds. */
    INDEX_BUILD("index-build"),
    /** Rows of sealed segments that are being merged. */
    COMPACTION("compaction"),
    /** Short-lived working memory inside one call. */
    SCRATCH("scratch");

    private final String label;

    MemoryTag(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
