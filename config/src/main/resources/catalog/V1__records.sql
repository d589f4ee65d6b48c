-- The first catalog.
--
-- H2 commits every CREATE by itself, so a crash can leave half of a migration behind. Every statement of every
-- migration must therefore do no harm when it runs a second time.

CREATE TABLE IF NOT EXISTS counters (
    name VARCHAR PRIMARY KEY,
    next_id BIGINT NOT NULL
);

MERGE INTO counters USING (VALUES ('id')) AS wanted (name) ON counters.name = wanted.name
    WHEN NOT MATCHED THEN INSERT (name, next_id) VALUES ('id', 1);

CREATE TABLE IF NOT EXISTS databases (
    id BIGINT PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    properties VARCHAR NOT NULL,
    created_timestamp BIGINT NOT NULL
);

-- A collection that is being dropped gives its name free: live_name is null then, and nulls never collide.
CREATE TABLE IF NOT EXISTS collections (
    id BIGINT PRIMARY KEY,
    database_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    schema_json VARCHAR NOT NULL,
    consistency_level INTEGER NOT NULL,
    shard_count INTEGER NOT NULL,
    properties VARCHAR NOT NULL,
    created_timestamp BIGINT NOT NULL,
    updated_timestamp BIGINT NOT NULL,
    dropping BOOLEAN NOT NULL,
    live_name VARCHAR GENERATED ALWAYS AS (CASE WHEN dropping THEN NULL ELSE name END),
    UNIQUE (database_id, live_name)
);

CREATE TABLE IF NOT EXISTS partitions (
    id BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    name VARCHAR NOT NULL,
    created_timestamp BIGINT NOT NULL,
    sealed_through_lsn BIGINT NOT NULL,
    dropping BOOLEAN NOT NULL,
    live_name VARCHAR GENERATED ALWAYS AS (CASE WHEN dropping THEN NULL ELSE name END),
    UNIQUE (collection_id, live_name)
);

CREATE TABLE IF NOT EXISTS aliases (
    database_id BIGINT NOT NULL,
    alias VARCHAR NOT NULL,
    collection_id BIGINT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    PRIMARY KEY (database_id, alias)
);

CREATE TABLE IF NOT EXISTS indexes (
    id BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    name VARCHAR NOT NULL,
    field_id INTEGER NOT NULL,
    index_type VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    params VARCHAR NOT NULL,
    created_timestamp BIGINT NOT NULL,
    UNIQUE (collection_id, name)
);

CREATE TABLE IF NOT EXISTS segments (
    id BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL,
    partition_id BIGINT NOT NULL REFERENCES partitions (id) ON DELETE CASCADE,
    file_key VARCHAR NOT NULL,
    row_count INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    min_timestamp BIGINT NOT NULL,
    max_timestamp BIGINT NOT NULL,
    schema_version INTEGER NOT NULL,
    parts VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS deltas (
    id BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL,
    partition_id BIGINT NOT NULL REFERENCES partitions (id) ON DELETE CASCADE,
    file_key VARCHAR NOT NULL,
    delete_count INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    min_timestamp BIGINT NOT NULL,
    max_timestamp BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS index_files (
    index_id BIGINT NOT NULL REFERENCES indexes (id) ON DELETE CASCADE,
    segment_id BIGINT NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    file_key VARCHAR NOT NULL,
    size_bytes BIGINT NOT NULL,
    part VARCHAR NOT NULL,
    PRIMARY KEY (index_id, segment_id)
);

CREATE TABLE IF NOT EXISTS load_specs (
    collection_id BIGINT PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    all_partitions BOOLEAN NOT NULL,
    partition_ids VARCHAR NOT NULL,
    field_ids VARCHAR NOT NULL,
    skip_dynamic_field BOOLEAN NOT NULL,
    replica_number INTEGER NOT NULL,
    low_priority BOOLEAN NOT NULL,
    operation_id VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    last_access_millis BIGINT NOT NULL
);
