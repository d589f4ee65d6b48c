package io.sluice.config.catalog;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.Statement;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Statements on one connection, one after another. Confined to one thread at a time. */
final class Session {
    private final Connection connection;

    Session(Connection connection) {
        this.connection = connection;
    }

    /** Runs one statement and answers how many rows it touched. */
    Mono<Long> run(String sql, Object... values) {
        return Flux.defer(() -> statement(sql, values).execute())
                .concatMap(Result::getRowsUpdated)
                .reduce(0L, Long::sum);
    }

    <T> Flux<T> query(String sql, Function<Row, T> read, Object... values) {
        return Flux.defer(() -> statement(sql, values).execute())
                .concatMap(result -> result.map((row, _) -> read.apply(row)));
    }

    private Statement statement(String sql, Object[] values) {
        Statement statement = connection.createStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.bind(i, values[i]);
        }
        return statement;
    }
}
