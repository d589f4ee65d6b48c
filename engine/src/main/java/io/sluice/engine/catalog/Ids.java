package io.sluice.engine.catalog;

/**
 * Ids for everything, from the catalog's one counter in blocks of 2^20; never given twice, not even after a crash.
 * Thread-safe. May wait for the catalog once per block.
 */
public final class Ids {
    private static final int BLOCK = 1 << 20;

    private final Catalog catalog;
    private long next; // guarded by this
    private long end; // guarded by this

    public Ids(Catalog catalog) {
        this.catalog = catalog;
    }

    public synchronized long next() {
        if (next == end) {
            next = CatalogCalls.await(catalog.takeIds(BLOCK));
            end = next + BLOCK;
        }
        return next++;
    }
}
