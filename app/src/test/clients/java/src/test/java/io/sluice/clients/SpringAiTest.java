package io.sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.milvus.client.MilvusServiceClient;
import io.milvus.param.ConnectParam;
import io.milvus.param.IndexType;
import io.milvus.param.MetricType;
import io.milvus.param.R;
import io.milvus.param.collection.DropCollectionParam;
import io.milvus.param.collection.HasCollectionParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.filter.FilterExpressionBuilder;
import org.springframework.ai.vectorstore.milvus.MilvusVectorStore;

/**
 * Spring AI's Milvus store, as an application uses it: create, add, search with a filter, delete. It speaks through the
 * first client of the Java SDK. Its default index IVF_FLAT is an option, so the indexes that Sluice builds are named.
 */
class SpringAiTest {
    private static final String COLLECTION = "spring_ai_java";
    private static final List<Document> DOCUMENTS = List.of(
            new Document("ein", "bread and butter", Map.of("topic", "food", "year", 2019)),
            new Document("zwei", "bread and cheese", Map.of("topic", "food", "year", 2021)),
            new Document("drei", "trains and rails", Map.of("topic", "travel", "year", 2021)),
            new Document("vier", "ships and harbours", Map.of("topic", "travel", "year", 2023)));

    @ParameterizedTest
    @EnumSource(
            value = IndexType.class,
            names = {"HNSW", "AUTOINDEX"})
    void store_wholeLife_answersAsTheDocumentsSay(IndexType index) throws Exception {
        MilvusServiceClient client = new MilvusServiceClient(ConnectParam.newBuilder()
                .withHost(Sluice.host())
                .withPort(Sluice.port())
                .build());
        drop(client);
        try {
            MilvusVectorStore store = MilvusVectorStore.builder(client, new LetterCounts())
                    .collectionName(COLLECTION)
                    .embeddingDimension(LetterCounts.DIMENSION)
                    .indexType(index)
                    .indexParameters(index == IndexType.HNSW ? "{\"M\":16,\"efConstruction\":128}" : "{}")
                    .metricType(MetricType.COSINE)
                    .initializeSchema(true)
                    .build();
            store.afterPropertiesSet();

            store.add(DOCUMENTS);

            assertEquals(List.of("ein", "zwei"), ids(store.similaritySearch(search("bread and butter", 2))));
            Document best =
                    store.similaritySearch(search("trains and rails", 1)).get(0);
            assertEquals("trains and rails", best.getText());
            assertEquals("travel", best.getMetadata().get("topic"));
            assertEquals(1.0, best.getScore(), 1e-6);

            FilterExpressionBuilder filter = new FilterExpressionBuilder();
            List<Document> filtered = store.similaritySearch(SearchRequest.builder()
                    .query("bread and butter")
                    .topK(10)
                    .filterExpression(filter.and(filter.eq("topic", "travel"), filter.gte("year", 2022))
                            .build())
                    .build());
            assertEquals(List.of("vier"), ids(filtered));
            assertEquals(
                    List.of("zwei"),
                    ids(store.similaritySearch(SearchRequest.builder()
                            .query("bread and butter")
                            .topK(10)
                            .filterExpression("topic in ['food'] && year != 2019")
                            .build())));
            assertEquals(
                    List.of("ein"),
                    ids(store.similaritySearch(SearchRequest.builder()
                            .query("bread and butter")
                            .topK(10)
                            .similarityThreshold(0.999)
                            .build())));

            store.delete(List.of("ein"));
            assertFalse(
                    ids(store.similaritySearch(search("bread and butter", 10))).contains("ein"));

            store.delete(filter.eq("topic", "travel").build());
            assertEquals(List.of("zwei"), ids(store.similaritySearch(search("bread and butter", 10))));
        } finally {
            drop(client);
            client.close();
        }
    }

    private static SearchRequest search(String text, int topK) {
        return SearchRequest.builder().query(text).topK(topK).build();
    }

    private static List<String> ids(List<Document> documents) {
        return documents.stream().map(Document::getId).toList();
    }

    private static void drop(MilvusServiceClient client) {
        R<Boolean> exists = client.hasCollection(
                HasCollectionParam.newBuilder().withCollectionName(COLLECTION).build());
        assertEquals(R.Status.Success.getCode(), exists.getStatus());
        if (exists.getData()) {
            assertTrue(client.dropCollection(DropCollectionParam.newBuilder()
                                    .withCollectionName(COLLECTION)
                                    .build())
                            .getStatus()
                    == R.Status.Success.getCode());
        }
    }

    /** How often each letter occurs: an embedding that needs no model and is the same each time. Immutable. */
    private static final class LetterCounts implements EmbeddingModel {
        static final int DIMENSION = 26;

        @Override
        public EmbeddingResponse call(EmbeddingRequest request) {
            List<Embedding> embeddings = new ArrayList<>();
            for (String text : request.getInstructions()) {
                embeddings.add(new Embedding(counts(text), embeddings.size()));
            }
            return new EmbeddingResponse(embeddings);
        }

        @Override
        public float[] embed(Document document) {
            return counts(document.getText());
        }

        @Override
        public int dimensions() {
            return DIMENSION;
        }

        private static float[] counts(String text) {
            float[] counts = new float[DIMENSION];
            text.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> counts[c - 'a']++);
            return counts;
        }
    }
}
