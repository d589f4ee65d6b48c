/**
 * Milvus's REST v2: {@code POST /v2/vectordb/<group>/<verb>} with JSON both ways.
 *
 * <p>Start at {@link RestRoutes}. A request becomes a {@link RestCall} (limits, headers and body in one value), its verb
 * is looked up by path in one map, and every outcome is an envelope {@code {"code", "data" | "message"}} with HTTP 200,
 * except for an unknown path (404), a body beyond the limit (413) and a request that took too long (408). The groups are
 * cut as Milvus cuts them: {@code CollectionRoutes}, {@code LoadRoutes}, {@code PartitionRoutes}, {@code IndexRoutes},
 * {@code EntityRoutes}, {@code AliasRoutes}, {@code DatabaseRoutes}.
 *
 * <p>Invariants:
 * <ul>
 *   <li>network buffers are copied and released in {@link BodyBytes} and are seen nowhere else;
 *   <li>JSON beyond {@link RestRoutes#INLINE_BYTES} is read and written on the {@code json} scheduler;
 *   <li>rows never become a tree: {@link RowReader} fills columns from the bytes, {@link RowWriter} writes from columns;
 *   <li>a credential in {@code Authorization} is accepted and not looked at: there are no users yet.
 * </ul>
 */
@NullMarked
package io.sluice.api.rest;

import org.jspecify.annotations.NullMarked;
