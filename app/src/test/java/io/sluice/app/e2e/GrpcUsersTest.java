package io.sluice.app.e2e;

import static io.sluice.app.e2e.GrpcClient.ok;
import static io.sluice.app.e2e.GrpcClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.milvus.grpc.CheckHealthRequest;
import io.milvus.grpc.ConnectRequest;
import io.milvus.grpc.CreateCredentialRequest;
import io.milvus.grpc.CreateRoleRequest;
import io.milvus.grpc.DeleteCredentialRequest;
import io.milvus.grpc.GetVersionRequest;
import io.milvus.grpc.ListCredUsersRequest;
import io.milvus.grpc.ListDatabasesRequest;
import io.milvus.grpc.MilvusServiceGrpc.MilvusServiceBlockingStub;
import io.milvus.grpc.RoleEntity;
import io.milvus.grpc.SelectUserRequest;
import io.milvus.grpc.UpdateCredentialRequest;
import io.milvus.grpc.UserEntity;
import io.milvus.grpc.UserResult;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users over gRPC and REST, and the server that demands them. */
class GrpcUsersTest {
    private static final Map<String, String> AUTH_ON = Map.of("SLUICE_AUTH", "on");

    @TempDir
    Path data;

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static CreateCredentialRequest create(String name, String password) {
        return CreateCredentialRequest.newBuilder()
                .setUsername(name)
                .setPassword(base64(password))
                .build();
    }

    private static UpdateCredentialRequest update(String name, String oldPassword, String newPassword) {
        return UpdateCredentialRequest.newBuilder()
                .setUsername(name)
                .setOldPassword(base64(oldPassword))
                .setNewPassword(base64(newPassword))
                .build();
    }

    private static DeleteCredentialRequest delete(String name) {
        return DeleteCredentialRequest.newBuilder().setUsername(name).build();
    }

    private static List<UserResult> select(GrpcClient client, String name) {
        return ok(client.stub()
                        .selectUser(SelectUserRequest.newBuilder()
                                .setUser(UserEntity.newBuilder().setName(name))
                                .setIncludeRoleInfo(true)
                                .build()))
                .getResultsList();
    }

    @Test
    void users_overGrpc_liveAndAreDropped() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            ok(client.stub().createCredential(create("ada", "password")));
            assertThat(ok(client.stub().listCredUsers(ListCredUsersRequest.getDefaultInstance()))
                            .getUsernamesList())
                    .containsExactly("ada", "root");
            assertThat(select(client, "root"))
                    .singleElement()
                    .satisfies(root -> assertThat(root.getRolesList())
                            .extracting(RoleEntity::getName)
                            .containsExactly("admin"));
            assertThat(select(client, "ada"))
                    .singleElement()
                    .satisfies(ada -> assertThat(ada.getRolesList()).isEmpty());
            assertThat(select(client, "eve")).isEmpty();
            assertThat(ok(client.stub().selectUser(SelectUserRequest.getDefaultInstance()))
                            .getResultsCount())
                    .isEqualTo(2);

            ok(client.stub().updateCredential(update("ada", "password", "password")));
            ok(client.stub().deleteCredential(delete("ada")));
            ok(client.stub().deleteCredential(delete("ada")));
            assertThat(select(client, "ada")).isEmpty();
        }
    }

    @Test
    void users_overGrpc_areRefusedWithMilvusTexts() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            assertThat(refused(1100, client.stub().createCredential(create("n@me", "password"))))
                    .contains("invalid parameter");
            assertThat(refused(1100, client.stub().createCredential(create("ada", "p@ss"))))
                    .startsWith("invalid password");
            assertThat(refused(65535, client.stub().createCredential(create("root", "password"))))
                    .startsWith("user already exists: root");
            assertThat(refused(
                            65535,
                            client.stub()
                                    .createCredential(CreateCredentialRequest.newBuilder()
                                            .setUsername("ada")
                                            .setPassword("?")
                                            .build())))
                    .startsWith("decode password fail");
            assertThat(refused(1400, client.stub().updateCredential(update("eve", "password", "password"))))
                    .startsWith("old password not correct for eve: not authenticated");
            assertThat(refused(1401, client.stub().deleteCredential(delete("root"))))
                    .startsWith("root user cannot be deleted");
        }
    }

    @Test
    void users_overRest_liveAndAreDropped() {
        try (TestServer server = TestServer.start();
                Rest rest = new Rest(server.baseUrl())) {
            rest.ok("users/create", "{\"userName\": \"ada\", \"password\": \"password\"}");
            assertThat(Rest.texts(rest.ok("users/list", "{}"))).containsExactly("ada", "root");
            assertThat(Rest.texts(rest.ok("users/describe", "{\"userName\": \"root\"}")))
                    .containsExactly("admin");
            assertThat(rest.ok("users/describe", "{\"userName\": \"ada\"}").isEmpty())
                    .isTrue();
            assertThat(rest.refused(
                            1400,
                            "users/update_password",
                            "{\"userName\": \"ada\", \"password\": \"wrong one\", \"newPassword\": \"geheim1\"}"))
                    .startsWith("old password not correct for ada: not authenticated");
            rest.ok(
                    "users/update_password",
                    "{\"userName\": \"ada\", \"password\": \"password\", \"newPassword\": \"geheim1\"}");
            rest.ok("users/drop", "{\"userName\": \"ada\"}");
            assertThat(Rest.texts(rest.ok("users/list", "{}"))).containsExactly("root");
            assertThat(rest.refused(1802, "users/create", "{\"userName\": \"ada\"}"))
                    .contains("'Password' failed on the 'required' tag");
            assertThat(rest.refused(10, "users/grant_role", "{\"userName\": \"ada\", \"roleName\": \"admin\"}"))
                    .contains("not supported");
        }
    }

    private static void assertUnauthenticated(
            Function<MilvusServiceBlockingStub, ?> call, String text, GrpcClient client, String... headers) {
        assertThatThrownBy(() -> call.apply(client.stub(headers)))
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
                    assertThat(refusal.getStatus().getDescription()).startsWith(text);
                });
    }

    @Test
    void grpc_authOn_demandsCredentialsOfEveryCall() {
        try (TestServer server = TestServer.start(AUTH_ON);
                GrpcClient client = new GrpcClient(server)) {
            List<Function<MilvusServiceBlockingStub, ?>> calls = List.of(
                    stub -> stub.connect(ConnectRequest.getDefaultInstance()),
                    stub -> stub.getVersion(GetVersionRequest.getDefaultInstance()),
                    stub -> stub.checkHealth(CheckHealthRequest.getDefaultInstance()),
                    stub -> stub.listDatabases(ListDatabasesRequest.getDefaultInstance()));
            for (Function<MilvusServiceBlockingStub, ?> call : calls) {
                assertUnauthenticated(call, "missing authorization in header", client);
                assertUnauthenticated(call, "invalid token format", client, "authorization", "root:Milvus");
                assertUnauthenticated(
                        call,
                        "auth check failure, please check api key is correct",
                        client,
                        "authorization",
                        base64("key"));
                assertUnauthenticated(
                        call,
                        "auth check failure, please check username and password are correct",
                        client,
                        "authorization",
                        base64("root:Milvuskk"));
                assertUnauthenticated(
                        call,
                        "auth check failure, please check username and password are correct",
                        client,
                        "authorization",
                        base64("rootnn:Milvus"));
                call.apply(client.stub("authorization", base64("root:Milvus")));
            }
        }
    }

    @Test
    void grpc_authOnPasswordChanged_theOldOneIsOutAtOnce() {
        try (TestServer server = TestServer.start(data, AUTH_ON);
                GrpcClient client = new GrpcClient(server)) {
            String root = base64("root:Milvus");
            ok(client.stub("authorization", root).createCredential(create("ada", "pass:word")));
            String ada = base64("ada:pass:word");
            for (int i = 0; i < 2; i++) {
                ok(client.stub("authorization", ada).listDatabases(ListDatabasesRequest.getDefaultInstance()));
            }
            ok(client.stub("authorization", ada).updateCredential(update("ada", "pass:word", "geheim1")));
            assertUnauthenticated(
                    stub -> stub.listDatabases(ListDatabasesRequest.getDefaultInstance()),
                    "auth check failure",
                    client,
                    "authorization",
                    ada);
        }
        try (TestServer server = TestServer.start(data, AUTH_ON);
                GrpcClient client = new GrpcClient(server)) {
            ok(client.stub("authorization", base64("ada:geheim1"))
                    .listDatabases(ListDatabasesRequest.getDefaultInstance()));
        }
    }

    @Test
    void http_authOn_demandsCredentialsButOfHealth() throws Exception {
        try (TestServer server = TestServer.start(AUTH_ON);
                Rest rest = new Rest(server.baseUrl());
                HttpClient http = HttpClient.newHttpClient()) {
            for (String wrong :
                    List.of("", "Bearer root:wrong one", "Bearer key", "Basic ?", "Basic " + base64("x:y"))) {
                HttpResponse<String> refused = wrong.isEmpty()
                        ? rest.send("collections/list", "{}")
                        : rest.send("collections/list", "{}", "Authorization", wrong);
                assertThat(refused.statusCode()).as(wrong).isEqualTo(401);
                assertThat(refused.body()).contains("\"code\":1800").contains("user hasn't authenticated");
                assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
            }
            for (String right : List.of("Bearer root:Milvus", "root:Milvus", "Basic " + base64("root:Milvus"))) {
                rest.ok("collections/list", "{}", "Authorization", right);
                assertThat(get(http, server, "/api/v1/memory", right).statusCode())
                        .isEqualTo(200);
            }
            HttpResponse<String> refused = get(http, server, "/api/v1/memory", "Bearer root:wrong one");
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(refused.body()).contains("\"code\":1400").contains("auth check failure");
            assertThat(get(http, server, "/health", "Bearer root:wrong one").statusCode())
                    .isEqualTo(200);
        }
    }

    private static HttpResponse<String> get(HttpClient http, TestServer server, String path, String authorization)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
                        .header("Authorization", authorization)
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void roles_areNotThereYet() {
        try (TestServer server = TestServer.start();
                GrpcClient client = new GrpcClient(server)) {
            assertThatThrownBy(() -> client.stub().createRole(CreateRoleRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED));
        }
    }
}
