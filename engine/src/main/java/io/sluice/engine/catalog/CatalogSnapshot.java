package io.sluice.engine.catalog;

import java.util.List;

/** Everything the catalog holds, read at start. */
public record CatalogSnapshot(
        List<DatabaseRecord> databases,
        List<CollectionRecord> collections,
        List<PartitionRecord> partitions,
        List<AliasRecord> aliases,
        List<IndexRecord> indexes,
        List<SegmentRecord> segments,
        List<DeltaRecord> deltas,
        List<IndexFileRecord> indexFiles,
        List<LoadSpecRecord> loadSpecs,
        List<UserRecord> users,
        List<ResourceGroupRecord> resourceGroups,
        List<ReplicaGroupRecord> replicaGroups) {}
