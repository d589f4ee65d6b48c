package io.sluice.engine.schema;

import java.util.List;

/** Primary keys on the heap: Int64 or VarChar. Treated as immutable. */
public sealed interface Keys {
    int count();

    /** The key as a {@code Long} or a {@code String}: for messages and small results. */
    Object boxed(int index);

    record LongKeys(long[] values) implements Keys {
        @Override
        public int count() {
            return values.length;
        }

        @Override
        public Object boxed(int index) {
            return values[index];
        }
    }

    record StringKeys(List<String> values) implements Keys {
        public StringKeys {
            values = List.copyOf(values);
        }

        @Override
        public int count() {
            return values.size();
        }

        @Override
        public Object boxed(int index) {
            return values.get(index);
        }
    }
}
