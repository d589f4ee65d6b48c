package io.sluice.app;

import io.sluice.config.ByteSize;
import io.sluice.config.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** What an operator wants to know at the start, in one block. */
final class StartReport {
    /** Starts the line that says that requests are served. */
    static final String READY = "Sluice is ready after ";

    /** Starts the line with the address; what follows it is a URL. */
    static final String LISTENS = "  listens on    ";

    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private StartReport() {}

    static String of(ConfigurableApplicationContext server) {
        Settings settings = server.getBean(Settings.class);
        return String.join(
                "\n",
                "Sluice " + version(),
                LISTENS + "http://" + host(settings.host()) + ":" + port(server),
                "  data folder   " + settings.dataFolder(),
                "  off-heap      up to " + ByteSize.text(settings.memoryBudgetBytes()),
                "  Java heap     up to " + ByteSize.text(Runtime.getRuntime().maxMemory()),
                "  pages         " + pages(),
                "  kernels       " + kernels());
    }

    static int port(ConfigurableApplicationContext server) {
        return Objects.requireNonNull(((WebServerApplicationContext) server).getWebServer())
                .getPort();
    }

    private static String version() {
        String version = Sluice.class.getPackage().getImplementationVersion();
        return version == null ? "(built from source)" : version;
    }

    private static String host(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private static String pages() {
        String setting = hugePages();
        return switch (setting) {
            case "always", "madvise" -> "2 MiB where the system has them (transparent_hugepage=" + setting + ")";
            default -> "4 KiB: loads and releases are slower (transparent_hugepage=" + setting + ")";
        };
    }

    /** The word in brackets: {@code always [madvise] never}. */
    private static String hugePages() {
        try {
            String text = Files.readString(HUGE_PAGES);
            return text.substring(text.indexOf('[') + 1, text.indexOf(']'));
        } catch (IOException | IndexOutOfBoundsException notHere) {
            return "unknown";
        }
    }

    private static String kernels() {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()) {
            return "vectorised (" + VECTOR_MODULE + ")";
        }
        return """
            SCALAR
            *******************************************************************************
            *  WARNING: the module %s is missing, so every distance is        *
            *  computed without vector instructions: searches and index builds are many   *
            *  times slower. Start with: java @config/jvm.args -jar app/target/sluice.jar *
            *******************************************************************************\
            """.formatted(VECTOR_MODULE);
    }

    /** Since the JVM began, so that what an operator waited for is what it says. */
    static String secondsSinceStart() {
        long startedMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
        return String.format(Locale.ROOT, "%.1f s", (System.currentTimeMillis() - startedMillis) / 1000.0);
    }
}
