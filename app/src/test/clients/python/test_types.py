"""Every type in and out, byte for byte: the ends of its range, nulls, defaults, odd texts."""

import json
import random
import sys

import numpy
import pytest
from conftest import create, float32, index_of, refused, schema_of
from pymilvus import DataType

DIMENSION = 4
FLOAT32_MAX = float(numpy.finfo(numpy.float32).max)
FLOAT32_TINY = float(numpy.finfo(numpy.float32).smallest_subnormal)
TEXTS = ["", "a", "ä€𝄞", "with 'single' and \"double\" quotes", "back\\slash", "line\nfeed\ttab", "\u0000", "x" * 64]
DOCUMENTS = [
    {},
    [],
    7,
    -0.5,
    True,
    {"a": {"b": [1, 2.5, None, {"c": "ä"}]}, "": "empty key", "big": 9223372036854775807},
    [[1], [2, [3]], {}],
]

# name -> (type, options, values)
SCALARS = {
    "bool": (DataType.BOOL, {}, [True, False]),
    "int8": (DataType.INT8, {}, [-128, -1, 0, 127]),
    "int16": (DataType.INT16, {}, [-32768, -1, 0, 32767]),
    "int32": (DataType.INT32, {}, [-(2**31), -1, 0, 2**31 - 1]),
    "int64": (DataType.INT64, {}, [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1]),
    "float": (DataType.FLOAT, {}, [0.0, -0.0, 1.5, -FLOAT32_MAX, FLOAT32_TINY, *float32([0.1])]),
    "double": (DataType.DOUBLE, {}, [0.0, -0.0, 0.1, sys.float_info.max, -sys.float_info.min, 5e-324]),
    "varchar": (DataType.VARCHAR, {"max_length": 64}, TEXTS),
    "json": (DataType.JSON, {}, DOCUMENTS),
    "bools": (DataType.ARRAY, {"element_type": DataType.BOOL, "max_capacity": 4}, [[], [True], [False, True]]),
    "int8s": (DataType.ARRAY, {"element_type": DataType.INT8, "max_capacity": 4}, [[], [-128, 127]]),
    "int64s": (DataType.ARRAY, {"element_type": DataType.INT64, "max_capacity": 4}, [[2**63 - 1, -(2**63)], [0] * 4]),
    "floats": (DataType.ARRAY, {"element_type": DataType.FLOAT, "max_capacity": 4}, [[], float32([0.1, -3.25])]),
    "doubles": (DataType.ARRAY, {"element_type": DataType.DOUBLE, "max_capacity": 4}, [[0.1], [5e-324, 1e300]]),
    "texts": (
        DataType.ARRAY,
        {"element_type": DataType.VARCHAR, "max_capacity": 8, "max_length": 64},
        [[], TEXTS],
    ),
}


def bits(value):
    """Tells -0.0 from 0.0, and 1 from True and 1.0."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value is not None else None


def plain(value):
    return list(value) if not isinstance(value, (str, bytes, dict)) and hasattr(value, "__iter__") else value


def vector_of(row):
    return float32([row + 0.1, -row, 1 / (row + 3), 0.0])


def create_typed(client, name, *fields):
    create(client, name, *fields, dim=DIMENSION)


def rows_with(client, name, field, count):
    rows = client.query(name, filter="id >= 0", output_fields=["*"], limit=max(count, 1))
    return [plain(row[field]) for row in rows]


@pytest.mark.parametrize("flushed", [False, True], ids=["growing", "sealed"])
def test_every_scalar_type_returns_as_sent(client, name, flushed):
    fields = [(field, kind, options) for field, (kind, options, _) in SCALARS.items()]
    count = max(len(values) for _, _, values in SCALARS.values())
    create_typed(client, name, *fields)
    sent = [
        {
            "id": row,
            "vector": vector_of(row),
            **{field: values[row % len(values)] for field, (_, _, values) in SCALARS.items()},
        }
        for row in range(count)
    ]
    assert client.insert(name, sent)["insert_count"] == count
    if flushed:
        client.flush(name)

    rows = client.query(name, filter="id >= 0", output_fields=["*"], limit=count)

    assert [row["id"] for row in rows] == list(range(count))
    for row, original in zip(rows, sent):
        assert plain(row["vector"]) == original["vector"]
        for field in SCALARS:
            assert bits(plain(row[field])) == bits(original[field]), (row["id"], field)


@pytest.mark.parametrize("flushed", [False, True], ids=["growing", "sealed"])
def test_nullable_fields_return_null_where_nothing_was_sent(client, name, flushed):
    fields = [(field, kind, {**options, "nullable": True}) for field, (kind, options, _) in SCALARS.items()]
    create_typed(client, name, *fields)
    full = {field: values[-1] for field, (_, _, values) in SCALARS.items()}
    client.insert(
        name,
        [
            {"id": 0, "vector": vector_of(0), **full},
            {"id": 1, "vector": vector_of(1), **{field: None for field in SCALARS}},
            {"id": 2, "vector": vector_of(2), **full},
        ],
    )
    client.insert(name, [{"id": 3, "vector": vector_of(3)}])
    if flushed:
        client.flush(name)

    for field in SCALARS:
        assert [bits(value) for value in rows_with(client, name, field, 4)] == [
            bits(full[field]),
            None,
            bits(full[field]),
            None,
        ], field
        if field != "json" and not field.endswith("s"):
            nulls = client.query(name, filter=f"{field} is null", output_fields=["id"])
            assert [row["id"] for row in nulls] == [1, 3], field


def test_defaults_fill_what_is_missing(client, name):
    create_typed(
        client,
        name,
        ("flag", DataType.BOOL, {"default_value": True}),
        ("small", DataType.INT8, {"default_value": numpy.int8(-7)}),
        ("number", DataType.INT64, {"default_value": 2**40}),
        ("ratio", DataType.DOUBLE, {"default_value": 0.1}),
        ("half", DataType.FLOAT, {"default_value": 0.5}),
        ("text", DataType.VARCHAR, {"max_length": 20, "default_value": "ä"}),
        ("maybe", DataType.INT32, {"nullable": True, "default_value": numpy.int32(3)}),
    )
    client.insert(name, [{"id": 0, "vector": vector_of(0)}])
    client.insert(
        name,
        [
            {
                "id": 1,
                "vector": vector_of(1),
                "flag": False,
                "small": 1,
                "number": 2,
                "ratio": 3.0,
                "half": 4.0,
                "text": "",
                "maybe": None,
            }
        ],
    )

    rows = client.query(name, filter="id >= 0", output_fields=["*"], limit=2)

    missing, given = rows
    assert [missing[f] for f in ("flag", "small", "number", "ratio", "half", "text", "maybe")] == [
        True,
        -7,
        2**40,
        0.1,
        0.5,
        "ä",
        3,
    ]
    assert [given[f] for f in ("flag", "small", "number", "ratio", "half", "text")] == [False, 1, 2, 3.0, 4.0, ""]
    assert given["maybe"] == 3
    described = {field["name"]: field for field in client.describe_collection(name)["fields"]}
    assert described["maybe"]["nullable"] is True
    assert "default_value" in described["number"]


@pytest.mark.parametrize(
    ("kind", "default", "sent"),
    [(DataType.INT8, 1, "Int64"), (DataType.FLOAT, 1, "Int64"), (DataType.INT64, numpy.int32(1), "Int32"), (DataType.INT8, "1", "VarChar")],
)
def test_a_default_of_another_type_is_refused(client, name, kind, default, sent):
    with refused(1100, f"of field (f) is not equal to the type(DataType_{sent}) of default_value"):
        create_typed(client, name, ("f", kind, {"default_value": default}))
    assert not client.has_collection(name)


def test_arrays_need_an_element_type_and_its_length(client, name):
    for options, text in [
        ({}, "element data type None is not valid"),
        ({"element_type": 1001}, "element type 1001 is not supported"),
        ({"element_type": DataType.VARCHAR}, "type param(max_length) should be specified for the field(a)"),
        ({"element_type": DataType.VARCHAR, "max_length": 65536}, "should be in (0, 65535], but got 65536 instead"),
    ]:
        with refused(1100, text):
            create_typed(client, name, ("a", DataType.ARRAY, options))


def test_random_vectors_return_bit_for_bit(client, name):
    seed = 20261125
    random_numbers = numpy.random.default_rng(seed)
    dimension, count = 96, 500
    vectors = random_numbers.standard_normal((count, dimension), dtype=numpy.float32)
    create(client, name, dim=dimension)
    client.insert(name, [{"id": i, "vector": vectors[i].tolist()} for i in range(count)])
    client.flush(name)
    client.insert(name, [{"id": count + i, "vector": vectors[i]} for i in range(count)])  # numpy rows, growing

    rows = client.query(name, filter="id >= 0", output_fields=["vector"], limit=2 * count)

    got = numpy.array([row["vector"] for row in rows], dtype=numpy.float32)
    assert got.tobytes() == numpy.concatenate([vectors, vectors]).tobytes(), f"seed={seed}"


def test_dynamic_keys_return_as_sent(client, name):
    create(client, name, dynamic=True)
    sent = [
        {"id": 0, "vector": vector_of(0), "color": "red", "tags": ["a", 1, None], "deep": {"x": {"y": 0.1}}},
        {"id": 1, "vector": vector_of(1), "color": 7},
        {"id": 2, "vector": vector_of(2)},
    ]
    client.insert(name, sent)

    everything = client.query(name, filter="id >= 0", output_fields=["*"], limit=3)
    assert [{**row, "vector": plain(row["vector"])} for row in everything] == sent
    only_color = client.query(name, filter="id >= 0", output_fields=["color"], limit=3)
    assert [dict(row) for row in only_color] == [{"id": 0, "color": "red"}, {"id": 1, "color": 7}, {"id": 2}]
    assert [row["id"] for row in client.query(name, filter='color == "red"')] == [0]
    assert [row["id"] for row in client.query(name, filter='$meta["deep"]["x"]["y"] > 0')] == [0]
    assert [row["id"] for row in client.query(name, filter="exists color")] == [0, 1]


def test_auto_ids_are_given_and_unique(client, name):
    schema = schema_of(
        client,
        ("key", DataType.INT64, {"is_primary": True, "auto_id": True}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": DIMENSION}),
    )
    client.create_collection(name, schema=schema, index_params=index_of(client, ("vector", {"metric_type": "L2"})))
    first = client.insert(name, [{"vector": vector_of(i)} for i in range(10)])
    second = client.insert(name, [{"vector": vector_of(i)} for i in range(10)])

    ids = [*first["ids"], *second["ids"]]
    assert len(set(ids)) == 20
    assert all(key > 0 for key in ids)
    rows = client.query(name, filter="key > 0", output_fields=["key"], limit=20)
    assert [row["key"] for row in rows] == sorted(ids)
    assert client.describe_collection(name)["auto_id"] is True


def test_varchar_keys(client, name):
    schema = schema_of(
        client,
        ("key", DataType.VARCHAR, {"is_primary": True, "max_length": 64}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": DIMENSION}),
    )
    client.create_collection(name, schema=schema, index_params=index_of(client, ("vector", {"metric_type": "L2"})))
    keys = ["b", "a", "ä", "'quoted'", 'with "both"', "back\\slash"]
    plain_keys = keys[:3]  # pymilvus puts ids into a filter between quotes without escaping them
    inserted = client.insert(name, [{"key": key, "vector": vector_of(i)} for i, key in enumerate(keys)])
    assert list(inserted["ids"]) == keys

    for row, key in enumerate(keys):
        if key in plain_keys:
            assert [r["key"] for r in client.get(name, ids=[key])] == [key]
        equal = client.query(name, filter="key == {key}", filter_params={"key": key})
        assert [r["key"] for r in equal] == [key]
        hit = client.search(name, data=[vector_of(row)], limit=1)[0][0]
        assert (hit["key"], hit["distance"]) == (key, 0.0)
    assert client.delete(name, ids=["b", "no such"])["delete_count"] >= 1
    rows = client.query(name, filter='key != ""', limit=10)
    assert [row["key"] for row in rows] == sorted(set(keys) - {"b"}, key=lambda key: key.encode())


def test_auto_id_with_varchar_key(client, name):
    schema = schema_of(
        client,
        ("key", DataType.VARCHAR, {"is_primary": True, "auto_id": True, "max_length": 64}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": DIMENSION}),
    )
    client.create_collection(name, schema=schema, index_params=index_of(client, ("vector", {"metric_type": "L2"})))
    ids = client.insert(name, [{"vector": vector_of(i)} for i in range(3)])["ids"]

    assert len(set(ids)) == 3
    assert all(isinstance(key, str) and key for key in ids)
    assert [row["key"] for row in client.get(name, ids=[ids[0]])] == [ids[0]]


# What does not fit is refused


def test_rows_that_do_not_fit_are_refused_whole(client, name):
    create_typed(client, name, ("text", DataType.VARCHAR, {"max_length": 4}), ("small", DataType.INT8, {}))
    fitting = {"id": 1, "vector": vector_of(1), "text": "abcd", "small": 1}

    with refused(1100, "length of varchar field text exceeds max length", "max length: 4"):
        client.insert(name, [fitting, {**fitting, "id": 2, "text": "ääa"}])
    with refused(1100, "128"):
        client.insert(name, [fitting, {**fitting, "id": 2, "small": 128}])
    with refused(1100, "dim"):
        client.insert(name, [{**fitting, "vector": [1.0] * (DIMENSION + 1)}])

    assert client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"] == 0


def test_not_a_number_is_refused(client, name):
    create(client, name)
    for number in (float("nan"), float("inf")):
        with refused(1100, "vector"):
            client.insert(name, [{"id": 1, "vector": [number, 0.0, 0.0, 0.0]}])
    assert client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"] == 0
