package io.sluice.engine.load;

import static io.sluice.engine.load.LoadKit.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.load.LoadEstimate.PartEstimate;
import io.sluice.engine.memory.Admission;
import io.sluice.engine.memory.MemoryBudget;
import io.sluice.engine.memory.MemoryTag;
import io.sluice.engine.segment.PartFileWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadPlanTest {
    private static PartSource field(long segmentId, int fieldId, long sizeBytes) {
        return new PartSource(
                segmentId,
                segmentId / 10,
                "p" + segmentId / 10,
                1000,
                segmentId + ".seg",
                PartFileWriter.Kind.SEGMENT,
                segmentId,
                new PartRecord(fieldId, 4096, sizeBytes),
                0,
                "field f" + fieldId);
    }

    private static PartSource index(long segmentId, long sizeBytes) {
        return new PartSource(
                segmentId,
                segmentId / 10,
                "p" + segmentId / 10,
                1000,
                segmentId + ".idx",
                PartFileWriter.Kind.INDEX,
                segmentId,
                new PartRecord(0, 4096, sizeBytes),
                77,
                "index vector");
    }

    @Test
    void of_parts_groupsThemBySegmentAndCountsWholePages() {
        var plan = LoadPlan.of("default.words", List.of(field(10, 0, 1), field(11, 0, 4096), field(10, 1, 4097)));
        assertThat(plan.segments())
                .extracting(LoadPlan.PlannedSegment::segmentId)
                .containsExactly(10L, 11L);
        assertThat(plan.segments())
                .extracting(LoadPlan.PlannedSegment::totalBytes)
                .containsExactly(12288L, 4096L);
        assertThat(plan.totalBytes()).isEqualTo(4 * 4096);
        assertThat(plan.rowCount()).isEqualTo(2000);
        assertThat(plan.partitionIds()).containsExactly(1L);
    }

    @Test
    void files_ofSegmentsAndIndexes_areOpenedOnceEach() {
        var plan = LoadPlan.of("default.words", List.of(field(10, 0, 1), index(10, 5), field(10, 1, 1)));
        assertThat(plan.files()).hasSize(2);
        assertThat(plan.files().getFirst()).hasSize(2);
    }

    @Test
    void chunks_ofEveryPart_coverItWithoutGapsAndAccountForItsPages() {
        var plan = LoadPlan.of("w", List.of(field(10, 0, 3 * MIB), field(10, 1, 2 * MIB + 1), field(11, 0, 0)));
        var chunks = LoadKit.get(
                plan.turns(2 * MIB, 2, 8).flatMapIterable(turn -> turn).collectList());
        assertThat(chunks)
                .extracting(chunk -> chunk.part().part().partId() + ":" + chunk.offsetBytes() + "+" + chunk.sizeBytes())
                .containsExactly("0:0+2097152", "0:2097152+1048576", "1:0+2097152", "1:2097152+1", "0:0+0");
        assertThat(chunks).extracting(SegmentChunk::firstBlock).containsExactly(0, 2, 0, 2, 0);
        assertThat(chunks.stream().mapToLong(SegmentChunk::accountedBytes).sum())
                .isEqualTo(plan.totalBytes());
    }

    @Test
    void estimate_ofAPartlyLoadedCollection_pricesWhatIsMissing() {
        try (var budget = new MemoryBudget(8L * MIB)) {
            var held = (Admission.Granted) budget.tryReserve(MemoryTag.LOAD, "default.other", 2L * MIB);
            var wanted = List.of(field(10, 0, MIB), index(10, 5 * MIB), field(20, 0, 10));
            var estimate = LoadEstimate.of("default", "words", wanted, wanted.subList(1, 3), budget);
            assertThat(estimate.needBytes()).isEqualTo(5 * MIB + 4096);
            assertThat(estimate.freeBytes()).isEqualTo(6 * MIB);
            assertThat(estimate.fits()).isTrue();
            assertThat(estimate.holders()).hasSize(1);
            assertThat(estimate.partitions())
                    .extracting(LoadEstimate.PartitionEstimate::bytes)
                    .containsExactly(6L * MIB, 4096L);
            assertThat(estimate.partitions().getFirst().segments().getFirst().parts())
                    .containsExactly(
                            new PartEstimate("f0", "field", MIB, true),
                            new PartEstimate("vector", "index", 5 * MIB, false));
            held.reservation().close();
        }
    }
}
