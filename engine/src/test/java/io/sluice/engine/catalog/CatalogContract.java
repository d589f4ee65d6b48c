package io.sluice.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Catalog} must do; a subclass says how to open one. */
public abstract class CatalogContract {
    private static final String ODD = "ä \u0000\"\\'; DROP TABLE x -- \n\t 漢字 🚰 $meta";

    private Catalog catalog;

    /** An empty catalog. */
    protected abstract Catalog openEmpty() throws Exception;

    /** The same catalog after a restart; {@code before} is closed already. */
    protected abstract Catalog reopen(Catalog before) throws Exception;

    @BeforeEach
    final void open() throws Exception {
        catalog = openEmpty();
    }

    @AfterEach
    final void close() {
        catalog.close().block();
    }

    private CatalogSnapshot afterRestart() throws Exception {
        catalog.close().block();
        catalog = reopen(catalog);
        return readAll();
    }

    private CatalogSnapshot readAll() {
        CatalogSnapshot all = catalog.readAll().block();
        assert all != null;
        return all;
    }

    @Test
    void readAll_emptyCatalog_isEmpty() {
        assertThat(readAll())
                .isEqualTo(new CatalogSnapshot(
                        List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                        List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    void put_everyKindOfRecord_comesBackAfterRestart() throws Exception {
        DatabaseRecord database = new DatabaseRecord(1, "default", Map.of("a", "b", ODD, ODD), Long.MAX_VALUE);
        CollectionRecord collection = new CollectionRecord(
                2, 1, "words", wideSchema(), 2, 3, Map.of("mmap.enabled", "true", "k", ODD), 7, 8, false);
        PartitionRecord partition = new PartitionRecord(3, 2, "_default", 9, 0, false);
        AliasRecord alias = new AliasRecord(1, "nick", 2);
        IndexRecord index = new IndexRecord(
                2,
                new IndexDefinition(4, "by_vector", 101, "HNSW", "L2", Map.of("M", "16", "efConstruction", "200")),
                10);
        SegmentRecord segment = new SegmentRecord(
                5,
                2,
                3,
                "2/3/5.seg",
                1_000,
                Long.MAX_VALUE,
                11,
                12,
                0,
                List.of(new PartRecord(100, 0, 4_096), new PartRecord(101, 4_096, 1L << 40)));
        DeltaRecord delta = new DeltaRecord(6, 2, 3, "2/3/6.del", 17, 1_024, 13, 14);
        IndexFileRecord indexFile =
                new IndexFileRecord(4, 5, "2/3/5-4.idx", 1L << 33, new PartRecord(0, 4_096, (1L << 33) - 8_192));
        LoadSpecRecord loadSpec =
                new LoadSpecRecord(2, false, List.of(3L), List.of(100, 101), true, 1, true, "op-1", 2, 15);
        UserRecord user = new UserRecord("root", "scheme$1$" + ODD, ODD);
        ResourceGroupRecord group = new ResourceGroupRecord(
                "rg", true, 1, Integer.MAX_VALUE, List.of("a", "b"), List.of("c"), Map.of("zone", ODD));
        ReplicaGroupRecord replicaGroup = new ReplicaGroupRecord(2, "rg");

        catalog.put(database).block();
        catalog.create(collection, partition).block();
        catalog.put(alias).block();
        catalog.put(index).block();
        catalog.commit(new SealCommit(2, 3, 99, List.of(segment), List.of(delta), List.of(), List.of()))
                .block();
        catalog.put(indexFile).block();
        catalog.put(loadSpec).block();
        catalog.put(user).block();
        catalog.putResourceGroups(List.of(group)).block();
        catalog.put(replicaGroup).block();

        assertThat(afterRestart())
                .isEqualTo(new CatalogSnapshot(
                        List.of(database),
                        List.of(collection),
                        List.of(new PartitionRecord(3, 2, "_default", 9, 99, false)),
                        List.of(alias),
                        List.of(index),
                        List.of(segment),
                        List.of(delta),
                        List.of(indexFile),
                        List.of(loadSpec),
                        List.of(user),
                        List.of(group),
                        List.of(replicaGroup)));
    }

    private static CollectionSchema wideSchema() {
        List<FieldSchema> fields = new ArrayList<>();
        fields.add(FieldSchema.of("id", DataType.INT64).asPrimaryKey(true));
        fields.add(FieldSchema.floatVector("vector", 768));
        fields.add(FieldSchema.varChar("text", 100).asNullable().withDefault(ODD));
        fields.add(FieldSchema.array("tags", DataType.VARCHAR, 8).withTypeParam("mmap.enabled", "true"));
        fields.add(FieldSchema.of("whole", DataType.INT8).withDefault(-5L));
        fields.add(FieldSchema.of("big", DataType.INT64).withDefault(Long.MIN_VALUE));
        fields.add(FieldSchema.of("real", DataType.DOUBLE).withDefault(5.0));
        fields.add(FieldSchema.of("tiny", DataType.DOUBLE).withDefault(Double.MIN_VALUE));
        fields.add(FieldSchema.of("flag", DataType.BOOL).withDefault(false));
        fields.add(new FieldSchema(
                0,
                "key",
                ODD,
                DataType.VARCHAR,
                null,
                false,
                false,
                true,
                true,
                false,
                false,
                null,
                Map.of("max_length", "10")));
        return new CollectionSchema(ODD, fields, true, 4).withIds();
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void put_everyFieldType_comesBackAfterRestart(DataType type) throws Exception {
        CollectionSchema schema = new CollectionSchema(
                "",
                List.of(
                        FieldSchema.of("plain", type),
                        new FieldSchema(
                                0,
                                "several",
                                "",
                                DataType.ARRAY,
                                type,
                                false,
                                false,
                                false,
                                false,
                                true,
                                false,
                                null,
                                Map.of())),
                false,
                0);

        catalog.put(new CollectionRecord(2, 1, "words", schema, 0, 1, Map.of(), 1, 1, false))
                .block();

        assertThat(afterRestart().collections().getFirst().schema()).isEqualTo(schema);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A", "select", "a'b", "a\"b", "a;b--", "a\\b", "%_", "漢字", "🚰", " ", "", "\n"})
    void put_oddNames_comeBackAfterRestart(String name) throws Exception {
        catalog.put(new DatabaseRecord(1, name, Map.of(name, name), 1)).block();
        catalog.create(collection(2, name), new PartitionRecord(3, 2, name, 1, 0, false))
                .block();
        catalog.put(new AliasRecord(1, name, 2)).block();
        catalog.put(new IndexRecord(2, new IndexDefinition(4, name, 100, name, name, Map.of(name, name)), 1))
                .block();

        CatalogSnapshot all = afterRestart();

        assertThat(all.databases().getFirst().name()).isEqualTo(name);
        assertThat(all.collections().getFirst().name()).isEqualTo(name);
        assertThat(all.partitions().getFirst().name()).isEqualTo(name);
        assertThat(all.aliases().getFirst().alias()).isEqualTo(name);
        assertThat(all.indexes().getFirst().definition().name()).isEqualTo(name);
    }

    @Test
    void put_namesThatDifferInCase_areDifferent() throws Exception {
        catalog.put(collection(2, "words")).block();
        catalog.put(collection(3, "Words")).block();

        assertThat(afterRestart().collections())
                .extracting(CollectionRecord::name)
                .containsExactly("words", "Words");
    }

    @Test
    void put_sameIdAgain_replaces() throws Exception {
        filled();
        catalog.put(new DatabaseRecord(1, "other", Map.of("x", "y"), 5)).block();
        catalog.put(collection(2, "renamed")).block();
        catalog.put(new AliasRecord(1, "nick", 12)).block();
        catalog.put(new LoadSpecRecord(2, true, List.of(), List.of(), false, 1, false, "op-9", 0, 1))
                .block();
        catalog.put(new IndexFileRecord(4, 5, "new key", 1, new PartRecord(0, 0, 1)))
                .block();

        CatalogSnapshot all = afterRestart();

        assertThat(all.databases()).extracting(DatabaseRecord::name).containsExactly("other");
        assertThat(all.collections()).extracting(CollectionRecord::name).containsExactly("renamed", "second");
        assertThat(all.aliases()).containsExactly(new AliasRecord(1, "nick", 12), new AliasRecord(1, "zweiter", 12));
        assertThat(all.loadSpecs()).extracting(LoadSpecRecord::operationId).containsExactly("op-9", "op-12");
        assertThat(all.indexFiles()).extracting(IndexFileRecord::key).containsExactly("new key", "15.idx");
        assertThat(all.segments()).hasSize(2);
        assertThat(all.partitions()).hasSize(2);
    }

    @Test
    void put_nameOfAnother_isRefusedAndLeavesNothing() {
        filled();
        CatalogSnapshot before = readAll();

        assertFails(() ->
                catalog.put(new DatabaseRecord(50, "default", Map.of(), 1)).block());
        assertFails(() -> catalog.put(collection(50, "words")).block());
        assertFails(() -> catalog.create(collection(50, "words"), new PartitionRecord(51, 50, "_default", 1, 0, false))
                .block());
        assertFails(() -> catalog.put(new PartitionRecord(50, 12, "_default", 1, 0, false))
                .block());

        assertFails(() -> catalog.put(
                        new IndexRecord(2, new IndexDefinition(50, "vector", 100, "FLAT", "L2", Map.of()), 1))
                .block());

        assertThat(readAll()).isEqualTo(before);
    }

    @Test
    void put_nameOfOneThatIsBeingDropped_works() throws Exception {
        filled();
        catalog.put(new CollectionRecord(2, 1, "words", schema(), 0, 1, Map.of(), 1, 1, true))
                .block();
        catalog.create(collection(50, "words"), new PartitionRecord(51, 50, "_default", 1, 0, false))
                .block();
        catalog.put(new PartitionRecord(13, 12, "_default", 1, 0, true)).block();
        catalog.put(new PartitionRecord(52, 12, "_default", 1, 0, false)).block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.collections()).extracting(CollectionRecord::dropping).containsExactly(true, false, false);
        assertThat(all.partitions()).extracting(PartitionRecord::id).containsExactly(3L, 13L, 51L, 52L);
    }

    @Test
    void create_partitionOfAnUnknownCollection_leavesNothing() {
        assertFails(() -> catalog.create(collection(2, "words"), new PartitionRecord(3, 99, "_default", 1, 0, false))
                .block());

        assertThat(readAll().collections()).isEmpty();
        assertThat(readAll().partitions()).isEmpty();
    }

    @Test
    void dropCollection_withEverything_removesAllOfItAndNothingElse() throws Exception {
        filled();

        catalog.dropCollection(2).block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.databases()).hasSize(1);
        assertThat(all.collections()).extracting(CollectionRecord::id).containsExactly(12L);
        assertThat(all.partitions()).extracting(PartitionRecord::id).containsExactly(13L);
        assertThat(all.aliases()).extracting(AliasRecord::alias).containsExactly("zweiter");
        assertThat(all.indexes()).extracting(index -> index.definition().id()).containsExactly(14L);
        assertThat(all.segments()).extracting(SegmentRecord::id).containsExactly(15L);
        assertThat(all.deltas()).extracting(DeltaRecord::id).containsExactly(16L);
        assertThat(all.indexFiles()).extracting(IndexFileRecord::segmentId).containsExactly(15L);
        assertThat(all.loadSpecs()).extracting(LoadSpecRecord::collectionId).containsExactly(12L);
    }

    @Test
    void dropPartition_withFiles_removesThemAndKeepsTheCollection() throws Exception {
        filled();

        catalog.dropPartition(3).block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.collections()).hasSize(2);
        assertThat(all.indexes()).hasSize(2);
        assertThat(all.partitions()).extracting(PartitionRecord::id).containsExactly(13L);
        assertThat(all.segments()).extracting(SegmentRecord::id).containsExactly(15L);
        assertThat(all.deltas()).extracting(DeltaRecord::id).containsExactly(16L);
        assertThat(all.indexFiles()).extracting(IndexFileRecord::segmentId).containsExactly(15L);
    }

    @Test
    void dropIndex_withFiles_removesThem() throws Exception {
        filled();

        catalog.dropIndex(4).block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.indexes()).extracting(index -> index.definition().id()).containsExactly(14L);
        assertThat(all.indexFiles()).extracting(IndexFileRecord::indexId).containsExactly(14L);
        assertThat(all.segments()).hasSize(2);
    }

    @Test
    void drop_aliasSpecAndDatabase_remove() throws Exception {
        filled();

        catalog.dropAlias(1, "nick").block();
        catalog.forget(specOf(2)).block();
        assertThat(afterRestart().aliases()).extracting(AliasRecord::alias).containsExactly("zweiter");
        assertThat(readAll().loadSpecs())
                .extracting(LoadSpecRecord::collectionId)
                .containsExactly(12L);

        catalog.dropDatabase(1).block();
        assertThat(afterRestart().databases()).isEmpty();
        assertThat(readAll().aliases()).isEmpty();
    }

    /** Goal: what a release forgets is the load before it, whatever comes first to the disk. */
    @Test
    void forget_loadSpec_sparesOneThatAnotherOperationPut() throws Exception {
        filled();

        catalog.forget(specOf(2)).block();
        catalog.put(specOf(2, "load-x/1 2")).block();
        catalog.forget(specOf(2)).block();
        assertThat(afterRestart().loadSpecs())
                .extracting(LoadSpecRecord::operationId)
                .containsExactlyInAnyOrder("load-x/1 2", "op-12");

        catalog.forget(specOf(2, "load-x/1 2")).block();
        catalog.forget(specOf(2, "load-x/1 2")).block();
        assertThat(afterRestart().loadSpecs())
                .extracting(LoadSpecRecord::operationId)
                .containsExactly("op-12");
    }

    @Test
    void drop_ofWhatIsNotThere_isHarmless() {
        filled();
        CatalogSnapshot before = readAll();

        catalog.dropDatabase(99).block();
        catalog.dropCollection(99).block();
        catalog.dropPartition(99).block();
        catalog.dropIndex(99).block();
        catalog.dropAlias(1, "nobody").block();
        catalog.forget(specOf(99)).block();
        catalog.truncate(99, 1).block();
        catalog.dropUser("nobody").block();
        catalog.dropResourceGroup("none").block();
        catalog.dropReplicaGroup(99).block();

        assertThat(readAll()).isEqualTo(before);
    }

    @Test
    void put_usersAndGroups_replaceByNameAndAreDropped() throws Exception {
        filled();
        ResourceGroupRecord group = new ResourceGroupRecord("a", true, 1, 1, List.of(), List.of(), Map.of());
        ResourceGroupRecord without = new ResourceGroupRecord("a", false, 0, 1, List.of(), List.of("b"), Map.of());
        ResourceGroupRecord other = new ResourceGroupRecord("b", true, 1, 1, List.of("a"), List.of(), Map.of());
        catalog.put(new UserRecord("ada", "old", "")).block();
        catalog.put(new UserRecord("ada", "new", "x")).block();
        catalog.put(new UserRecord("Ada", "other", "")).block();
        catalog.putResourceGroups(List.of(group)).block();
        catalog.putResourceGroups(List.of(without, other)).block();
        catalog.put(new ReplicaGroupRecord(2, "a")).block();
        catalog.put(new ReplicaGroupRecord(2, "b")).block();
        catalog.put(new ReplicaGroupRecord(12, "b")).block();

        assertThat(afterRestart().users())
                .containsExactlyInAnyOrder(new UserRecord("ada", "new", "x"), new UserRecord("Ada", "other", ""));
        assertThat(readAll().resourceGroups()).containsExactly(without, other);
        assertThat(readAll().replicaGroups())
                .containsExactly(new ReplicaGroupRecord(2, "b"), new ReplicaGroupRecord(12, "b"));

        catalog.dropUser("Ada").block();
        catalog.dropResourceGroup("a").block();
        catalog.dropReplicaGroup(12).block();
        catalog.dropCollection(2).block();
        assertThat(afterRestart().users()).extracting(UserRecord::name).containsExactly("ada");
        assertThat(readAll().resourceGroups()).containsExactly(other);
        assertThat(readAll().replicaGroups()).as("it goes with its collection").isEmpty();
    }

    @Test
    void put_replicaGroupOfAnUnknownCollection_isRefused() {
        filled();
        assertThatThrownBy(() -> catalog.put(new ReplicaGroupRecord(99, "a")).block())
                .isInstanceOf(EngineException.Failed.class);
        assertThat(readAll().replicaGroups()).isEmpty();
    }

    @Test
    void commit_replacingFiles_swapsThemTogetherWithTheirIndexFiles() throws Exception {
        filled();

        catalog.commit(new SealCommit(
                        2, 3, 70, List.of(segment(20, 2, 3)), List.of(delta(21, 2, 3)), List.of(5L), List.of(6L)))
                .block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.segments()).extracting(SegmentRecord::id).containsExactly(15L, 20L);
        assertThat(all.deltas()).extracting(DeltaRecord::id).containsExactly(16L, 21L);
        assertThat(all.indexFiles()).extracting(IndexFileRecord::segmentId).containsExactly(15L);
        assertThat(all.partitions().getFirst().sealedThroughLsn()).isEqualTo(70);
    }

    @Test
    void commit_withIndexFiles_namesThemWithTheirSegment() throws Exception {
        filled();
        var known = readAll().indexFiles().getFirst();
        var moved = new IndexFileRecord(known.indexId(), 20, "2/3/20.idx", 77, known.part());

        catalog.commit(new SealCommit(
                        2, 3, 0, List.of(segment(20, 2, 3)), List.of(), List.of(5L), List.of(), List.of(moved)))
                .block();

        assertThat(afterRestart().indexFiles()).contains(moved).noneMatch(file -> file.segmentId() == 5);
    }

    @Test
    void commit_replacingARecordByOneOfTheSameId_keepsOnlyTheNewOne() throws Exception {
        filled();
        SegmentRecord old = readAll().segments().getFirst();
        SegmentRecord raised = segment(old.id(), 2, 3).purged(1L << 50);
        var files = readAll().indexFiles().stream()
                .filter(file -> file.segmentId() == old.id())
                .toList();

        catalog.commit(new SealCommit(2, 3, 0, List.of(raised), List.of(), List.of(old.id()), List.of(), files))
                .block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.segments())
                .contains(raised)
                .extracting(SegmentRecord::id)
                .doesNotHaveDuplicates();
        assertThat(all.indexFiles()).containsAll(files);
    }

    /** Goal: two that replace the same segment cannot both win. */
    @Test
    void commit_replacingWhatIsGone_isRefusedAndLeavesNothing() throws Exception {
        filled();
        CatalogSnapshot before = readAll();

        assertFails(() -> catalog.commit(
                        new SealCommit(2, 3, 100, List.of(segment(20, 2, 3)), List.of(), List.of(5L, 999L), List.of()))
                .block());
        assertFails(() -> catalog.commit(
                        new SealCommit(2, 3, 100, List.of(segment(20, 2, 3)), List.of(), List.of(5L), List.of(999L)))
                .block());

        assertThat(afterRestart()).isEqualTo(before);
    }

    @Test
    void truncate_withEverything_emptiesThatCollectionOnly() throws Exception {
        filled();
        catalog.put(new PartitionRecord(7, 2, "more", 1, 90, false)).block();
        catalog.commit(new SealCommit(
                        2, 7, 90, List.of(segment(8, 2, 7)), List.of(delta(9, 2, 7)), List.of(), List.of()))
                .block();

        catalog.truncate(2, 80).block();

        CatalogSnapshot all = afterRestart();
        assertThat(all.segments()).extracting(SegmentRecord::id).containsExactly(15L);
        assertThat(all.deltas()).extracting(DeltaRecord::id).containsExactly(16L);
        assertThat(all.indexFiles()).extracting(IndexFileRecord::segmentId).containsExactly(15L);
        assertThat(all.indexes()).hasSize(2);
        assertThat(all.loadSpecs()).hasSize(2);
        assertThat(all.partitions())
                .extracting(PartitionRecord::sealedThroughLsn)
                .containsExactly(80L, 90L, 10L); // raised, never lowered, the other collection's
    }

    @Test
    void commit_smallerLsn_neverLowers() throws Exception {
        filled();
        catalog.commit(new SealCommit(2, 3, 100, List.of(), List.of(), List.of(), List.of()))
                .block();
        catalog.commit(new SealCommit(2, 3, 40, List.of(), List.of(), List.of(), List.of()))
                .block();
        catalog.put(new PartitionRecord(3, 2, "_default", 1, 30, false)).block();

        assertThat(afterRestart().partitions().getFirst().sealedThroughLsn()).isEqualTo(100);
    }

    /** Goal: a commit is all or nothing. Method: the last thing it adds is refused. */
    @Test
    void commit_failingAtItsEnd_leavesNothing() throws Exception {
        filled();
        CatalogSnapshot before = readAll();

        assertFails(() -> catalog.commit(new SealCommit(
                        2,
                        3,
                        100,
                        List.of(segment(20, 2, 3), segment(15, 2, 3)),
                        List.of(delta(21, 2, 3)),
                        List.of(5L),
                        List.of(6L)))
                .block());
        assertFails(() -> catalog.commit(new SealCommit(
                        2,
                        3,
                        100,
                        List.of(segment(20, 2, 3)),
                        List.of(delta(21, 2, 3), delta(16, 2, 3)),
                        List.of(),
                        List.of()))
                .block());
        assertFails(() -> catalog.commit(
                        new SealCommit(2, 99, 100, List.of(segment(20, 2, 99)), List.of(), List.of(5L), List.of()))
                .block());
        assertFails(() -> catalog.commit(new SealCommit(2, 99, 100, List.of(), List.of(), List.of(5L), List.of()))
                .block());

        assertThat(afterRestart()).isEqualTo(before);
    }

    @Test
    void put_indexFileOfASegmentThatIsGone_isRefused() {
        filled();
        CatalogSnapshot before = readAll();

        assertFails(() -> catalog.put(new IndexFileRecord(4, 99, "k", 1, new PartRecord(0, 0, 1)))
                .block());
        assertFails(() -> catalog.put(new IndexFileRecord(99, 5, "k", 1, new PartRecord(0, 0, 1)))
                .block());

        assertThat(readAll()).isEqualTo(before);
    }

    @Test
    void takeIds_afterRestart_goesOnAbove() throws Exception {
        long first = take(10);
        long second = take(1 << 20);
        assertThat(first).isPositive();
        assertThat(second).isGreaterThanOrEqualTo(first + 10);

        afterRestart();

        assertThat(take(1)).isGreaterThanOrEqualTo(second + (1 << 20));
    }

    @Test
    void takeIds_fromSeveralThreads_neverGivesOneTwice() throws Exception {
        int threads = 8;
        int takesPerThread = 25;
        int count = 3;
        Set<Long> ids = new HashSet<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<List<Long>>> taken = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                Callable<List<Long>> takes = () -> {
                    List<Long> firsts = new ArrayList<>();
                    for (int i = 0; i < takesPerThread; i++) {
                        firsts.add(take(count));
                    }
                    return firsts;
                };
                taken.add(executor.submit(takes));
            }
            for (Future<List<Long>> firsts : taken) {
                for (long first : firsts.get()) {
                    for (int i = 0; i < count; i++) {
                        ids.add(first + i);
                    }
                }
            }
        }
        assertThat(ids).hasSize(threads * takesPerThread * count);
    }

    @Test
    void change_fromSeveralThreads_losesNothing() throws Exception {
        int threads = 4;
        int putsPerThread = 20;
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int firstId = 1_000 * (thread + 1);
                running.add(executor.submit(() -> {
                    for (int i = 0; i < putsPerThread; i++) {
                        int id = firstId + 2 * i;
                        catalog.create(
                                        collection(id, "c" + id),
                                        new PartitionRecord(id + 1, id, "_default", 1, 0, false))
                                .block();
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        assertThat(afterRestart().collections()).hasSize(threads * putsPerThread);
        assertThat(readAll().partitions()).hasSize(threads * putsPerThread);
    }

    @Test
    void change_notSubscribed_doesNothing() {
        catalog.put(new DatabaseRecord(1, "default", Map.of(), 1));

        assertThat(readAll().databases()).isEmpty();
    }

    @Test
    void anything_afterClose_isRefused() {
        catalog.close().block();
        catalog.close().block();

        assertFails(() -> catalog.readAll().block());
        assertFails(() -> catalog.takeIds(1).block());
        assertFails(() -> catalog.dropCollection(1).block());
    }

    /** Database 1 with collection 2 (ids 2 to 6) and collection 12 (ids 12 to 16), each with one of everything. */
    private void filled() {
        catalog.put(new DatabaseRecord(1, "default", Map.of(), 1)).block();
        fill(2, "words", "nick");
        fill(12, "second", "zweiter");
    }

    private void fill(long id, String name, String alias) {
        catalog.create(collection(id, name), new PartitionRecord(id + 1, id, "_default", 1, 0, false))
                .block();
        catalog.put(new AliasRecord(1, alias, id)).block();
        catalog.put(new IndexRecord(id, new IndexDefinition(id + 2, "vector", 100, "HNSW", "L2", Map.of()), 1))
                .block();
        catalog.commit(new SealCommit(
                        id,
                        id + 1,
                        10,
                        List.of(segment(id + 3, id, id + 1)),
                        List.of(delta(id + 4, id, id + 1)),
                        List.of(),
                        List.of()))
                .block();
        catalog.put(new IndexFileRecord(id + 2, id + 3, id + 3 + ".idx", 1, new PartRecord(0, 0, 1)))
                .block();
        catalog.put(specOf(id)).block();
    }

    private static LoadSpecRecord specOf(long collectionId) {
        return specOf(collectionId, "op-" + collectionId);
    }

    private static LoadSpecRecord specOf(long collectionId, String operationId) {
        return new LoadSpecRecord(collectionId, true, List.of(), List.of(), false, 1, false, operationId, 0, 1);
    }

    private long take(int count) {
        Long first = catalog.takeIds(count).block();
        assert first != null;
        return first;
    }

    private static CollectionRecord collection(long id, String name) {
        return new CollectionRecord(id, 1, name, schema(), 0, 1, Map.of(), 1, 1, false);
    }

    private static CollectionSchema schema() {
        return new CollectionSchema(
                        "", List.of(FieldSchema.of("id", DataType.INT64).asPrimaryKey(false)), false, 0)
                .withIds();
    }

    private static SegmentRecord segment(long id, long collectionId, long partitionId) {
        return new SegmentRecord(
                id, collectionId, partitionId, id + ".seg", 1, 1, 1, 1, 0, List.of(new PartRecord(100, 0, 1)));
    }

    private static DeltaRecord delta(long id, long collectionId, long partitionId) {
        return new DeltaRecord(id, collectionId, partitionId, id + ".del", 1, 1, 1, 1);
    }

    private static void assertFails(Runnable change) {
        assertThatThrownBy(change::run)
                .isInstanceOf(EngineException.Failed.class)
                .message()
                .contains(": ")
                .contains(". ");
    }
}
