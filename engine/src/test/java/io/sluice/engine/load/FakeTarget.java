package io.sluice.engine.load;

import io.sluice.engine.catalog.PartRecord;
import io.sluice.engine.error.StopSignal;
import io.sluice.engine.memory.Lease;
import io.sluice.engine.segment.PartFileWriter;
import io.sluice.engine.segment.PartLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A collection without rows: parts on disk, parts in memory, a goal, and a log of what was asked. Thread-safe.
 *
 * <p>Every step has a hook that may wait or throw.
 */
final class FakeTarget implements LoadTarget {
    static final String DATABASE = "default";

    private final long id;
    private final String name;
    private final HookedStore store;
    private final List<PartSource> parts = new ArrayList<>(); // guarded by this
    private final Map<PartSource, LoadedPart> live = new LinkedHashMap<>(); // guarded by this
    private @Nullable LoadGoal goal; // guarded by this
    private volatile @Nullable LoadGoal savedGoal;

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<StopSignal> readers = new CopyOnWriteArrayList<>();
    volatile Runnable beforePublish = () -> {};
    volatile Runnable beforeSaveGoal = () -> {};
    volatile Runnable beforeForgetGoal = () -> {};
    volatile Runnable beforeMissingParts = () -> {};
    volatile Runnable beforeUnpublish = () -> {};

    FakeTarget(long id, String name, HookedStore store) {
        this.id = id;
        this.name = name;
        this.store = store;
    }

    /** A goal of all partitions and the given fields. */
    static LoadGoal goalOf(Integer... fieldIds) {
        return new LoadGoal(true, List.of(), List.of(fieldIds), true, false, 1, false);
    }

    static LoadGoal goalOfPartitions(Long... partitionIds) {
        return new LoadGoal(false, List.of(partitionIds), List.of(0, 1, 2, 3), true, false, 1, false);
    }

    /** Writes a segment file with one field per size, field ids from 0, of random bytes. */
    FakeTarget segment(long segmentId, long partitionId, Random random, int... fieldBytes) {
        String key = id + "/" + segmentId + ".seg";
        var kind = PartFileWriter.Kind.SEGMENT;
        try (var writer = PartFileWriter.create(store, key, kind, segmentId)) {
            for (int field = 0; field < fieldBytes.length; field++) {
                byte[] bytes = new byte[fieldBytes[field]];
                random.nextBytes(bytes);
                writer.beginPart(field);
                writer.beginSection(PartLayout.DATA);
                writer.append(MemorySegment.ofArray(bytes));
                PartRecord part = writer.endPart();
                add(new PartSource(
                        segmentId,
                        partitionId,
                        "p" + partitionId,
                        100,
                        key,
                        kind,
                        segmentId,
                        part,
                        0,
                        "field f" + field));
            }
            writer.commit();
        }
        return this;
    }

    private synchronized void add(PartSource part) {
        parts.add(part);
    }

    synchronized List<PartSource> parts() {
        return List.copyOf(parts);
    }

    synchronized Map<PartSource, LoadedPart> live() {
        return Map.copyOf(live);
    }

    /** What a search does: a lease on a part, and a signal that asks it to stop. */
    synchronized Lease read(PartSource part, StopSignal stop) {
        LoadedPart loaded = live.get(part);
        if (loaded == null) {
            throw new IllegalStateException("not loaded: " + part);
        }
        readers.add(stop);
        return loaded.ownerLease().tryShare("search").orElseThrow();
    }

    /** What the collection itself does at the end of the process. */
    synchronized void closeAll() {
        live.values().forEach(part -> part.ownerLease().close());
        live.clear();
    }

    @Override
    public long collectionId() {
        return id;
    }

    @Override
    public String database() {
        return DATABASE;
    }

    @Override
    public String collection() {
        return name;
    }

    @Override
    public List<PartSource> missingParts(LoadGoal wanted) {
        calls.add("missingParts");
        beforeMissingParts.run();
        synchronized (this) {
            return parts.stream()
                    .filter(part -> isWanted(part, wanted) && !live.containsKey(part))
                    .toList();
        }
    }

    private static boolean isWanted(PartSource part, LoadGoal wanted) {
        return (wanted.allPartitions() || wanted.partitionIds().contains(part.partitionId()))
                && wanted.fieldIds().contains(part.part().partId());
    }

    @Override
    public Retired publish(LoadGoal wanted, List<LoadedPart> loaded) {
        calls.add("publish");
        try {
            beforePublish.run();
        } catch (RuntimeException failure) {
            loaded.forEach(part -> part.ownerLease().close());
            throw failure;
        }
        synchronized (this) {
            List<Lease> replaced = new ArrayList<>();
            live.values().removeIf(part -> {
                boolean unwanted = !isWanted(part.source(), wanted);
                if (unwanted) {
                    replaced.add(part.ownerLease());
                }
                return unwanted;
            });
            loaded.forEach(part -> live.put(part.source(), part));
            return new Retired(replaced, List.copyOf(readers));
        }
    }

    @Override
    public Retired unpublish(List<Long> partitionIds) {
        calls.add("unpublish" + partitionIds);
        beforeUnpublish.run();
        synchronized (this) {
            List<Lease> retired = new ArrayList<>();
            live.values().removeIf(part -> {
                boolean goes = partitionIds.isEmpty()
                        || partitionIds.contains(part.source().partitionId());
                if (goes) {
                    retired.add(part.ownerLease());
                }
                return goes;
            });
            return new Retired(retired, List.copyOf(readers));
        }
    }

    @Override
    public synchronized void want(@Nullable LoadGoal wanted) {
        calls.add("want");
        goal = wanted;
    }

    @Override
    public Mono<Void> saveGoal(String operationId, int attempt) {
        LoadGoal wanted = goal();
        return Mono.<Void>fromRunnable(() -> {
                    beforeSaveGoal.run();
                    calls.add("saveGoal");
                    savedGoal = wanted;
                })
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Mono<Void> forgetGoal() {
        return Mono.fromRunnable(() -> {
            beforeForgetGoal.run();
            calls.add("forgetGoal");
            savedGoal = null;
            want(null);
        });
    }

    /** After a restart. */
    synchronized void remembers(LoadGoal wanted) {
        goal = wanted;
        savedGoal = wanted;
    }

    /** As a restart would find it. */
    @Nullable
    LoadGoal savedGoal() {
        return savedGoal;
    }

    @Override
    public synchronized @Nullable LoadGoal goal() {
        return goal;
    }
}
