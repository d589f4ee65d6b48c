"""Insert, upsert, delete, get, query, flush, statistics."""

import pytest
from conftest import create, float32, refused
from pymilvus import DataType, MilvusException


def rows(first, end, **more):
    return [{"id": i, "vector": [float(i), 0.0, 0.0, 1.0], **more} for i in range(first, end)]


def count(client, name, filter=""):
    return client.query(name, filter=filter, output_fields=["count(*)"])[0]["count(*)"]


def ids(result):
    return [row["id"] for row in result]


def test_insert_is_visible_at_once(client, name):
    create(client, name)
    answer = client.insert(name, rows(0, 10))

    assert answer["insert_count"] == 10
    assert list(answer["ids"]) == list(range(10))
    assert count(client, name) == 10
    assert ids(client.query(name, filter="id in [3, 1, 99]")) == [1, 3]
    assert client.insert(name, rows(10, 11)[0])["insert_count"] == 1
    assert count(client, name) == 11


def test_upsert_replaces(client, name):
    create(client, name, ("color", DataType.VARCHAR, {"max_length": 20}))
    client.insert(name, rows(0, 5, color="red"))
    client.flush(name)

    answer = client.upsert(name, rows(3, 7, color="blue"))

    assert answer["upsert_count"] == 4
    assert count(client, name) == 7
    assert ids(client.query(name, filter='color == "blue"')) == [3, 4, 5, 6]
    assert ids(client.query(name, filter='color == "red"')) == [0, 1, 2]


def test_delete_by_ids_and_by_filter(client, name):
    create(client, name, ("number", DataType.INT64, {}))
    client.insert(name, [{**row, "number": row["id"] % 3} for row in rows(0, 12)])
    client.flush(name)

    assert client.delete(name, ids=[0, 1])["delete_count"] == 2
    assert client.delete(name, ids=2)["delete_count"] == 1
    assert ids(client.query(name, filter="id < 5")) == [3, 4]
    assert client.delete(name, filter="number == 0")["delete_count"] == 3
    assert ids(client.query(name, filter="id >= 0", limit=20)) == [4, 5, 7, 8, 10, 11]
    client.delete(name, filter="id in {ids}", filter_params={"ids": [4, 5]})
    assert ids(client.query(name, filter="id >= 0", limit=20)) == [7, 8, 10, 11]


def test_deleted_and_inserted_again_is_there_once(client, name):
    create(client, name)
    client.insert(name, rows(0, 3))
    client.delete(name, ids=[1])
    client.insert(name, rows(1, 2))
    client.flush(name)

    assert count(client, name) == 3
    assert ids(client.query(name, filter="id >= 0", limit=9)) == [0, 1, 2]


def test_get_by_ids(client, name):
    create(client, name, dynamic=True)
    client.insert(name, rows(0, 5, color="red"))

    got = client.get(name, ids=[4, 2, 77], output_fields=["color"])
    assert [dict(row) for row in got] == [{"id": 2, "color": "red"}, {"id": 4, "color": "red"}]
    assert client.get(name, ids=3)[0]["vector"] == float32([3, 0, 0, 1])
    assert client.get(name, ids=[77]) == []
    assert client.get(name, ids=[]) == []


def test_query_pages_in_key_order(client, name):
    create(client, name)
    client.insert(name, rows(50, 100))
    client.flush(name)
    client.insert(name, rows(0, 50))

    assert ids(client.query(name, filter="", limit=4)) == [0, 1, 2, 3]
    assert ids(client.query(name, filter="id >= 0", limit=4, offset=48)) == [48, 49, 50, 51]
    assert client.query(name, filter="id > 1000") == []
    with refused(1100, "empty expression should be used with limit"):
        client.query(name, filter="")


def test_query_templates(client, name):
    create(client, name, ("text", DataType.VARCHAR, {"max_length": 20}), ("price", DataType.DOUBLE, {}))
    client.insert(name, [{**row, "text": f"t{row['id']}", "price": row["id"] / 2} for row in rows(0, 10)])

    for expression, params, expected in [
        ("id in {ids}", {"ids": [1, 2]}, [1, 2]),
        ("text == {text}", {"text": "t3"}, [3]),
        ("price >= {low} and price < {high}", {"low": 3, "high": 4.0}, [6, 7]),
        ("text in {texts}", {"texts": ["t0", "t9", "zz"]}, [0, 9]),
    ]:
        assert ids(client.query(name, filter=expression, filter_params=params)) == expected, expression
    with refused(1100, "missing"):
        client.query(name, filter="id > {missing}", filter_params={"other": 1})


def test_statistics_count_rows(client, name):
    create(client, name)
    client.create_partition(name, "first")
    client.insert(name, rows(0, 7))
    client.insert(name, rows(7, 10), partition_name="first")
    client.flush(name)

    assert client.get_collection_stats(name)["row_count"] == 10
    assert client.get_partition_stats(name, "first")["row_count"] == 3
    assert client.get_partition_stats(name, "_default")["row_count"] == 7


def test_partition_of_a_write_is_its_scope(client, name):
    create(client, name)
    client.create_partition(name, "first")
    client.insert(name, rows(0, 3))
    client.insert(name, rows(3, 6), partition_name="first")

    assert ids(client.query(name, filter="id >= 0", partition_names=["first"])) == [3, 4, 5]
    client.delete(name, ids=[0, 3], partition_name="first")
    assert ids(client.query(name, filter="id >= 0")) == [0, 1, 2, 4, 5]
    with refused(200, "partition not found[partition=no_such]"):
        client.insert(name, rows(9, 10), partition_name="no_such")
    for wrong in ("12 s", "(mn)", "\u4e2d\u6587"):
        with refused(1100, f"Invalid partition name: {wrong}."):
            client.insert(name, rows(9, 10), partition_name=wrong)


def test_values_that_are_no_numbers_are_refused(client, name):
    create(client, name)
    for value, text in ((float("nan"), "NaN"), (float("inf"), "+Inf"), (float("-inf"), "-Inf")):
        with refused(1100, f"value '{text}' is not a number or infinity"):
            client.insert(name, [{"id": 1, "vector": [0.0, value, 0.0, 0.0]}])
    with refused(1100, "the length(5) of float data should divide the dim(4)"):
        client.insert(name, [{"id": 1, "vector": [0.0] * 5}])
    assert count(client, name) == 0


def test_writes_need_no_load(client, name):
    create(client, name, load=False)
    client.insert(name, rows(0, 10))
    client.flush(name)
    client.delete(name, ids=[1])
    client.upsert(name, rows(2, 3))
    client.load_collection(name)

    assert count(client, name) == 9


@pytest.mark.parametrize(
    "row, text",
    [
        ({"id": 1}, "vector"),
        ({"vector": [0.0] * 4}, "id"),
        ({"id": 1, "vector": [0.0] * 4, "unknown": 1}, "unknown"),
        ({"id": "text", "vector": [0.0] * 4}, "id"),
        ({"id": None, "vector": [0.0] * 4}, "id"),
    ],
)
def test_bad_rows_are_refused(client, name, row, text):
    """By pymilvus before a byte is sent, or by the server: what counts is that the row is named and nothing is kept."""
    create(client, name)
    with pytest.raises(MilvusException, match=text):
        client.insert(name, [row])
    assert count(client, name) == 0
