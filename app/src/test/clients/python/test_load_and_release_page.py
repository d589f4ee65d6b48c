"""The Python snippets of Milvus's page "Load & Release".

Slips of the page, corrected here:
- "Load specific fields": a comma is missing after load_fields=["my_id", "my_vector"].
- The outputs are printed as JSON with the state in quotes; pymilvus prints {'state': <LoadState: Loaded>}.
The address is not localhost:19530 but the server's.
"""

import pytest
from conftest import TOKEN, URI, AsyncFace, index_of, schema_of
from pymilvus import DataType, MilvusClient


@pytest.fixture(params=[MilvusClient, AsyncFace])
def client(request):
    client = request.param(uri=URI, token=TOKEN)
    yield client
    client.drop_collection("my_collection")
    client.close()


def create_my_collection(client, dynamic=False):
    schema = schema_of(
        client,
        ("my_id", DataType.INT64, {"is_primary": True}),
        ("my_vector", DataType.FLOAT_VECTOR, {"dim": 5}),
        ("my_varchar", DataType.VARCHAR, {"max_length": 512}),
        dynamic=dynamic,
    )
    index = index_of(
        client,
        ("my_id", {"index_type": "STL_SORT"}),
        ("my_vector", {"index_type": "AUTOINDEX", "metric_type": "COSINE"}),
    )
    client.create_collection(collection_name="my_collection", schema=schema)
    client.create_index(collection_name="my_collection", index_params=index)


def test_load_a_collection(client, capsys):
    create_my_collection(client)

    # 7. Load the collection
    client.load_collection(
        collection_name="my_collection"
    )

    res = client.get_load_state(
        collection_name="my_collection"
    )

    print(res)

    assert capsys.readouterr().out == "{'state': <LoadState: Loaded>}\n"


def test_load_specific_fields(client, capsys):
    create_my_collection(client, dynamic=True)

    client.load_collection(
        collection_name="my_collection",
        load_fields=["my_id", "my_vector"],  # Load only the specified fields
        skip_load_dynamic_field=True  # Skip loading the dynamic field
    )

    res = client.get_load_state(
        collection_name="my_collection"
    )

    print(res)

    assert capsys.readouterr().out == "{'state': <LoadState: Loaded>}\n"


def test_release_a_collection(client, capsys):
    create_my_collection(client)
    client.load_collection("my_collection")

    # 8. Release the collection
    client.release_collection(
        collection_name="my_collection"
    )

    res = client.get_load_state(
        collection_name="my_collection"
    )

    print(res)

    assert capsys.readouterr().out == "{'state': <LoadState: NotLoad>}\n"
