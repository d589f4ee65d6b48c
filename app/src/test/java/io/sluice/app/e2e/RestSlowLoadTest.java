package io.sluice.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** A load that takes long, because the server reads slowly: what clients see of it through REST. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestSlowLoadTest {
    private static final int DIMENSION = 512;
    private static final int ROWS = 4_000; // 8 MiB of vectors, read at 1 MiB/s

    private final TestServer server = TestServer.start(Map.of("SLUICE_LOAD_READ_RATE", "1MiB"));
    private final Rest rest = new Rest(server.baseUrl());

    @BeforeAll
    void fill() {
        rest.ok("collections/create", """
            {"collectionName": "slow", "schema": {"fields": [
               {"fieldName": "id", "dataType": "Int64", "isPrimary": true},
               {"fieldName": "vector", "dataType": "FloatVector", "elementTypeParams": {"dim": "%d"}}]}}
            """.formatted(DIMENSION));
        rest.ok(
                "indexes/create",
                "{\"collectionName\": \"slow\", \"indexParams\": [{\"fieldName\": \"vector\", \"indexType\":"
                        + " \"FLAT\"}]}");
        Random random = new Random(11);
        StringBuilder data = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            data.append(row == 0 ? "" : ",").append("{\"id\":").append(row).append(",\"vector\":[");
            for (int i = 0; i < DIMENSION; i++) {
                data.append(i == 0 ? "" : ",").append(random.nextInt(-500, 500));
            }
            data.append("]}");
        }
        rest.ok("entities/insert", "{\"collectionName\": \"slow\", \"data\": [" + data + "]}");
        rest.ok("collections/flush", "{\"collectionName\": \"slow\"}");
    }

    @AfterAll
    void stop() {
        rest.close();
        server.close();
    }

    /** Goal: load answers at once, reads are refused meanwhile, and a release ends the load and gives the bytes back. */
    @Test
    void load_whileItRuns_saysLoadingAndIsEndedByRelease() {
        assertThat(rest.send("collections/load", "{\"collectionName\": \"slow\"}")
                        .body())
                .isEqualTo("{\"code\":0,\"data\":{}}");

        JsonNode state = rest.ok("collections/get_load_state", "{\"collectionName\": \"slow\"}");
        assertThat(state.path("loadState").asString()).isEqualTo("LoadStateLoading");
        assertThat(state.path("loadProgress").asInt()).isBetween(0, 99);
        String zeros = "0" + ",0".repeat(DIMENSION - 1);
        assertThat(rest.refused(103, "entities/search", "{\"collectionName\": \"slow\", \"data\": [[" + zeros + "]]}"))
                .contains("collection not fully loaded");
        assertThat(rest.ok("collections/describe", "{\"collectionName\": \"slow\"}")
                        .path("load")
                        .asString())
                .isEqualTo("LoadStateLoading");
        rest.ok("collections/load", "{\"collectionName\": \"slow\"}");

        rest.release("slow");
        assertThat(rest.refused(101, "entities/search", "{\"collectionName\": \"slow\", \"data\": [[" + zeros + "]]}"))
                .contains("collection not loaded");
    }

    @Test
    void load_beyondTheBudget_isRefusedAtOnceWithHolders() {
        try (TestServer small = TestServer.start(Map.of("SLUICE_MEMORY_BUDGET", "16MiB"));
                Rest client = new Rest(small.baseUrl())) {
            client.ok("collections/create", "{\"collectionName\": \"big\", \"dimension\": 1024}");
            client.awaitLoaded("big");
            String row = ",\"vector\":[1" + ",0".repeat(1023) + "]}";
            StringBuilder data = new StringBuilder();
            for (int id = 0; id < 200; id++) {
                data.append(id == 0 ? "" : ",").append("{\"id\":").append(id).append(row);
            }
            String insert = "{\"collectionName\": \"big\", \"data\": [" + data + "]}";
            client.release("big");
            for (int i = 0; i < 25; i++) { // 20 MiB in all
                client.ok("entities/insert", insert);
                client.ok("collections/flush", "{\"collectionName\": \"big\"}");
            }

            String refusal = client.refused(3, "collections/load", "{\"collectionName\": \"big\"}");

            assertThat(refusal)
                    .startsWith("memory limit exceeded[predict(MB)=")
                    .contains("needBytes=", "freeBytes=", "holders=");
            JsonNode state = client.ok("collections/get_load_state", "{\"collectionName\": \"big\"}");
            assertThat(state.path("loadState").asString()).isEqualTo("LoadStateNotLoad");
            assertThat(state.path("loadProgress").asInt()).isZero();
        }
    }
}
