package io.sluice.engine.search;

import io.sluice.engine.collection.ReadView;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.schema.CollectionSchema;
import io.sluice.engine.schema.FieldSchema;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a result carries. Immutable.
 *
 * @param fields each once, in the order they were asked for
 * @param names as the answer lists them: as the user wrote them, {@code *} expanded, paths into {@code $meta} by key
 * @param metaKeys what to keep of {@code $meta}; null = all of it
 */
record OutputPlan(
        List<FieldSchema> fields,
        List<String> names,
        @Nullable Set<String> metaKeys) {
    private static final String EVERYTHING = "*";
    private static final Pattern IDENTIFIER = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");
    private static final Pattern META_PATH =
            Pattern.compile("\\$meta\\[\\s*(?:\"((?:[^\"\\\\]|\\\\.)+)\"|'((?:[^'\\\\]|\\\\.)+)')\\s*]");

    OutputPlan {
        fields = List.copyOf(fields);
        names = List.copyOf(names);
    }

    /**
     * @param withKey whether the primary key comes first when it was not asked for
     * @throws EngineException.InvalidRequest for names that are not there or not loaded
     */
    static OutputPlan of(List<String> outputFields, ReadView view, boolean withKey) {
        Collector collector = new Collector(view);
        FieldSchema key = view.schema().primaryKey();
        if (withKey && outputFields.stream().noneMatch(name -> names(name, key))) {
            collector.addField(key);
        }
        for (String name : outputFields) {
            collector.add(name.strip());
        }
        return collector.plan();
    }

    private static boolean names(String outputField, FieldSchema key) {
        return outputField.strip().equals(EVERYTHING) || outputField.strip().equals(key.name());
    }

    private static final class Collector {
        private final ReadView view;
        private final CollectionSchema schema;
        private final Map<Integer, FieldSchema> fields = new LinkedHashMap<>();
        private final Set<String> names = new LinkedHashSet<>();
        private final Set<String> metaKeys = new LinkedHashSet<>();
        private boolean wholeMeta;

        Collector(ReadView view) {
            this.view = view;
            this.schema = view.schema();
        }

        void add(String name) {
            Optional<FieldSchema> field = schema.find(name);
            if (name.equals(EVERYTHING)) {
                schema.fields().stream().filter(this::isLoaded).forEach(this::addField);
            } else if (field.isPresent()) {
                addField(field.get());
            } else {
                addKey(name);
            }
        }

        void addField(FieldSchema field) {
            if (!isLoaded(field)) {
                throw field.dynamic() ? dynamicNotLoaded(field.name()) : notLoaded(field);
            }
            wholeMeta |= field.dynamic();
            fields.put(field.id(), field);
            names.add(field.name());
        }

        private void addKey(String name) {
            FieldSchema meta = schema.meta()
                    .orElseThrow(() -> new EngineException.InvalidRequest("field " + name
                            + " not exist: collection=" + view.collection() + ", fields="
                            + schema.fields().stream().map(FieldSchema::name).toList()
                            + ". Ask for one of these, or create the collection with the dynamic field"));
            String key = keyOf(name);
            if (!isLoaded(meta)) {
                throw dynamicNotLoaded(name);
            }
            fields.put(meta.id(), meta);
            names.add(key);
            metaKeys.add(key);
        }

        private boolean isLoaded(FieldSchema field) {
            return field.primaryKey() || view.loadedFields().contains(field.id());
        }

        private EngineException notLoaded(FieldSchema field) {
            return new EngineException.InvalidRequest("field " + field.name() + " is not loaded: collection="
                    + view.collection() + ". Release the collection and load it with this field, or leave it out");
        }

        private EngineException dynamicNotLoaded(String name) {
            return new EngineException.InvalidRequest("field " + name
                    + " cannot be returned since dynamic field not loaded: collection=" + view.collection()
                    + ". Release the collection and load it with its dynamic field, or leave it out");
        }

        OutputPlan plan() {
            return new OutputPlan(
                    List.copyOf(fields.values()), List.copyOf(names), wholeMeta ? null : Set.copyOf(metaKeys));
        }
    }

    /** The dynamic key behind {@code key} or {@code $meta["key"]}. */
    private static String keyOf(String name) {
        if (IDENTIFIER.matcher(name).matches()) {
            return name;
        }
        Matcher path = META_PATH.matcher(name);
        if (path.matches()) {
            String quoted = path.group(1) != null ? path.group(1) : path.group(2);
            return quoted.replaceAll("\\\\(.)", "$1");
        }
        throw new EngineException.InvalidRequest("parse output field name failed: " + name
                + ". Ask for a field, *, a dynamic key, or $meta[\"key\"] with one level");
    }
}
