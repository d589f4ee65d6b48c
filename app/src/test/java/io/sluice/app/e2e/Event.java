package io.sluice.app.e2e;

import tools.jackson.databind.JsonNode;

/**
 * One event of a stream, of either format. Immutable.
 *
 * @param id as in the {@code id:} line; empty when there is none
 */
record Event(String id, String name, JsonNode data) {
    private static final String TERMINAL = "loaded|failed|cancelled|released";

    /** The number behind the colon of the id. */
    long number() {
        return Long.parseLong(id.substring(id.lastIndexOf(':') + 1));
    }

    JsonNode operation() {
        return data.path("operation");
    }

    boolean isTerminal() {
        return name.matches(TERMINAL);
    }

    @Override
    public String toString() {
        return name + " " + id;
    }
}
