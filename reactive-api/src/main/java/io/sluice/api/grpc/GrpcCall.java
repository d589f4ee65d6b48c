package io.sluice.api.grpc;

import io.grpc.Metadata;
import io.sluice.engine.VectorEngine;

/** What comes with a request besides the message, and who answers it. Immutable. */
record GrpcCall(VectorEngine engine, GrpcOptions options, Metadata headers) {
    private static final Metadata.Key<String> DATABASE = Metadata.Key.of("dbname", Metadata.ASCII_STRING_MARSHALLER);
    private static final String DEFAULT_DATABASE = "default";

    /** Which database a call means: the request's, else the header {@code dbname}, else {@code default}. */
    String database(String requested) {
        if (!requested.isEmpty()) {
            return requested;
        }
        String header = headers.get(DATABASE);
        return header == null || header.isEmpty() ? DEFAULT_DATABASE : header;
    }
}
