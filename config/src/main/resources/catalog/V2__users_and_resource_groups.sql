-- Who may use the server, and Milvus's resource groups.

CREATE TABLE IF NOT EXISTS access_users (
    name VARCHAR PRIMARY KEY,
    password_hash VARCHAR NOT NULL,
    description VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS resource_groups (
    name VARCHAR PRIMARY KEY,
    holds_node BOOLEAN NOT NULL,
    requested_nodes INTEGER NOT NULL,
    node_limit INTEGER NOT NULL,
    transfer_from VARCHAR NOT NULL,
    transfer_to VARCHAR NOT NULL,
    node_labels VARCHAR NOT NULL
);

-- Only of collections that were loaded into another group than the default one.
CREATE TABLE IF NOT EXISTS replica_groups (
    collection_id BIGINT PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    resource_group VARCHAR NOT NULL
);
