package io.sluice.api;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a caller has reached this server, which is the address of its one node. Immutable. */
public record NodeAddress(String host, int port) {
    private static final NodeAddress UNKNOWN = new NodeAddress("127.0.0.1", 0);

    /** @param local address of the connection; null or of another kind: unknown. Looks up no names */
    public static NodeAddress of(@Nullable SocketAddress local) {
        return local instanceof InetSocketAddress address
                ? new NodeAddress(address.getHostString(), address.getPort())
                : UNKNOWN;
    }

    /** {@code host:port} */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
