package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** What every test here shares: where the server is, and how a refusal is judged. Stateless. */
final class Sluice {
    private static final String ADDRESS = System.getenv().getOrDefault("SLUICE_ADDRESS", "localhost:19530");

    private Sluice() {}

    static String host() {
        return ADDRESS.substring(0, ADDRESS.lastIndexOf(':'));
    }

    static int port() {
        return Integer.parseInt(ADDRESS.substring(ADDRESS.lastIndexOf(':') + 1));
    }

    static String uri() {
        return "http://" + ADDRESS;
    }

    static MilvusClientV2 connect() {
        return new MilvusClientV2(
                ConnectConfig.builder().uri(uri()).token("root:Milvus").build());
    }

    static void drop(MilvusClientV2 client, String collection) {
        client.dropCollection(
                DropCollectionReq.builder().collectionName(collection).build());
    }

    /** The call ends with this code of Milvus and a text that holds this one. */
    static void assertRefused(int code, String text, Executable call) {
        MilvusClientException refusal = assertThrows(MilvusClientException.class, call);
        assertTrue(refusal.getMessage().contains(text), () -> "'" + text + "' is not in: " + refusal.getMessage());
        assertEquals(code, refusal.getServerErrCode(), refusal::getMessage);
    }

    static List<Float> floats(double... values) {
        List<Float> floats = new ArrayList<>(values.length);
        for (double value : values) {
            floats.add((float) value);
        }
        return floats;
    }
}
