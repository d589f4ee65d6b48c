package io.sluice.api.rest;

import io.sluice.api.NodeAddress;
import io.sluice.engine.error.EngineException.InvalidRequest;
import java.util.List;
import java.util.Map;

/**
 * A request to one verb, read and checked as far as all verbs have it in common. Immutable but for the streaming of
 * {@code data}.
 *
 * @param headerDatabase of {@code DB-Name}; empty when not sent
 * @param int64AsNumber of {@code Accept-Type-Allow-Int64}; otherwise Int64 values are answered as text
 * @param address where the caller has reached this server
 */
record RestCall(String headerDatabase, boolean int64AsNumber, NodeAddress address, JsonBody body) {
    private static final String DEFAULT_DATABASE = "default";

    JsonFields fields() {
        return body.fields();
    }

    /** {@code dbName} of the body, or else the header's, or else {@code default}. */
    String database() {
        String named = fields().text("dbName", "");
        return !named.isEmpty() ? named : !headerDatabase.isEmpty() ? headerDatabase : DEFAULT_DATABASE;
    }

    String collection() {
        return fields().text("collectionName", "");
    }

    /** {@code properties} as text. */
    Map<String, String> properties() {
        return fields().object("properties").options();
    }

    /** {@code propertyKeys}, or as older clients spell them, {@code deleteKeys}. */
    List<String> propertyKeys() {
        List<String> keys = fields().texts("propertyKeys");
        return keys.isEmpty() ? fields().texts("deleteKeys") : keys;
    }

    /** Refuses options that Milvus has and that would change the answer if they were ignored. */
    void refuse(String... unsupportedKeys) {
        for (String key : unsupportedKeys) {
            if (!fields().isBlank(key)) {
                throw RestRefusal.unsupported("option " + key, "Leave it out");
            }
        }
    }

    /** One node reads its own latest state, which satisfies every level; so the level is only checked. */
    void checkConsistencyLevel() {
        ConsistencyLevels.number(fields().text("consistencyLevel", ""), 0);
    }

    /** Milvus's consistency levels by name. */
    static final class ConsistencyLevels {
        static final int BOUNDED = 2;

        private static final String[] NAMES = {"Strong", "Session", "Bounded", "Eventually", "Customized"};

        private ConsistencyLevels() {}

        /** @throws InvalidRequest naming the known levels */
        static int number(String name, int otherwise) {
            if (name.isEmpty()) {
                return otherwise;
            }
            for (int number = 0; number < NAMES.length; number++) {
                if (NAMES[number].equals(name)) {
                    return number;
                }
            }
            throw new InvalidRequest("consistencyLevel can only be [Strong, Session, Bounded, Eventually, Customized], "
                    + "default: Bounded, err: unknown level: consistencyLevel=" + name);
        }

        static String name(int number) {
            return number >= 0 && number < NAMES.length ? NAMES[number] : Integer.toString(number);
        }
    }
}
