"""Databases, collections, partitions, aliases: made, listed, described, renamed, dropped."""

import pytest
from conftest import URI, TOKEN, connect_once, create, index_of, refused, schema_of, state_of
from pymilvus import DataType


def test_quick_collection_is_loaded_and_described(client, name):
    client.create_collection(name, dimension=8)

    described = client.describe_collection(name)
    assert [field["name"] for field in described["fields"]] == ["id", "vector"]
    assert described["fields"][0]["is_primary"] is True
    assert described["fields"][1]["params"] == {"dim": 8}
    assert described["enable_dynamic_field"] is True
    assert described["auto_id"] is False
    assert described["consistency_level_name"] == "Bounded"
    assert described["num_shards"] == 1
    assert described["num_partitions"] == 1
    assert described["aliases"] == []
    assert described["collection_id"] > 0
    assert described["update_timestamp"] > 0
    assert state_of(client, name) == "Loaded"
    assert client.list_indexes(name) == ["vector"]
    index = client.describe_index(name, "vector")
    assert (index["field_name"], index["index_type"], index["metric_type"]) == ("vector", "AUTOINDEX", "COSINE")
    assert index["state"] == "Finished"


def test_quick_collection_with_names_of_ones_own(client, name):
    client.create_collection(
        name,
        dimension=8,
        primary_field_name="key",
        id_type="string",
        max_length=64,
        vector_field_name="embedding",
        metric_type="IP",
    )

    fields = client.describe_collection(name)["fields"]
    assert [(f["name"], f["type"]) for f in fields] == [
        ("key", DataType.VARCHAR),
        ("embedding", DataType.FLOAT_VECTOR),
    ]
    assert fields[0]["params"] == {"max_length": 64}
    assert client.describe_index(name, "embedding")["metric_type"] == "IP"


def test_collection_of_the_guide_with_index_on_the_key(client, name):
    """my_id with STL_SORT, my_vector with AUTOINDEX, as in the guide "Create Collection"."""
    schema = schema_of(
        client,
        ("my_id", DataType.INT64, {"is_primary": True}),
        ("my_vector", DataType.FLOAT_VECTOR, {"dim": 5}),
        ("my_varchar", DataType.VARCHAR, {"max_length": 512}),
        auto_id=False,
        dynamic=True,
    )
    index = index_of(
        client,
        ("my_id", {"index_type": "STL_SORT"}),
        ("my_vector", {"index_type": "AUTOINDEX", "metric_type": "COSINE"}),
    )

    client.create_collection(name, schema=schema, index_params=index)

    assert state_of(client, name) == "Loaded"
    assert sorted(client.list_indexes(name)) == ["my_id", "my_vector"]
    assert client.describe_index(name, "my_id")["index_type"] == "STL_SORT"
    assert client.list_indexes(name, field_name="my_id") == ["my_id"]


def test_collection_without_index_is_not_loaded(client, name):
    schema = schema_of(
        client,
        ("id", DataType.INT64, {"is_primary": True}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": 4}),
    )
    client.create_collection(name, schema=schema)

    assert state_of(client, name) == "NotLoad"
    assert client.list_indexes(name) == []
    with refused(700, "index not found[collection=" + name + "]"):
        client.load_collection(name)


def test_has_list_rename_drop(client, name):
    renamed = name + "_renamed"
    create(client, name)
    assert client.has_collection(name)
    assert name in client.list_collections()

    client.rename_collection(name, renamed)
    assert not client.has_collection(name)
    assert client.has_collection(renamed)
    assert state_of(client, renamed) == "Loaded"

    client.drop_collection(renamed)
    client.drop_collection(renamed)
    assert not client.has_collection(renamed)
    assert renamed not in client.list_collections()


def test_missing_collection_is_named(client):
    with refused(100, "can't find collection[database=default][collection=no_such]"):
        client.describe_collection("no_such")
    with refused(100, "collection not found[database=default][collection=no_such]"):
        client.load_collection("no_such")
    with refused(100, "collection not found[database=default][collection=no_such]"):
        client.release_collection("no_such")
    with refused(100, "collection not found"):
        client.create_alias("no_such", "alias_of_none")
    assert state_of(client, "no_such") == "NotExist"


@pytest.mark.parametrize("bad", ["1st", "a-b", "a b", "ä", "$a"])
def test_bad_collection_names_are_refused(client, bad):
    with refused(1100, "Invalid collection name: " + bad, ": invalid parameter"):
        client.create_collection(bad, dimension=4)
    with refused(1100, "Invalid collection name: " + bad):
        client.load_collection(bad)


def test_partitions(client, name):
    create(client, name)
    client.create_partition(name, "first")
    assert client.list_partitions(name) == ["_default", "first"]
    assert client.has_partition(name, "first")
    assert not client.has_partition(name, "second")
    assert client.get_partition_stats(name, "first")["row_count"] == 0
    assert client.describe_collection(name)["num_partitions"] == 2

    client.release_partitions(name, ["first"])
    client.drop_partition(name, "first")
    assert client.list_partitions(name) == ["_default"]


def test_aliases_stand_for_the_collection(client, name):
    alias, other = name + "_alias", name + "_other"
    create(client, name)
    create(client, other)
    client.create_alias(name, alias)
    assert client.describe_alias(alias) == {"collection_name": name, "db_name": "default", "alias": alias}
    listed = client.list_aliases(name)
    assert (listed["aliases"] if isinstance(listed, dict) else listed) == [alias]
    assert client.describe_collection(name)["aliases"] == [alias]

    client.release_collection(alias)
    assert state_of(client, name) == "NotLoad"
    client.load_collection(alias)
    assert state_of(client, name) == "Loaded"
    assert state_of(client, alias) == "Loaded"

    client.alter_alias(other, alias)
    assert client.describe_alias(alias)["collection_name"] == other
    with refused(1602, alias):
        client.create_alias(name, alias)
    client.drop_alias(alias)
    client.drop_alias(alias)
    with refused(1600, "alias not found[database=default][alias=" + alias + "]"):
        client.describe_alias(alias)
    client.drop_collection(other)


def test_databases_keep_their_collections_apart(client, name):
    database = "db_of_" + name[:200]
    client.create_database(database)
    assert database in client.list_databases()
    assert client.describe_database(database)["name"] == database
    create(client, name)
    with connect_once(db_name=database) as inside:
        assert inside.list_collections() == []
        create(inside, name, load=False)
        assert state_of(inside, name) == "NotLoad"
        assert state_of(client, name) == "Loaded"
        with refused(800, "database not found[database=no_such_db]"):
            inside.use_database("no_such_db")

        with refused(65535, database):
            client.drop_database(database)
        inside.drop_collection(name)
    client.drop_database(database)
    assert database not in client.list_databases()
    with refused(800, "database not found[database=" + database + "]"):
        client.describe_database(database)


def test_use_database_switches(sync_client, name):
    database = "db_of_" + name[:200]
    sync_client.create_database(database)
    with connect_once() as switching:
        switching.use_database(database)
        create(switching, name)
        assert switching.list_collections() == [name]
        switching.use_database("default")
        assert name not in switching.list_collections()
        switching.use_database(database)
        switching.drop_collection(name)
    sync_client.drop_database(database)


def test_server_says_what_it_is(client):
    assert client.get_server_version()
    detail = client.get_server_version(detail=True)
    assert detail["version"] and detail["deploy_mode"]
