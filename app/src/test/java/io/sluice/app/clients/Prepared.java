package io.sluice.app.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether a folder holds what a list of packages asks for: a copy of the list, written last, says so.
 *
 * @param tool the program that made the folder; another one makes it anew
 */
record Prepared(Path folder, String tool, Path packages) {
    private static final String MARK = "prepared.txt";

    boolean isCurrent() {
        try {
            Path mark = folder.resolve(MARK);
            return Files.exists(mark) && Files.readString(mark).equals(expected());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Deletes what an earlier or broken preparation left. */
    void clear() {
        clear(folder);
    }

    /** Makes the folder, or empties it. */
    static void clear(Path folder) {
        try (Stream<Path> inside = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            List<Path> deepestFirst = inside.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
            Files.createDirectories(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void done() {
        try {
            Files.writeString(folder.resolve(MARK), expected());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String expected() throws IOException {
        return tool + "\n" + Files.readString(packages);
    }
}
