package io.sluice.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them: {@code 100ms}, {@code 5s}, {@code 10m}, {@code 1h}. */
final class TimeSpan {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) ?(ms|s|m|h)");

    private TimeSpan() {}

    static Optional<Duration> parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                });
    }
}
