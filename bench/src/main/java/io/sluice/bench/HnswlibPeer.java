package io.sluice.bench;

import io.sluice.engine.testkit.Words;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The peer hnswlib, which runs as a process of its own: {@code bench/peers/hnswlib_load.cpp}. */
final class HnswlibPeer {
    private final Path program;
    private final Path index;
    private final int dimension;
    private final ObjectMapper json = new ObjectMapper();

    /** One load and the release after it. */
    record Loaded(double seconds, double releaseSeconds, long fileBytes) {}

    private HnswlibPeer(Path program, Path index, int dimension) {
        this.program = program;
        this.index = index;
        this.dimension = dimension;
    }

    /** With its index of all {@code words} in {@code folder}, built if it is not there yet. */
    static HnswlibPeer open(Path program, Path folder, Words words) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path index = folder.resolve("words.hnswlib");
        var peer = new HnswlibPeer(program, index, words.dimension());
        if (!Files.exists(index)) {
            Path rows = folder.resolve("rows.f32");
            Path made = folder.resolve("words.hnswlib.tmp");
            writeRows(rows, words);
            String threads = Integer.toString(Runtime.getRuntime().availableProcessors());
            System.out.println("building hnswlib's index: "
                    + peer.run(
                            "build",
                            rows.toString(),
                            made.toString(),
                            threads,
                            "" + WordsCollection.M,
                            "" + WordsCollection.EF_CONSTRUCTION));
            Files.delete(rows);
            Files.move(made, index);
        }
        return peer;
    }

    private static void writeRows(Path file, Words words) throws IOException {
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, MemorySegment.ofArray(new int[] {words.count(), words.dimension()}));
            for (int row = 0; row < words.count(); row++) {
                write(channel, MemorySegment.ofArray(words.vector(row)));
            }
        }
    }

    private static void write(FileChannel channel, MemorySegment values) throws IOException {
        byte[] bytes = values.toArray(ValueLayout.JAVA_BYTE);
        channel.write(ByteBuffer.wrap(bytes));
    }

    /** Loads into a fresh object, so many times in one process; the first is slower than the others. */
    List<Loaded> load(int repeats) throws IOException, InterruptedException {
        return run("load", index.toString(), "" + dimension, "" + repeats).stream()
                .map(line -> new Loaded(
                        line.get("seconds").asDouble(),
                        line.get("releaseSeconds").asDouble(),
                        line.get("fileBytes").asLong()))
                .toList();
    }

    private List<JsonNode> run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<JsonNode> lines = new ArrayList<>();
        try (var reader = process.inputReader()) {
            reader.lines().forEach(line -> lines.add(json.readTree(line)));
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException("peer failed: " + command);
        }
        return lines;
    }
}
