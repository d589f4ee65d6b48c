package io.sluice.engine.filter;

import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.index.ScalarIndex;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import io.sluice.engine.schema.Keys;
import io.sluice.engine.segment.RowBlock;
import io.sluice.engine.segment.RowMask;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checked filter, ready to run on any block of the collection. Immutable and thread-safe.
 *
 * <p><b>Three values.</b> A comparison is true, false or unknown, {@code and}, {@code or} and {@code not} follow Kleene,
 * and only rows that are true pass. Unknown comes from
 *
 * <ul>
 *   <li>a field that is null, whatever it is compared with, an empty list too;
 *   <li>a JSON path that is missing, JSON null, or holds another kind of value than the constant (Milvus 3.x: so
 *       {@code !=} and {@code not in} do not match such rows either); numbers are one kind, integer or not;
 *   <li>an array element beyond the end, and a JSON path that is no array where an array is asked for;
 *   <li>arithmetic without a result: see {@link Arithmetic}.
 * </ul>
 *
 * {@code is null} and {@code exists} are always known. {@code path is null} says that there is no value at the path.
 *
 * <p><b>Numbers.</b> Integers and doubles compare exactly, at any size. A Float field compares with the float nearest to
 * the constant, so that {@code f == 0.1} finds what was inserted as 0.1. Texts compare by code point.
 */
public final class Filter {
    private final Source source;
    private final CollectionSchema schema;
    private final Plan.Predicate plan;
    private final Set<Integer> fieldIds;
    private final Set<String> dynamicKeys;

    private Filter(Source source, CollectionSchema schema, Plan.Predicate plan, Checker checker) {
        this.source = source;
        this.schema = schema;
        this.plan = plan;
        this.fieldIds = Set.copyOf(checker.fieldIds());
        this.dynamicKeys = Set.copyOf(checker.dynamicKeys());
    }

    /**
     * Parses and checks an expression.
     *
     * @param text not blank
     * @param templates values of {@code {name}} placeholders: Boolean, Long, Double, String or List of these
     * @throws InvalidRequest with the position and what was expected
     */
    public static Filter parse(String text, CollectionSchema schema, Map<String, Object> templates) {
        Source source = new Source(text);
        Checker checker = new Checker(source, schema, templates);
        Plan.Predicate plan = checker.whole(Parser.parse(source));
        return new Filter(source, schema, plan, checker);
    }

    /** The fields it reads, {@code $meta} included. */
    public Set<Integer> fieldIds() {
        return fieldIds;
    }

    /** The names of dynamic-field keys it reads. */
    public Set<String> dynamicKeys() {
        return dynamicKeys;
    }

    /** The refusal for a collection that has only these fields loaded; empty when it reads no other. */
    public Optional<InvalidRequest> describeUnloaded(Set<Integer> loaded) {
        return fieldIds.stream()
                .sorted()
                .filter(id -> !loaded.contains(id))
                .findFirst()
                .map(id -> {
                    FieldSchema field = schema.get(id);
                    if (!field.dynamic()) {
                        return source.refuse("field:" + field.name() + " data_type:"
                                + field.type().milvusName()
                                + " is not loaded. Load the field, or leave it out of the filter");
                    }
                    return source.refuse("field "
                            + dynamicKeys.stream().sorted().findFirst().orElse(CollectionSchema.META)
                            + " is dynamic but dynamic field is not loaded. Load the collection with its dynamic"
                            + " field, or leave the key out of the filter");
                });
    }

    /**
     * The keys, if the whole filter is {@code pk == v} or {@code pk in [...]}: a lookup instead of a scan. Each key
     * once; Int64 keys ascending.
     */
    public Optional<Keys> primaryKeys() {
        int key = schema.primaryKey().id();
        return switch (plan) {
            case Plan.IntegerRange range
            when range.fieldId() == key && !range.inverted() && range.isEmpty() ->
                Optional.of(new Keys.LongKeys(new long[0]));
            case Plan.IntegerRange range
            when range.fieldId() == key && !range.inverted() && range.min() == range.max() ->
                Optional.of(new Keys.LongKeys(new long[] {range.min()}));
            case Plan.IntegerIn(int fieldId, var _, LongSet values)
            when fieldId == key -> Optional.of(new Keys.LongKeys(values.values().clone()));
            case Plan.TextCompare(Plan.Text(int fieldId, var _), Comparison comparison, byte[] utf8)
            when fieldId == key && comparison == Comparison.EQ ->
                Optional.of(new Keys.StringKeys(List.of(new String(utf8, StandardCharsets.UTF_8))));
            case Plan.TextIn(Plan.Text(int fieldId, var _), TextSet values)
            when fieldId == key ->
                Optional.of(new Keys.StringKeys(
                        values.distinct().stream().map(Constant.Text::value).toList()));
            default -> Optional.empty();
        };
    }

    /**
     * The rows for which the filter is true (unknown is not true).
     *
     * @param block has all of {@link #fieldIds}
     * @param among rows to look at; null = all. The answer is a subset of it
     */
    public RowMask evaluate(RowBlock block, @Nullable RowMask among) {
        return evaluate(block, among, Map.of());
    }

    /**
     * The same with indexes by field id, which are used where that is cheaper than looking at the rows. The answer does
     * not depend on them.
     */
    public RowMask evaluate(RowBlock block, @Nullable RowMask among, Map<Integer, ScalarIndex> indexes) {
        return Evaluation.run(plan, block, among, new IndexLookup(indexes, false));
    }

    /** With every index that has an answer, whatever it costs. */
    RowMask evaluateByIndex(RowBlock block, @Nullable RowMask among, Map<Integer, ScalarIndex> indexes) {
        return Evaluation.run(plan, block, among, new IndexLookup(indexes, true));
    }

    /** As it was written. */
    @Override
    public String toString() {
        return source.text();
    }
}
