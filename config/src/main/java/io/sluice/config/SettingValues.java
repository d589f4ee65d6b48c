package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * The texts given for settings, wherever Spring found them, each under the name that was used. Immutable.
 *
 * <p>Earlier property sources win (command line, system properties, environment, files). A name that starts like one
 * of ours and is none stops the start, except what Kubernetes and Docker inject for a service called {@code sluice}.
 */
final class SettingValues {
    private static final long MIN_BYTES = 1 << 20; // 1 MiB
    private static final long MAX_BYTES = 8L << 40; // 8 TiB
    private static final Duration MAX_TIME = Duration.ofHours(24);
    private static final int MAX_COUNT = 100_000;
    private static final int MAX_PORT = 65_535;

    private static final Pattern INJECTED_NAME = Pattern.compile("SLUICE(_\\w+)?_SERVICE_(HOST|PORT|PORT_\\w+)"
            + "|SLUICE(_\\w+)?_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?"
            + "|SLUICE(_\\w+)?_(NAME|ENV_\\w+)");
    private static final Pattern INJECTED_PORT_NAME = Pattern.compile("SLUICE(_\\w+)?_PORT");
    private static final Pattern INJECTED_PORT_VALUE = Pattern.compile("(tcp|udp|sctp)://.*");

    /** Read by the engine itself where it must be known before any object is; for people who look for a fault. */
    private static final Set<String> JVM_SWITCHES = Set.of("sluice.leaks");

    private record Given(String name, String text) {}

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);
    private final List<String> ignored = new ArrayList<>();

    static SettingValues of(ConfigurableEnvironment environment) {
        SettingValues values = new SettingValues();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                for (String name : enumerable.getPropertyNames()) {
                    values.add(name, enumerable.getProperty(name), environment);
                }
            }
        }
        return values;
    }

    private void add(String name, @Nullable Object value, ConfigurableEnvironment environment) {
        boolean variable = name.startsWith("SLUICE_");
        if (value == null || !(variable || name.startsWith("sluice.")) || JVM_SWITCHES.contains(name)) {
            return;
        }
        String text = environment.resolvePlaceholders(value.toString()).strip();
        if (variable && isInjected(name, text)) {
            ignored.add(name);
            return;
        }
        Setting setting = find(name);
        given.putIfAbsent(setting, new Given(name, text));
    }

    private static boolean isInjected(String name, String text) {
        return INJECTED_NAME.matcher(name).matches()
                || (INJECTED_PORT_NAME.matcher(name).matches()
                        && INJECTED_PORT_VALUE.matcher(text).matches());
    }

    private static Setting find(String name) {
        for (Setting setting : Setting.values()) {
            if (plain(setting.property()).equals(plain(name))) {
                return setting;
            }
        }
        boolean variable = name.startsWith("SLUICE_");
        Setting nearest = Arrays.stream(Setting.values())
                .min(Comparator.comparingInt(setting -> distance(plain(setting.property()), plain(name))))
                .orElseThrow();
        throw new StartRefused("unknown setting: name=" + name + ". Did you mean "
                + (variable ? nearest.variable() : nearest.property())
                + "? Every setting is listed in docs/CONFIGURATION.md");
    }

    /** Spring's relaxed spelling: dots, dashes, underscores and case do not matter. */
    private static String plain(String name) {
        return name.replaceAll("[._-]", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters must be changed, added or removed (Levenshtein); 1 when only the end is missing or too much. */
    private static int distance(String from, String to) {
        if (from.startsWith(to) || to.startsWith(from)) {
            return 1;
        }
        int[] row = new int[to.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    /** Names of variables that were left alone because a cluster injects them, in the order found. */
    List<String> ignored() {
        return List.copyOf(ignored);
    }

    boolean isGiven(Setting setting) {
        return given.containsKey(setting);
    }

    String text(Setting setting) {
        String text = raw(setting);
        if (text.isEmpty()) {
            throw malformed(setting);
        }
        return text;
    }

    Path folder(Setting setting) {
        String text = text(setting);
        if (text.indexOf(';') >= 0) { // the catalog's file name cannot carry one
            throw malformed(setting);
        }
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException bad) {
            throw malformed(setting);
        }
    }

    int port(Setting setting) {
        return number(setting, 0, MAX_PORT);
    }

    int count(Setting setting) {
        return number(setting, 1, MAX_COUNT);
    }

    boolean flag(Setting setting) {
        return switch (raw(setting).toLowerCase(Locale.ROOT)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw malformed(setting);
        };
    }

    private int number(Setting setting, int least, int most) {
        String text = raw(setting);
        if (!text.matches("\\d{1,9}")) {
            throw malformed(setting);
        }
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw malformed(setting);
        }
        return number;
    }

    long bytes(Setting setting) {
        OptionalLong bytes = ByteSize.parse(raw(setting));
        if (bytes.isEmpty() || bytes.getAsLong() < MIN_BYTES || bytes.getAsLong() > MAX_BYTES) {
            throw malformed(setting);
        }
        return bytes.getAsLong();
    }

    /** Bytes per second; 0 = no limit. */
    long rate(Setting setting) {
        String text = raw(setting);
        String size = text.endsWith("/s") ? text.substring(0, text.length() - 2) : text;
        return ByteSize.parse(size).orElseThrow(() -> malformed(setting));
    }

    Duration time(Setting setting) {
        Duration time = TimeSpan.parse(raw(setting)).orElseThrow(() -> malformed(setting));
        if (time.isZero() || time.compareTo(MAX_TIME) > 0) {
            throw malformed(setting);
        }
        return time;
    }

    private String raw(Setting setting) {
        Given value = given.get(setting);
        return value == null ? setting.defaultText() : value.text();
    }

    /** The refusal of a value that cannot be used. */
    StartRefused malformed(Setting setting) {
        return malformed(setting, setting.kind().allowed());
    }

    StartRefused malformed(Setting setting, String allowed) {
        Given value = given.get(setting);
        String name = value == null ? setting.variable() : value.name();
        return new StartRefused("malformed setting: name=" + name + ", value=" + raw(setting) + ", allowed=" + allowed
                + ". Correct it or leave it out");
    }
}
