package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.compaction.CompactionOptions;
import io.sluice.engine.load.LoadOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class SettingsTest {
    private static final long GIB = 1L << 30;
    private static final MachineMemory MACHINE = new MachineMemory(11 * GIB, GIB);

    private static Settings read(Map<String, String> values) {
        return Settings.of(environment(values), MACHINE);
    }

    private static StandardEnvironment environment(Map<String, String> values) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.copyOf(values)));
        return environment;
    }

    @Test
    void of_nothingGiven_areTheDefaults() {
        Settings settings = read(Map.of());
        int cores = Runtime.getRuntime().availableProcessors();

        assertThat(settings)
                .isEqualTo(new Settings(
                        "0.0.0.0",
                        19530,
                        Path.of("sluice-data").toAbsolutePath(),
                        6 * GIB,
                        false,
                        64 << 20,
                        256L << 20,
                        64 << 20,
                        256 << 20,
                        Duration.ofSeconds(30),
                        cores,
                        Math.max(1, cores / 2),
                        512L << 20,
                        Duration.ofMinutes(10),
                        GIB,
                        LoadOptions.defaults(),
                        CompactionOptions.defaults(),
                        Duration.ofSeconds(5),
                        List.of()));
    }

    @Test
    void of_everyVariableGiven_takesEach() {
        Settings settings = read(Map.ofEntries(
                Map.entry("SLUICE_HOST", "127.0.0.1"),
                Map.entry("SLUICE_PORT", "0"),
                Map.entry("SLUICE_DATA", "/tmp/a b"),
                Map.entry("SLUICE_MEMORY_BUDGET", "4GiB"),
                Map.entry("SLUICE_AUTH", "On"),
                Map.entry("SLUICE_MAX_BODY", "8 MiB"),
                Map.entry("SLUICE_MAX_BODY_IN_FLIGHT", "16MiB"),
                Map.entry("SLUICE_GRPC_MAX_RECEIVE", "5MiB"),
                Map.entry("SLUICE_GRPC_MAX_SEND", "6MiB"),
                Map.entry("SLUICE_REQUEST_TIMEOUT", "3s"),
                Map.entry("SLUICE_SEARCH_THREADS", "7"),
                Map.entry("SLUICE_INDEX_BUILD_THREADS", "3"),
                Map.entry("SLUICE_SEAL_SIZE", "1.5GiB"),
                Map.entry("SLUICE_SEAL_IDLE", "90s"),
                Map.entry("SLUICE_LOG_LIMIT", "2097152"),
                Map.entry("SLUICE_COMPACTION_TARGET", "64MiB"),
                Map.entry("SLUICE_COMPACTION_RETENTION", "5s"),
                Map.entry("SLUICE_LOAD_READ_RATE", "20MiB/s"),
                Map.entry("SLUICE_LOAD_CHUNK", "2MiB"),
                Map.entry("SLUICE_LOAD_READERS", "1"),
                Map.entry("SLUICE_LOAD_PROGRESS_INTERVAL", "250ms"),
                Map.entry("SLUICE_LOAD_STALL_AFTER", "1m"),
                Map.entry("SLUICE_LOAD_DRAIN_LIMIT", "1h"),
                Map.entry("SLUICE_LOAD_OPERATIONS_KEPT", "10"),
                Map.entry("SLUICE_LOAD_EVENTS_KEPT", "20"),
                Map.entry("SLUICE_SHUTDOWN_LIMIT", "2s")));

        assertThat(settings)
                .isEqualTo(new Settings(
                        "127.0.0.1",
                        0,
                        Path.of("/tmp/a b"),
                        4 * GIB,
                        true,
                        8 << 20,
                        16 << 20,
                        5 << 20,
                        6 << 20,
                        Duration.ofSeconds(3),
                        7,
                        3,
                        3 * GIB / 2,
                        Duration.ofSeconds(90),
                        2 << 20,
                        new LoadOptions(
                                2 << 20,
                                1,
                                20 << 20,
                                Duration.ofMillis(250),
                                Duration.ofMinutes(1),
                                Duration.ofHours(1),
                                10,
                                20),
                        new CompactionOptions(64 << 20, Duration.ofSeconds(5)),
                        Duration.ofSeconds(2),
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sluice.load.read-rate", "sluice.load.readRate", "SLUICE_LOAD_READ_RATE", "SLUICE_LOAD_READRATE"
            })
    void of_relaxedSpelling_isTheSameSetting(String name) {
        assertThat(read(Map.of(name, "5MiB")).load().readBytesPerSecond()).isEqualTo(5 << 20);
    }

    @Test
    void of_twoSources_takesTheEarlier() {
        StandardEnvironment environment = environment(Map.of("SLUICE_PORT", "1111"));
        environment.getPropertySources().addFirst(new MapPropertySource("first", Map.of("sluice.port", "2222")));

        assertThat(Settings.of(environment, MACHINE).port()).isEqualTo(2222);
    }

    @ParameterizedTest
    @CsvSource({
        "SLUICE_PROT, SLUICE_PORT",
        "SLUICE_MEMORY, SLUICE_MEMORY_BUDGET",
        "SLUICE_LOAD_READRATES, SLUICE_LOAD_READ_RATE",
        "sluice.load.reader, sluice.load.readers",
        "sluice.server.port, sluice.port",
        "SLUICE_DATA_DIR, SLUICE_DATA"
    })
    void of_unknownName_isRefusedNamingTheNearest(String name, String nearest) {
        assertThatThrownBy(() -> read(Map.of(name, "1")))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("name=" + name)
                .hasMessageContaining("Did you mean " + nearest + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "SLUICE_PORT, 65536, 0 to 65535",
        "SLUICE_PORT, -1, 0 to 65535",
        "SLUICE_PORT, abc, 0 to 65535",
        "SLUICE_PORT, '', 0 to 65535",
        "SLUICE_HOST, '', a host name",
        "SLUICE_DATA, a;b, without ';'",
        "SLUICE_DATA, '', without ';'",
        "SLUICE_MEMORY_BUDGET, 4GB, written like",
        "SLUICE_MEMORY_BUDGET, 4Gib, written like",
        "SLUICE_MEMORY_BUDGET, much, written like",
        "SLUICE_MEMORY_BUDGET, 0, 1MiB to",
        "SLUICE_MEMORY_BUDGET, -4GiB, 1MiB to",
        "SLUICE_MEMORY_BUDGET, 999999999999999TiB, 1MiB to",
        "SLUICE_MAX_BODY, 2GiB, 1MiB to 1GiB",
        "SLUICE_SEARCH_THREADS, 0, 1 to 100000",
        "SLUICE_SEARCH_THREADS, 1.5, 1 to 100000",
        "SLUICE_LOAD_CHUNK, 1.5MiB, a multiple of 1MiB",
        "SLUICE_LOAD_READ_RATE, fast, 20MiB",
        "SLUICE_LOAD_STALL_AFTER, 5, 10m",
        "SLUICE_LOAD_STALL_AFTER, 0s, 1ms to",
        "SLUICE_LOAD_STALL_AFTER, 25h, to 24h",
        "sluice.seal-idle, soon, 10m"
    })
    void of_malformedValue_isRefusedWithWhatIsAllowed(String name, String value, String allowed) {
        assertThatThrownBy(() -> read(Map.of(name, value)))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("name=" + name)
                .hasMessageContaining("value=" + value)
                .hasMessageContaining(allowed);
    }

    @Test
    void of_budgetThatDoesNotFitBesideTheHeap_isRefusedWithAllThreeNumbers() {
        assertThatThrownBy(() -> read(Map.of("SLUICE_MEMORY_BUDGET", "10.5GiB")))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("10.5 GiB")
                .hasMessageContaining("heap=1 GiB")
                .hasMessageContaining("=11 GiB");
        assertThat(read(Map.of("SLUICE_MEMORY_BUDGET", "10GiB")).memoryBudgetBytes())
                .isEqualTo(10 * GIB);
    }

    @Test
    void of_bodyLimits_fitTogether() {
        assertThat(read(Map.of("SLUICE_MAX_BODY", "512MiB")).maxBodyBytesInFlight())
                .isEqualTo(512L << 20);
        assertThatThrownBy(() -> read(Map.of("SLUICE_MAX_BODY_IN_FLIGHT", "32MiB")))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("SLUICE_MAX_BODY_IN_FLIGHT")
                .hasMessageContaining("at least SLUICE_MAX_BODY");
    }

    @Test
    void of_heapAsLargeAsTheMachine_isRefused() {
        assertThatThrownBy(() -> Settings.of(environment(Map.of()), new MachineMemory(GIB, GIB)))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("-Xmx");
    }

    /** What Kubernetes and Docker set for services called "sluice" and "sluice-console". */
    @Test
    void of_variablesThatAClusterInjects_areIgnoredAndNamed() {
        Map<String, String> injected = Map.of(
                "SLUICE_PORT", "tcp://10.0.0.1:19530",
                "SLUICE_SERVICE_HOST", "10.0.0.1",
                "SLUICE_SERVICE_PORT", "19530",
                "SLUICE_SERVICE_PORT_HTTP", "19530",
                "SLUICE_PORT_19530_TCP", "tcp://10.0.0.1:19530",
                "SLUICE_PORT_19530_TCP_PROTO", "tcp",
                "SLUICE_PORT_19530_TCP_PORT", "19530",
                "SLUICE_PORT_19530_TCP_ADDR", "10.0.0.1",
                "SLUICE_CONSOLE_PORT", "tcp://10.0.0.2:80",
                "SLUICE_CONSOLE_SERVICE_HOST", "10.0.0.2");

        Settings settings = read(injected);

        assertThat(settings.port()).isEqualTo(19530);
        assertThat(settings.ignoredVariables()).containsExactlyInAnyOrderElementsOf(injected.keySet());
    }

    @Test
    void of_namesOfOthers_areLeftAlone() {
        assertThat(read(Map.of(
                                "SLUICEX",
                                "1",
                                "server.port",
                                "1",
                                "MY_SLUICE_PORT",
                                "1",
                                "sluicegate.x",
                                "1",
                                "sluice.leaks",
                                "true"))
                        .ignoredVariables())
                .isEmpty();
    }
}
