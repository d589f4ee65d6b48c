package io.sluice.api.rest;

import io.sluice.engine.UserDescription;
import io.sluice.engine.VectorEngine;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Users and their passwords, which arrive as they are. */
final class UserRoutes {
    private final VectorEngine engine;

    UserRoutes(VectorEngine engine) {
        this.engine = engine;
    }

    Map<String, RestVerb> verbs() {
        return Map.of(
                "list", this::list,
                "describe", this::describe,
                "create", this::create,
                "update_password", this::updatePassword,
                "drop", this::drop);
    }

    private Mono<RestReply> list(RestCall call) {
        return engine.listUsers()
                .map(users -> RestReply.names(
                        users.stream().map(UserDescription::name).toList()));
    }

    /** The roles; of an unknown user none. */
    private Mono<RestReply> describe(RestCall call) {
        call.fields().require("UserReq", "userName");
        String name = call.fields().text("userName", "");
        return engine.listUsers().map(users -> RestReply.names(rolesOf(name, users)));
    }

    private static List<String> rolesOf(String name, List<UserDescription> users) {
        return users.stream()
                .filter(user -> user.name().equals(name))
                .flatMap(user -> user.roles().stream())
                .toList();
    }

    private Mono<RestReply> create(RestCall call) {
        JsonFields fields = call.fields();
        fields.require("PasswordReq", "userName", "password");
        return engine.createUser(
                        fields.text("userName", ""), fields.text("password", ""), fields.text("description", ""))
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> updatePassword(RestCall call) {
        JsonFields fields = call.fields();
        fields.require("NewPasswordReq", "userName", "password", "newPassword");
        return engine.changePassword(
                        fields.text("userName", ""),
                        fields.text("password", ""),
                        fields.text("newPassword", ""),
                        fields.has("description") ? fields.text("description", "") : null)
                .thenReturn(RestReply.done());
    }

    private Mono<RestReply> drop(RestCall call) {
        call.fields().require("UserReq", "userName");
        return engine.dropUser(call.fields().text("userName", "")).thenReturn(RestReply.done());
    }
}
