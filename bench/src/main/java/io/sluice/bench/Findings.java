package io.sluice.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/** What a benchmark found: each figure beside its target as a line for people, all of them as one line of JSON. */
final class Findings {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Object> figures = new LinkedHashMap<>();
    private boolean allMet = true;

    Findings(String bench) {
        figures.put("bench", bench);
    }

    /** A figure without a target. */
    void note(String name, Object value) {
        figures.put(name, value instanceof Double number ? rounded(number) : value);
    }

    /** A figure that must not be above its target. */
    void atMost(String name, double value, double target, String unit) {
        say(name, value, "<=", target, unit, value <= target);
    }

    /** A figure that must not be below its target. */
    void atLeast(String name, double value, double target, String unit) {
        say(name, value, ">=", target, unit, value >= target);
    }

    private void say(String name, double value, String relation, double target, String unit, boolean met) {
        note(name, value);
        allMet &= met;
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.3f %-8s target %s %s: %s%n",
                name,
                value,
                unit,
                relation,
                Double.toString(target),
                met ? "met" : "MISSED");
    }

    void printJson() {
        figures.put("allMet", allMet);
        System.out.println(JSON.writeValueAsString(figures));
    }

    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
