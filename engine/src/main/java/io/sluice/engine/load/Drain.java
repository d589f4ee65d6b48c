package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Lease;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;

/**
 * Waits until what was unpublished is freed: lets running reads finish up to a limit, then asks them to stop. Runs
 * once.
 *
 * <pre>
 *   retired ──owner leases closed──▶ draining ──last read ends──▶ freed
 *                                        └──drain limit──▶ readers asked to stop ──▶ freed, or given up
 * </pre>
 */
final class Drain {
    /** A reader that was asked to stop asks its signal every few milliseconds; beyond this it never will. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final JobMeans means;
    private final Retired retired;
    private final Operation operation;
    private final EngineException whyReadersStop;
    private final Sinks.Empty<Void> hurried;
    private volatile boolean limitPassed;
    private volatile boolean gracePassed;
    private boolean readersAsked; // this and the next are confined to the drain's steps, one at a time
    private int freedLeases;

    /**
     * @param retired whose owner leases are closed here
     * @param hurried completes when there is no time to let reads finish
     */
    Drain(
            JobMeans means,
            Retired retired,
            Operation operation,
            EngineException whyReadersStop,
            Sinks.Empty<Void> hurried) {
        this.means = means;
        this.retired = retired;
        this.operation = operation;
        this.whyReadersStop = whyReadersStop;
        this.hurried = hurried;
    }

    /**
     * Gives back on the thread that subscribes, which may block. Completes when every byte is back; fails, naming who holds
     * on, when readers ignore that they were asked to stop.
     */
    Mono<Void> run() {
        if (retired.ownerLeases().isEmpty()) {
            return Mono.empty();
        }
        return Mono.fromCallable(this::closeOwnerLeases).flatMap(allFreed -> allFreed ? Mono.empty() : awaitReaders());
    }

    /** Answers whether that freed everything: where nobody reads, there is nothing to wait for. */
    private boolean closeOwnerLeases() {
        retired.ownerLeases().forEach(Lease::retire);
        Lease.closeAll(retired.ownerLeases());
        return countFreed();
    }

    private Mono<Void> awaitReaders() {
        Duration limit = means.options().drainLimit();
        var timers = means.clock().timers();
        var atLimit = Mono.firstWithSignal(Mono.delay(limit, timers).then(), hurried.asMono());
        var atGrace = Mono.delay(limit.plus(GRACE), timers).then();
        return means.budgetWatch()
                .lookUntilDone(
                        this::look,
                        List.of(
                                atLimit.doOnSuccess(_ -> limitPassed = true),
                                atGrace.doOnSuccess(_ -> gracePassed = true)));
    }

    private void look(SynchronousSink<Void> done) {
        if (countFreed()) {
            done.complete();
        } else if (gracePassed) {
            done.error(new EngineException.Failed(
                    ErrorCode.INTERNAL,
                    "released memory is still held: " + reasonOfStandstill() + ", drainLimit="
                            + means.options().drainLimit() + ". Reads ignored the request to stop",
                    null));
        } else if (limitPassed && !readersAsked) {
            readersAsked = true;
            for (StopSignal reader : retired.readers()) {
                reader.request(whyReadersStop);
            }
        }
    }

    private boolean countFreed() {
        List<Lease> leases = retired.ownerLeases();
        while (freedLeases < leases.size() && leases.get(freedLeases).isFreed()) {
            operation.freed(leases.get(freedLeases).reservedBytes());
            freedLeases++;
        }
        return freedLeases == leases.size();
    }

    /** Who still reads. */
    String reasonOfStandstill() {
        var held = retired.ownerLeases().stream()
                .filter(lease -> !lease.isFreed())
                .map(lease -> lease.name() + " (readers=" + lease.holderCount() + ")")
                .toList();
        int shown = Math.min(held.size(), 10);
        return "waiting for reads to end: parts=" + held.size() + ", first=" + held.subList(0, shown);
    }
}
