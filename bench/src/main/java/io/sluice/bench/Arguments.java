package io.sluice.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The {@code name=value} arguments of a benchmark. Immutable. */
final class Arguments {
    private final Map<String, String> given = new TreeMap<>();

    Arguments(String[] args, String... known) {
        Set<String> names = Set.of(known);
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (pair.length != 2 || !names.contains(pair[0])) {
                throw new IllegalArgumentException("unknown argument: " + arg + ". Known: " + names);
            }
            given.put(pair[0], pair[1]);
        }
    }

    int number(String name, int otherwise) {
        String text = given.get(name);
        return text == null ? otherwise : Integer.parseInt(text);
    }

    Path path(String name, String otherwise) {
        return Path.of(given.getOrDefault(name, otherwise)).toAbsolutePath().normalize();
    }
}
