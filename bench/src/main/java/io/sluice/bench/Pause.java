package io.sluice.bench;

/** Waiting, for a benchmark that must not disturb what it measures. */
final class Pause {
    private Pause() {}

    static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("the benchmark was interrupted", interrupted);
        }
    }
}
