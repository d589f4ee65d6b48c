package io.sluice.engine.load;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The operations that can be asked for: all that are not over, and the newest of those that are. Thread-safe. */
final class Operations {
    private final int finishedKept;
    private final Map<String, Operation> byId = new LinkedHashMap<>(); // guarded by this; oldest first
    private final Map<Long, Operation> latestByCollection = new HashMap<>(); // guarded by this
    private final ArrayDeque<Operation> finished = new ArrayDeque<>(); // guarded by this; oldest first

    Operations(int finishedKept) {
        this.finishedKept = finishedKept;
    }

    /** A resumed operation takes the place of its earlier attempt. */
    synchronized void add(Operation operation) {
        Operation earlier = byId.remove(operation.identity().id());
        if (earlier != null) {
            finished.remove(earlier);
        }
        byId.put(operation.identity().id(), operation);
        latestByCollection.put(operation.identity().collectionId(), operation);
    }

    /** Forgets the one that has been over for the longest time, if there are too many. */
    synchronized void finished(Operation operation) {
        if (byId.get(operation.identity().id()) != operation) {
            return;
        }
        finished.addLast(operation);
        while (finished.size() > finishedKept) {
            Operation forgotten = finished.removeFirst();
            byId.remove(forgotten.identity().id(), forgotten);
            latestByCollection.remove(forgotten.identity().collectionId(), forgotten);
        }
    }

    synchronized Optional<Operation> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    synchronized Optional<Operation> latest(long collectionId) {
        return Optional.ofNullable(latestByCollection.get(collectionId));
    }

    /** Oldest first. */
    synchronized List<Operation> all() {
        return List.copyOf(byId.values());
    }
}
