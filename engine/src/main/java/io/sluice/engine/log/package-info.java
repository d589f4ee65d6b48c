/**
 * No acknowledged write is lost: one write-ahead log for the server.
 *
 * <p>Start at {@link WriteAheadLog}. The order of a write is append, fsync, apply, acknowledge, all on one thread, so log
 * order, timestamp order and the order in which rows become visible are the same. What is written and how is
 * {@link LogLayout} and {@link ColumnBatchCodec}. The log holds rows that are not sealed yet and nothing else: schema
 * changes are in the catalog. Only this room touches log files, through {@link LogFolder}.
 */
@NullMarked
package io.sluice.engine.log;

import org.jspecify.annotations.NullMarked;
