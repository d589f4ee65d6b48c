/**
 * An independent run of rows: growing or sealed.
 *
 * <p>Start at {@link RowBlock}: rows as columns over leased memory, the form that filters, indexes and search read,
 * whether the rows grow or are sealed. {@link GrowingSegment} holds rows until {@link SegmentWriter} seals them;
 * {@link SortedKeys} and {@link DeleteMask} look up and delete keys in sealed ones; {@link DeltaFile} keeps deletes.
 * Files are written and laid out here and nowhere else; {@code docs/FILE_FORMAT.md} describes them.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>a row is visible at T when its timestamp &le; T and no delete of its key lies in (row timestamp, T];
 *   <li>sealed rows are sorted by (primary key, timestamp), growing rows by timestamp;
 *   <li>a part in memory is byte for byte the part in the file.
 * </ul>
 */
@NullMarked
package io.sluice.engine.segment;

import org.jspecify.annotations.NullMarked;
