package io.sluice.config;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 4GiB}, {@code 1.5 MiB}, {@code 4096}. */
public final class ByteSize {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?) ?(B|KiB|MiB|GiB|TiB|)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private ByteSize() {}

    /** Empty when the text is no size or too large for a {@code long}. */
    static OptionalLong parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            return OptionalLong.empty();
        }
        BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(factor(parts.group(2))));
        boolean fits = bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        return fits ? OptionalLong.of(bytes.longValue()) : OptionalLong.empty();
    }

    private static long factor(String unit) {
        for (int power = 1; power < UNITS.length; power++) {
            if (UNITS[power].equals(unit)) {
                return 1L << (10 * power);
            }
        }
        return 1;
    }

    /** In the largest unit that leaves at least 1, with at most one decimal: {@code 13.6 GiB}. */
    public static String text(long bytes) {
        int power = 0;
        while (power + 1 < UNITS.length && bytes >> (10 * (power + 1)) != 0) {
            power++;
        }
        long tenths = Math.round(bytes * 10.0 / (1L << (10 * power)));
        String number = tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
        return number + " " + UNITS[power];
    }
}
