package io.sluice.engine.access;

import io.sluice.engine.catalog.Catalog;
import io.sluice.engine.catalog.CatalogCalls;
import io.sluice.engine.catalog.UserRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import io.sluice.engine.schema.NameRules;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Every user, and whether a password is theirs.
 *
 * <p>Thread-safe. Changes wait for the catalog, and checks of a password are slow on purpose: both belong on plain
 * threads. Only {@link #recognises} may be called anywhere: it knows each user's password as a fingerprint from the
 * last slow check on, until the password changes.
 */
public final class Users {
    /** The user that is always there. */
    public static final String ROOT = "root";

    private static final String FIRST_ROOT_PASSWORD = "Milvus";

    /** The first password is in every manual: iterations would protect nothing, and cost time at the first start. */
    private static final int FIRST_ROOT_ITERATIONS = 1;

    private static final int MAX_USERS = 100;
    private static final int MIN_PASSWORD_BYTES = 6;
    private static final int MAX_PASSWORD_BYTES = 72;

    private final Catalog catalog;
    private final Proofs proofs = new Proofs();
    private final ReentrantLock changes = new ReentrantLock();
    private final Map<String, Known> users = new ConcurrentSkipListMap<>();

    /** What an unknown user's password is compared with, so that an answer takes as long as for a known one. */
    private final String nobody = PasswordHash.ofNobody();

    public Users(Catalog catalog) {
        this.catalog = catalog;
    }

    /** One state of a user: replaced, and with it the proof, when the record changes. */
    private static final class Known {
        private final UserRecord record;
        private volatile byte @Nullable [] proof;

        Known(UserRecord record) {
            this.record = record;
        }
    }

    /** Takes over what the catalog has; makes {@link #ROOT} on the first start. */
    public void restore(List<UserRecord> saved) {
        saved.forEach(record -> users.put(record.name(), new Known(record)));
        if (!users.containsKey(ROOT)) {
            save(new UserRecord(ROOT, PasswordHash.of(FIRST_ROOT_PASSWORD, FIRST_ROOT_ITERATIONS), ""));
        }
    }

    /** @throws EngineException when the name is taken or not allowed, or the password too short or too long */
    public void create(String name, String password, String description) {
        NameRules.checkUser(name);
        checkPassword(password);
        checkNew(name);
        String hash = PasswordHash.of(password, PasswordHash.ITERATIONS);
        changes.lock();
        try {
            checkNew(name);
            save(new UserRecord(name, hash, description));
        } finally {
            changes.unlock();
        }
    }

    private void checkNew(String name) {
        if (users.containsKey(name)) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.UNEXPECTED, "user already exists: " + name + ". Choose another name");
        }
        if (users.size() >= MAX_USERS) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.UNEXPECTED,
                    "unable to add user because the number of users has reached the limit: limit=" + MAX_USERS
                            + ". Drop one");
        }
    }

    /**
     * @param description null = as it is
     * @throws EngineException 1400 when the old password is wrong or the user unknown, which nobody can tell apart
     */
    public void changePassword(String name, String oldPassword, String newPassword, @Nullable String description) {
        checkPassword(newPassword);
        Known before = users.get(name);
        if (!verify(name, oldPassword)) {
            throw oldPasswordWrong(name);
        }
        String hash = PasswordHash.of(newPassword, PasswordHash.ITERATIONS);
        changes.lock();
        try {
            Known now = users.get(name);
            if (now == null || now != before) {
                throw oldPasswordWrong(name); // somebody else changed it meanwhile
            }
            save(new UserRecord(name, hash, description == null ? now.record.description() : description));
        } finally {
            changes.unlock();
        }
    }

    private static EngineException oldPasswordWrong(String name) {
        return new EngineException.InvalidRequest(
                ErrorCode.NOT_AUTHENTICATED,
                "old password not correct for " + name + ": not authenticated. Send the password that is valid now");
    }

    /** @throws EngineException when there is no such user */
    public void describe(String name, String description) {
        changes.lock();
        try {
            Known now = users.get(name);
            if (now == null) {
                throw new EngineException.InvalidRequest(
                        ErrorCode.UNEXPECTED, "user not found: " + name + ". Create it first");
            }
            save(new UserRecord(name, now.record.passwordHash(), description));
        } finally {
            changes.unlock();
        }
    }

    /** Dropping what is not there succeeds. */
    public void drop(String name) {
        if (name.equals(ROOT)) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.PRIVILEGE_NOT_PERMITTED,
                    "root user cannot be deleted: privilege not permitted. Change its password instead");
        }
        changes.lock();
        try {
            if (users.containsKey(name)) {
                CatalogCalls.run(catalog.dropUser(name));
                users.remove(name);
            }
        } finally {
            changes.unlock();
        }
    }

    private void save(UserRecord record) {
        CatalogCalls.run(catalog.put(record));
        users.put(record.name(), new Known(record));
    }

    /** Sorted by name. */
    public List<UserRecord> all() {
        return users.values().stream().map(known -> known.record).toList();
    }

    /** Whether this password was verified before and is still valid; false says nothing. Never blocks. */
    public boolean recognises(String name, String password) {
        Known known = users.get(name);
        byte[] proof = known == null ? null : known.proof;
        return proof != null && MessageDigest.isEqual(proof, proofs.of(password));
    }

    /** Slow, unless {@link #recognises} knows. */
    public boolean verify(String name, String password) {
        if (recognises(name, password)) {
            return true;
        }
        if (!isPossible(password)) {
            return false; // and not worth the time: no user has such a one
        }
        Known known = users.get(name);
        boolean right = PasswordHash.matches(known == null ? nobody : known.record.passwordHash(), password);
        if (known == null || !right) {
            return false;
        }
        known.proof = proofs.of(password);
        return true;
    }

    private static boolean isPossible(String password) {
        int sizeBytes = password.getBytes(StandardCharsets.UTF_8).length;
        return sizeBytes >= MIN_PASSWORD_BYTES && sizeBytes <= MAX_PASSWORD_BYTES;
    }

    private static void checkPassword(String password) {
        if (!isPossible(password)) {
            throw new EngineException.InvalidRequest("invalid password length: invalid parameter["
                    + password.getBytes(StandardCharsets.UTF_8).length + " out of range " + MIN_PASSWORD_BYTES
                    + " <= value <= " + MAX_PASSWORD_BYTES + "]");
        }
    }
}
