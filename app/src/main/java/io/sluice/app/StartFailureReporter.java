package io.sluice.app;

import io.sluice.config.StartRefused;
import io.sluice.engine.error.EngineException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;

/** Says in one sentence why a start failed, where that is known; Spring's own report is left for the unknown. */
final class StartFailureReporter implements SpringBootExceptionReporter {
    /** Called by Spring, which finds this class in {@code META-INF/spring.factories}. */
    StartFailureReporter(ConfigurableApplicationContext context) {}

    @Override
    public boolean reportException(Throwable failure) {
        Throwable known = known(failure);
        if (known == null) {
            return false;
        }
        System.err.println(sentence(known));
        return true;
    }

    /** The sentence of a refusal, wherever it is in the chain of causes; any other failure as it is. */
    static String sentence(Throwable failure) {
        Throwable known = known(failure);
        if (known instanceof PortInUseException inUse) {
            return "Sluice cannot start: the port is in use: port=" + inUse.getPort()
                    + ". Stop what listens there, or set SLUICE_PORT to another port (0 = any free one)";
        }
        return "Sluice cannot start: " + (known == null ? failure.toString() : known.getMessage());
    }

    private static @Nullable Throwable known(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartRefused
                    || cause instanceof EngineException
                    || cause instanceof PortInUseException) {
                return cause;
            }
        }
        return null;
    }
}
