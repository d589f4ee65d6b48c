package io.sluice.bench;

import io.sluice.config.catalog.R2dbcCatalog;
import io.sluice.engine.CreateCollectionRequest;
import io.sluice.engine.EngineOptions;
import io.sluice.engine.VectorEngine;
import io.sluice.engine.load.LoadOptions;
import io.sluice.engine.load.LoadRequest;
import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.load.OperationView;
import io.sluice.engine.load.ReleaseRequest;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.IndexDefinition;
import io.sluice.engine.schema.RowBatch;
import io.sluice.engine.testkit.Words;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Mono;

/**
 * The collection {@code words} (key, word, vector; HNSW) in an engine on a data folder of its own, which the server can
 * open too. Filled once, as one sealed segment with its index, and kept for the next run.
 */
final class WordsCollection implements AutoCloseable {
    static final String DATABASE = "default";
    static final String NAME = "words";
    static final int M = 16;
    static final int EF_CONSTRUCTION = 200;

    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final int BATCH_ROWS = 5_000;
    private static final long BUDGET_BYTES = 4L << 30; // 4 GiB

    private final VectorEngine engine;
    private final Path folder;

    private WordsCollection(VectorEngine engine, Path folder) {
        this.engine = engine;
        this.folder = folder;
    }

    /**
     * What a watcher sees of one operation.
     *
     * @param firstEventNanos after the request
     * @param nanos from the request to the terminal event
     * @param steps when each kind of event first came, after the request
     */
    record Watched(OperationView end, long firstEventNanos, long nanos, Map<OperationEvent.Type, Long> steps) {}

    /** Opens the folder; fills it first, which takes minutes, unless an earlier run did. Not loaded. */
    static WordsCollection open(Path folder, Words words) throws IOException {
        Path filled = folder.resolve("filled-" + words.count());
        if (!Files.exists(filled)) {
            deleteAll(folder);
            Files.createDirectories(folder);
        }
        Path catalogFolder = folder.resolve("catalog");
        EngineOptions defaults = EngineOptions.defaults(folder, BUDGET_BYTES);
        var options = new EngineOptions(
                folder,
                BUDGET_BYTES,
                defaults.searchThreads(),
                Runtime.getRuntime().availableProcessors(),
                BUDGET_BYTES, // nothing seals before the flush: one segment
                Duration.ofHours(1),
                BUDGET_BYTES,
                LoadOptions.defaults(),
                defaults.compaction());
        VectorEngine engine =
                get(R2dbcCatalog.open(catalogFolder).flatMap(catalog -> VectorEngine.open(options, catalog)));
        var collection = new WordsCollection(engine, folder);
        if (!Files.exists(filled)) {
            collection.fill(words);
            Files.createFile(filled);
        }
        collection.release(); // a server that was stopped during a load left it wanted
        return collection;
    }

    private void fill(Words words) {
        System.out.println("filling: folder=" + folder + ", rows=" + words.count());
        var schema = new CollectionSchema(
                "words and their vectors",
                List.of(
                        FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                        FieldSchema.varChar("word", 512),
                        FieldSchema.floatVector("vector", words.dimension())),
                false,
                0);
        run(engine.createCollection(new CreateCollectionRequest(DATABASE, NAME, schema, 2, 0, Map.of())));
        for (int from = 0; from < words.count(); from += BATCH_ROWS) {
            run(engine.insert(DATABASE, NAME, "", rows(words, from, Math.min(from + BATCH_ROWS, words.count()))));
        }
        run(engine.flush(DATABASE, NAME));
        var definition = new IndexDefinition(
                0, "", 0, "HNSW", "COSINE", Map.of("M", "" + M, "efConstruction", "" + EF_CONSTRUCTION));
        run(engine.createIndex(DATABASE, NAME, "vector", definition));
        awaitIndex();
    }

    private static RowBatch rows(Words words, int from, int to) {
        long[] ids = new long[to - from];
        String[] texts = new String[to - from];
        float[] vectors = new float[(to - from) * words.dimension()];
        for (int row = from; row < to; row++) {
            ids[row - from] = row;
            texts[row - from] = words.word(row);
            System.arraycopy(words.vector(row), 0, vectors, (row - from) * words.dimension(), words.dimension());
        }
        return new RowBatch(
                to - from,
                Map.of(
                        "id", new Column.Longs(ids, null),
                        "word", Column.Bytes.of(texts),
                        "vector", new Column.FloatVectors(vectors, words.dimension())));
    }

    private void awaitIndex() {
        System.out.println("building the index");
        while (get(engine.listIndexes(DATABASE, NAME)).stream().anyMatch(index -> index.pendingRows() > 0)) {
            Pause.millis(200);
        }
    }

    VectorEngine engine() {
        return engine;
    }

    /** Loads everything and waits for the last event. */
    Watched load() {
        return watch(engine.load(LoadRequest.of(DATABASE, NAME)));
    }

    /** Releases everything and waits for the last event: by then every byte is back. */
    Watched release() {
        return watch(engine.release(new ReleaseRequest(DATABASE, NAME, List.of())));
    }

    private Watched watch(Mono<OperationView> started) {
        Map<OperationEvent.Type, Long> steps = new EnumMap<>(OperationEvent.Type.class);
        long[] first = {0};
        long[] latest = {0};
        long start = System.nanoTime();
        OperationEvent last = get(started.flatMapMany(operation -> engine.operationEvents(operation.id(), null))
                .doOnNext(event -> {
                    long now = System.nanoTime() - start;
                    first[0] = first[0] == 0 ? now : first[0];
                    latest[0] = now;
                    steps.putIfAbsent(event.type(), now);
                })
                .last());
        if (last.view().failure() != null) {
            throw last.view().failure();
        }
        return new Watched(last.view(), first[0], latest[0], steps);
    }

    /** Bytes of all segment and index files. */
    long fileBytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /** Reads all segment and index files, so that the page cache has them, and drops what was read. */
    void readFiles() throws IOException {
        for (Path file : files()) {
            try (var bytes = Files.newInputStream(file)) {
                bytes.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(folder.resolve("segments"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** In the account of memory, for loads. */
    long loadedBytes() {
        return Objects.requireNonNull(get(engine.memory(null, null)).byTag().get("load"));
    }

    @Override
    public void close() {
        engine.close().block(PATIENCE);
    }

    private static <T> T get(Mono<T> answer) {
        return Objects.requireNonNull(answer.block(PATIENCE));
    }

    private static void run(Mono<?> work) {
        work.block(PATIENCE);
    }

    /** The files of a collection that is not open, for a second engine. */
    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
