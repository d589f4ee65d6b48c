package io.sluice.app.clients;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which languages this run tests: the property {@code sluice.clients}. Immutable. */
record ClientSelection(Set<String> languages) {
    private static final String PROPERTY = "sluice.clients";
    private static final List<String> ALL = List.of("python", "node", "go", "java");
    private static final String NONE = "none";

    static ClientSelection current() {
        return parse(System.getProperty(PROPERTY, String.join(",", ALL)));
    }

    /** @param value names with commas between them, or {@code none} */
    static ClientSelection parse(String value) {
        if (value.strip().equals(NONE)) {
            return new ClientSelection(Set.of());
        }
        Set<String> languages =
                Arrays.stream(value.split(",", -1)).map(String::strip).collect(Collectors.toSet());
        for (String language : languages) {
            if (!ALL.contains(language)) {
                throw new IllegalArgumentException("unknown client: value=" + language + ", property=" + PROPERTY
                        + ". Give some of " + ALL + " with commas between them, or '" + NONE + "'");
            }
        }
        return new ClientSelection(languages);
    }

    boolean contains(String language) {
        return languages.contains(language);
    }
}
