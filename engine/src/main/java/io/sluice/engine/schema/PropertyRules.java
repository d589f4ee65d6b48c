package io.sluice.engine.schema;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The properties of databases, collections, fields and indexes that this server knows, and which values they may have.
 * Properties that nobody knows are kept and described, as Milvus does. The texts are Milvus's where it has one.
 */
public final class PropertyRules {
    public static final String MMAP = "mmap.enabled";
    public static final String WARMUP = "warmup";
    public static final String EVICTABLE = "evictable";
    public static final String OFFSET_CACHE = "indexoffsetcache.enabled";
    public static final String FIELD_DESCRIPTION = "field.description";
    public static final String COLLECTION_DESCRIPTION = "collection.description";
    public static final String CONSISTENCY_LEVEL = "consistency_level";
    public static final String DYNAMIC_FIELD = "dynamicfield.enabled";
    public static final String TTL_SECONDS = "collection.ttl.seconds";
    public static final String TIMEZONE = "timezone";
    public static final String REPLICA_NUMBER = "collection.replica.number";
    public static final String RESOURCE_GROUPS = "collection.resource_groups";
    public static final String COLLECTION_DISK_QUOTA_MB = "collection.diskProtection.diskQuota.mb";
    public static final String DATABASE_REPLICA_NUMBER = "database.replica.number";
    public static final String DATABASE_RESOURCE_GROUPS = "database.resource_groups";
    public static final String DATABASE_DISK_QUOTA_MB = "database.diskQuota.mb";
    public static final String MAX_COLLECTIONS = "database.max.collections";
    public static final String DENY_WRITING = "database.force.deny.writing";
    public static final String DENY_READING = "database.force.deny.reading";
    public static final String DENY_DDL = "database.force.deny.ddl";
    public static final String DENY_COLLECTION_DDL = "database.force.deny.collectionDDL";
    public static final String DENY_PARTITION_DDL = "database.force.deny.partitionDDL";
    public static final String DENY_INDEX_DDL = "database.force.deny.index";
    public static final String DENY_FLUSH = "database.force.deny.flush";
    public static final String DENY_COMPACTION = "database.force.deny.compaction";

    private static final String LAZY_LOAD = "lazyload.enabled";
    private static final String TTL_FIELD = "ttl_field";
    private static final String KEY_ISOLATION = "partitionkey.isolation";
    private static final String ALLOW_INSERT_AUTO_ID = "allow_insert_auto_id";
    private static final String PARTITION_DISK_QUOTA = "partition.diskProtection.diskQuota.mb";
    private static final long MAX_TTL_SECONDS = 3_155_760_000L; // 100 years
    private static final Set<String> WARMUP_POLICIES = Set.of("sync", "async", "disable");
    private static final Set<String> COLLECTION_WARMUPS =
            Set.of("warmup.scalarField", "warmup.scalarIndex", "warmup.vectorField", "warmup.vectorIndex");
    private static final Set<String> COLLECTION_EVICTABLES =
            Set.of("evictable.scalarField", "evictable.scalarIndex", "evictable.vectorField", "evictable.vectorIndex");
    private static final Set<String> INDEX_OPTIONS = Set.of(MMAP, WARMUP, EVICTABLE, OFFSET_CACHE);

    private PropertyRules() {}

    // Collections

    /** @throws EngineException.InvalidRequest naming the key and the value that is wrong; so for the others */
    public static void checkCollection(Map<String, String> properties, CollectionSchema schema) {
        properties.forEach((key, value) -> checkCollection(key, value, schema));
    }

    private static void checkCollection(String key, String value, CollectionSchema schema) {
        switch (key) {
            case MMAP, LAZY_LOAD -> checkFlag(key, value);
            case WARMUP ->
                throw invalid("warmup key 'warmup' is only allowed at field level, use warmup.scalarField/"
                        + "warmup.scalarIndex/warmup.vectorField/warmup.vectorIndex at collection level: value="
                        + value);
            case EVICTABLE ->
                throw invalid("evictable key 'evictable' is only allowed at field level, use"
                        + " evictable.scalarField/evictable.scalarIndex/evictable.vectorField/evictable.vectorIndex at"
                        + " collection level: value="
                        + value);
            case TTL_SECONDS -> checkTtl(value);
            case TTL_FIELD ->
                throw invalid("ttl_field is not supported by this server: value=" + value + ". Use " + TTL_SECONDS
                        + ", which counts from when a row was written");
            case TIMEZONE -> checkTimezone(value);
            case REPLICA_NUMBER, COLLECTION_DISK_QUOTA_MB -> number(key, value);
            case ALLOW_INSERT_AUTO_ID -> {
                checkFlag(key, value);
                if (Boolean.parseBoolean(value) && !schema.primaryKey().autoId()) {
                    throw invalid("the value for " + key + " must be false when autoID is false: invalid parameter");
                }
            }
            case KEY_ISOLATION -> {
                checkFlag(key, value);
                if (Boolean.parseBoolean(value)) {
                    throw new EngineException.InvalidRequest(
                            ErrorCode.ILLEGAL_SCHEMA,
                            "partition key isolation mode is enabled but no partition key field is set. Please set the"
                                    + " partition key first: property=" + key);
                }
            }
            case PARTITION_DISK_QUOTA -> throw unsupported(key);
            default -> {
                if (COLLECTION_WARMUPS.contains(key) && !WARMUP_POLICIES.contains(value)) {
                    throw invalid("invalid warmup value for key " + key + ": " + badWarmup(value));
                }
                if (COLLECTION_EVICTABLES.contains(key) && !isFlag(value)) {
                    throw invalid("invalid evictable value for key " + key + ": " + value + ". Use true or false");
                }
                if (key.startsWith("collection.") && key.contains("Rate.")) {
                    throw unsupported(key);
                }
            }
        }
    }

    private static void checkTtl(String value) {
        long seconds;
        try {
            seconds = Long.parseLong(value.strip());
        } catch (NumberFormatException malformed) {
            throw invalid("collection TTL is not a valid positive integer: invalid parameter: value=" + value);
        }
        if (seconds < -1 || seconds > MAX_TTL_SECONDS) {
            throw invalid("collection TTL is out of range, expect [-1, " + MAX_TTL_SECONDS + "], got " + seconds
                    + ": invalid parameter");
        }
    }

    private static void checkTimezone(String value) {
        if (!ZoneId.getAvailableZoneIds().contains(value)) {
            throw invalid("unknown or invalid IANA Time Zone ID: " + value + ": invalid parameter");
        }
    }

    /**
     * What must not be changed under a loaded collection, as Milvus words it: {@code mmap}, {@code warmup},
     * {@code evictable}; empty for everything else.
     */
    public static String residencyOf(String collectionProperty) {
        if (collectionProperty.startsWith("mmap.") || collectionProperty.equals(LAZY_LOAD)) {
            return "mmap";
        }
        if (collectionProperty.equals(WARMUP) || COLLECTION_WARMUPS.contains(collectionProperty)) {
            return WARMUP;
        }
        return collectionProperty.equals(EVICTABLE) || COLLECTION_EVICTABLES.contains(collectionProperty)
                ? EVICTABLE
                : "";
    }

    /** After how many seconds rows are read no more; 0 = never. */
    public static long ttlSeconds(Map<String, String> properties) {
        String value = properties.get(TTL_SECONDS);
        return value == null ? 0 : Math.max(0, Long.parseLong(value.strip()));
    }

    /** Whether a write may bring the keys of a collection that gives keys itself. */
    public static boolean allowsInsertAutoId(Map<String, String> properties) {
        return flag(properties, ALLOW_INSERT_AUTO_ID);
    }

    // Databases

    public static void checkDatabase(Map<String, String> properties) {
        properties.forEach((key, value) -> {
            switch (key) {
                case DATABASE_REPLICA_NUMBER, DATABASE_DISK_QUOTA_MB, MAX_COLLECTIONS -> number(key, value);
                case TIMEZONE -> checkTimezone(value);
                default -> {
                    if (key.startsWith("database.force.deny.")) {
                        checkFlag(key, value);
                    }
                }
            }
        });
    }

    // Fields and indexes

    /** The options of a field beside those that its type asks for. */
    public static void checkField(Map<String, String> params) {
        checkResidency(params);
    }

    /** Whether an index that exists may be altered in this. */
    public static boolean isIndexOption(String key) {
        return INDEX_OPTIONS.contains(key);
    }

    /** The options of an index beside those that its type asks for. */
    public static void checkIndex(Map<String, String> params) {
        checkResidency(params);
        String cached = params.get(OFFSET_CACHE);
        if (cached != null) {
            checkFlag(OFFSET_CACHE, cached);
        }
    }

    private static void checkResidency(Map<String, String> params) {
        String mapped = params.get(MMAP);
        if (mapped != null) {
            checkFlag(MMAP, mapped);
        }
        String warmup = params.get(WARMUP);
        if (warmup != null && !WARMUP_POLICIES.contains(warmup)) {
            throw invalid(badWarmup(warmup));
        }
        String evictable = params.get(EVICTABLE);
        if (evictable != null && !isFlag(evictable)) {
            throw invalid("invalid evictable value: " + evictable + ". Use true or false");
        }
    }

    // Values

    public static boolean flag(Map<String, String> properties, String key) {
        return Boolean.parseBoolean(properties.get(key));
    }

    /** 0 when it is not there. */
    public static long number(Map<String, String> properties, String key) {
        String value = properties.get(key);
        return value == null ? 0 : number(key, value);
    }

    /** Names parted by commas; empty when it is not there. */
    public static List<String> names(Map<String, String> properties, String key) {
        String value = properties.get(key);
        return value == null
                ? List.of()
                : Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    private static long number(String key, String value) {
        try {
            long number = Long.parseLong(value.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // refused below
        }
        throw invalid("invalid value for " + key + ": " + value + ": invalid parameter. Send a whole number of at"
                + " least 0");
    }

    private static void checkFlag(String key, String value) {
        if (!isFlag(value)) {
            throw invalid("invalid " + key + " value: " + value + ", expected: true, false: invalid parameter");
        }
    }

    private static boolean isFlag(String value) {
        return value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
    }

    private static String badWarmup(String value) {
        return "invalid warmup policy: " + value + ", must be one of [sync async disable]";
    }

    private static EngineException.InvalidRequest unsupported(String key) {
        return invalid(key + " is not supported by this server: rates are not limited per collection, and disk is not"
                + " limited per partition. Leave it out");
    }

    private static EngineException.InvalidRequest invalid(String message) {
        return new EngineException.InvalidRequest(message);
    }
}
