package io.sluice.engine.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryAuditTest {
    @Test
    void check_afterALeak_namesTheHolder() {
        var audit = new MemoryAudit();
        MemoryBudget budget = audit.budget(1 << 20);
        Reservation reservation = MemoryAudit.reserve(budget, MemoryTag.LOAD, "default.words", 4096);
        assertThatThrownBy(audit::check).isInstanceOf(AssertionError.class).hasMessageContaining("default.words");
        Lease lease = reservation.allocate("field word", 4096);
        reservation.close();
        assertThatThrownBy(audit::check).isInstanceOf(AssertionError.class).hasMessageContaining("default.words");
        lease.close();
        audit.check();
    }
}
