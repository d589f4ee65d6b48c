package io.sluice.engine;

import static io.sluice.engine.ThingRows.NAME;
import static io.sluice.engine.ThingRows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.FakeCatalog;
import io.sluice.engine.log.ForgetfulLogFolder;
import io.sluice.engine.store.FaultyStore;
import io.sluice.engine.store.MemoryStore;
import io.sluice.engine.store.SegmentStore;
import io.sluice.engine.store.StoredFile;
import io.sluice.engine.store.StoredFileWriter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is left when the power goes at any step of a merge, or when a step fails. */
final class CompactionCrashTest {
    /** What a crash leaves: the files, the records, the log. */
    private record Remains(String step, MemoryStore files, FakeCatalog catalog, ForgetfulLogFolder log) {}

    /** Keeps what a crash would leave before and after every step that the store sees. */
    private static final class CrashingStore implements SegmentStore {
        private final MemoryStore files = new MemoryStore();
        private final FakeCatalog catalog;
        private final ForgetfulLogFolder log;
        private final List<Remains> remains = new ArrayList<>(); // guarded by this
        private boolean recording; // guarded by this

        CrashingStore(FakeCatalog catalog, ForgetfulLogFolder log) {
            this.catalog = catalog;
            this.log = log;
        }

        synchronized void record() {
            recording = true;
        }

        synchronized List<Remains> remains() {
            return List.copyOf(remains);
        }

        private synchronized void step(String step) {
            if (recording) {
                FakeCatalog records = catalog.copied(); // before the files: they are made first and deleted last
                var copy = new MemoryStore();
                files.list().forEach(key -> copy.put(key, files.bytes(key)));
                var logCopy = new ForgetfulLogFolder();
                log.list().forEach(name -> logCopy.put(name, log.bytes(name)));
                remains.add(new Remains(step, copy, records, logCopy));
            }
        }

        @Override
        public StoredFile open(String key) {
            return files.open(key);
        }

        @Override
        public StoredFileWriter create(String key) {
            step("create " + key);
            StoredFileWriter writer = files.create(key);
            return new StoredFileWriter() {
                @Override
                public void write(MemorySegment bytes) {
                    writer.write(bytes);
                }

                @Override
                public long positionBytes() {
                    return writer.positionBytes();
                }

                @Override
                public void commit() {
                    writer.commit();
                    step("committed " + key);
                }

                @Override
                public void close() {
                    writer.close();
                }
            };
        }

        @Override
        public void delete(String key) {
            step("delete " + key);
            files.delete(key);
        }

        @Override
        public List<String> list() {
            return files.list();
        }

        @Override
        public void sweepUncommitted() {}

        @Override
        public void close() {}
    }

    private static TestEngine start(FakeCatalog catalog, SegmentStore store, ForgetfulLogFolder log) {
        return TestEngine.start(TestEngine.compacting(512L << 20, Duration.ZERO), catalog, store, log);
    }

    private static void fill(TestEngine test) {
        test.create(NAME, ThingRows.schema());
        test.index(NAME, "vector", "HNSW", "L2");
        for (int i = 0; i < 3; i++) {
            test.insert(NAME, 500, rows(i * 500L, 500));
            test.flush(NAME);
        }
        test.delete(NAME, 3, 700, 1_400);
        test.flush(NAME);
        test.insert(NAME, 10, rows(1_500, 10)); // in the log only
        test.delete(NAME, 4);
        test.settle(NAME);
    }

    private static final int ROWS = 1_500 + 10 - 4;

    private static void check(TestEngine test, String step) {
        test.load(NAME);
        assertThat(test.count(NAME)).as(step).isEqualTo(ROWS);
        assertThat(test.query(NAME, "id in [3, 4, 700, 1400]", "id").rowCount())
                .as(step)
                .isZero();
        assertThat(ThingRows.nearest(test, 701)).as(step).isEqualTo(701);
        test.settle(NAME);
        assertThat(test.count(NAME)).as(step).isEqualTo(ROWS);
    }

    private static TreeSet<String> named(FakeCatalog catalog) {
        CatalogSnapshot all = java.util.Objects.requireNonNull(catalog.readAll().block());
        TreeSet<String> keys = new TreeSet<>();
        Stream.of(
                        all.segments().stream().map(segment -> segment.key()),
                        all.deltas().stream().map(delta -> delta.key()),
                        all.indexFiles().stream().map(file -> file.key()))
                .flatMap(each -> each)
                .forEach(keys::add);
        return keys;
    }

    /** Goal: no step of a merge may be the last without loss. Method: restart from copies taken at each of them. */
    @Test
    void crash_atEveryStep_losesNothingAndLeavesNoUnnamedFile() {
        var catalog = new FakeCatalog();
        var log = new ForgetfulLogFolder();
        var store = new CrashingStore(catalog, log);
        try (TestEngine test = start(catalog, store, log)) {
            fill(test);
            store.record();
            assertThat(test.compact(NAME).merges()).hasSize(1);
            while (!new TreeSet<>(store.list()).equals(named(catalog))) {
                Thread.onSpinWait();
            }
            check(test, "no crash");
        }
        assertThat(store.remains()).extracting(Remains::step).anyMatch(step -> step.endsWith(".idx"));
        assertThat(store.remains()).extracting(Remains::step).anyMatch(step -> step.startsWith("delete"));
        assertThat(store.remains()).hasSizeGreaterThan(6);
        for (Remains left : store.remains()) {
            try (TestEngine test = start(left.catalog(), left.files(), left.log())) {
                assertThat(left.files().list()).as(left.step()).containsExactlyElementsOf(named(left.catalog()));
                check(test, left.step());
            }
        }
    }

    /** Goal: a failure of any kind leaves everything as it was, and the next attempt succeeds. */
    @Test
    void failures_ofWritesCommitsAndTheCatalog_changeNothing() {
        var catalog = new FakeCatalog();
        var files = new MemoryStore();
        var store = new FaultyStore(files);
        try (TestEngine test = start(catalog, store, new ForgetfulLogFolder())) {
            fill(test);
            test.load(NAME);
            List<Runnable> faults = List.of(
                    () -> store.failWrites(1),
                    () -> store.failCommits(1),
                    () -> store.failReadAfter(4),
                    catalog::failNext);
            for (Runnable fault : faults) {
                fault.run();
                CompactionView failed = test.compact(NAME);
                assertThat(failed.failedPlans()).isEqualTo(1);
                assertThat(failed.reason()).isNotEmpty();
                assertThat(test.stored(NAME).stream()
                                .filter(segment -> segment.state().equals("Flushed")))
                        .hasSize(3);
                assertThat(test.count(NAME)).isEqualTo(ROWS);
                assertThat(store.openFiles()).isZero();
            }
            assertThat(test.compact(NAME).merges()).hasSize(1);
            test.settle(NAME);
            assertThat(test.count(NAME)).isEqualTo(ROWS);
        }
        try (TestEngine test = start(catalog.reopened(), files, new ForgetfulLogFolder())) {
            assertThat(files.list()).containsExactlyElementsOf(named(catalog.reopened()));
            test.load(NAME);
            assertThat(test.rowCount(NAME)).isPositive();
        }
    }
}
