package io.sluice.config.catalog;

import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.h2.H2ConnectionOption;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The H2 file behind the catalog: transactions, durability, errors. Thread-safe.
 *
 * <p>H2's driver does its work on the thread that subscribes. So everything runs on the one thread {@code catalog},
 * one transaction after another. A change is complete when its checkpoint has reached the disk: at commit H2 only writes
 * ({@code WRITE_DELAY=0}), which survives a kill but no power cut.
 */
final class CatalogDatabase {
    private static final String FILE_NAME = "sluice";
    private static final String CHECKPOINT = "CHECKPOINT SYNC";
    private static final int QUEUED_AT_MOST = 100_000;
    private static final int IDLE_SECONDS = 60;

    private final Path folder;
    private final ConnectionFactory connections;
    private final Scheduler thread;
    private final AtomicReference<@Nullable Connection> idle = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Function<Session, Mono<Void>> settlement = _ -> Mono.empty();

    /** @param folder absolute, without {@code ;} */
    CatalogDatabase(Path folder) {
        this.folder = folder;
        this.connections = new H2ConnectionFactory(H2ConnectionConfiguration.builder()
                .file(folder.resolve(FILE_NAME).toString())
                .username("sluice")
                .property("WRITE_DELAY", "0")
                .property(H2ConnectionOption.DB_CLOSE_DELAY, "-1") // stays open between connections
                .property(H2ConnectionOption.DB_CLOSE_ON_EXIT, "FALSE") // the engine closes it, after its last change
                .build());
        this.thread = Schedulers.newBoundedElastic(1, QUEUED_AT_MOST, "catalog", IDLE_SECONDS, true);
    }

    /** From now on {@code first} runs before every transaction, each of its statements by itself. */
    void settleFirst(Function<Session, Mono<Void>> first) {
        settlement = first;
    }

    /** Runs {@code work} in one transaction; reads see one moment. */
    <T> Mono<T> read(String what, Function<Session, Mono<T>> work) {
        return onOwnThread(
                what,
                connection -> Mono.from(connection.beginTransaction())
                        .then(work.apply(new Session(connection)))
                        .flatMap(result ->
                                Mono.from(connection.commitTransaction()).thenReturn(result)));
    }

    /** Runs {@code work} in one transaction, all or nothing; when it completes, the change survives a power cut. */
    <T> Mono<T> change(String what, Function<Session, Mono<T>> work) {
        return onOwnThread(
                what,
                connection -> Mono.from(connection.beginTransaction())
                        .then(work.apply(new Session(connection)))
                        .flatMap(result -> commitSynced(connection).thenReturn(result))
                        .onErrorResume(failure -> rollback(connection).then(Mono.error(failure))));
    }

    /** As {@link #change}, of one statement: it commits itself, which saves two statements more. */
    Mono<Long> change(String what, String sql, Object... values) {
        return onOwnThread(what, connection -> {
            var session = new Session(connection);
            return session.run(sql, values)
                    .flatMap(touched -> session.run(CHECKPOINT).thenReturn(touched));
        });
    }

    private static Mono<Void> commitSynced(Connection connection) {
        return Mono.from(connection.commitTransaction())
                .then(new Session(connection).run(CHECKPOINT))
                .then();
    }

    private static Mono<Void> rollback(Connection connection) {
        return Mono.from(connection.rollbackTransaction()).onErrorComplete();
    }

    /** Closes the file; what is under way ends first. Closing twice is harmless. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            if (!closed.compareAndSet(false, true)) {
                return Mono.empty();
            }
            // No usingWhen: the statement ends its own connection.
            return Mono.from(connections.create())
                    .flatMap(connection -> new Session(connection).run("SHUTDOWN"))
                    .subscribeOn(thread)
                    .onErrorMap(failure -> failed("close the catalog", failure))
                    .then()
                    .cache()
                    .doFinally(_ -> thread.dispose());
        });
    }

    private <T> Mono<T> onOwnThread(String what, Function<Connection, Mono<T>> work) {
        return Mono.defer(() -> closed.get()
                ? Mono.error(isClosed())
                : Mono.usingWhen(
                                borrow(),
                                connection -> settlement
                                        .apply(new Session(connection))
                                        .then(Mono.defer(() -> work.apply(connection))),
                                this::giveBack,
                                (connection, _) -> connection.close(),
                                Connection::close)
                        .subscribeOn(thread)
                        .onErrorMap(failure -> failed(what, failure))
                        // A cancel would interrupt the thread, and an interrupt closes H2's file for everybody. A
                        // cached Mono is not cancelled by its subscribers.
                        .cache());
    }

    /** The connection of the last transaction if that ended well: to make one costs as much as to use it. */
    private Mono<Connection> borrow() {
        return Mono.defer(() -> {
            Connection kept = idle.getAndSet(null);
            return kept == null ? Mono.from(connections.create()) : Mono.just(kept);
        });
    }

    private Mono<Void> giveBack(Connection connection) {
        return Mono.defer(() -> idle.compareAndSet(null, connection) ? Mono.empty() : Mono.from(connection.close()));
    }

    private EngineException isClosed() {
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                "catalog is closed: folder=" + folder + ". The server is stopping, send the request again later",
                null);
    }

    private EngineException failed(String what, Throwable failure) {
        if (failure instanceof EngineException refusal) {
            return refusal;
        }
        String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return new EngineException.Failed(
                ErrorCode.IO_FAILED,
                "catalog failed: tried=" + what + ", folder=" + folder + ", reason=" + reason
                        + ". Look at the disk and the log of the server",
                failure);
    }

    @Override
    public String toString() {
        return "CatalogDatabase[" + folder + "]";
    }
}
