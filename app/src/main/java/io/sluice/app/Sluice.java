package io.sluice.app;

import io.sluice.config.EngineLifecycle;
import io.sluice.config.Rehearsal;
import io.sluice.config.Settings;
import io.sluice.config.SluiceConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/** The server's main class. */
public final class Sluice {
    private static final int REFUSED = 1;

    private Sluice() {}

    /** Runs the server until it is asked to stop; ends with status 1 and one sentence when it cannot start. */
    public static void main(String[] args) {
        ConfigurableApplicationContext server;
        try {
            server = start(null, args);
        } catch (RuntimeException refused) {
            System.exit(REFUSED); // said already, by StartFailureReporter
            return;
        }
        System.out.println(StartReport.of(server));
        try {
            engineOf(server).opened().block();
        } catch (RuntimeException failure) {
            System.err.println(StartFailureReporter.sentence(failure));
            server.close();
            System.exit(REFUSED);
        }
        System.out.println(StartReport.READY + StartReport.secondsSinceStart());
        new Rehearsal(server.getBean(Settings.class).host(), StartReport.port(server)).requests();
        Rehearsal.loads().block();
    }

    /**
     * Starts the server in this process; the port answers when this returns, and {@link #engineOf} tells when requests
     * are served. Closing the context stops it.
     *
     * @param environment where settings come from; null = command line, system properties, environment, files
     */
    public static ConfigurableApplicationContext start(@Nullable ConfigurableEnvironment environment, String... args) {
        SpringApplication application = new SpringApplication(Sluice.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.addInitializers(new SluiceConfiguration());
        if (environment != null) {
            application.setEnvironment(environment);
        }
        return application.run(args);
    }

    /** The engine of a started server. */
    public static EngineLifecycle engineOf(ConfigurableApplicationContext server) {
        return server.getBean(EngineLifecycle.class);
    }
}
