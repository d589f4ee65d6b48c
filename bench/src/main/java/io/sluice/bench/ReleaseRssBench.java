package io.sluice.bench;

import io.sluice.engine.testkit.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Whether a release gives back everything: loads and releases again and again, and looks at the account of load bytes and
 * at the anonymous memory of the process.
 *
 * <pre>
 *   ReleaseRssBench [words=bench/data/words-340k.bin] [folder=bench/data/work] [warmups=5] [cycles=50]
 * </pre>
 *
 * Run it with a fixed, pre-touched heap, so that the heap's part of the process does not move.
 */
public final class ReleaseRssBench {
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final int COMPARED = 10;

    private ReleaseRssBench() {}

    public static void main(String[] args) throws IOException {
        var given = new Arguments(args, "words", "folder", "warmups", "cycles");
        Words words = Words.map(given.path("words", "bench/data/words-340k.bin"));
        Path folder = given.path("folder", "bench/data/work");
        try (var ours = WordsCollection.open(folder.resolve("words"), words)) {
            run(ours, given.number("warmups", 5), given.number("cycles", 50));
        }
    }

    private static void run(WordsCollection ours, int warmups, int cycles) {
        var loaded = new Figures();
        for (int i = 0; i < warmups; i++) {
            ours.load();
            ours.release();
        }
        double before = mebibytes();
        var after = new Figures();
        long heldBytes = 0;
        for (int cycle = 1; cycle <= cycles; cycle++) {
            ours.load();
            loaded.add(mebibytes());
            ours.release();
            heldBytes = Math.max(heldBytes, ours.loadedBytes());
            after.add(mebibytes());
            if (cycle % 5 == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "cycle %2d: anonymous memory loaded %.1f MiB, released %.1f MiB (%+.1f)%n",
                        cycle,
                        loaded.medianOfLast(1),
                        after.medianOfLast(1),
                        after.medianOfLast(1) - before);
            }
        }
        var findings = new Findings("release-rss");
        findings.note("cycles", cycles);
        findings.note("beforeMiB", before);
        findings.note("loadedMiB", loaded.median());
        findings.note("largestMiB", after.largest());
        findings.atMost("heldBytesAfterRelease", heldBytes, 0, "bytes");
        findings.atMost("anonymousGrowthMiB", Math.abs(after.medianOfLast(COMPARED) - before), 8, "MiB");
        findings.printJson();
    }

    private static double mebibytes() {
        return Memory.anonymousResidentBytes() / BYTES_PER_MIB;
    }
}
