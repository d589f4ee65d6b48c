package io.sluice.app.clients;

import java.nio.file.Path;
import java.util.Map;

/**
 * A virtual environment with the pinned packages of {@code requirements.txt}, and pytest.
 *
 * <p>{@code requirements.txt} lists every package, so pip resolves nothing: a package's optional wishes stay out.
 */
record PythonClient(ClientFolders folders) implements Client {
    @Override
    public void prepare(Terminal terminal) {
        String python = Terminal.find("python3", "Install Python 3.11 or later (Debian: python3 and python3-venv)");
        Path requirements = folders.sources().resolve("requirements.txt");
        Prepared prepared = new Prepared(folders.work(), python, requirements);
        if (prepared.isCurrent()) {
            return;
        }
        prepared.clear();
        terminal.runOr(
                "Python has no module 'venv' or 'ensurepip'. Install it (Debian: python3-venv)",
                folders.sources(),
                Map.of(),
                python,
                "-m",
                "venv",
                environment().toString());
        terminal.run(
                folders.sources(),
                Map.of(),
                program("pip"),
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--no-compile",
                "-r",
                requirements.toString());
        prepared.done();
    }

    @Override
    public void test(Terminal terminal, String address) {
        Map<String, String> variables = Map.of(
                "SLUICE_ADDRESS",
                address,
                "PYTHONPYCACHEPREFIX",
                folders.work().resolve("pycache").toString());
        terminal.run(folders.sources(), variables, program("python"), "-m", "pytest");
    }

    private Path environment() {
        return folders.work().resolve("venv");
    }

    private String program(String name) {
        return environment().resolve("bin").resolve(name).toString();
    }
}
