"""Load and release: whole, by partitions, by fields; what may be read meanwhile; what is refused and how."""

import threading

import pytest
from conftest import connect_once, create, index_of, refused, schema_of, state_of
from pymilvus import DataType, MilvusClient


def rows(first, end):
    return [{"id": i, "vector": [float(i), 0.0, 0.0, 0.0], "text": f"t{i}", "color": "red"} for i in range(first, end)]


@pytest.fixture
def made(client, name):
    """Rows 0 to 9 in _default, 10 to 19 in 'first', 20 to 29 in 'second'; sealed; not loaded."""
    create(client, name, ("text", DataType.VARCHAR, {"max_length": 20}), dynamic=True, load=False)
    client.create_partition(name, "first")
    client.create_partition(name, "second")
    client.insert(name, rows(0, 10))
    client.insert(name, rows(10, 20), partition_name="first")
    client.insert(name, rows(20, 30), partition_name="second")
    client.flush(name)
    return name


def count(client, name, **options):
    return client.query(name, filter="", output_fields=["count(*)"], **options)[0]["count(*)"]


def nearest(client, name, **options):
    return [hit["id"] for hit in client.search(name, data=[[0.0] * 4], limit=100, **options)[0]]


def states(client, name):
    return {p: state_of(client, name, p) for p in ("", "_default", "first", "second")}


# Whole collections


def test_load_twice_release_twice(client, made):
    for _ in range(2):
        client.load_collection(made)
        assert states(client, made) == {"": "Loaded", "_default": "Loaded", "first": "Loaded", "second": "Loaded"}
        assert count(client, made) == 30
    for _ in range(2):
        client.release_collection(made)
        assert set(states(client, made).values()) == {"NotLoad"}


@pytest.mark.parametrize("replicas", [None, -1, 0, 1])
def test_replica_numbers_that_mean_one(client, made, replicas):
    client.load_collection(made, replica_number=replicas)
    assert state_of(client, made) == "Loaded"


@pytest.mark.parametrize("priority", ["high", "low"])
def test_priorities(client, made, priority):
    client.load_collection(made, load_params={"load_priority": priority})
    assert count(client, made) == 30


def test_refresh_of_a_loaded_collection(client, made):
    client.load_collection(made)
    client.refresh_load(made)
    assert count(client, made) == 30


def test_refresh_of_what_is_not_loaded_is_refused(client, made):
    with refused(101, "collection not loaded"):
        client.refresh_load(made)
    assert state_of(client, made) == "NotLoad"


def test_inserts_while_loaded_need_no_reload(client, made):
    client.load_collection(made)
    client.insert(made, rows(30, 35))
    assert count(client, made) == 35
    client.delete(made, ids=[0])
    assert count(client, made) == 34
    client.flush(made)
    assert count(client, made) == 34
    assert nearest(client, made)[:2] == [1, 2]


def test_load_without_waiting_then_poll(sync_client, name):
    create(sync_client, name, load=False)
    sync_client.insert(name, [{"id": 1, "vector": [0.0] * 4}])
    sync_client.load_collection(name, _async=True)
    assert state_of(sync_client, name) in ("Loading", "Loaded")
    sync_client.load_collection(name)  # joins the load that runs, and waits for it
    assert state_of(sync_client, name) == "Loaded"


def test_many_clients_load_and_release_one_collection(sync_client, name):
    create(sync_client, name, load=False)
    sync_client.insert(name, [{"id": i, "vector": [float(i)] * 4} for i in range(100)])
    sync_client.flush(name)
    failures = []

    def loads():
        try:
            with connect_once(dedicated=True) as own:
                for _ in range(5):
                    own.load_collection(name)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=loads) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert count(sync_client, name) == 100


def test_replicas_describe_the_one_node(client, made):
    client.load_collection(made)
    replicas = client.describe_replica(made)
    assert len(replicas) == 1
    assert replicas[0].resource_group == "__default_resource_group"
    assert len(replicas[0].group_nodes) == 1
    assert replicas[0].shards[0].shard_leader > 0


def test_segments_that_are_loaded(sync_client, name):
    create(sync_client, name)
    sync_client.insert(name, [{"id": i, "vector": [float(i)] * 4} for i in range(100)])
    sync_client.flush(name)
    loaded = sync_client.list_loaded_segments(name)
    assert sum(segment.num_rows for segment in loaded) == 100
    persistent = sync_client.list_persistent_segments(name)
    assert sum(segment.num_rows for segment in persistent) == 100


# Partitions


def test_partitions_load_and_release_one_by_one(client, made):
    client.load_partitions(made, ["first"])
    assert states(client, made) == {"": "Loaded", "_default": "NotLoad", "first": "Loaded", "second": "NotLoad"}
    assert nearest(client, made) == list(range(10, 20))
    assert count(client, made) == 10
    assert count(client, made, partition_names=["first"]) == 10
    with refused(201, "partition not loaded"):
        count(client, made, partition_names=["second"])
    with refused(201, "partition not loaded"):
        nearest(client, made, partition_names=["first", "second"])

    client.load_partitions(made, ["second"])
    assert nearest(client, made) == list(range(10, 30))
    client.release_partitions(made, ["first"])
    assert nearest(client, made) == list(range(20, 30))
    client.release_partitions(made, ["first"])
    client.release_partitions(made, ["second"])
    assert set(states(client, made).values()) == {"NotLoad"}
    with refused(101, "collection not loaded"):
        count(client, made)
    with refused(101, "collection not loaded"):
        count(client, made, partition_names=["second"])


def test_partitions_then_the_rest(client, made):
    client.load_partitions(made, ["first", "first"])
    client.load_partitions(made, ["first"])
    client.load_collection(made)
    assert count(client, made) == 30
    client.release_partitions(made, ["_default", "second"])
    assert states(client, made) == {"": "Loaded", "_default": "NotLoad", "first": "Loaded", "second": "NotLoad"}
    client.release_collection(made)
    assert set(states(client, made).values()) == {"NotLoad"}


def test_new_partitions_follow_a_collection_load_only(client, made):
    client.load_collection(made)
    client.create_partition(made, "third")
    assert state_of(client, made, "third") == "Loaded"
    client.release_collection(made)
    client.load_partitions(made, ["first"])
    client.create_partition(made, "fourth")
    assert state_of(client, made, "fourth") == "NotLoad"


def test_loaded_partitions_cannot_be_dropped(client, made):
    client.load_partitions(made, ["first"])
    with refused(65535, "partition cannot be dropped, partition is loaded, please release it first"):
        client.drop_partition(made, "first")
    client.drop_partition(made, "second")
    with refused(1100, "default partition cannot be deleted"):
        client.drop_partition(made, "_default")


def test_bad_partition_lists(client, made):
    with refused(200, "partition not found[partition=no_such]"):
        client.load_partitions(made, ["first", "no_such"])
    assert set(states(client, made).values()) == {"NotLoad"}
    with refused(200, "partition not found[partition=no_such]"):
        client.release_partitions(made, ["no_such"])
    with refused(200, "partition not found[partition=no_such]"):
        state_of(client, made, "no_such")
    with refused(1100, "due to no partition specified"):
        client.load_partitions(made, [])
    with refused(1100, "invalid parameter[expected=any partition][actual=empty partition list]"):
        client.release_partitions(made, [])
    with refused(1100, "partition name no_such not found"):
        count(client, made, partition_names=["no_such"])


# Fields


def test_only_loaded_fields_may_be_read(client, made):
    client.load_collection(made, load_fields=["id", "vector"], skip_load_dynamic_field=True)

    everything = client.query(made, filter="id == 1", output_fields=["*"])[0]
    assert set(everything) == {"id", "vector"}
    with refused(1100, "field text is not loaded"):
        client.query(made, filter="id == 1", output_fields=["text"])
    with refused(1100, "field text is not loaded"):
        nearest(client, made, output_fields=["text"])
    with refused(1100, "is not loaded"):
        client.query(made, filter='text == "t1"')
    with refused(1100, "field color cannot be returned since dynamic field not loaded"):
        client.query(made, filter="id == 1", output_fields=["color"])
    with refused(1100, "field color is dynamic but dynamic field is not loaded"):
        client.query(made, filter='color == "red"')


def test_dynamic_field_comes_along_unless_skipped(client, made):
    client.load_collection(made, load_fields=["id", "vector"])
    assert client.query(made, filter='color == "red" and id == 1', output_fields=["color"])[0]["color"] == "red"


def test_other_fields_need_a_release_first(client, made):
    client.load_collection(made, load_fields=["id", "vector"], skip_load_dynamic_field=True)
    with refused(1100, "can't change the load field list for loaded collection"):
        client.load_collection(made, load_fields=["id", "vector", "text"], skip_load_dynamic_field=True)
    client.load_collection(made, load_fields=["vector", "id"], skip_load_dynamic_field=True)

    client.release_collection(made)
    client.load_collection(made, load_fields=["id", "vector", "text"])
    assert client.query(made, filter='text == "t1"', output_fields=["text"])[0]["text"] == "t1"


def test_fields_of_a_partition_load(client, made):
    client.load_partitions(made, ["first"], load_fields=["id", "vector"], skip_load_dynamic_field=True)
    with refused(1100, "field text is not loaded"):
        client.query(made, filter="id == 11", output_fields=["text"])
    with refused(1100, "can't change the load field list"):
        client.load_partitions(made, ["second"], load_fields=["id", "vector", "text"])


@pytest.mark.parametrize(
    "fields, text",
    [
        (["vector"], "load field list [vector] does not contain primary key field id"),
        (["id"], "load field list [id] does not contain vector field"),
        (["id", "text"], "load field list [id text] does not contain vector field"),
        (["id", "vector", "no_such"], "no_such"),
    ],
)
def test_bad_field_lists(client, made, fields, text):
    with refused(1100, text):
        client.load_collection(made, load_fields=fields)
    assert state_of(client, made) == "NotLoad"


def test_vector_field_that_is_not_loaded_cannot_be_searched(client, name):
    schema = schema_of(
        client,
        ("id", DataType.INT64, {"is_primary": True}),
        ("one", DataType.FLOAT_VECTOR, {"dim": 4}),
        ("two", DataType.FLOAT_VECTOR, {"dim": 4}),
    )
    client.create_collection(name, schema=schema)
    client.create_index(name, index_of(client, ("one", {"metric_type": "L2"})))
    with refused(1100, "there is no vector index on field: [two], please create index firstly"):
        client.load_collection(name)

    client.load_collection(name, load_fields=["id", "one"])
    assert [len(hits) for hits in client.search(name, data=[[0.0] * 4], anns_field="one")] == [0]
    with refused(1100, 'ann field "two" not loaded'):
        client.search(name, data=[[0.0] * 4], anns_field="two")


# Reads and changes against the state


def test_reads_of_what_is_not_loaded(client, made):
    with refused(101, "failed to search: collection not loaded"):
        nearest(client, made)
    with refused(101, "failed to query: collection not loaded"):
        count(client, made)
    with refused(101, "collection not loaded"):
        client.get(made, ids=[1])
    with refused(1100, "partition name no_such not found"):
        count(client, made, partition_names=["no_such"])
    if isinstance(client, MilvusClient):
        with refused(101, "collection not loaded"):
            client.delete(made, filter='text == "t1"')
    else:  # AsyncMilvusClient 3.0.2 does not look at the status of a delete
        assert client.delete(made, filter='text == "t1"').get("delete_count", 0) == 0
    client.load_collection(made)
    assert count(client, made) == 30


def test_delete_by_key_needs_no_load(client, made):
    assert client.delete(made, ids=[1])["delete_count"] == 1
    client.load_collection(made)
    assert count(client, made) == 29


def test_more_replicas_than_nodes(client, made):
    with refused(12, "service resource insufficient[currentStreamingNode=1][expectedStreamingNode=3]"):
        client.load_collection(made, replica_number=3)
    assert state_of(client, made) == "NotLoad"


def test_resource_groups(client, made):
    with refused(300, "resource group not found[rg=no_such]"):
        client.load_collection(made, resource_groups=["no_such"])
    client.load_collection(made, resource_groups=["__default_resource_group"])
    assert state_of(client, made) == "Loaded"


def test_indexes_of_a_loaded_collection(client, made):
    client.load_collection(made)
    with refused(1100, "vector index cannot be dropped on loaded collection: "):
        client.drop_index(made, "vector")
    client.release_collection(made)
    client.drop_index(made, "vector")
    with refused(700, "index not found[collection=" + made + "]"):
        client.load_collection(made)
    with refused(700, "index not found[collection=" + made + "]"):
        client.load_partitions(made, ["first"])
    assert client.list_indexes(made) == []


def test_properties_of_a_loaded_collection(client, made):
    client.load_collection(made)
    with refused(104, "can not alter mmap properties if collection loaded"):
        client.alter_collection_properties(made, {"mmap.enabled": "true"})
    client.release_collection(made)
    client.alter_collection_properties(made, {"mmap.enabled": "true"})
    client.load_collection(made)
    with refused(104, "can not delete mmap properties if collection loaded"):
        client.drop_collection_properties(made, ["mmap.enabled"])
    assert client.describe_collection(made)["properties"]["mmap.enabled"] == "true"


def test_loaded_collections_may_be_dropped_renamed_and_truncated(client, made):
    client.load_collection(made)
    client.truncate_collection(made)
    assert state_of(client, made) == "Loaded"
    assert count(client, made) == 0
    client.insert(made, rows(0, 1))
    assert count(client, made) == 1
    client.rename_collection(made, made + "_renamed")
    assert count(client, made + "_renamed") == 1
    client.drop_collection(made + "_renamed")
    assert state_of(client, made + "_renamed") == "NotExist"


def test_dropped_and_created_again_is_another_collection(client, made):
    client.load_collection(made)
    client.drop_collection(made)
    create(client, made)
    assert count(client, made) == 0
