"""pymilvus against the server at SLUICE_ADDRESS.

Most tests run twice: with MilvusClient, and with AsyncMilvusClient behind the same blocking face (see AsyncFace).
"""

import asyncio
import inspect
import logging
import os
from contextlib import contextmanager

import pytest
from pymilvus import AsyncMilvusClient, DataType, MilvusClient, MilvusException

HOST_AND_PORT = os.environ["SLUICE_ADDRESS"]
URI = f"http://{HOST_AND_PORT}"
TOKEN = "root:Milvus"

# pymilvus logs every refusal with its stack; here they are expected, and asserted.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL)


class AsyncFace:
    """An AsyncMilvusClient whose coroutines are awaited on one loop, so that a test reads the same for both clients."""

    def __init__(self, **options):
        self.loop = asyncio.new_event_loop()
        self.client = self.loop.run_until_complete(self._connect(options))

    @staticmethod
    async def _connect(options):
        return AsyncMilvusClient(**options)

    def __getattr__(self, name):
        attribute = getattr(self.client, name)
        if not inspect.iscoroutinefunction(inspect.unwrap(attribute)):
            return attribute

        def blocking(*args, **kwargs):
            return self.loop.run_until_complete(attribute(*args, **kwargs))

        return blocking

    def close(self):
        self.loop.run_until_complete(self.client.close())
        self.loop.close()


def connect(kind="sync", **options):
    face = MilvusClient if kind == "sync" else AsyncFace
    return face(**{"uri": URI, "token": TOKEN, **options})


@pytest.fixture(scope="session", params=["sync", "async"])
def client(request):
    client = connect(request.param)
    yield client
    client.close()


@pytest.fixture(scope="session")
def sync_client():
    client = connect()
    yield client
    client.close()


@pytest.fixture
def name(request):
    """The name of this test's own collection, dropped at the end."""
    name = "".join(c if c.isalnum() else "_" for c in request.node.name)[:200]
    yield name
    with connect_once() as client:
        client.drop_collection(name)


@contextmanager
def connect_once(**options):
    client = connect(**options)
    try:
        yield client
    finally:
        client.close()


def schema_of(client, *fields, dynamic=False, **options):
    """@param fields (name, type, options)"""
    schema = client.create_schema(enable_dynamic_field=dynamic, **options)
    for field_name, field_type, field_options in fields:
        schema.add_field(field_name, field_type, **field_options)
    return schema


def index_of(client, *indexes):
    """@param indexes (field, options)"""
    params = client.prepare_index_params()
    for field_name, options in indexes:
        params.add_index(field_name=field_name, **options)
    return params


def create(client, name, *more, dim=4, metric="L2", dynamic=False, load=True, **options):
    """A collection with the key 'id' and the vector 'vector'; loaded, unless told otherwise."""
    schema = schema_of(
        client,
        ("id", DataType.INT64, {"is_primary": True}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": dim}),
        *more,
        dynamic=dynamic,
    )
    index = index_of(client, ("vector", {"index_type": "AUTOINDEX", "metric_type": metric}))
    client.create_collection(name, schema=schema, index_params=index, **options)
    if not load:
        client.release_collection(name)


@contextmanager
def refused(code, *parts):
    """The block fails with this code and a message that has these parts."""
    with pytest.raises(MilvusException) as failure:
        yield
    message = failure.value.message
    assert failure.value.code == code, f"code={failure.value.code}, message={message}"
    for part in parts:
        assert part in message, message


def state_of(client, name, partition=""):
    if not partition:
        return client.get_load_state(name)["state"].name
    # MilvusClient takes one name, AsyncMilvusClient a list.
    one = partition if isinstance(client, MilvusClient) else [partition]
    return client.get_load_state(name, one)["state"].name


def float32(values):
    """The numbers as a float32 carries them."""
    import numpy

    return [float(value) for value in numpy.array(values, dtype=numpy.float32)]
