/**
 * An independent run of rows: growing or sealed.
 *
 * <p>Start at {@link RowBlock}: rows as columns over leased memory, the form that filters, indexes and search read,
 * whether the rows grow or are sealed. Files are written and laid out here and nowhere else; {@code docs/FILE_FORMAT.md}
 * describes them.
 */
@NullMarked
package io.sluice.engine.segment;

import org.jspecify.annotations.NullMarked;
