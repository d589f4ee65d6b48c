package io.sluice.bench;

import io.sluice.engine.filter.Filter;
import io.sluice.engine.index.IndexSpec.Scalar.Form;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.Column;
import io.sluice.engine.schema.DataType;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.testkit.Blocks;
import io.sluice.engine.testkit.ScalarIndexes;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A filter with an index beside the same filter without one, over one block: how many times faster.
 *
 * <pre>
 *   ScalarIndexBench [rows=1000000] [rounds=41] [seed=1]
 * </pre>
 *
 * Random values, all different or a thousand different ones; ranges and lists that are true for 0.01 %, 1 %, 10 % and
 * 50 % of the rows. Rounds alternate: scan, index, scan, index. Printed are ratios of medians; 1.0 is where the scan was
 * cheaper and was taken.
 */
public final class ScalarIndexBench {
    private static final double[] SHARES = {0.0001, 0.01, 0.1, 0.5};
    private static final int FEW = 1_000;

    private final int rowCount;
    private final int rounds;
    private final RowBlock block;
    private final CollectionSchema schema;
    private final Arena arena;
    private long blackHole;

    private ScalarIndexBench(Arena arena, int rowCount, int rounds, long seed) {
        this.arena = arena;
        this.rowCount = rowCount;
        this.rounds = rounds;
        this.schema = new CollectionSchema(
                        "",
                        List.of(
                                FieldSchema.of("id", DataType.INT64).asPrimaryKey(false),
                                FieldSchema.of("number", DataType.INT64),
                                FieldSchema.of("group", DataType.INT64),
                                FieldSchema.varChar("text", 64),
                                FieldSchema.varChar("label", 64)),
                        false,
                        0)
                .withIds();
        this.block = Blocks.of(arena, schema.fields(), columns(new Random(seed)));
    }

    private List<Column> columns(Random random) {
        long[] ids = new long[rowCount];
        long[] numbers = new long[rowCount];
        long[] groups = new long[rowCount];
        String[] texts = new String[rowCount];
        String[] labels = new String[rowCount];
        for (int row = 0; row < rowCount; row++) {
            ids[row] = row;
            numbers[row] = row;
        }
        for (int row = rowCount - 1; row > 0; row--) {
            int other = random.nextInt(row + 1);
            long number = numbers[row];
            numbers[row] = numbers[other];
            numbers[other] = number;
        }
        for (int row = 0; row < rowCount; row++) {
            groups[row] = random.nextInt(FEW);
            texts[row] = text(numbers[row]);
            labels[row] = text(groups[row]);
        }
        return List.of(
                new Column.Longs(ids, null),
                new Column.Longs(numbers, null),
                new Column.Longs(groups, null),
                Column.Bytes.of(texts),
                Column.Bytes.of(labels));
    }

    private static String text(long number) {
        return String.format(Locale.ROOT, "value-%09d", number);
    }

    public static void main(String[] args) {
        var arguments = new Arguments(args, "rows", "rounds", "seed");
        try (Arena arena = Arena.ofConfined()) {
            int rows = arguments.number("rows", 1_000_000);
            int rounds = arguments.number("rounds", 41);
            new ScalarIndexBench(arena, rows, rounds, arguments.number("seed", 1)).run();
        }
    }

    private void run() {
        System.out.printf(Locale.ROOT, "rows=%d rounds=%d: scan time / time with index%n", rowCount, rounds);
        System.out.printf(Locale.ROOT, "%-10s %-9s %-22s", "field", "index", "filter");
        for (double share : SHARES) {
            System.out.printf(Locale.ROOT, " %9s", String.format(Locale.ROOT, "%.2f %%", 100 * share));
        }
        System.out.println();
        for (Form form : List.of(Form.SORTED, Form.INVERTED)) {
            line("id", form, "range", rowCount);
            line("number", form, "range", rowCount);
            line("group", form, "range", FEW);
            line("text", form, "range", rowCount);
            line("label", form, "range", FEW);
            line("number", form, "in", rowCount);
            line("text", form, "in", rowCount);
        }
        System.out.println("(" + blackHole + ")");
    }

    /** @param distinct values of the field: 0, 1, ... distinct - 1 */
    private void line(String name, Form form, String kind, int distinct) {
        FieldSchema field = schema.find(name).orElseThrow();
        Map<Integer, ScalarIndex> indexes = Map.of(field.id(), ScalarIndexes.of(arena, form, block.column(field.id())));
        System.out.printf(Locale.ROOT, "%-10s %-9s %-22s", name, form.name().toLowerCase(Locale.ROOT), kind);
        for (double share : SHARES) {
            int values = (int) Math.round(share * distinct);
            if (values == 0 || kind.equals("in") && values > 10_000) {
                System.out.printf(Locale.ROOT, " %9s", "-");
                continue;
            }
            Filter filter = Filter.parse(filter(field, kind, values, distinct), schema, Map.of());
            var scan = new Figures();
            var indexed = new Figures();
            for (int round = 0; round < rounds; round++) {
                scan.add(nanos(filter, Map.of()));
                indexed.add(nanos(filter, indexes));
            }
            int warm = rounds / 2; // the others were for the compiler
            System.out.printf(Locale.ROOT, " %9.1f", scan.medianOfLast(warm) / Math.max(1, indexed.medianOfLast(warm)));
        }
        System.out.println();
    }

    private static String filter(FieldSchema field, String kind, int values, int distinct) {
        boolean text = field.type() == DataType.VARCHAR;
        if (kind.equals("range")) {
            return text ? field.name() + " < \"" + text(values) + "\"" : field.name() + " < " + values;
        }
        var list = new StringBuilder(field.name() + " in [");
        for (int i = 0; i < values; i++) {
            long value = (long) i * (distinct / values);
            list.append(i == 0 ? "" : ", ").append(text ? "\"" + text(value) + "\"" : "" + value);
        }
        return list.append("]").toString();
    }

    private double nanos(Filter filter, Map<Integer, ScalarIndex> indexes) {
        long start = System.nanoTime();
        blackHole += filter.evaluate(block, null, indexes).word(0);
        return System.nanoTime() - start;
    }
}
