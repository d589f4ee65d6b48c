package io.sluice.app.e2e;

import io.sluice.app.BlockHoundSession;
import io.sluice.app.Sluice;
import io.sluice.config.EngineLifecycle;
import io.sluice.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/**
 * The real server in this process, on a free port of the loopback address. Thread-safe.
 *
 * <p>It sees only the settings given here, never the environment of the machine. Closing it stops the server in the
 * ordinary way and deletes the data folder if it made one.
 */
public final class TestServer implements AutoCloseable {
    private final ConfigurableApplicationContext context;
    private final boolean ownsFolder;

    private TestServer(ConfigurableApplicationContext context, boolean ownsFolder) {
        this.context = context;
        this.ownsFolder = ownsFolder;
    }

    /** With defaults, on an empty data folder. */
    public static TestServer start() {
        return start(Map.of());
    }

    /** @param settings such as {@code SLUICE_LOAD_READ_RATE} or {@code sluice.load.read-rate} */
    public static TestServer start(Map<String, String> settings) {
        Path folder = emptyFolder();
        try {
            return start(folder, settings, true);
        } catch (RuntimeException failure) {
            delete(folder);
            throw failure;
        }
    }

    /** On a data folder that stays when the server is closed: start again on it for a restart. */
    public static TestServer start(Path data, Map<String, String> settings) {
        return start(data, settings, false);
    }

    private static TestServer start(Path data, Map<String, String> settings, boolean ownsFolder) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "SLUICE_HOST", "127.0.0.1",
                "SLUICE_PORT", "0",
                "SLUICE_DATA", data.toString(),
                "SLUICE_MEMORY_BUDGET", "1GiB",
                "logging.level.io.sluice", "warn",
                "spring.main.register-shutdown-hook", "false"));
        all.putAll(settings);
        ConfigurableApplicationContext context = Sluice.start(new OnlyThese(all));
        try {
            Sluice.engineOf(context).opened().block();
            return new TestServer(context, ownsFolder);
        } catch (RuntimeException failure) {
            context.close();
            throw failure;
        }
    }

    /** An environment without the machine's variables and this JVM's properties. */
    private static final class OnlyThese extends StandardEnvironment {
        OnlyThese(Map<String, Object> settings) {
            getPropertySources().addFirst(new MapPropertySource("test", settings));
        }

        @Override
        protected void customizePropertySources(MutablePropertySources sources) {
            // None but ours.
        }
    }

    /** {@code http://127.0.0.1:port}, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    public int port() {
        var server = ((WebServerApplicationContext) context).getWebServer();
        return Objects.requireNonNull(server).getPort();
    }

    public Path dataFolder() {
        return context.getBean(Settings.class).dataFolder();
    }

    EngineLifecycle engine() {
        return Sluice.engineOf(context);
    }

    /** Stops the server; twice is harmless. Fails when anything blocked a thread that must not block. */
    @Override
    public void close() {
        if (!context.isActive()) {
            return;
        }
        Path folder = dataFolder();
        context.close();
        if (ownsFolder) {
            delete(folder);
        }
        List<Throwable> blocked = BlockHoundSession.takeBlocked();
        if (!blocked.isEmpty()) {
            throw new AssertionError("blocked on a thread that must not block", blocked.getFirst());
        }
    }

    static Path emptyFolder() {
        try {
            return Files.createTempDirectory("sluice-test-");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> inside = Files.walk(folder)) {
            List<Path> deepestFirst = inside.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
