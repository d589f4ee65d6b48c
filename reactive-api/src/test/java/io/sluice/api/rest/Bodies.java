package io.sluice.api.rest;

import io.sluice.api.NodeAddress;
import java.nio.charset.StandardCharsets;

/** Request bodies for tests. */
final class Bodies {
    private Bodies() {}

    static JsonBody of(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return JsonBody.parse(bytes, bytes.length);
    }

    /** A call without headers. */
    static RestCall call(String json) {
        return new RestCall("", false, NodeAddress.of(null), of(json));
    }
}
