"""AsyncMilvusClient as it is meant to be used: many calls in flight on one loop."""

import asyncio

from conftest import TOKEN, URI, create
from pymilvus import AsyncMilvusClient


def test_many_calls_in_flight(sync_client, name):
    create(sync_client, name)

    async def work():
        async with AsyncMilvusClient(uri=URI, token=TOKEN) as client:
            await asyncio.gather(
                *(
                    client.insert(name, [{"id": 100 * batch + i, "vector": [batch, i, 0.0, 0.0]} for i in range(100)])
                    for batch in range(20)
                )
            )
            found = await asyncio.gather(
                *(client.search(name, data=[[batch, 7.0, 0.0, 0.0]], limit=1) for batch in range(20))
            )
            counted = await client.query(name, filter="", output_fields=["count(*)"])
            return [hits[0][0]["id"] for hits in found], counted[0]["count(*)"]

    best, rows = asyncio.run(work())

    assert best == [100 * batch + 7 for batch in range(20)]
    assert rows == 2000


def test_many_collections_load_and_release_at_once(sync_client, name):
    names = [f"{name}_{i}" for i in range(10)]

    async def work():
        async with AsyncMilvusClient(uri=URI, token=TOKEN) as client:
            await asyncio.gather(*(client.create_collection(each, dimension=4) for each in names))
            await asyncio.gather(*(client.release_collection(each) for each in names))
            await asyncio.gather(*(client.load_collection(each) for each in names))
            states = await asyncio.gather(*(client.get_load_state(each) for each in names))
            await asyncio.gather(*(client.drop_collection(each) for each in names))
            return [state["state"].name for state in states]

    assert asyncio.run(work()) == ["Loaded"] * 10
