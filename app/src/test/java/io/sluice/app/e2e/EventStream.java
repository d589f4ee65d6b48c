package io.sluice.app.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream of events that a server answers, read one by one: Server-Sent Events or lines of JSON, as its content type
 * says. A broken connection is an error; only a clean end is an end. Confined to one thread at a time.
 */
final class EventStream implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;
    private final boolean linesOfJson;
    private final List<String> preamble = new ArrayList<>(); // lines outside of events: comments, retry

    EventStream(HttpResponse<InputStream> response) {
        this.response = response;
        this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        this.linesOfJson = header("Content-Type").startsWith(NativeApi.NDJSON);
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Lines that belong to no event so far: {@code retry:} and comments. */
    List<String> otherLines() {
        return preamble;
    }

    /** Waits for the next event; null = the server has ended the stream. */
    @Nullable
    Event next() {
        try {
            return linesOfJson ? nextLine() : nextFrame();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private @Nullable Event nextLine() throws IOException {
        String line = lines.readLine();
        if (line == null) {
            return null;
        }
        JsonNode data = JSON.readTree(line);
        return new Event(data.path("id").asString(""), data.path("event").asString(), data);
    }

    private @Nullable Event nextFrame() throws IOException {
        String id = "";
        String name = "";
        String data = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (!line.isEmpty()) {
                preamble.add(line);
            } else if (!data.isEmpty()) {
                return new Event(id, name, JSON.readTree(data));
            }
        }
        if (!data.isEmpty() || !name.isEmpty() || !id.isEmpty()) {
            throw new IOException("the stream ends in the middle of an event: " + id);
        }
        return null;
    }

    /** Waits for the next event, which there must be. */
    Event require() {
        Event event = next();
        if (event == null) {
            throw new AssertionError("the stream has ended");
        }
        return event;
    }

    /** Reads on until an event that fits; answers it. */
    Event await(Predicate<Event> wanted) {
        Event event = require();
        while (!wanted.test(event)) {
            event = require();
        }
        return event;
    }

    /** Everything that is left, until the server ends the stream. */
    List<Event> untilEnd() {
        List<Event> events = new ArrayList<>();
        for (Event event = next(); event != null; event = next()) {
            events.add(event);
        }
        return events;
    }

    /** Goes away, as a client does whose user closes the window. */
    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
