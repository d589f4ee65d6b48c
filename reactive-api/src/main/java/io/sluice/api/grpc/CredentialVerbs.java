package io.sluice.api.grpc;

import io.milvus.grpc.CreateCredentialRequest;
import io.milvus.grpc.DeleteCredentialRequest;
import io.milvus.grpc.ListCredUsersRequest;
import io.milvus.grpc.ListCredUsersResponse;
import io.milvus.grpc.MilvusServiceGrpc;
import io.milvus.grpc.RoleEntity;
import io.milvus.grpc.SelectUserRequest;
import io.milvus.grpc.SelectUserResponse;
import io.milvus.grpc.Status;
import io.milvus.grpc.UpdateCredentialRequest;
import io.milvus.grpc.UserEntity;
import io.milvus.grpc.UserResult;
import io.sluice.engine.UserDescription;
import io.sluice.engine.error.EngineException.InvalidRequest;
import io.sluice.engine.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import reactor.core.publisher.Mono;

/** Users and their passwords, which arrive in Base64. */
final class CredentialVerbs {
    private CredentialVerbs() {}

    static void addTo(GrpcVerbs verbs) {
        verbs.add(MilvusServiceGrpc.getCreateCredentialMethod(), CredentialVerbs::create);
        verbs.add(MilvusServiceGrpc.getUpdateCredentialMethod(), CredentialVerbs::update);
        verbs.add(MilvusServiceGrpc.getDeleteCredentialMethod(), CredentialVerbs::delete);
        verbs.add(
                MilvusServiceGrpc.getListCredUsersMethod(),
                CredentialVerbs::list,
                status -> ListCredUsersResponse.newBuilder().setStatus(status).build());
        verbs.add(
                MilvusServiceGrpc.getSelectUserMethod(),
                CredentialVerbs::select,
                status -> SelectUserResponse.newBuilder().setStatus(status).build());
    }

    private static Mono<Status> create(GrpcCall call, CreateCredentialRequest request) {
        return call.engine()
                .createUser(request.getUsername(), plain(request.getPassword()), request.getDescription())
                .thenReturn(GrpcStatus.OK);
    }

    /** A new description without passwords is one, too. */
    private static Mono<Status> update(GrpcCall call, UpdateCredentialRequest request) {
        String user = request.getUsername();
        boolean onlyDescribes = request.hasDescription()
                && request.getOldPassword().isEmpty()
                && request.getNewPassword().isEmpty();
        Mono<Void> change = onlyDescribes
                ? call.engine().describeUser(user, request.getDescription())
                : call.engine()
                        .changePassword(
                                user,
                                plain(request.getOldPassword()),
                                plain(request.getNewPassword()),
                                request.hasDescription() ? request.getDescription() : null);
        return change.thenReturn(GrpcStatus.OK);
    }

    private static String plain(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noBase64) {
            throw new InvalidRequest(
                    ErrorCode.UNEXPECTED, "decode password fail: it is not Base64. Send it so encoded, as the SDKs do");
        }
    }

    private static Mono<Status> delete(GrpcCall call, DeleteCredentialRequest request) {
        return call.engine().dropUser(request.getUsername()).thenReturn(GrpcStatus.OK);
    }

    private static Mono<ListCredUsersResponse> list(GrpcCall call, ListCredUsersRequest request) {
        return call.engine()
                .listUsers()
                .map(users -> ListCredUsersResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllUsernames(
                                users.stream().map(UserDescription::name).toList())
                        .build());
    }

    /** All users, or the one that is named; an unknown one is no error but no result. */
    private static Mono<SelectUserResponse> select(GrpcCall call, SelectUserRequest request) {
        if (request.hasUser() && request.getUser().getName().isEmpty()) {
            throw new InvalidRequest(
                    "the username in the user entity is empty: invalid parameter. Name a user, or leave"
                            + " the entity out to get all");
        }
        return call.engine()
                .listUsers()
                .map(users -> SelectUserResponse.newBuilder()
                        .setStatus(GrpcStatus.OK)
                        .addAllResults(results(users, request))
                        .build());
    }

    private static List<UserResult> results(List<UserDescription> users, SelectUserRequest request) {
        return users.stream()
                .filter(user -> !request.hasUser()
                        || user.name().equals(request.getUser().getName()))
                .map(user -> result(user, request.getIncludeRoleInfo()))
                .toList();
    }

    private static UserResult result(UserDescription user, boolean withRoles) {
        UserResult.Builder result = UserResult.newBuilder()
                .setUser(UserEntity.newBuilder().setName(user.name()))
                .setDescription(user.description());
        if (withRoles) {
            user.roles().forEach(role -> result.addRoles(RoleEntity.newBuilder().setName(role)));
        }
        return result.build();
    }
}
