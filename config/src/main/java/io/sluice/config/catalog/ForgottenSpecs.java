package io.sluice.config.catalog;

import io.sluice.engine.catalog.LoadSpecRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Load specs that are forgotten and that the database still has: an empty file each, whose name says which. Thread-safe.
 *
 * <p>A file is made in some ten microseconds and survives a kill; a statement takes a hundred times as long where its
 * code is cold, as it is at a release. The database forgets before the next read or change, so nobody sees the
 * difference. A file that a power cut brings back is harmless: it names the operation that asked for the spec, and a
 * later load is another one.
 */
final class ForgottenSpecs {
    private static final Pattern NAME = Pattern.compile("forgotten-([0-9]{1,18})-(.+)");

    private final Path folder;
    private final Set<Spec> pending = ConcurrentHashMap.newKeySet();

    private record Spec(long collectionId, String operationId) {
        String fileName() {
            return "forgotten-" + collectionId + "-" + URLEncoder.encode(operationId, StandardCharsets.UTF_8);
        }
    }

    private ForgottenSpecs(Path folder) {
        this.folder = folder;
    }

    /** @param folder with what an earlier process left */
    static ForgottenSpecs in(Path folder) throws IOException {
        var forgotten = new ForgottenSpecs(folder);
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    forgotten.pending.add(new Spec(
                            Long.parseLong(name.group(1)), URLDecoder.decode(name.group(2), StandardCharsets.UTF_8)));
                }
            });
        }
        return forgotten;
    }

    /** The spec is forgotten when this returns. */
    void add(LoadSpecRecord record) {
        var spec = new Spec(record.collectionId(), record.operationId());
        Path file = folder.resolve(spec.fileName());
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException alreadySaid) {
            // and not settled yet
        } catch (IOException failure) {
            throw new EngineException.Failed(
                    ErrorCode.IO_FAILED,
                    "catalog failed: tried=forget load spec of collection " + record.collectionId() + ", file=" + file
                            + ", reason=" + failure + ". Look at the disk and the log of the server",
                    failure);
        }
        pending.add(spec);
    }

    /** Lets the database forget, before anything else is done on this connection. */
    Mono<Void> settle(Session session) {
        return pending.isEmpty()
                ? Mono.empty()
                : Flux.fromIterable(pending)
                        .concatMap(spec -> session.run(
                                        "DELETE FROM load_specs WHERE collection_id = $1 AND operation_id = $2",
                                        spec.collectionId(),
                                        spec.operationId())
                                .then(Mono.<Void>fromCallable(() -> {
                                    Files.deleteIfExists(folder.resolve(spec.fileName()));
                                    pending.remove(spec);
                                    return null;
                                })))
                        .then();
    }
}
