package io.sluice.api.nativehttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.load.MultiplexedEvent;
import io.sluice.engine.load.OperationEvent.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/EVENTS.md shows what is really sent. When it fails, paste the JSON that it prints. */
class EventsDocTest {
    private static final Path DOC = Path.of("..", "docs", "EVENTS.md");

    static Stream<Type> documented() {
        return Arrays.stream(Type.values()).filter(type -> type != Type.EVICTED);
    }

    private static void assertDocumented(String heading, Object value) throws IOException {
        String json = NativeWire.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        Matcher block = Pattern.compile(
                        "^### `" + Pattern.quote(heading) + "`$.*?^```json\\n(.*?)^```$",
                        Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(DOC));
        assertThat(block.find()).as("an example of %s:%n%s", heading, json).isTrue();
        assertThat(NativeWire.JSON.readTree(block.group(1)))
                .as("%s should be%n%s", heading, json)
                .isEqualTo(NativeWire.JSON.readTree(json));
    }

    @ParameterizedTest
    @MethodSource("documented")
    void events_everyType_hasItsExample(Type type) throws IOException {
        assertDocumented(type.wireName(), NativeMapper.event(Samples.of(type)));
    }

    @Test
    void events_streamOfEverything_hasItsExample() throws IOException {
        assertDocumented(
                "GET /api/v1/events", NativeMapper.event(new MultiplexedEvent("k3j9", 118, Samples.of(Type.PROGRESS))));
    }

    @Test
    void problems_outOfBudget_hasItsExample() throws IOException {
        assertDocumented("problem", Problems.of(Samples.outOfBudget(), null));
    }
}
