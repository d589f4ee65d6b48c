package io.sluice.engine.filter;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Cuts values of the dynamic field down to the keys somebody asked for. Thread-safe: has no state. */
public final class DynamicKeys {
    private DynamicKeys() {}

    /**
     * A JSON object with only these of its keys, in the order it has them; names and values keep their bytes.
     *
     * @param json UTF-8 of an object, as accepted at insert; anything else gives <code>{}</code>
     */
    public static byte[] trim(byte[] json, Set<String> keys) {
        ByteArrayOutputStream trimmed = new ByteArrayOutputStream(Math.min(json.length, 256));
        trimmed.write('{');
        JsonScan scan = new JsonScan();
        scan.open(json);
        while (scan.nextMember()) {
            String name =
                    new String(scan.text(), scan.textFrom(), scan.textTo() - scan.textFrom(), StandardCharsets.UTF_8);
            if (keys.contains(name)) {
                if (trimmed.size() > 1) {
                    trimmed.write(',');
                }
                trimmed.write(json, scan.nameStart(), scan.nameEnd() - scan.nameStart());
                trimmed.write(':');
                trimmed.write(json, scan.start(), scan.valueEnd() - scan.start());
            }
        }
        trimmed.write('}');
        return trimmed.toByteArray();
    }
}
