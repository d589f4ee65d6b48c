package io.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.catalog.FakeCatalog;
import io.sluice.engine.compaction.CompactionOptions;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.LoadStatus;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.log.LogFolder;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.search.QueryRequest;
import io.sluice.engine.search.QueryResult;
import io.sluice.engine.search.SearchRequest;
import io.sluice.engine.search.SearchResult;
import io.sluice.engine.store.SegmentStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A real engine in a temporary folder, with a catalog in memory that survives {@link #restart}. Closing it audits: no
 * byte of the budget is held, no lease is open.
 */
public final class TestEngine implements AutoCloseable {
    public static final String DB = "default";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final EngineOptions options;
    private FakeCatalog catalog = new FakeCatalog();
    private VectorEngine engine;

    private TestEngine(UnaryOperator<EngineOptions> change) {
        this.folder = temporaryFolder();
        this.options = change.apply(EngineOptions.defaults(folder, 512L << 20));
        this.engine = Objects.requireNonNull(VectorEngine.open(options, catalog).block(PATIENCE));
    }

    private TestEngine(
            UnaryOperator<EngineOptions> change, FakeCatalog catalog, SegmentStore store, LogFolder logFolder) {
        this.folder = temporaryFolder();
        this.options = change.apply(EngineOptions.defaults(folder, 512L << 20));
        this.catalog = catalog;
        this.engine = Objects.requireNonNull(
                VectorEngine.open(options, catalog, store, logFolder).block(PATIENCE));
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("sluice-engine");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public static TestEngine start() {
        return new TestEngine(options -> options);
    }

    public static TestEngine start(UnaryOperator<EngineOptions> change) {
        return new TestEngine(change);
    }

    /** On a catalog, a store and a log of the test's; {@link #restart} is not for this one. */
    public static TestEngine start(
            UnaryOperator<EngineOptions> change, FakeCatalog catalog, SegmentStore store, LogFolder logFolder) {
        return new TestEngine(change, catalog, store, logFolder);
    }

    /** With merges to this size, and deleted rows kept for so long after a read. */
    public static UnaryOperator<EngineOptions> compacting(long targetBytes, Duration readRetention) {
        return options -> new EngineOptions(
                options.dataFolder(),
                options.memoryBudgetBytes(),
                options.searchThreads(),
                options.indexBuildThreads(),
                options.sealBytes(),
                options.sealAfter(),
                options.logLimitBytes(),
                options.load(),
                new CompactionOptions(targetBytes, readRetention));
    }

    public static TestEngine start(long memoryBudgetBytes, LoadOptions load) {
        return new TestEngine(options -> new EngineOptions(
                options.dataFolder(),
                memoryBudgetBytes,
                options.searchThreads(),
                options.indexBuildThreads(),
                options.sealBytes(),
                options.sealAfter(),
                options.logLimitBytes(),
                load,
                options.compaction()));
    }

    public VectorEngine engine() {
        return engine;
    }

    public FakeCatalog catalog() {
        return catalog;
    }

    public Path segmentFolder() {
        return folder.resolve("segments");
    }

    /** Closes the engine and opens it again on the same folder and catalog. */
    public void restart() {
        engine.close().block(PATIENCE);
        catalog = catalog.reopened();
        engine = Objects.requireNonNull(VectorEngine.open(options, catalog).block(PATIENCE));
    }

    public <T> T get(Mono<T> answer) {
        return Objects.requireNonNull(answer.block(PATIENCE));
    }

    public void run(Mono<?> work) {
        work.block(PATIENCE);
    }

    public EngineException refused(Mono<?> work) {
        try {
            work.block(PATIENCE);
        } catch (EngineException refusal) {
            return refusal;
        }
        throw new AssertionError("was not refused");
    }

    public void create(String name, CollectionSchema schema) {
        run(engine.createCollection(new CreateCollectionRequest(DB, name, schema, 2, 0, Map.of())));
    }

    public void index(String name, String field, String type, String metric) {
        run(engine.createIndex(DB, name, field, new IndexDefinition(0, "", 0, type, metric, Map.of())));
    }

    public WriteResult insert(String name, int rowCount, Map<String, Column> columns) {
        return get(engine.insert(DB, name, "", new RowBatch(rowCount, columns)));
    }

    public WriteResult upsert(String name, int rowCount, Map<String, Column> columns) {
        return get(engine.upsert(DB, name, "", new RowBatch(rowCount, columns)));
    }

    public WriteResult delete(String name, long... keys) {
        return get(engine.delete(new DeleteRequest(DB, name, "", new Keys.LongKeys(keys), "", Map.of())));
    }

    /** Starts a compaction and waits for its end. */
    public CompactionView compact(String name) {
        return compact(CompactionRequest.of(DB, name));
    }

    public CompactionView compact(CompactionRequest request) {
        long id = get(engine.compact(request)).compactionId();
        CompactionView view = get(engine.compaction(id));
        while (!view.completed()) {
            Thread.onSpinWait();
            view = get(engine.compaction(id));
        }
        return view;
    }

    public List<SegmentDescription> stored(String name) {
        return get(engine.storedSegments(DB, name));
    }

    public List<SegmentDescription> loaded(String name) {
        return get(engine.loadedSegments(DB, name));
    }

    public long rowCount(String name) {
        return get(engine.countRows(DB, name));
    }

    public FlushResult flush(String name) {
        return get(engine.flush(DB, name));
    }

    /** Loads and waits for the end, whatever it is. */
    public OperationView load(LoadRequest request) {
        return get(engine.load(request).flatMap(operation -> engine.finished(operation.id())));
    }

    public OperationView load(String name) {
        OperationView view = load(LoadRequest.of(DB, name));
        assertThat(view.failure()).isNull();
        assertThat(view.state()).isEqualTo("loaded");
        return view;
    }

    public OperationView release(String name, String... partitions) {
        OperationView view = get(engine.release(new ReleaseRequest(DB, name, List.of(partitions)))
                .flatMap(operation -> engine.finished(operation.id())));
        assertThat(view.failure()).isNull();
        return view;
    }

    public LoadStatus status(String name, String... partitions) {
        return get(engine.loadStatus(DB, name, List.of(partitions)));
    }

    /** Completes when nothing sealed or built is left to load and every index is built. */
    public void settle(String name) {
        while (!isSettled(name)) {
            Thread.onSpinWait();
        }
    }

    private boolean isSettled(String name) {
        boolean built = get(engine.listIndexes(DB, name)).stream().allMatch(index -> index.pendingRows() == 0);
        boolean idle = engine.operations().stream().allMatch(OperationView::finished);
        CollectionSummary summary = get(engine.summarizeCollections(DB)).stream()
                .filter(collection -> collection.name().equals(name))
                .findFirst()
                .orElseThrow();
        boolean handedOver = summary.load().state() != LoadStatus.State.LOADED
                || get(engine.estimate(LoadRequest.of(DB, name))).needBytes() == 0;
        return built && idle && handedOver;
    }

    public SearchResult search(String name, String field, float[] query, int limit, String filter, String... outputs) {
        return get(engine.search(searchOf(name, field, query, limit, filter, outputs)));
    }

    public SearchRequest searchOf(
            String name, String field, float[] query, int limit, String filter, String... outputs) {
        return new SearchRequest(
                DB,
                name,
                List.of(),
                field,
                List.of(query),
                null,
                limit,
                0,
                "",
                Map.of(),
                filter,
                Map.of(),
                List.of(outputs),
                -1,
                false,
                0);
    }

    public QueryResult query(String name, String filter, String... outputs) {
        return get(engine.query(queryOf(name, filter, null, outputs)));
    }

    public QueryRequest queryOf(String name, String filter, @Nullable Keys ids, String... outputs) {
        return new QueryRequest(
                DB, name, List.of(), filter, Map.of(), ids, List.of(outputs), ids == null ? 16_384 : -1, 0, false, 0);
    }

    public long count(String name) {
        QueryResult result = get(engine.query(
                new QueryRequest(DB, name, List.of(), "", Map.of(), null, List.of("count(*)"), -1, 0, false, 0)));
        return ((Column.Longs) result.columns().getFirst().column()).values()[0];
    }

    /** Load bytes in the account. */
    public long loadBytes() {
        return Objects.requireNonNull(get(engine.memory(null, null)).byTag().get("load"));
    }

    @Override
    public void close() {
        engine.close().block(PATIENCE);
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
