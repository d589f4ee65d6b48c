package io.sluice.engine;

import io.sluice.engine.collection.Collection;
import io.sluice.engine.collection.Database;
import io.sluice.engine.collection.Namespace;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.PropertyRules;
import java.util.Map;

/** What the properties of a database or a collection forbid, in Milvus's words. Thread-safe; reads what is in memory. */
final class DatabaseRules {
    private static final int MEBIBYTE_BITS = 20;

    private final Namespace namespace;

    DatabaseRules(Namespace namespace) {
        this.namespace = namespace;
    }

    /** Groups of DDL that can be denied by themselves, as Milvus groups them. */
    enum Ddl {
        COLLECTION(PropertyRules.DENY_COLLECTION_DDL),
        PARTITION(PropertyRules.DENY_PARTITION_DDL),
        INDEX(PropertyRules.DENY_INDEX_DDL),
        FLUSH(PropertyRules.DENY_FLUSH),
        COMPACTION(PropertyRules.DENY_COMPACTION);

        private final String property;

        Ddl(String property) {
            this.property = property;
        }
    }

    /** @throws EngineException.WrongState when it is denied; so for the others */
    void checkDdl(String database, Ddl ddl) {
        Database in = namespace.database(database);
        checkDenied(in, PropertyRules.DENY_DDL);
        checkDenied(in, ddl.property);
    }

    void checkRead(Collection collection) {
        checkDenied(namespace.database(collection.database()), PropertyRules.DENY_READING);
    }

    void checkDelete(Collection collection) {
        checkDenied(namespace.database(collection.database()), PropertyRules.DENY_WRITING);
    }

    /** Rows may be denied, and they need disk. */
    void checkRows(Collection collection) {
        Database in = namespace.database(collection.database());
        checkDenied(in, PropertyRules.DENY_WRITING);
        Map<String, String> ofCollection = collection.record().properties();
        if (ofCollection.containsKey(PropertyRules.COLLECTION_DISK_QUOTA_MB)) {
            checkQuota(
                    collection.diskBytes(),
                    PropertyRules.number(ofCollection, PropertyRules.COLLECTION_DISK_QUOTA_MB),
                    "collection=" + collection.qualifiedName());
        }
        if (in.properties().containsKey(PropertyRules.DATABASE_DISK_QUOTA_MB)) {
            checkQuota(
                    namespace.collections(in.name()).stream()
                            .mapToLong(Collection::diskBytes)
                            .sum(),
                    PropertyRules.number(in.properties(), PropertyRules.DATABASE_DISK_QUOTA_MB),
                    "database=" + in.name());
        }
    }

    private static void checkDenied(Database database, String property) {
        if (PropertyRules.flag(database.properties(), property)) {
            throw new EngineException.WrongState(
                    ErrorCode.QUOTA_EXCEEDED,
                    "quota exceeded[reason=access has been disabled by the administrator]: database=" + database.name()
                            + ", property=" + property + ". Drop the property to allow it again");
        }
    }

    private static void checkQuota(long usedBytes, long quotaMebibytes, String of) {
        if (usedBytes >>> MEBIBYTE_BITS >= quotaMebibytes) {
            throw new EngineException.WrongState(
                    ErrorCode.QUOTA_EXCEEDED,
                    "quota exceeded[reason=disk quota exceeded, please allocate more resources]: " + of
                            + ", usedBytes=" + usedBytes + ", quotaMb=" + quotaMebibytes
                            + ". Raise the quota or drop data");
        }
    }
}
