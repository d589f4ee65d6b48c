package io.sluice.config.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.CatalogContract;
import io.sluice.engine.catalog.CollectionRecord;
import io.sluice.engine.catalog.DatabaseRecord;
import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.catalog.PartitionRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

class R2dbcCatalogTest extends CatalogContract {
    @TempDir
    Path folder;

    @Override
    protected Catalog openEmpty() {
        return openIn(folder.resolve("catalog"));
    }

    @Override
    protected Catalog reopen(Catalog before) {
        return openEmpty();
    }

    private static Catalog openIn(Path folder) {
        Catalog catalog = R2dbcCatalog.open(folder).block();
        assert catalog != null;
        return catalog;
    }

    @Test
    void open_folderWithOddName_works() {
        Path odd = folder.resolve("a b ä 漢 %20 #1 ?x=y 'q' ~");
        Catalog catalog = openIn(odd);
        catalog.put(new DatabaseRecord(1, "default", Map.of(), 1)).block();
        catalog.close().block();

        assertThat(odd.resolve("sluice.mv.db")).exists();
        Catalog again = openIn(odd);
        assertThat(again.readAll().block())
                .isNotNull()
                .extracting(all -> all.databases().size())
                .isEqualTo(1);
        again.close().block();
    }

    @Test
    void open_emptyFolder_appliesEveryMigrationOnce() {
        CatalogDatabase database = new CatalogDatabase(folder.resolve("fresh"));

        assertThat(Migrations.apply(database).block()).isEqualTo(Migrations.FILES.size());
        assertThat(Migrations.apply(database).block()).isZero();
        database.close().block();
    }

    /** A crash in the middle of a migration: H2 has committed the first tables, the version is not written yet. */
    @Test
    void open_halfAppliedMigration_isFinished() {
        Path half = folder.resolve("half");
        CatalogDatabase database = new CatalogDatabase(half);
        for (String statement :
                Migrations.statements(Migrations.FILES.getFirst()).subList(0, 4)) {
            database.change("test", session -> session.run(statement)).block();
        }
        database.close().block();

        Catalog catalog = openIn(half);
        catalog.put(new DatabaseRecord(1, "default", Map.of(), 1)).block();
        assertThat(catalog.takeIds(5).block()).isEqualTo(1);
        assertThat(catalog.takeIds(1).block()).isEqualTo(6);
        catalog.close().block();
    }

    @Test
    void open_catalogOfANewerServer_isRefusedNamingBothVersions() {
        Path newer = folder.resolve("newer");
        openIn(newer).close().block();
        CatalogDatabase database = new CatalogDatabase(newer);
        database.change("test", session -> session.run("INSERT INTO schema_version (version, file) VALUES (99, 'x')"))
                .block();
        database.close().block();

        assertThatThrownBy(() -> openIn(newer))
                .isInstanceOf(EngineException.Failed.class)
                .hasMessageContaining("catalogVersion=99")
                .hasMessageContaining("newestKnownVersion=" + Migrations.FILES.size())
                .hasMessageContaining("SLUICE_DATA");
        assertThatThrownBy(() -> openIn(newer)).hasMessageContaining("catalogVersion=99");
    }

    @Test
    void open_fileThatIsNoCatalog_isRefusedNamingTheFolder() throws IOException {
        Path damaged = Files.createDirectories(folder.resolve("damaged"));
        Files.writeString(damaged.resolve("sluice.mv.db"), "this is not a database\n".repeat(1_000));

        assertThatThrownBy(() -> openIn(damaged))
                .isInstanceOf(EngineException.Failed.class)
                .hasMessageContaining(damaged.toString());
    }

    @Test
    void migrations_listAndFolder_agree() throws Exception {
        var resource = Migrations.class.getResource("/catalog");
        assert resource != null;
        try (Stream<Path> files = Files.list(Path.of(resource.toURI()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Migrations.FILES);
        }
        for (int i = 0; i < Migrations.FILES.size(); i++) {
            assertThat(Migrations.FILES.get(i)).startsWith("V" + (i + 1) + "__");
        }
    }

    /** What a killed process leaves is what the system has of its files. */
    @Test
    void forget_killedAfterwards_isDone() throws IOException {
        Path killed = folder.resolve("killed");
        Catalog catalog = openWithLoadSpec(killed);
        catalog.forget(SPEC).block();
        Path left = Files.createDirectories(folder.resolve("left"));
        for (String file : filesOf(killed)) {
            Files.copy(killed.resolve(file), left.resolve(file));
        }
        catalog.close().block();

        Catalog again = openIn(left);
        assertThat(again.readAll().block())
                .isNotNull()
                .satisfies(all -> assertThat(all.collections()).hasSize(1))
                .satisfies(all -> assertThat(all.loadSpecs()).isEmpty());
        assertThat(filesOf(left)).noneMatch(file -> file.startsWith("forgotten"));
        again.close().block();
    }

    /** A power cut may undo that a file was deleted; by then the collection may be loaded again. */
    @Test
    void forget_whoseFileComesBack_sparesALaterLoad() throws IOException {
        Path place = folder.resolve("back");
        Catalog catalog = openWithLoadSpec(place);
        catalog.forget(SPEC).block();
        String note = filesOf(place).stream()
                .filter(file -> file.startsWith("forgotten"))
                .findFirst()
                .orElseThrow();
        var later = new LoadSpecRecord(2, true, List.of(), List.of(), false, 1, false, "load-2", 1, 1);
        catalog.put(later).block();
        catalog.close().block();
        Files.createFile(place.resolve(note));

        Catalog again = openIn(place);
        assertThat(again.readAll().block())
                .isNotNull()
                .satisfies(all -> assertThat(all.loadSpecs()).containsExactly(later));
        again.close().block();
    }

    @Test
    void forget_whereNoFileCanBeMade_failsNamingIt() throws IOException {
        Path place = folder.resolve("place");
        Catalog catalog = openWithLoadSpec(place);
        Files.move(place, folder.resolve("elsewhere"));

        assertThatThrownBy(() -> catalog.forget(SPEC).block())
                .isInstanceOf(EngineException.Failed.class)
                .hasMessageContaining("forget load spec of collection 2")
                .hasMessageContaining(place.toString());

        Files.move(folder.resolve("elsewhere"), place);
        assertThat(catalog.readAll().block())
                .isNotNull()
                .satisfies(all -> assertThat(all.loadSpecs()).containsExactly(SPEC));
        catalog.close().block();
    }

    private static final LoadSpecRecord SPEC =
            new LoadSpecRecord(2, true, List.of(), List.of(), false, 1, false, "load-1", 1, 1);

    private static Catalog openWithLoadSpec(Path place) {
        Catalog catalog = openIn(place);
        catalog.put(new DatabaseRecord(1, "default", Map.of(), 1)).block();
        catalog.create(
                        new CollectionRecord(2, 1, "words", schema(), 2, 1, Map.of(), 1, 1, false),
                        new PartitionRecord(3, 2, "_default", 1, 0, false))
                .block();
        catalog.put(SPEC).block();
        return catalog;
    }

    private static List<String> filesOf(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static CollectionSchema schema() {
        return new CollectionSchema(
                "",
                List.of(FieldSchema.of("id", DataType.INT64).asPrimaryKey(false), FieldSchema.floatVector("vector", 4)),
                false,
                0);
    }

    /** Goal: a caller that goes away never harms the file. Method: cancel changes at once, then ask for more. */
    @Test
    void change_cancelledByItsCaller_leavesTheCatalogUsable() {
        Catalog catalog = openIn(folder.resolve("cancelled"));
        for (int id = 1; id <= 200; id++) {
            Disposable change =
                    catalog.put(new DatabaseRecord(id, "db" + id, Map.of(), 1)).subscribe();
            if (id % 3 == 0) {
                Thread.onSpinWait();
            }
            change.dispose();
        }

        catalog.put(new DatabaseRecord(1_000, "last", Map.of(), 1)).block();
        assertThat(catalog.readAll().block())
                .isNotNull()
                .satisfies(all -> assertThat(all.databases()).hasSize(201));
        catalog.close().block();
    }
}
