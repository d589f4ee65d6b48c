package io.sluice.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.error.EngineException.Holder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MemoryBudgetTest {
    private static final long MIB = 1 << 20;

    @RegisterExtension
    final MemoryAudit audit = new MemoryAudit();

    private final MemoryBudget budget = audit.budget(64 * MIB);

    @Test
    void tryReserve_moreThanFree_isDeferredWithWhatIsMissing() {
        try (Reservation _ = reserve("a", 60 * MIB)) {
            assertThat(budget.tryReserve(MemoryTag.LOAD, "b", 10 * MIB)).isEqualTo(new Admission.Deferred(6 * MIB, 0));
            assertThat(budget.freeBytes()).isEqualTo(4 * MIB);
        }
        reserve("b", 64 * MIB).close();
    }

    @Test
    void tryReserve_moreThanTheLimit_isRefused() {
        assertThat(budget.tryReserve(MemoryTag.LOAD, "b", 65 * MIB))
                .isEqualTo(new Admission.Refused(65 * MIB, 64 * MIB));
        assertThatThrownBy(() -> budget.tryReserve(MemoryTag.LOAD, "b", -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MemoryBudget(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void allocate_partByPart_movesBytesFromReservedToUsed() {
        Reservation reservation = reserve("default.words", 3 * 4096);
        Lease first = reservation.allocate("field a", 1);
        Lease second = reservation.allocate("field b", 4097);
        assertThat(reservation.unallocatedBytes()).isZero();
        assertThat(budget.usedBytes()).isEqualTo(3 * 4096).isEqualTo(budget.reservedBytes());
        assertThat(budget.arenaCount()).isEqualTo(2);
        assertThatThrownBy(() -> reservation.allocate("field c", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("field c")
                .hasMessageContaining("default.words");
        reservation.close();
        assertThat(budget.reservedBytes()).isEqualTo(3 * 4096);
        first.close();
        assertThat(budget.reservedBytes()).isEqualTo(2 * 4096);
        second.close();
    }

    @Test
    void close_reservation_givesBackOnlyWhatIsLeftAndOnlyOnce() {
        Reservation reservation = reserve("a", MIB);
        Lease lease = reservation.allocate("field", 4096);
        reservation.close();
        reservation.close();
        assertThat(budget.reservedBytes()).isEqualTo(4096);
        assertThat(budget.reservedBytes(MemoryTag.LOAD)).isEqualTo(4096);
        assertThatThrownBy(() -> reservation.allocate("field", 1)).isInstanceOf(IllegalStateException.class);
        lease.close();
    }

    @Test
    void allocate_anySize_isZeroedAlignedAndWritableToItsEnd() {
        for (long size : new long[] {0, 1, 64, 4095, 4096, 2 * MIB - 1, 2 * MIB, 5 * MIB + 3}) {
            try (Reservation reservation = reserve("a", Reservation.roundedBytes(size));
                    Lease lease = reservation.allocate("field", size)) {
                MemorySegment bytes = lease.bytes();
                assertThat(bytes.byteSize()).isEqualTo(size);
                assertThat(bytes.address() % 64).isZero();
                if (size > 0) {
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isZero();
                    assertThat(bytes.get(ValueLayout.JAVA_BYTE, size - 1)).isZero();
                    bytes.fill((byte) 7);
                }
                assertThat(lease.reservedBytes()).isEqualTo(Reservation.roundedBytes(size));
            }
        }
    }

    @Test
    void allocate_fromAReservationOfTwoMebibytesUp_isOnHugePagesWhereTheSystemAllows() {
        try (Reservation few = reserve("a", 2 * MIB - 4096);
                Reservation many = reserve("b", 8 * MIB);
                Lease small = few.allocate("small", 2 * MIB - 4096);
                Lease large = many.allocate("large", 4 * MIB);
                Lease next = many.allocate("next", 1)) {
            assertThat(small.pageKind()).isEqualTo(PageKind.SMALL);
            assertThat(next.pageKind()).isEqualTo(large.pageKind());
            if (large.pageKind() == PageKind.HUGE) {
                assertThat(large.bytes().address() % (2 * MIB)).isZero();
                assertThat(next.bytes().address()).isEqualTo(large.bytes().address() + 4 * MIB);
            } else {
                System.out.println("no huge pages on this system");
            }
        }
    }

    /** Goal: a part's pages go with it, whatever goes with it or stays. Method: random parts, freed in random groups. */
    @Test
    void closeAll_ofSomeParts_takesTheirPagesAndNoOthers() {
        long seed = 11;
        System.out.println("seed=" + seed);
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            Map<Lease, MemorySegment> views = new LinkedHashMap<>();
            try (Reservation reservation = reserve("default.words", 12 * MIB)) {
                for (int i = 0; i < 8; i++) {
                    Lease lease = reservation.allocate("part " + i, 1 + random.nextLong(3 * MIB / 2));
                    lease.bytes().fill((byte) 7);
                    views.put(lease, lease.bytes());
                }
                List<Lease> left = new ArrayList<>(views.keySet());
                Collections.shuffle(left, random);
                while (!left.isEmpty()) {
                    var going = List.copyOf(left.subList(0, 1 + random.nextInt(left.size())));
                    Lease.closeAll(going);
                    left.removeAll(going);
                    going.forEach(lease -> assertThat(lease.isFreed()).isTrue());
                    left.forEach(lease -> assertThat(isFilled(lease.bytes(), 7)).isTrue());
                    left.forEach(lease -> assertThat(lease.isFreed()).isFalse());
                    if (NativeMemory.givesBackPages()) { // the reservation is open, so the addresses are there
                        views.forEach((lease, view) -> assertThat(isFilled(view, lease.isFreed() ? 0 : 7))
                                .isTrue());
                    }
                }
                assertThat(budget.usedBytes()).isZero();
            }
            assertThat(budget.reservedBytes()).isZero();
        }
    }

    @Test
    void closeAll_ofPartsThatAreRead_leavesThemToTheirReaders() {
        try (Reservation reservation = reserve("default.words", 3 * 4096)) {
            List<Lease> owners =
                    List.of(reservation.allocate("a", 1), reservation.allocate("b", 1), reservation.allocate("c", 1));
            owners.get(1).bytes().fill((byte) 7);
            Lease reader = owners.get(1).tryShare("reader").orElseThrow();
            Lease.closeAll(owners);
            Lease.closeAll(owners); // harmless
            assertThat(budget.usedBytes()).isEqualTo(4096);
            assertThat(isFilled(reader.bytes(), 7)).isTrue();
            reader.close();
            assertThat(budget.usedBytes()).isZero();
        }
    }

    private static boolean isFilled(MemorySegment bytes, int value) {
        for (long at = 0; at < bytes.byteSize(); at++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, at) != value) {
                return false;
            }
        }
        return true;
    }

    @Test
    void close_leaseAfterItsBudget_takesTheAddressesTooAtOnce() {
        var closing = new MemoryBudget(MIB);
        Lease lease;
        try (Reservation reservation = MemoryAudit.reserve(closing, MemoryTag.LOAD, "default.words", MIB)) {
            lease = reservation.allocate("late", 1);
        }
        MemorySegment view = lease.bytes();
        assertThatThrownBy(closing::close).isInstanceOf(IllegalStateException.class);
        lease.close();
        assertThat(view.scope().isAlive()).isFalse();
        closing.close();
    }

    @Test
    void maxMappings_readFromTheSystem_isNotJustItsFirstDigit() {
        NativeMemory.refuseNearMappingLimit(1000, "field"); // Linux has 65530 unless somebody lowered it on purpose
        assertThatThrownBy(() -> NativeMemory.refuseNearMappingLimit(Integer.MAX_VALUE - 8192, "field"))
                .hasMessageContaining("vm.max_map_count");
    }

    @Test
    void tryShare_afterTheLastLeaseIsClosed_isEmpty() {
        Lease owner = allocate("part", 4096);
        Lease reader = owner.tryShare("reader").orElseThrow();
        assertThat(owner.holderCount()).isEqualTo(2);
        assertThat(budget.leaseCount()).isEqualTo(2);
        owner.close();
        reader.bytes().fill((byte) 1);
        MemorySegment view = reader.bytes();
        Lease late = owner.tryShare("late").orElseThrow(); // still leased: not freed
        late.close();
        reader.close();
        assertThat(owner.tryShare("too late")).isEmpty();
        while (view.scope().isAlive()) { // until the arena is closed, by a thread of its own
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> view.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(reader::bytes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reader");
    }

    @Test
    void close_leaseTwice_countsOnce() {
        Lease owner = allocate("part", 4096);
        Lease reader = owner.tryShare("reader").orElseThrow();
        reader.close();
        reader.close();
        assertThat(owner.holderCount()).isEqualTo(1);
        assertThat(owner.bytes().byteSize()).isEqualTo(4096);
        owner.close();
        owner.close();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void retire_untilTheLastLeaseIsClosed_countsAsRetiring() {
        Lease owner = allocate("part", 8192);
        Lease reader = owner.tryShare("reader").orElseThrow();
        owner.retire();
        owner.retire();
        owner.close();
        assertThat(budget.retiringBytes()).isEqualTo(8192);
        assertThat(budget.tryReserve(MemoryTag.LOAD, "next", 64 * MIB)).isEqualTo(new Admission.Deferred(8192, 8192));
        reader.close();
        assertThat(budget.retiringBytes()).isZero();
    }

    @Test
    void onFreed_afterBytesCameBack_isToldUntilClosed() throws Exception {
        var told = new AtomicInteger();
        AutoCloseable handle = budget.onFreed(told::incrementAndGet);
        Lease owner = allocate("part", 4096);
        int before = told.get();
        owner.close();
        assertThat(told.get()).isGreaterThan(before);
        handle.close();
        int after = told.get();
        allocate("part", 4096).close();
        assertThat(told.get()).isEqualTo(after);
    }

    @Test
    void holders_severalOfThem_areSummedAndSortedBySize() {
        try (Reservation _ = reserve("default.small", 4096);
                Reservation large = reserve("default.large", 3 * 4096);
                Lease _ = large.allocate("field a", 4096)) {
            assertThat(budget.holders())
                    .containsExactly(
                            new Holder("load:default.large", 3 * 4096), new Holder("load:default.small", 4096));
        }
    }

    @Test
    void close_budgetWhileBytesAreHeld_namesTheHolders() {
        Lease owner = allocate("segment 12 field word", 4096);
        assertThatThrownBy(budget::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reservedBytes=4096")
                .hasMessageContaining("default.words")
                .hasMessageContaining("segment 12 field word");
        owner.close();
    }

    /** The owner closes while two readers share, read and close: nobody ever reads freed memory, all bytes come back. */
    @Test
    void leases_sharedAndClosedByThreeThreads_freeExactlyOnce() throws Exception {
        Collection<Throwable> failures = new ConcurrentLinkedQueue<>();
        var seen = new AtomicInteger();
        for (int round = 0; round < 2_000; round++) {
            Lease owner = allocate("part", 4096);
            owner.bytes().set(ValueLayout.JAVA_INT, 0, round);
            var barrier = new CyclicBarrier(3);
            int expected = round;
            List<Thread> readers = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                readers.add(Thread.ofVirtual().start(() -> {
                    try {
                        barrier.await();
                        for (int i = 0; i < 5; i++) {
                            Optional<Lease> lease = owner.tryShare("reader");
                            if (lease.isEmpty()) {
                                return;
                            }
                            try (Lease open = lease.get()) {
                                if (open.bytes().get(ValueLayout.JAVA_INT, 0) != expected) {
                                    throw new AssertionError("foreign bytes");
                                }
                                seen.incrementAndGet();
                            }
                        }
                    } catch (Throwable failure) {
                        failures.add(failure);
                    }
                }));
            }
            barrier.await();
            if ((round & 1) == 0) {
                owner.retire();
            }
            owner.close();
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(owner.tryShare("late")).isEmpty();
        }
        assertThat(failures).isEmpty();
        System.out.println("readers saw live bytes " + seen + " times");
        assertThat(budget.reservedBytes()).isZero();
        assertThat(budget.retiringBytes()).isZero();
    }

    /** Three threads reserve, allocate and free at random: promised bytes never pass the limit and all come back. */
    @Test
    void account_underRandomLoadFromThreeThreads_holdsItsEquations() throws Exception {
        long seed = 42;
        System.out.println("seed=" + seed);
        Collection<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int worker = 0; worker < 3; worker++) {
            var random = new Random(seed + worker);
            var tag = MemoryTag.values()[worker];
            workers.add(Thread.ofPlatform().start(() -> {
                try {
                    List<Lease> leases = new ArrayList<>();
                    for (int i = 0; i < 2_000; i++) {
                        long size = 1 + random.nextInt(1 << 16);
                        if (budget.tryReserve(tag, "worker", 4 * Reservation.roundedBytes(size))
                                instanceof Admission.Granted(Reservation reservation)) {
                            try (reservation) {
                                for (int part = random.nextInt(5); part > 0; part--) {
                                    leases.add(reservation.allocate("part", size));
                                }
                            }
                        }
                        if (budget.reservedBytes() > budget.limitBytes() || budget.usedBytes() < 0) {
                            throw new AssertionError("reserved=" + budget.reservedBytes());
                        }
                        while (leases.size() > random.nextInt(100)) {
                            leases.removeLast().close();
                        }
                    }
                    leases.forEach(Lease::close);
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        assertThat(failures).isEmpty();
    }

    private Reservation reserve(String holder, long sizeBytes) {
        return MemoryAudit.reserve(budget, MemoryTag.LOAD, holder, sizeBytes);
    }

    private Lease allocate(String name, long sizeBytes) {
        try (Reservation reservation = reserve("default.words", Reservation.roundedBytes(sizeBytes))) {
            return reservation.allocate(name, sizeBytes);
        }
    }
}
