package io.sluice.engine.store;

class MemoryStoreTest extends SegmentStoreContract {
    private final MemoryStore store = new MemoryStore();

    @Override
    SegmentStore store() {
        return store;
    }
}
