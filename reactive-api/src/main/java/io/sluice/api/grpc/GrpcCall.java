package io.sluice.api.grpc;

import io.grpc.Metadata;
import io.sluice.api.NodeAddress;
import io.sluice.engine.VectorEngine;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What comes with a request besides the message, and who answers it. Immutable.
 *
 * @param localAddress of the connection; null where it has none
 */
record GrpcCall(
        VectorEngine engine,
        GrpcOptions options,
        Metadata headers,
        @Nullable SocketAddress localAddress) {
    private static final Metadata.Key<String> DATABASE = Metadata.Key.of("dbname", Metadata.ASCII_STRING_MARSHALLER);
    private static final String DEFAULT_DATABASE = "default";

    /** Where the caller has reached this server. */
    NodeAddress address() {
        return NodeAddress.of(localAddress);
    }

    /** Which database a call means: the request's, else the header {@code dbname}, else {@code default}. */
    String database(String requested) {
        if (!requested.isEmpty()) {
            return requested;
        }
        String header = headers.get(DATABASE);
        return header == null || header.isEmpty() ? DEFAULT_DATABASE : header;
    }
}
