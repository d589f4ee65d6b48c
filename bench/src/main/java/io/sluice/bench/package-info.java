/** Measurements beside named peers; never on the release path. */
@NullMarked
package io.sluice.bench;

import org.jspecify.annotations.NullMarked;
