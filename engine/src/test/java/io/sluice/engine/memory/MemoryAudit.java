package io.sluice.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Checks after each test that every off-heap byte came back.
 *
 * <pre>
 *   &#64;RegisterExtension
 *   final MemoryAudit audit = new MemoryAudit();
 *
 *   private final MemoryBudget budget = audit.budget(1 << 30);
 * </pre>
 */
public final class MemoryAudit implements AfterEachCallback {
    private final List<MemoryBudget> budgets = new ArrayList<>();

    /** A new budget, closed after the test; it must be empty then. */
    public MemoryBudget budget(long limitBytes) {
        return watch(new MemoryBudget(limitBytes));
    }

    /** Closes {@code budget} after the test; it must be empty then. */
    public synchronized MemoryBudget watch(MemoryBudget budget) {
        budgets.add(budget);
        return budget;
    }

    /** A reservation of {@code budget} that must be granted. */
    public static Reservation reserve(MemoryBudget budget, MemoryTag tag, String holder, long sizeBytes) {
        return switch (budget.tryReserve(tag, holder, sizeBytes)) {
            case Admission.Granted granted -> granted.reservation();
            case Admission.Deferred deferred -> throw new AssertionError(deferred + ", holders=" + budget.holders());
            case Admission.Refused refused -> throw new AssertionError(refused);
        };
    }

    @Override
    public void afterEach(ExtensionContext test) {
        check();
    }

    /** Throws if a budget is not empty; otherwise closes all and forgets them. */
    public synchronized void check() {
        for (MemoryBudget budget : budgets) {
            assertThat(budget.holders()).as("holders of off-heap bytes").isEmpty();
            assertThat(budget.leaseCount()).as("open leases").isZero();
            assertThat(budget.openReservationCount()).as("open reservations").isZero();
            assertThat(budget.arenaCount()).as("living arenas").isZero();
            assertThat(budget.usedBytes()).as("used bytes").isZero();
            assertThat(budget.retiringBytes()).as("retiring bytes").isZero();
            assertThat(budget.reservedBytes()).as("reserved bytes").isZero();
            for (MemoryTag tag : MemoryTag.values()) {
                assertThat(budget.reservedBytes(tag))
                        .as("reserved bytes of " + tag)
                        .isZero();
            }
            budget.close();
        }
        budgets.clear();
    }
}
