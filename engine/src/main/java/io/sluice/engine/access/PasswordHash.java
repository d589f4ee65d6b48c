package io.sluice.engine.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Passwords as text that says how it was made: {@code pbkdf2-sha256$iterations$salt$hash}, the last two in Base64. Slow
 * on purpose: never on an event loop. Thread-safe.
 */
final class PasswordHash {
    /** What OWASP asks of PBKDF2 with HMAC-SHA256. */
    static final int ITERATIONS = 600_000;

    private static final String SCHEME = "pbkdf2-sha256";
    private static final String ALGORITHM = "PBKDF2WithHmacSHA256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 256;

    private PasswordHash() {}

    /** With a new salt: two hashes of one password differ. */
    static String of(String password, int iterations) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder();
        return String.join(
                "$",
                SCHEME,
                Integer.toString(iterations),
                base64.encodeToString(salt),
                base64.encodeToString(derive(password, salt, iterations)));
    }

    /** That no password matches, and that takes as long as any other to say so. */
    static String ofNobody() {
        byte[] random = new byte[HASH_BITS / Byte.SIZE];
        new SecureRandom().nextBytes(random);
        String text = Base64.getEncoder().encodeToString(random);
        return String.join("$", SCHEME, Integer.toString(ITERATIONS), text, text);
    }

    /** Takes as long for a wrong password as for the right one. */
    static boolean matches(String stored, String password) {
        String[] parts = stored.split("\\$");
        if (parts.length != 4 || !parts[0].equals(SCHEME)) {
            throw new IllegalStateException("the catalog has a password hash of an unknown scheme: " + parts[0]);
        }
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] derived = derive(password, base64.decode(parts[2]), Integer.parseInt(parts[1]));
        return MessageDigest.isEqual(derived, base64.decode(parts[3]));
    }

    private static byte[] derive(String password, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance(ALGORITHM).generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, missing);
        } finally {
            spec.clearPassword();
        }
    }
}
