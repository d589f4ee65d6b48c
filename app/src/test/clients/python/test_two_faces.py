"""gRPC and REST in one program against one port: each sees what the other did, at once."""

import pytest
import requests
from conftest import TOKEN, URI, create, refused, state_of
from pymilvus import DataType


class Rest:
    def __init__(self):
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"
        self.session.headers["Accept-Type-Allow-Int64"] = "true"

    def answer(self, verb, **body):
        answer = self.session.post(f"{URI}/v2/vectordb/{verb}", json=body, timeout=60)
        assert answer.status_code == 200
        return answer.json()

    def ok(self, verb, **body):
        answer = self.answer(verb, **body)
        assert answer["code"] == 0, answer
        return answer["data"]


@pytest.fixture(scope="module")
def rest():
    return Rest()


def test_a_collection_goes_back_and_forth(client, rest, name):
    create(client, name, ("text", DataType.VARCHAR, {"max_length": 20}), load=False)
    assert name in rest.ok("collections/list")
    assert rest.ok("collections/describe", collectionName=name)["load"] == "LoadStateNotLoad"

    rest.ok("entities/insert", collectionName=name, data=[{"id": 2**53 + 1, "vector": [0.1, 0, 0, 0], "text": "ä"}])
    client.insert(name, [{"id": 2, "vector": [0.2, 0, 0, 0], "text": "b"}])
    client.load_collection(name)
    assert rest.ok("collections/get_load_state", collectionName=name)["loadState"] == "LoadStateLoaded"

    from_grpc = [dict(row) for row in client.query(name, filter="id > 0", output_fields=["text"], limit=9)]
    from_rest = rest.ok("entities/query", collectionName=name, filter="id > 0", outputFields=["text"])
    assert from_grpc == from_rest == [{"id": 2, "text": "b"}, {"id": 2**53 + 1, "text": "ä"}]
    hits_grpc = client.search(name, data=[[0.0] * 4], limit=2)[0]
    hits_rest = rest.ok("entities/search", collectionName=name, data=[[0, 0, 0, 0]], limit=2)
    assert [(h["id"], h["distance"]) for h in hits_grpc] == [(h["id"], pytest.approx(h["distance"])) for h in hits_rest]

    rest.ok("entities/delete", collectionName=name, filter="id == 2")
    assert client.query(name, filter="id == 2") == []
    rest.ok("collections/release", collectionName=name)
    assert state_of(client, name) == "NotLoad"
    client.drop_collection(name)
    assert rest.ok("collections/has", collectionName=name)["has"] is False


def test_a_collection_of_rest(client, rest, name):
    rest.ok("collections/create", collectionName=name, dimension=4, metricType="L2")
    rest.ok("entities/insert", collectionName=name, data={"id": 1, "vector": [1, 2, 3, 4], "color": "red"})

    client.load_collection(name)
    row = client.get(name, ids=[1], output_fields=["*"])[0]
    assert (row["id"], list(row["vector"]), row["color"]) == (1, [1.0, 2.0, 3.0, 4.0], "red")
    rest.ok("aliases/create", collectionName=name, aliasName=name + "_alias")
    assert client.describe_collection(name + "_alias")["collection_name"] in (name, name + "_alias")
    client.drop_alias(name + "_alias")
    rest.ok("partitions/create", collectionName=name, partitionName="p")
    assert client.list_partitions(name) == ["_default", "p"]


def test_refusals_have_one_code_and_text(client, rest, name):
    create(client, name, load=False)
    for verb, body, call in [
        ("collections/load", {"collectionName": "no_such"}, lambda: client.load_collection("no_such")),
        ("entities/search", {"collectionName": name, "data": [[0] * 4]}, lambda: client.search(name, data=[[0.0] * 4])),
        (
            "partitions/load",
            {"collectionName": name, "partitionNames": ["no_such"]},
            lambda: client.load_partitions(name, ["no_such"]),
        ),
    ]:
        answer = rest.answer(verb, **body)
        with refused(answer["code"], answer["message"]):
            call()
