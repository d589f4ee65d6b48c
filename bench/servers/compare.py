"""Sluice beside a real Milvus server and milvus-lite: the same client, the same rows, the same machine, one after the other.

Each server is started fresh, does every job, and is stopped. Inserts and searches are measured when repeating them does not make them
cheaper any more (the first of them, which pay for a JVM's compiler, are printed as "Cold"); searches of one and of four clients take turns,
and the median of three turns counts. CPU seconds are those of the server's processes (the client shares
the machine and is not counted). Search is compared at equal recall: the smallest ef of a list at which recall@10 is at least 0.95.

    compare.py JAVA SLUICE_JAR JVM_ARGS WORDS WORK_FOLDER [servers=sluice,milvus,lite] [rows=100000] [seconds=8] [seed=1]
"""

import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

import numpy
import psutil

BATCH = 1_000
QUERIES = 1_000
K = 10
WANTED_RECALL = 0.95
EF = [32, 48, 64, 96, 128, 192, 256, 384, 512]
WIDE_ROWS, WIDE_DIMENSION = 20_000, 768


def words(path, rows, seed):
    """Random words of the file described in io.sluice.engine.testkit.Words: rows to insert, and others to ask with."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"SLWORDS1", path
    count, dimension, bits, text = struct.unpack_from("<4i", data, 8)
    assert bits == 32, bits
    at = 24 + 4 * (count + 1) + text
    at += -at % 64
    vectors = numpy.frombuffer(data, "<f4", count * dimension, at).reshape(count, dimension)
    order = numpy.random.default_rng(seed).permutation(count)
    return vectors[order[:rows]].copy(), vectors[order[rows : rows + QUERIES]].copy()


def exact(rows, queries):
    unit = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    asked = queries / numpy.linalg.norm(queries, axis=1, keepdims=True)
    return [set(numpy.argpartition(-(unit @ query), K)[:K].tolist()) for query in asked]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process and its children."""

    def __init__(self, name, command, port, environment=None):
        self.name, self.port = name, port
        self.uri = f"http://127.0.0.1:{port}"
        self.log = open(f"{name}.log", "wb")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}, start_new_session=True
        )

    def wait(self):
        from pymilvus import MilvusClient

        deadline = time.monotonic() + 180
        while True:
            try:
                client = MilvusClient(self.uri, timeout=5)
                client.list_collections()
                return client
            except Exception:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(1)

    def cpu(self):
        root = psutil.Process(self.process.pid)
        return sum(sum(p.cpu_times()[:2]) for p in [root, *root.children(recursive=True)])

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Meter:
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.cpu, self.start = self.server.cpu(), time.perf_counter()
        return self

    def __exit__(self, *_):
        self.wall = time.perf_counter() - self.start
        self.cpu = self.server.cpu() - self.cpu


def fill(client, name, rows):
    from pymilvus import DataType

    if client.has_collection(name):
        client.drop_collection(name)
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("v", DataType.FLOAT_VECTOR, dim=rows.shape[1])
    client.create_collection(name, schema=schema)
    for start in range(0, len(rows), BATCH):
        client.insert(name, [{"id": start + i, "v": row} for i, row in enumerate(rows[start : start + BATCH])])


def build(client, name, metric):
    params = client.prepare_index_params()
    params.add_index("v", index_type="HNSW", metric_type=metric, params={"M": 16, "efConstruction": 200})
    client.create_index(name, params)
    while True:
        index = client.describe_index(name, "v")
        if index is None or int(index.get("pending_index_rows", 0) or 0) == 0 and str(index.get("state", "Finished")) == "Finished":
            return
        time.sleep(0.5)


def search(client, name, query, ef):
    return client.search(name, [query], limit=K, search_params={"params": {"ef": ef}})[0]


def ef_for_recall(client, name, queries, truth, sample):
    for ef in EF:
        right = sum(len({hit["id"] for hit in search(client, name, queries[i], ef)} & truth[i]) for i in range(sample))
        if right / (sample * K) >= WANTED_RECALL:
            return ef, right / (sample * K)
    return EF[-1], right / (sample * K)


def searcher(uri, name, queries, ef, seconds, started, out):
    from pymilvus import MilvusClient

    client = MilvusClient(uri)
    for query in queries[:50]:
        search(client, name, query, ef)
    started.wait()
    times, i, end = [], 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        search(client, name, queries[i % len(queries)], ef)
        times.append(time.perf_counter() - start)
        i += 1
    out.put(times)


def searches(server, name, queries, ef, clients, seconds):
    context = multiprocessing.get_context("spawn")
    started, out = context.Barrier(clients + 1), context.Queue()
    workers = [
        context.Process(target=searcher, args=(server.uri, name, queries[w::clients], ef, seconds, started, out)) for w in range(clients)
    ]
    for worker in workers:
        worker.start()
    started.wait()
    with Meter(server) as meter:
        times = sorted(sum((out.get() for _ in workers), []))
    for worker in workers:
        worker.join()
    return {
        "qps": len(times) / meter.wall,
        "perServerCpuSecond": len(times) / max(meter.cpu, 1e-3),
        "p50Millis": 1e3 * times[len(times) // 2],
        "p99Millis": 1e3 * times[int(len(times) * 0.99)],
    }


def settled(cost, least=6, most=12):
    """Repeats until the last two were not 5 % cheaper than the cheapest before; answers the first cost and the last two's mean."""
    costs = [cost()]
    while len(costs) < most and (len(costs) < least or min(costs[-2:]) < 0.95 * min(costs[:-2])):
        costs.append(cost())
    return costs[0], sum(costs[-2:]) / len(costs[-2:])


def load_and_release(server, client, name, most=40, seconds=20):
    """The median of the later half, by which time neither server is in its first loads; a server whose load takes seconds does it six times."""
    loads, releases, end = [], [], time.perf_counter() + seconds
    client.release_collection(name)
    while len(loads) < 6 or len(loads) < most and time.perf_counter() < end:
        start = time.perf_counter()
        client.load_collection(name)
        loads.append(time.perf_counter() - start)
        start = time.perf_counter()
        client.release_collection(name)
        releases.append(time.perf_counter() - start)
    client.load_collection(name)
    late = len(loads) // 2
    return [1e3 * sorted(times[late:])[len(times[late:]) // 2] for times in (loads, releases)] + [1e3 * loads[0], 1e3 * releases[0]]


def run(server, rows, queries, truth, wide, seconds):
    result = {}
    try:
        client = server.wait()
        rates = []

        def insert():
            with Meter(server) as meter:
                fill(client, "wide", wide)
                client.flush("wide")
            rates.append(len(wide) / meter.wall)
            return 1e6 * meter.cpu / len(wide)

        result["insert768ColdCpuMicrosPerRow"], result["insert768CpuMicrosPerRow"] = settled(insert, least=12, most=16)
        result["insert768RowsPerSecond"] = rates[-1]
        client.drop_collection("wide")
        with Meter(server) as meter:
            fill(client, "words", rows)
            client.flush("words")
            build(client, "words", "COSINE")
        result["fillAndBuildSeconds"], result["fillAndBuildCpuSeconds"] = meter.wall, meter.cpu
        figures = load_and_release(server, client, "words")
        result["loadMillis"], result["releaseMillis"], result["loadFirstMillis"], result["releaseFirstMillis"] = figures
        sample = 100 if server.name == "lite" else QUERIES
        result["ef"], result["recall"] = ef_for_recall(client, "words", queries, truth, sample)
        turns = 1 if server.name == "lite" else 3
        if server.name != "lite":
            cold, _ = settled(lambda: 1 / searches(server, "words", queries, result["ef"], 4, seconds)["perServerCpuSecond"])
            result["search4ColdPerServerCpuSecond"] = 1 / cold
        figures = {1: [], 4: []}
        for _ in range(turns):
            for clients, seen in figures.items():
                seen.append(searches(server, "words", queries, result["ef"], clients, seconds))
        for clients, seen in figures.items():
            for key in seen[0]:
                result[f"search{clients}.{key}"] = sorted(one[key] for one in seen)[turns // 2]
    finally:
        server.stop()
    return result


def main():
    java, jar, jvm_args, words_file, work = sys.argv[1:6]
    options = dict(argument.split("=", 1) for argument in sys.argv[6:])
    seconds, seed = float(options.get("seconds", 8)), int(options.get("seed", 1))
    rows, queries = words(words_file, int(options.get("rows", 100_000)), seed)
    truth = exact(rows, queries)
    wide = numpy.random.default_rng(seed).standard_normal((WIDE_ROWS, WIDE_DIMENSION), "f4")
    print(f"rows={len(rows)}, queries={QUERIES}, seed={seed}, load average={os.getloadavg()[0]:.1f}", flush=True)
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    results = {}
    for name in options.get("servers", "sluice,milvus,lite").split(","):
        data, port = pathlib.Path(work, f"{name}-data"), free_port()
        shutil.rmtree(data, ignore_errors=True)
        command = {
            "sluice": [java, f"@{jvm_args}", "-jar", jar, f"--sluice.port={port}", f"--sluice.data={data}", "--sluice.host=127.0.0.1"],
            "milvus": [options.get("milvus", "milvus-server"), "--data", str(data), "--proxy-port", str(port)],
            "lite": [options.get("lite", "milvus-lite"), "server", "--data-dir", str(data), "--port", str(port)],
        }[name]
        results[name] = run(Server(name, command, port), rows, queries, truth, wide, seconds)
        print(name, json.dumps({key: round(value, 3) for key, value in results[name].items()}), flush=True)
        shutil.rmtree(data, ignore_errors=True)
    ours = results.get("sluice", {})
    for peer in (name for name in results if name != "sluice"):
        for key, value in results[peer].items():
            if key in ours and key not in ("ef", "recall") and ours[key]:
                better = ours[key] / value if key.endswith(("qps", "Second")) else value / ours[key]
                print(f"{key}: {better:.2f} times as good as {peer}")


if __name__ == "__main__":
    main()
