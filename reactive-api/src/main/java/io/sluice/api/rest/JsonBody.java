package io.sluice.api.rest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON object of a request: its keys as a small tree, and the place of {@code data}, which may be huge and is
 * streamed by whoever wants it.
 *
 * <p>To find {@code data} without reading it twice as JSON, a scan counts brackets and skips texts; the rest of the body
 * is then parsed as if {@code data} were {@code null}. A body that confuses the scan is wrong JSON anyway, and the parser
 * says where. Confined to one thread at a time.
 */
final class JsonBody {
    private static final byte[] DATA = "\"data\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STAND_IN = "null".getBytes(StandardCharsets.US_ASCII);

    private static final String NON_STANDARD = "Non-standard token '";

    private final byte[] bytes;
    private final int length;
    private final int dataFrom;
    private final int dataTo;
    private final JsonFields fields;

    private JsonBody(byte[] bytes, int length, int dataFrom, int dataTo) {
        this.bytes = bytes;
        this.length = length;
        this.dataFrom = dataFrom;
        this.dataTo = dataTo;
        this.fields = new JsonFields(parseRest(), "");
    }

    /** @throws RestRefusal 1801 with the position, when the body is no JSON object */
    static JsonBody parse(byte[] bytes, int length) {
        Scan scan = new Scan(bytes, length);
        if (scan.skipSpace(0) == length) {
            throw RestRefusal.emptyBody();
        }
        int[] data = scan.findData();
        return new JsonBody(bytes, length, data[0], data[1]);
    }

    /** Everything but {@code data}. */
    JsonFields fields() {
        return fields;
    }

    boolean hasData() {
        return dataTo > dataFrom && !Arrays.equals(bytes, dataFrom, dataTo, STAND_IN, 0, STAND_IN.length);
    }

    int length() {
        return length;
    }

    int dataLength() {
        return dataTo - dataFrom;
    }

    /**
     * Streams {@code data}. What is wrong JSON in there becomes code 1801 with its position in the body.
     *
     * @param reader gets a parser in front of the first token
     * @param place where the reader is, for that error: {@code ", name=value"} pairs
     */
    <T> T readData(Function<DataParser, T> reader, Supplier<String> place) {
        try (JsonParser parser = Json.parser(bytes, dataFrom, dataTo - dataFrom)) {
            T result = reader.apply(new DataParser(parser, bytes, dataFrom));
            JsonToken rest = parser.nextToken();
            if (rest != null) {
                throw RestRefusal.badJson("unexpected " + rest + " after the value of data");
            }
            return result;
        } catch (JacksonException malformed) {
            throw malformed(malformed, dataFrom, place.get());
        }
    }

    /** A parser over {@code data} that can say where in the body it is. */
    record DataParser(JsonParser tokens, byte[] body, int dataFrom) {
        /** Offset in the body of the first byte of the current value. */
        int tokenFrom() {
            return dataFrom + (int) tokens.currentTokenLocation().getByteOffset();
        }

        /** Reads the current value to its end and answers the offset behind it. */
        int skipValue() {
            tokens.skipChildren();
            tokens.finishToken();
            return dataFrom + (int) tokens.currentLocation().getByteOffset();
        }
    }

    private ObjectNode parseRest() {
        boolean cut = dataTo > dataFrom;
        byte[] rest = cut ? withoutData() : bytes;
        int restLength = cut ? rest.length : length;
        JsonNode root;
        try {
            root = Json.TREES.reader().readTree(rest, 0, restLength);
        } catch (JacksonException malformed) {
            throw malformed(malformed, 0, "");
        }
        if (!(root instanceof ObjectNode object)) {
            throw RestRefusal.badJson("the body must be a JSON object");
        }
        return object;
    }

    private byte[] withoutData() {
        byte[] rest = new byte[dataFrom + STAND_IN.length + length - dataTo];
        System.arraycopy(bytes, 0, rest, 0, dataFrom);
        System.arraycopy(STAND_IN, 0, rest, dataFrom, STAND_IN.length);
        System.arraycopy(bytes, dataTo, rest, dataFrom + STAND_IN.length, length - dataTo);
        return rest;
    }

    private RestRefusal malformed(JacksonException malformed, int parsedFrom, String place) {
        String why = String.valueOf(malformed.getOriginalMessage());
        if (why.startsWith(NON_STANDARD)) {
            why = why.substring(NON_STANDARD.length(), why.indexOf('\'', NON_STANDARD.length()))
                    + " is no JSON value: send a finite number, true, false or null";
        }
        TokenStreamLocation location = malformed.getLocation();
        if (location == null || location.getByteOffset() < 0) {
            return RestRefusal.badJson(why + place);
        }
        int offset = parsedFrom + (int) location.getByteOffset();
        if (parsedFrom == 0 && dataTo > dataFrom && offset > dataFrom) {
            offset += dataTo - dataFrom - STAND_IN.length;
        }
        offset = Math.clamp(offset, 0, length);
        int line = 1;
        int lineFrom = 0;
        for (int i = 0; i < offset; i++) {
            if (bytes[i] == '\n') {
                line++;
                lineFrom = i + 1;
            }
        }
        return RestRefusal.badJson(
                why + ": line=" + line + ", column=" + (offset - lineFrom + 1) + ", byte=" + offset + place);
    }

    /** Finds top-level keys by brackets and quotes alone. */
    private record Scan(byte[] bytes, int length) {
        private static final int[] NONE = {0, 0};
        private static final VarHandle WORDS =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
        private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

        /** From and to of the value of the last {@code data}; {@link #NONE} when there is none or the body is odd. */
        int[] findData() {
            int[] found = NONE;
            int at = skipSpace(0);
            if (at == length || bytes[at] != '{') {
                return NONE;
            }
            at = skipSpace(at + 1);
            while (at < length && bytes[at] == '"') {
                int keyTo = skipText(at);
                int colon = skipSpace(keyTo);
                if (colon >= length || bytes[colon] != ':') {
                    return NONE;
                }
                int valueFrom = skipSpace(colon + 1);
                int valueTo = skipValue(valueFrom);
                if (valueTo <= valueFrom) {
                    return NONE;
                }
                if (Arrays.equals(bytes, at, keyTo, DATA, 0, DATA.length)) {
                    if (found != NONE) {
                        throw RestRefusal.badJson("duplicate key data: byte=" + at);
                    }
                    found = new int[] {valueFrom, valueTo};
                }
                at = skipSpace(valueTo);
                if (at >= length || bytes[at] != ',') {
                    return at < length && bytes[at] == '}' ? found : NONE;
                }
                at = skipSpace(at + 1);
            }
            return NONE;
        }

        int skipSpace(int from) {
            int at = from;
            while (at < length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
                at++;
            }
            return at;
        }

        /** @param from of the opening quote; answers the offset behind the closing one */
        private int skipText(int from) {
            int at = from + 1;
            while (at < length && bytes[at] != '"') {
                at += bytes[at] == '\\' ? 2 : 1;
            }
            return Math.min(at + 1, length);
        }

        private int skipValue(int from) {
            if (from >= length) {
                return from;
            }
            return switch (bytes[from]) {
                case '"' -> skipText(from);
                case '[', '{' -> skipContainer(from);
                default -> skipWord(from);
            };
        }

        private int skipWord(int from) {
            int at = from;
            while (at < length && bytes[at] > ' ' && bytes[at] != ',' && bytes[at] != ']' && bytes[at] != '}') {
                at++;
            }
            return at;
        }

        private int skipContainer(int from) {
            int depth = 0;
            int at = from;
            while (at < length) {
                at = nextBracketOrQuote(at);
                if (at == length) {
                    break;
                }
                byte found = bytes[at];
                if (found == '"') {
                    at = skipText(at);
                } else {
                    depth += found == '[' || found == '{' ? 1 : -1;
                    at++;
                    if (depth == 0) {
                        return at;
                    }
                }
            }
            return length;
        }

        /**
         * Eight bytes at a time, for megabytes of numbers. Setting bit 5 makes a brace of a bracket, so three
         * comparisons find all five characters; a byte that matches becomes zero, and of the zero bytes the lowest is
         * found by the borrow of a subtraction.
         */
        private int nextBracketOrQuote(int from) {
            int at = from;
            for (; at + Long.BYTES <= length; at += Long.BYTES) {
                long word = (long) WORDS.get(bytes, at);
                long asBraces = word | EACH_BYTE * 0x20;
                long found = zeroBytes(asBraces ^ EACH_BYTE * '{')
                        | zeroBytes(asBraces ^ EACH_BYTE * '}')
                        | zeroBytes(word ^ EACH_BYTE * '"');
                if (found != 0) {
                    return at + (Long.numberOfTrailingZeros(found) >> 3);
                }
            }
            while (at < length && "[]{}\"".indexOf(bytes[at]) < 0) {
                at++;
            }
            return at;
        }

        private static long zeroBytes(long word) {
            return word - EACH_BYTE & ~word & EACH_BYTE << 7;
        }
    }
}
