package io.sluice.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of this repository that people write, found from wherever the tests run. Immutable. */
record Sources(Path root) {
    private static final List<String> MODULES = List.of("engine", "reactive-api", "config", "app", "bench");
    private static final List<String> TEXTS = List.of(
            ".java",
            ".xml",
            ".md",
            ".sql",
            ".properties",
            ".yml",
            ".yaml",
            ".args",
            ".factories",
            ".sh",
            ".py",
            ".c",
            ".cpp",
            "Dockerfile",
            ".dockerignore",
            ".editorconfig",
            ".gitignore");
    private static final List<String> FOREIGN_FOLDERS =
            List.of("target", ".git", "sluice-data", "node_modules", ".idea", ".venv");

    /** What benchmarks download and fill. */
    private static final Path BENCH_DATA = Path.of("bench", "data");

    static Sources here() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("pom.xml")) && Files.isDirectory(folder.resolve("engine"))) {
                return new Sources(folder);
            }
        }
        throw new IllegalStateException(
                "no repository root above " + Path.of("").toAbsolutePath());
    }

    /** Every Java file of every module, main and test. */
    List<Path> java() {
        return MODULES.stream()
                .flatMap(module -> walk(root.resolve(module).resolve("src")).stream())
                .filter(file -> file.toString().endsWith(".java"))
                .toList();
    }

    /** Every text file of the repository. */
    List<Path> texts() {
        return walk(root).stream()
                .filter(file -> TEXTS.stream().anyMatch(file.getFileName().toString()::endsWith))
                .toList();
    }

    private static List<Path> walk(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted()
                    .filter(child ->
                            !FOREIGN_FOLDERS.contains(child.getFileName().toString()))
                    .filter(child -> !child.endsWith(BENCH_DATA))
                    .flatMap(child -> Files.isDirectory(child) ? walk(child).stream() : Stream.of(child))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** With forward slashes, from the root. */
    String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
