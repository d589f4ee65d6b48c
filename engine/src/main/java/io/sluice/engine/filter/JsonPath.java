package io.sluice.engine.filter;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The way from the root of a JSON value to a part of it. Immutable. */
final class JsonPath {
    private final Step[] steps;

    /**
     * One step down.
     *
     * @param key of an object, UTF-8; of an index: its digits, because an index also finds that key of an object
     * @param index into an array; -1 when only a key
     */
    record Step(byte[] key, int index) {
        static Step key(String name) {
            return new Step(name.getBytes(StandardCharsets.UTF_8), -1);
        }

        static Step index(int index) {
            return new Step(Integer.toString(index).getBytes(StandardCharsets.UTF_8), index);
        }
    }

    JsonPath(List<Step> steps) {
        this.steps = steps.toArray(Step[]::new);
    }

    boolean isRoot() {
        return steps.length == 0;
    }

    int length() {
        return steps.length;
    }

    Step step(int index) {
        return steps[index];
    }
}
