package io.sluice.api.auth;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A name and a password, as a request brings them. Immutable. */
public record Credentials(String user, String password) {
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";
    private static final char SEPARATOR = ':';

    /**
     * Of gRPC: {@code user:password} in Base64, which is what the SDKs make of a token as well.
     *
     * @param header {@code authorization}; null = not sent
     * @throws Unauthenticated with the texts that Milvus has for a header that is not like that
     */
    public static Credentials ofGrpc(@Nullable String header) {
        if (header == null) {
            throw new Unauthenticated("missing authorization in header");
        }
        String token;
        try {
            token = decode(header);
        } catch (IllegalArgumentException noBase64) {
            throw new Unauthenticated("invalid token format");
        }
        int separator = token.indexOf(SEPARATOR);
        if (separator < 0) {
            throw new Unauthenticated("auth check failure, please check api key is correct: this server has users with"
                    + " passwords, send user:password");
        }
        return at(token, separator);
    }

    /**
     * Of HTTP: {@code Bearer user:password}, {@code Basic} with Base64, or the bare pair.
     *
     * @param header {@code Authorization}; null = not sent
     * @throws Unauthenticated when it is none of these
     */
    public static Credentials ofHttp(@Nullable String header) {
        if (header == null || header.isBlank()) {
            throw new Unauthenticated("the header Authorization is missing. Send Bearer user:password");
        }
        String token = header.strip();
        if (token.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            try {
                token = decode(token.substring(BASIC.length()).strip());
            } catch (IllegalArgumentException noBase64) {
                throw new Unauthenticated("the header Authorization is not Base64. Send Bearer user:password");
            }
        } else if (token.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            token = token.substring(BEARER.length()).strip();
        }
        int separator = token.indexOf(SEPARATOR);
        if (separator < 0) {
            throw new Unauthenticated("the header Authorization names no user. Send Bearer user:password");
        }
        return at(token, separator);
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static Credentials at(String token, int separator) {
        return new Credentials(token.substring(0, separator), token.substring(separator + 1));
    }

    /** @param isPasswordOf of user and password; completes, or fails with {@link Unauthenticated} */
    public Mono<Void> check(BiFunction<String, String, Mono<Boolean>> isPasswordOf) {
        return isPasswordOf
                .apply(user, password)
                .flatMap(right -> right
                        ? Mono.<Void>empty()
                        : Mono.error(new Unauthenticated(
                                "auth check failure, please check username and password are correct")));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Credentials[" + user + "]";
    }
}
