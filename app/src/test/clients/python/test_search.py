"""Search, range search, search by ids, hybrid search, iterators: compared with numpy."""

import numpy
import pytest
from conftest import create, index_of, refused, schema_of
from pymilvus import AnnSearchRequest, DataType, RRFRanker, WeightedRanker

SEED = 7
COUNT = 400
DIMENSION = 16
COLLECTION = "searched"

random_numbers = numpy.random.default_rng(SEED)
VECTORS = random_numbers.standard_normal((COUNT, DIMENSION), dtype=numpy.float32)
QUERIES = random_numbers.standard_normal((3, DIMENSION), dtype=numpy.float32)
COLORS = ["red", "green", "blue"]


def squared_distances(query):
    return ((VECTORS.astype(numpy.float64) - query.astype(numpy.float64)) ** 2).sum(axis=1)


def nearest(query, limit, rows=range(COUNT)):
    distances = squared_distances(query)
    return sorted(rows, key=lambda row: (distances[row], row))[:limit]


def ids(hits):
    return [hit["id"] for hit in hits]


@pytest.fixture(scope="module")
def searched(client):
    """Half of the rows sealed, half growing, in two partitions; two vector fields."""
    name = COLLECTION + type(client).__name__
    client.drop_collection(name)
    schema = schema_of(
        client,
        ("id", DataType.INT64, {"is_primary": True}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": DIMENSION}),
        ("reverse", DataType.FLOAT_VECTOR, {"dim": DIMENSION}),
        ("color", DataType.VARCHAR, {"max_length": 20}),
        dynamic=True,
    )
    index = index_of(
        client,
        ("vector", {"index_type": "AUTOINDEX", "metric_type": "L2"}),
        ("reverse", {"index_type": "FLAT", "metric_type": "IP"}),
    )
    client.create_collection(name, schema=schema, index_params=index)
    client.create_partition(name, "odd")
    for half in (range(COUNT // 2), range(COUNT // 2, COUNT)):
        for partition, rows in (("_default", half[0::2]), ("odd", half[1::2])):
            client.insert(name, [row_of(row) for row in rows], partition_name=partition)
        if half.start == 0:
            client.flush(name)
    yield name
    client.drop_collection(name)


def row_of(row):
    return {
        "id": row,
        "vector": VECTORS[row],
        "reverse": VECTORS[COUNT - 1 - row],
        "color": COLORS[row % 3],
        "number": row,
    }


def test_nearest_first(client, searched):
    results = client.search(searched, data=list(QUERIES), anns_field="vector", limit=20)

    assert len(results) == 3
    for query, hits in zip(QUERIES, results):
        assert ids(hits) == nearest(query, 20)
        expected = squared_distances(query)
        assert [hit["distance"] for hit in hits] == pytest.approx([expected[i] for i in ids(hits)], rel=1e-5)


def test_filter_and_output_fields(client, searched):
    hits = client.search(
        searched,
        data=[QUERIES[0]],
        anns_field="vector",
        filter='color == "red" and number < 200',
        output_fields=["color", "number", "vector"],
        limit=10,
    )[0]

    assert ids(hits) == nearest(QUERIES[0], 10, range(0, 200, 3))
    for hit in hits:
        entity = hit["entity"]
        assert set(entity) == {"color", "number", "vector"}
        assert (entity["color"], entity["number"]) == ("red", hit["id"])
        assert numpy.array(entity["vector"], dtype=numpy.float32).tobytes() == VECTORS[hit["id"]].tobytes()


def test_all_output_fields(client, searched):
    hit = client.search(searched, data=[QUERIES[0]], anns_field="vector", output_fields=["*"], limit=1)[0][0]
    assert set(hit["entity"]) == {"id", "vector", "reverse", "color", "number"}


def test_no_output_fields(client, searched):
    hit = client.search(searched, data=[QUERIES[0]], anns_field="vector", limit=1)[0][0]
    assert dict(hit["entity"]) == {}


def test_offset_and_rounding(client, searched):
    hits = client.search(
        searched,
        data=[QUERIES[0]],
        anns_field="vector",
        limit=5,
        search_params={"offset": 7},
        round_decimal=2,
    )[0]
    assert ids(hits) == nearest(QUERIES[0], 12)[7:]
    assert all(hit["distance"] == pytest.approx(round(hit["distance"], 2)) for hit in hits)


def test_partitions_of_a_search(client, searched):
    hits = client.search(searched, data=[QUERIES[0]], anns_field="vector", partition_names=["odd"], limit=10)[0]
    assert ids(hits) == nearest(QUERIES[0], 10, range(1, COUNT, 2))


def test_templates(client, searched):
    hits = client.search(
        searched,
        data=[QUERIES[0]],
        anns_field="vector",
        filter="color in {colors}",
        filter_params={"colors": ["green", "blue"]},
        limit=5,
    )[0]
    assert ids(hits) == nearest(QUERIES[0], 5, [row for row in range(COUNT) if row % 3])


def test_range(client, searched):
    distances = numpy.sort(squared_distances(QUERIES[1]))
    low, high = float(distances[3] + distances[4]) / 2, float(distances[20] + distances[21]) / 2
    hits = client.search(
        searched,
        data=[QUERIES[1]],
        anns_field="vector",
        limit=100,
        search_params={"params": {"radius": high, "range_filter": low}},
    )[0]
    assert ids(hits) == nearest(QUERIES[1], 21)[4:]

    hits = client.search(
        searched, data=[QUERIES[1]], anns_field="vector", limit=100, search_params={"params": {"radius": high}}
    )[0]
    assert ids(hits) == nearest(QUERIES[1], 21)


def test_range_of_inner_products(client, searched):
    products = VECTORS.astype(numpy.float64) @ QUERIES[1].astype(numpy.float64)
    order = sorted(range(COUNT), key=lambda row: -products[row])
    radius = float(products[order[9]] + products[order[10]]) / 2
    hits = client.search(
        searched, data=[QUERIES[1]], anns_field="reverse", limit=100, search_params={"params": {"radius": radius}}
    )[0]
    assert ids(hits) == [COUNT - 1 - row for row in order[:10]]


def test_range_in_the_wrong_order_is_refused(client, searched):
    with refused(1100, "range_filter", "radius"):
        client.search(
            searched,
            data=[QUERIES[0]],
            anns_field="vector",
            search_params={"params": {"radius": 1.0, "range_filter": 2.0}},
        )


def test_by_ids(client, searched):
    results = client.search(searched, ids=[11, 250], anns_field="vector", limit=5)
    assert [ids(hits) for hits in results] == [nearest(VECTORS[11], 5), nearest(VECTORS[250], 5)]


def test_grouping_is_refused(client, searched):
    with refused(10, "search parameter group_by_field is not supported yet"):
        client.search(searched, data=[QUERIES[0]], anns_field="vector", limit=3, group_by_field="color")


def test_empty_answer(client, searched):
    assert list(client.search(searched, data=[QUERIES[0]], anns_field="vector", filter="number < 0")[0]) == []


@pytest.mark.parametrize(
    "code, text, arguments",
    [
        (1100, "topk [16385] is invalid, it should be in range [1, 16384]", {"limit": 16385}),
        (1100, "invalid", {"limit": 5, "search_params": {"offset": 16384}}),
        (1100, "metric type not match: invalid parameter[expected=L2][actual=IP]", {"search_params": {"metric_type": "IP"}}),
        (1100, "dimension", {"data": [[1.0, 2.0]]}),
        (1100, "cannot parse expression", {"filter": "number <"}),
        (1100, "no_such", {"anns_field": "no_such"}),
        (1100, "partition name no_such not found", {"partition_names": ["no_such"]}),
    ],
)
def test_bad_searches_are_refused(client, searched, code, text, arguments):
    with refused(code, text):
        client.search(searched, **{"data": [QUERIES[0]], "anns_field": "vector", **arguments})


def test_no_such_output_field(client, name):
    create(client, name)
    with refused(1100, "field no_such not exist"):
        client.search(name, data=[[0.0] * 4], output_fields=["no_such"])
    with refused(1100, "field no_such not exist"):
        client.query(name, filter="id > 0", output_fields=["no_such"])


def test_cosine(client, name):
    create(client, name, dim=2, metric="COSINE")
    client.insert(name, [{"id": 1, "vector": [3.0, 0.0]}, {"id": 2, "vector": [0.0, 5.0]}, {"id": 3, "vector": [-1, 0]}])
    hits = client.search(name, data=[[2.0, 0.0]], limit=3)[0]
    assert [(hit["id"], hit["distance"]) for hit in hits] == [(1, 1.0), (2, 0.0), (3, -1.0)]


# Hybrid search


def requests_for(query, limit=50, **options):
    return [
        AnnSearchRequest(data=[query], anns_field=field, param={}, limit=limit, **options)
        for field in ("vector", "reverse")
    ]


def ranks_by_product(query):
    products = VECTORS.astype(numpy.float64) @ query.astype(numpy.float64)
    return [COUNT - 1 - row for row in sorted(range(COUNT), key=lambda row: -products[row])]


@pytest.mark.parametrize("k", [60, 1])
def test_hybrid_by_reciprocal_ranks(client, searched, k):
    query = QUERIES[2]
    hits = client.hybrid_search(searched, requests_for(query), RRFRanker(k), limit=10, output_fields=["color"])[0]

    scores = {}
    for ranking in (nearest(query, 50), ranks_by_product(query)[:50]):
        for place, row in enumerate(ranking):
            scores[row] = scores.get(row, 0) + 1 / (k + place + 1)
    expected = sorted(scores, key=lambda row: (-scores[row], row))[:10]
    assert [hit["distance"] for hit in hits] == pytest.approx([scores[row] for row in expected], rel=1e-5)
    assert [scores[row] for row in ids(hits)] == pytest.approx([scores[row] for row in expected])
    assert all(hit["entity"]["color"] == COLORS[hit["id"] % 3] for hit in hits)


def test_hybrid_by_weights(client, searched):
    """Without normalisation the weighted scores are sums of raw scores; both fields use one metric here."""
    query = QUERIES[2]
    one_field = [
        AnnSearchRequest(data=[query], anns_field="reverse", param={}, limit=20),
        AnnSearchRequest(data=[query], anns_field="reverse", param={}, limit=20),
    ]
    hits = client.hybrid_search(searched, one_field, WeightedRanker(0.25, 0.5, norm_score=False), limit=10)[0]

    products = VECTORS.astype(numpy.float64) @ query.astype(numpy.float64)
    assert ids(hits) == ranks_by_product(query)[:10]
    expected = [0.75 * products[COUNT - 1 - row] for row in ids(hits)]
    assert [hit["distance"] for hit in hits] == pytest.approx(expected, rel=1e-4)


def test_hybrid_filters_each_request(client, searched):
    hits = client.hybrid_search(searched, requests_for(QUERIES[2], expr='color == "blue"'), RRFRanker(), limit=10)[0]
    assert len(hits) == 10
    assert all(row % 3 == 2 for row in ids(hits))


# Iterators: MilvusClient only


@pytest.fixture(scope="module")
def iterated(sync_client):
    name = "iterated"
    sync_client.drop_collection(name)
    create(sync_client, name, ("number", DataType.INT64, {}), dim=DIMENSION)
    sync_client.insert(name, [{"id": row, "vector": VECTORS[row], "number": row % 10} for row in range(COUNT)])
    sync_client.flush(name)
    yield name
    sync_client.drop_collection(name)


def pages_of(iterator):
    pages = []
    while page := iterator.next():
        pages.append(list(page))
    iterator.close()
    return pages


def test_query_iterator(sync_client, iterated):
    pages = pages_of(sync_client.query_iterator(iterated, batch_size=64, filter="number < 5", output_fields=["number"]))

    assert [len(page) for page in pages] == [64, 64, 64, 8]
    assert [row["id"] for page in pages for row in page] == [row for row in range(COUNT) if row % 10 < 5]


def test_query_iterator_with_limit(sync_client, iterated):
    pages = pages_of(sync_client.query_iterator(iterated, batch_size=30, limit=70))
    assert [row["id"] for page in pages for row in page] == list(range(70))


def test_query_iterator_sees_one_moment(sync_client, name):
    create(sync_client, name)
    sync_client.insert(name, [{"id": row, "vector": [0.0] * 4} for row in range(20)])
    iterator = sync_client.query_iterator(name, batch_size=5)
    first = list(iterator.next())
    sync_client.insert(name, [{"id": row, "vector": [0.0] * 4} for row in range(100, 120)])
    sync_client.delete(name, ids=list(range(10, 20)))

    rest = pages_of(iterator)

    assert [row["id"] for page in [first, *rest] for row in page] == list(range(20))


def test_search_iterator(sync_client, iterated):
    iterator = sync_client.search_iterator(iterated, data=[QUERIES[0]], batch_size=48, output_fields=["number"])
    assert type(iterator).__name__ == "SearchIteratorV2"
    pages = pages_of(iterator)

    found = [hit["id"] for page in pages for hit in page]
    assert len(found) == len(set(found)) == COUNT
    assert found == nearest(QUERIES[0], COUNT)


def test_search_iterator_with_filter_and_limit(sync_client, iterated):
    pages = pages_of(
        sync_client.search_iterator(iterated, data=[QUERIES[1]], batch_size=7, limit=20, filter="number == 3")
    )
    assert [hit["id"] for page in pages for hit in page] == nearest(QUERIES[1], 20, range(3, COUNT, 10))
