package io.sluice.engine;

import static io.sluice.engine.ThingRows.NAME;
import static io.sluice.engine.ThingRows.nearest;
import static io.sluice.engine.ThingRows.rows;
import static io.sluice.engine.ThingRows.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.catalog.FakeCatalog;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.log.ForgetfulLogFolder;
import io.sluice.engine.schema.Column;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.store.FaultyStore;
import io.sluice.engine.store.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Merges through the façade: what is merged, what goes, what is served meanwhile. */
final class CompactionTest {
    private static final UnaryOperator<EngineOptions> PURGING = TestEngine.compacting(512L << 20, Duration.ZERO);
    private static final UnaryOperator<EngineOptions> KEEPING = TestEngine.compacting(512L << 20, Duration.ofHours(1));

    private static TestEngine filled(UnaryOperator<EngineOptions> options, int segments, int rowsEach) {
        TestEngine test = TestEngine.start(options);
        fill(test, "HNSW", segments, rowsEach);
        return test;
    }

    private static void fill(TestEngine test, String indexType, int segments, int rowsEach) {
        test.create(NAME, ThingRows.schema());
        test.index(NAME, "vector", indexType, "L2");
        for (int i = 0; i < segments; i++) {
            test.insert(NAME, rowsEach, rows((long) i * rowsEach, rowsEach));
            test.flush(NAME);
        }
    }

    private static long files(TestEngine test, String ending) {
        try (var files = Files.walk(test.segmentFolder())) {
            return files.filter(file -> file.toString().endsWith(ending)).count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (UncheckedIOException vanished) {
            return files(test, ending); // a file went away while we looked
        }
    }

    private static void awaitFiles(TestEngine test, String ending, long count) {
        while (files(test, ending) != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void flushes_leavingManySmallSegments_areMergedWithoutBeingAsked() {
        try (TestEngine test = filled(KEEPING, 8, 20)) {
            while (test.stored(NAME).size() > 1) {
                Thread.onSpinWait();
            }
            assertThat(test.stored(NAME).getFirst().rowCount()).isEqualTo(160);
            assertThat(test.rowCount(NAME)).isEqualTo(160);
            awaitFiles(test, ".seg", 1);
            test.restart();
            test.load(NAME);
            assertThat(test.count(NAME)).isEqualTo(160);
            assertThat(nearest(test, 77)).isEqualTo(77);
        }
    }

    @Test
    void compact_afterDeletes_leavesThemOutAndForgetsTheDeltas() {
        try (TestEngine test = filled(PURGING, 3, 100)) {
            test.delete(NAME, 5, 6, 150, 999);
            test.upsert(NAME, 1, rows(7, 1, 1_000));
            test.flush(NAME);
            assertThat(test.rowCount(NAME)).isEqualTo(301);
            CompactionView done = test.compact(NAME);
            assertThat(done.completedPlans()).isEqualTo(1);
            assertThat(done.failedPlans()).isZero();
            assertThat(done.merges()).hasSize(1);
            assertThat(done.merges().getFirst().sources()).hasSize(4);
            assertThat(test.stored(NAME))
                    .extracting(SegmentDescription::segmentId)
                    .containsExactly(done.merges().getFirst().target());
            assertThat(test.rowCount(NAME)).isEqualTo(297);
            awaitFiles(test, ".seg", 1);
            awaitFiles(test, ".del", 0);
            test.restart();
            assertThat(test.rowCount(NAME)).isEqualTo(297);
            test.load(NAME);
            assertThat(test.count(NAME)).isEqualTo(297);
            QueryResult seven = test.query(NAME, "id in [5, 7, 150]", "price", "color", "rank");
            assertThat(ThingRows.doubles(seven, "price")).containsExactly(1_000.7);
        }
    }

    @Test
    void compact_ofASegmentWithoutDeletedRows_forgetsDeltasThatHitNothing() {
        try (TestEngine test = filled(PURGING, 1, 100)) {
            test.delete(NAME, 5_000);
            test.flush(NAME);
            awaitFiles(test, ".del", 1);
            long before = test.stored(NAME).getFirst().segmentId();
            assertThat(test.compact(NAME).merges()).isEmpty();
            awaitFiles(test, ".del", 0);
            assertThat(test.stored(NAME).getFirst().segmentId()).isEqualTo(before);
            test.restart();
            assertThat(test.rowCount(NAME)).isEqualTo(100);
        }
    }

    @Test
    void compact_withNothingToDo_answersMinusOne() {
        try (TestEngine test = filled(PURGING, 1, 50)) {
            CompactionView nothing = test.get(test.engine().compact(CompactionRequest.of(TestEngine.DB, NAME)));
            assertThat(nothing.compactionId()).isEqualTo(-1);
            assertThat(nothing.planCount()).isZero();
            assertThat(test.get(test.engine().compaction(-1)).completed()).isTrue();
            assertThat(test.get(test.engine().compaction(123_456)).completed()).isTrue();
        }
    }

    @Test
    void compact_byIdAndOnlyDeletes_mergesNothing() {
        try (TestEngine test = filled(PURGING, 2, 50)) {
            test.delete(NAME, 1);
            test.flush(NAME);
            long id = test.get(test.engine().describeCollection(TestEngine.DB, NAME))
                    .id();
            CompactionView done =
                    test.compact(new CompactionRequest(TestEngine.DB, "", id, true, false, 0, 0, List.of()));
            assertThat(done.merges()).hasSize(1);
            assertThat(test.stored(NAME)).hasSize(2);
            assertThat(test.rowCount(NAME)).isEqualTo(99);
            EngineException unknown = test.refused(test.engine()
                    .compact(new CompactionRequest(TestEngine.DB, "", 1L << 60, false, false, 0, 0, List.of())));
            assertThat(unknown.text()).startsWith("collection not found");
        }
    }

    @Test
    void compact_withATarget_fillsSegmentsUpToIt() {
        try (TestEngine test = filled(KEEPING, 6, 200)) {
            long bytes = files(test, ".seg") == 0 ? 0 : 100 << 10;
            CompactionView done =
                    test.compact(new CompactionRequest(TestEngine.DB, NAME, 0, false, true, bytes, 0, List.of()));
            assertThat(done.merges()).isNotEmpty();
            assertThat(test.stored(NAME).size()).isBetween(2, 5);
            assertThat(test.rowCount(NAME)).isEqualTo(1_200);
        }
    }

    /** Goal: a loaded collection has the new segment with its index, in place of the old ones, and nothing twice. */
    @Test
    void compact_whileLoaded_swapsWithIndexAndGivesTheOldBytesBack() {
        try (TestEngine test = filled(PURGING, 3, 1_500)) {
            test.settle(NAME);
            test.load(NAME);
            test.delete(NAME, 10, 2_000);
            test.flush(NAME);
            assertThat(test.loaded(NAME)).hasSize(3);
            CompactionView done = test.compact(NAME);
            assertThat(test.count(NAME)).isEqualTo(4_498);
            test.settle(NAME);
            List<SegmentDescription> loaded = test.loaded(NAME);
            assertThat(loaded).hasSize(1);
            assertThat(loaded.getFirst().segmentId())
                    .isEqualTo(done.merges().getFirst().target());
            assertThat(loaded.getFirst().indexId()).isPositive();
            assertThat(loaded.getFirst().state()).isEqualTo("Sealed");
            assertThat(loaded.getFirst().rowCount()).isEqualTo(4_498);
            assertThat(loaded.getFirst().memoryBytes()).isEqualTo(test.loadBytes());
            assertThat(test.count(NAME)).isEqualTo(4_498);
            assertThat(nearest(test, 4_321)).isEqualTo(4_321);
            assertThat(nearest(test, 2_000)).isNotEqualTo(2_000);
            awaitFiles(test, ".seg", 1);
            awaitFiles(test, ".idx", 1);
            test.release(NAME);
            assertThat(test.loadBytes()).isZero();
        }
    }

    @Test
    void compact_ofRowsAllDeleted_leavesNothing() {
        try (TestEngine test = filled(PURGING, 2, 30)) {
            test.load(NAME);
            long[] all = new long[60];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            test.delete(NAME, all);
            test.flush(NAME);
            while (!test.stored(NAME).isEmpty()) {
                Thread.onSpinWait(); // so many deleted rows need no request
            }
            assertThat(test.loaded(NAME)).isEmpty();
            assertThat(test.count(NAME)).isZero();
            while (test.loadBytes() > 0) {
                Thread.onSpinWait();
            }
            test.insert(NAME, 3, rows(0, 3));
            assertThat(test.count(NAME)).isEqualTo(3);
            test.restart();
            test.settle(NAME);
            assertThat(test.count(NAME)).isEqualTo(3);
        }
    }

    private static QueryRequest countAt(long timestamp) {
        return new QueryRequest(
                TestEngine.DB, NAME, List.of(), "", Map.of(), null, List.of("count(*)"), -1, 0, false, timestamp);
    }

    private static long countAt(TestEngine test, long timestamp) {
        QueryResult result = test.get(test.engine().query(countAt(timestamp)));
        return ((Column.Longs) result.columns().getFirst().column()).values()[0];
    }

    @Test
    void readsAtAnOldTimestamp_withinTheRetention_seeDeletedRowsAfterAMerge() {
        try (TestEngine test = filled(KEEPING, 3, 100)) {
            test.load(NAME);
            long before = test.insert(NAME, 1, rows(300, 1)).timestamp();
            assertThat(countAt(test, before)).isEqualTo(301);
            test.delete(NAME, 1, 2, 3);
            test.flush(NAME);
            assertThat(test.compact(NAME).merges()).hasSize(1);
            test.settle(NAME);
            assertThat(test.loaded(NAME)).hasSize(1);
            assertThat(test.count(NAME)).isEqualTo(298);
            assertThat(countAt(test, before)).isEqualTo(301);
            assertThat(test.rowCount(NAME)).isEqualTo(301);
        }
    }

    @Test
    void readsAtAnOldTimestamp_afterTheRetention_areRefusedInsteadOfMissingRows() {
        try (TestEngine test = filled(PURGING, 3, 100)) {
            test.load(NAME);
            long before = test.insert(NAME, 1, rows(300, 1)).timestamp();
            assertThat(countAt(test, before)).isEqualTo(301);
            test.delete(NAME, 1, 2, 3);
            test.flush(NAME);
            test.compact(NAME);
            test.settle(NAME);
            String refusal = "timestamp is too old to read at";
            assertThat(test.refused(test.engine().query(countAt(before))).text())
                    .startsWith(refusal);
            assertThat(test.count(NAME)).isEqualTo(298);

            test.restart();
            test.settle(NAME);
            assertThat(test.refused(test.engine().query(countAt(before))).text())
                    .as("after a restart")
                    .startsWith(refusal);
            assertThat(test.count(NAME)).isEqualTo(298);
        }
    }

    /** Goal: a delete that comes between the reading of the old rows and the swap is not lost. Method: reads wait at a gate. */
    @Test
    void deletes_duringAMerge_hold() throws InterruptedException {
        var store = new FaultyStore(new MemoryStore());
        try (TestEngine test = TestEngine.start(PURGING, new FakeCatalog(), store, new ForgetfulLogFolder())) {
            fill(test, "FLAT", 3, 100);
            test.load(NAME);
            FaultyStore.Gate gate = store.holdReads();
            long id = test.get(test.engine().compact(CompactionRequest.of(TestEngine.DB, NAME)))
                    .compactionId();
            gate.awaitReader();
            test.delete(NAME, 42);
            test.upsert(NAME, 1, rows(43, 1, 500));
            var flush = test.engine().flush(TestEngine.DB, NAME).toFuture();
            flush.join();
            test.delete(NAME, 44);
            gate.open();
            while (!test.get(test.engine().compaction(id)).completed()) {
                Thread.onSpinWait();
            }
            test.settle(NAME);
            assertThat(test.count(NAME)).isEqualTo(298);
            assertThat(test.query(NAME, "id in [42, 44]", "id").rowCount()).isZero();
            assertThat(ThingRows.doubles(test.query(NAME, "id == 43", "price"), "price"))
                    .containsExactly(504.3);
            test.release(NAME);
            test.load(NAME);
            assertThat(test.count(NAME)).isEqualTo(298);
        }
    }

    /** Goal: a load that was planned before a merge finds its files, and its rows are there once. Method: reads wait. */
    @Test
    void load_plannedBeforeAMerge_isNotDisturbedByIt() throws InterruptedException {
        var store = new FaultyStore(new MemoryStore());
        try (TestEngine test = TestEngine.start(PURGING, new FakeCatalog(), store, new ForgetfulLogFolder())) {
            fill(test, "FLAT", 3, 100);
            test.delete(NAME, 250);
            test.flush(NAME);
            FaultyStore.Gate gate = store.holdReads();
            var load = test.engine()
                    .load(io.sluice.engine.load.LoadRequest.of(TestEngine.DB, NAME))
                    .flatMap(operation -> test.engine().finished(operation.id()))
                    .toFuture();
            gate.awaitReader();
            long id = test.get(test.engine().compact(CompactionRequest.of(TestEngine.DB, NAME)))
                    .compactionId();
            gate.open();
            assertThat(load.join().failure()).isNull();
            assertThat(test.count(NAME)).isEqualTo(299);
            while (!test.get(test.engine().compaction(id)).completed()) {
                Thread.onSpinWait();
            }
            assertThat(test.count(NAME)).isEqualTo(299);
            test.settle(NAME);
            assertThat(test.loaded(NAME)).hasSize(1);
            assertThat(test.count(NAME)).isEqualTo(299);
        }
    }

    @Test
    void compact_withoutMemory_waitsSayingWhyAndGoesOnLater() {
        UnaryOperator<EngineOptions> small = options -> PURGING.apply(new EngineOptions(
                options.dataFolder(),
                2 << 20,
                options.searchThreads(),
                options.indexBuildThreads(),
                options.sealBytes(),
                options.sealAfter(),
                options.logLimitBytes(),
                LoadOptions.defaults(),
                options.compaction()));
        try (TestEngine test = TestEngine.start(small)) {
            fill(test, "FLAT", 7, 2_500);
            test.load(NAME);
            long id = test.get(test.engine().compact(CompactionRequest.of(TestEngine.DB, NAME)))
                    .compactionId();
            CompactionView waiting = test.get(test.engine().compaction(id));
            while (waiting.reason().isEmpty()) {
                assertThat(waiting.completed()).isFalse();
                waiting = test.get(test.engine().compaction(id));
            }
            assertThat(waiting.reason()).startsWith("memory limit exceeded").contains("beside the old ones");
            assertThat(test.count(NAME)).isEqualTo(17_500);
            test.release(NAME);
            while (!test.get(test.engine().compaction(id)).completed()) {
                Thread.onSpinWait();
            }
            assertThat(test.stored(NAME)).hasSize(1);
            assertThat(test.rowCount(NAME)).isEqualTo(17_500);
        }
    }

    @Test
    void compact_ofADamagedFile_failsAndLeavesEverything() {
        var files = new MemoryStore();
        var store = new FaultyStore(files);
        try (TestEngine test = TestEngine.start(PURGING, new FakeCatalog(), store, new ForgetfulLogFolder())) {
            fill(test, "FLAT", 2, 100);
            String damaged = files.list().getFirst();
            store.flipBit(damaged, 2 * 4096 + 9, 1);
            CompactionView failed = test.compact(NAME);
            assertThat(failed.failedPlans()).isEqualTo(1);
            assertThat(failed.reason()).contains(damaged);
            assertThat(test.stored(NAME)).hasSize(2);
            store.heal();
            assertThat(test.compact(NAME).merges()).hasSize(1);
            assertThat(test.rowCount(NAME)).isEqualTo(200);
        }
    }

    @Test
    void close_duringAMerge_endsItAndTheNextStartHasEverything() throws InterruptedException {
        var files = new MemoryStore();
        var store = new FaultyStore(files);
        var catalog = new FakeCatalog();
        var log = new ForgetfulLogFolder();
        FaultyStore.Gate gate;
        try (TestEngine test = TestEngine.start(PURGING, catalog, store, log)) {
            fill(test, "FLAT", 3, 100);
            gate = store.holdReads();
            assertThat(test.get(test.engine().compact(CompactionRequest.of(TestEngine.DB, NAME)))
                            .compactionId())
                    .isPositive();
            gate.awaitReader();
            gate.open();
        }
        try (TestEngine test = TestEngine.start(PURGING, catalog.reopened(), files, log)) {
            assertThat(test.rowCount(NAME)).isEqualTo(300);
            test.load(NAME);
            assertThat(test.count(NAME)).isEqualTo(300);
        }
    }

    @Test
    void flush_answersWhatItSealedAndWhatWasThere() {
        try (TestEngine test = TestEngine.start(KEEPING)) {
            test.create(NAME, ThingRows.schema());
            test.insert(NAME, 10, rows(0, 10));
            assertThat(test.stored(NAME)).extracting(SegmentDescription::state).containsExactly("Growing");
            long growing = test.stored(NAME).getFirst().segmentId();
            assertThat(test.get(test.engine().isFlushed(List.of(growing)))).isFalse();
            FlushResult first = test.flush(NAME);
            assertThat(first.segmentIds()).containsExactly(growing);
            assertThat(first.flushedSegmentIds()).isEmpty();
            assertThat(test.stored(NAME)).extracting(SegmentDescription::state).containsExactly("Flushed");
            assertThat(test.get(test.engine().isFlushed(TestEngine.DB, NAME, first.segmentIds(), first.timestamp())))
                    .isTrue();

            long later = test.insert(NAME, 10, rows(10, 10)).timestamp();
            assertThat(test.get(test.engine().isFlushed(TestEngine.DB, NAME, List.of(), later)))
                    .isFalse();
            assertThat(test.get(test.engine().isAllFlushed(later))).isFalse();
            assertThat(test.get(test.engine().isAllFlushed(first.timestamp()))).isTrue();
            FlushAllResult all = test.get(test.engine().flushAll(List.of()));
            assertThat(all.timestamp()).isGreaterThanOrEqualTo(later);
            assertThat(all.collections()).hasSize(1);
            assertThat(all.collections().getFirst().flushedSegmentIds()).containsExactly(growing);
            assertThat(test.get(test.engine().isAllFlushed(all.timestamp()))).isTrue();

            long deleted = test.delete(NAME, 3).timestamp();
            assertThat(test.get(test.engine().isFlushed(TestEngine.DB, NAME, List.of(), deleted)))
                    .isFalse();
            FlushAllResult named =
                    test.get(test.engine().flushAll(List.of(new FlushTarget(TestEngine.DB, List.of(NAME)))));
            assertThat(named.collections().getFirst().segmentIds()).isEmpty();
            assertThat(test.get(test.engine().isFlushed(TestEngine.DB, NAME, List.of(), deleted)))
                    .isTrue();
            assertThat(test.get(test.engine().isFlushed(List.of()))).isTrue();
        }
    }

    @Test
    void loadedSegments_ofALoadedCollection_areSealedAndGrowing() {
        try (TestEngine test = filled(KEEPING, 1, 10)) {
            assertThat(test.loaded(NAME)).isEmpty();
            test.load(NAME);
            test.insert(NAME, 5, rows(100, 5));
            assertThat(test.loaded(NAME))
                    .extracting(SegmentDescription::state)
                    .containsExactlyInAnyOrder("Sealed", "Growing");
        }
    }

    @Test
    void vectorsOfMergedRows_areTheirOwn() {
        try (TestEngine test = filled(KEEPING, 4, 60)) {
            test.compact(NAME);
            test.load(NAME);
            for (long id = 0; id < 240; id += 7) {
                assertThat(ThingRows.keys(test.search(NAME, "", vectorOf(id), 1, "")))
                        .containsExactly(id);
            }
            assertThat(test.query(NAME, "color == \"red\" and rank == 1", "id").rowCount())
                    .isEqualTo(8);
        }
    }
}
