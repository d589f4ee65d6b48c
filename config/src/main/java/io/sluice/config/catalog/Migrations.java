package io.sluice.config.catalog;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Brings the tables of a catalog to the version that this server knows, one SQL file per version.
 *
 * <p>A file is never changed once it was released; a change of the tables is a new file at the end of the list. The
 * version is written after the file's last statement, so an interrupted migration runs again from its beginning.
 */
final class Migrations {
    /** In the order of their versions, which start at 1. */
    static final List<String> FILES =
            List.of("V1__records.sql", "V2__users_and_resource_groups.sql", "V3__purged_through.sql");

    private Migrations() {}

    /** @return how many files were applied; an error {@code Failed} when the catalog is newer than this server */
    static Mono<Integer> apply(CatalogDatabase database) {
        return database.change("read the version of the catalog", Migrations::version)
                .flatMap(version -> version > FILES.size() ? Mono.error(tooNew(version)) : Mono.just(version))
                .flatMap(version -> applyAfter(version, database).thenReturn(FILES.size() - version));
    }

    private static Mono<Integer> version(Session session) {
        return session.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY,"
                        + " file VARCHAR NOT NULL,"
                        + " applied_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL)")
                .thenMany(session.query(
                        "SELECT COALESCE(MAX(version), 0) FROM schema_version",
                        row -> Columns.of(row).intAt(0)))
                .single();
    }

    private static Mono<Void> applyAfter(int version, CatalogDatabase database) {
        return Flux.range(version + 1, FILES.size() - version)
                .concatMap(next ->
                        database.change("bring the catalog to version " + next, session -> applyOne(next, session)))
                .then();
    }

    private static Mono<Long> applyOne(int version, Session session) {
        String file = FILES.get(version - 1);
        return Flux.fromIterable(statements(file))
                .concatMap(session::run)
                .then(session.run("INSERT INTO schema_version (version, file) VALUES ($1, $2)", version, file));
    }

    /** The statements of a file: comment lines removed, each ending with a semicolon at the end of a line. */
    static List<String> statements(String file) {
        String text = read(file)
                .lines()
                .filter(line -> !line.stripLeading().startsWith("--"))
                .collect(Collectors.joining("\n"));
        return List.of(text.split(";(\n|$)")).stream()
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static String read(String file) {
        try (InputStream bytes = Migrations.class.getResourceAsStream("/catalog/" + file)) {
            if (bytes == null) {
                throw new IllegalStateException("the jar lacks a resource: catalog/" + file);
            }
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static EngineException tooNew(int version) {
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                "the catalog was written by a newer server: catalogVersion=" + version + ", newestKnownVersion="
                        + FILES.size() + ". Start the newer server, or set SLUICE_DATA to another folder",
                null);
    }
}
