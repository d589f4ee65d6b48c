package io.sluice.bench;

import io.sluice.engine.load.OperationEvent;
import io.sluice.engine.testkit.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Loading and releasing the collection of all words beside hnswlib's own load of an index of the same rows.
 *
 * <pre>
 *   LoadBench [words=bench/data/words-340k.bin] [peer=bench/data/hnswlib_load] [folder=bench/data/work]
 *             [rounds=15] [warmups=300]
 * </pre>
 *
 * Rounds alternate: ours, the peer, ours, the peer; all files are in the page cache. Of the peer's loads the second in a
 * fresh process counts, which is the faster one. Ours have been warmed up, for the peer needs no compiler at run time; what
 * the warm-ups took is printed. Run it with a fixed, pre-touched heap.
 */
public final class LoadBench {
    private static final double BYTES_PER_GIB = 1L << 30;
    private static final int PEER_LOADS = 3;
    private static final int WINDOW = 100; // warm-ups of which one line tells

    private final WordsCollection ours;
    private final HnswlibPeer peer;
    private final Figures loadMillis = new Figures();
    private final Figures firstEventMillis = new Figures();
    private final Figures releaseMillis = new Figures();
    private final Figures peerLoadMillis = new Figures();
    private final Figures peerReleaseMillis = new Figures();
    private final Map<OperationEvent.Type, Figures> steps = new EnumMap<>(OperationEvent.Type.class);
    private long peerFileBytes;

    private LoadBench(WordsCollection ours, HnswlibPeer peer) {
        this.ours = ours;
        this.peer = peer;
    }

    public static void main(String[] args) throws Exception {
        var given = new Arguments(args, "words", "peer", "folder", "rounds", "warmups");
        Words words = Words.map(given.path("words", "bench/data/words-340k.bin"));
        Path folder = given.path("folder", "bench/data/work");
        var peer = HnswlibPeer.open(given.path("peer", "bench/data/hnswlib_load"), folder.resolve("peer"), words);
        try (var ours = WordsCollection.open(folder.resolve("words"), words)) {
            new LoadBench(ours, peer).run(given.number("rounds", 15), given.number("warmups", 300));
        }
    }

    private void run(int rounds, int warmups) throws IOException, InterruptedException {
        long fileBytes = ours.fileBytes();
        Memory.touch(fileBytes * 3); // ours and the peer's, one and a half times
        ours.readFiles();
        double canary = Memory.canary();
        System.out.printf(
                Locale.ROOT,
                "rounds=%d, file bytes=%d, canary: memory copies at %.1f GB/s (a fit machine: 8 or more)%n",
                rounds,
                fileBytes,
                canary);
        var first = ours.load();
        System.out.printf(Locale.ROOT, "first load of this process: %.1f ms%n", first.nanos() / 1e6);
        first.steps()
                .forEach((type, nanos) ->
                        System.out.printf(Locale.ROOT, "  %-10s after %7.2f ms%n", type.wireName(), nanos / 1e6));
        ours.release();
        for (int from = 1; from < warmups; from += WINDOW) {
            warmUp(from, Math.min(from + WINDOW, warmups));
        }
        peer.load(PEER_LOADS);
        for (int round = 1; round <= rounds; round++) {
            measureOurs();
            measurePeer();
            System.out.printf(
                    Locale.ROOT,
                    "round %2d: ours %.1f ms (first event %.2f, release %.2f), hnswlib %.1f ms%n",
                    round,
                    loadMillis.medianOfLast(1),
                    firstEventMillis.medianOfLast(1),
                    releaseMillis.medianOfLast(1),
                    peerLoadMillis.medianOfLast(1));
        }
        report(fileBytes, canary);
    }

    private void warmUp(int from, int to) {
        var load = new Figures();
        var release = new Figures();
        for (int i = from; i < to; i++) {
            load.add(ours.load().nanos() / 1e6);
            release.add(ours.release().nanos() / 1e6);
        }
        System.out.printf(
                Locale.ROOT,
                "warm-ups %d to %d: load %.1f ms, release %.2f ms%n",
                from + 1,
                to,
                load.median(),
                release.median());
    }

    private void measureOurs() throws IOException {
        // The host takes back what lay idle while the peer ran, of the page cache too.
        // The peer's first load, which does not count, brings back its own.
        Memory.touch(ours.fileBytes() * 3 / 2);
        ours.readFiles();
        var loaded = ours.load();
        loadMillis.add(loaded.nanos() / 1e6);
        firstEventMillis.add(loaded.firstEventNanos() / 1e6);
        loaded.steps()
                .forEach((type, nanos) ->
                        steps.computeIfAbsent(type, _ -> new Figures()).add(nanos / 1e6));
        var released = ours.release();
        releaseMillis.add(released.nanos() / 1e6);
        released.steps().forEach((type, nanos) -> {
            if (type == OperationEvent.Type.RELEASING || type == OperationEvent.Type.RELEASED) {
                steps.computeIfAbsent(type, _ -> new Figures()).add(nanos / 1e6);
            }
        });
        if (ours.loadedBytes() != 0) {
            throw new IllegalStateException("bytes are held after a release: " + ours.loadedBytes());
        }
    }

    private void measurePeer() throws IOException, InterruptedException {
        List<HnswlibPeer.Loaded> loads = peer.load(PEER_LOADS);
        HnswlibPeer.Loaded best = loads.stream()
                .min(java.util.Comparator.comparingDouble(HnswlibPeer.Loaded::seconds))
                .orElseThrow();
        peerLoadMillis.add(best.seconds() * 1e3);
        peerReleaseMillis.add(best.releaseSeconds() * 1e3);
        peerFileBytes = best.fileBytes();
    }

    private void report(long fileBytes, double canary) {
        steps.forEach((type, figures) -> System.out.printf(
                Locale.ROOT,
                "  %-10s after %7.2f ms (worst %.2f)%n",
                type.wireName(),
                figures.median(),
                figures.largest()));
        double gib = fileBytes / BYTES_PER_GIB;
        var findings = new Findings("load");
        findings.note("rounds", loadMillis.count());
        findings.note("canaryGBs", canary);
        findings.note("fileBytes", fileBytes);
        findings.note("loadMillis", loadMillis.median());
        findings.note("loadMillisBest", loadMillis.smallest());
        findings.note("loadMillisWorst", loadMillis.largest());
        findings.note("hnswlibFileBytes", peerFileBytes);
        findings.note("hnswlibLoadMillis", peerLoadMillis.median());
        findings.note("hnswlibLoadMillisBest", peerLoadMillis.smallest());
        findings.note("hnswlibReleaseMillis", peerReleaseMillis.median());
        findings.note("releaseMillis", releaseMillis.median());
        findings.note("releaseMillisWorst", releaseMillis.largest());
        System.out.printf(
                Locale.ROOT,
                "ours: load %.1f ms (best %.1f, worst %.1f), release %.2f ms of %.0f MB%n"
                        + "hnswlib: load %.1f ms (best %.1f), release %.2f ms of %.0f MB%n",
                loadMillis.median(),
                loadMillis.smallest(),
                loadMillis.largest(),
                releaseMillis.median(),
                fileBytes / 1e6,
                peerLoadMillis.median(),
                peerLoadMillis.smallest(),
                peerReleaseMillis.median(),
                peerFileBytes / 1e6);
        findings.atMost("loadOverHnswlib", loadMillis.median() / peerLoadMillis.median(), 0.5, "times");
        findings.atLeast("loadGBs", fileBytes / 1e6 / loadMillis.median(), 3, "GB/s");
        findings.atMost("releaseMillisPerGiB", releaseMillis.median() / gib, 10, "ms/GiB");
        findings.atMost("firstEventMillis", firstEventMillis.median(), 20, "ms");
        findings.atMost("firstEventMillisWorst", firstEventMillis.largest(), 20, "ms");
        findings.printJson();
    }
}
