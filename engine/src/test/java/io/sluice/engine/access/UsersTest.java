package io.sluice.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.catalog.CatalogSnapshot;
import io.sluice.engine.catalog.FakeCatalog;
import io.sluice.engine.catalog.UserRecord;
import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users on a catalog in memory. */
class UsersTest {
    private FakeCatalog catalog = new FakeCatalog();
    private Users users = open();

    private Users open() {
        CatalogSnapshot saved = Objects.requireNonNull(catalog.readAll().block());
        Users opened = new Users(catalog);
        opened.restore(saved.users());
        return opened;
    }

    private void restart() {
        catalog = catalog.reopened();
        users = open();
    }

    private List<String> names() {
        return users.all().stream().map(UserRecord::name).toList();
    }

    private static void assertRefused(ErrorCode code, String text, ThrowingCallable change) {
        assertThatThrownBy(change)
                .isInstanceOfSatisfying(
                        EngineException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessageStartingWith(text);
    }

    @Test
    void restore_firstStart_makesRootWithTheKnownPassword() {
        assertThat(names()).containsExactly("root");
        assertThat(users.verify("root", "Milvus")).isTrue();
        assertThat(users.verify("root", "milvus")).isFalse();
    }

    @Test
    void changePassword_ofRoot_survivesARestart() {
        users.changePassword("root", "Milvus", "geheim1", null);
        restart();

        assertThat(users.verify("root", "Milvus")).isFalse();
        assertThat(users.verify("root", "geheim1")).isTrue();
    }

    @Test
    void create_storesNoPassword_butASaltedHashWithItsParameters() {
        users.create("ada", "same password", "");
        users.create("bob", "same password", "");
        restart();

        List<String> hashes = users.all().stream().map(UserRecord::passwordHash).toList();
        assertThat(hashes).doesNotHaveDuplicates().noneMatch(hash -> hash.contains("same password"));
        assertThat(hashes.subList(0, 2)).allMatch(hash -> hash.startsWith("pbkdf2-sha256$600000$"));
        assertThat(users.verify("ada", "same password")).isTrue();
        assertThat(users.all().toString()).doesNotContain("pbkdf2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|username must be not empty: invalid parameter",
                "0|invalid user name 0, the first character must be a letter, but got 0: invalid parameter",
                "_a|invalid user name _a, the first character must be a letter, but got _: invalid parameter",
                "n@me|invalid user name n@me, username must contain only numbers, letters and underscores",
                "a23456789_123456789_123456789_123|invalid username a23456789_123456789_123456789_123 with length 33,"
                        + " the length of username must be less than 32: invalid parameter"
            })
    void create_badName_isRefused(String name, String text) {
        assertRefused(ErrorCode.INVALID_PARAMETER, text, () -> users.create(name, "password", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "p@ss", "h h", "1+1=2", "äö"})
    void create_shortPassword_isRefused(String password) {
        assertRefused(
                ErrorCode.INVALID_PARAMETER,
                "invalid password length: invalid parameter[",
                () -> users.create("ada", password, ""));
        assertThat(names()).containsExactly("root");
    }

    @Test
    void create_longestPassword_isTakenAndALongerOneIsNot() {
        users.create("ada", "x".repeat(72), "");
        assertThat(users.verify("ada", "x".repeat(72))).isTrue();
        assertRefused(
                ErrorCode.INVALID_PARAMETER,
                "invalid password length: invalid parameter[73 out of range 6 <= value <= 72]",
                () -> users.create("bob", "x".repeat(73), ""));
    }

    @Test
    void create_nameThatIsTaken_isRefused() {
        assertRefused(
                ErrorCode.UNEXPECTED, "user already exists: root", () -> users.create("root", "other password", ""));
        assertThat(users.verify("root", "Milvus")).isTrue();
    }

    /** Goal: the limit. Method: fill the catalog with records, because hashing a hundred passwords takes a minute. */
    @Test
    void create_beyondTheLimit_isRefused() {
        List<UserRecord> full = new ArrayList<>(users.all());
        while (full.size() < 100) {
            full.add(new UserRecord("user" + full.size(), "none", ""));
        }
        users.restore(full);

        assertRefused(
                ErrorCode.UNEXPECTED,
                "unable to add user because the number of users has reached the limit",
                () -> users.create("ada", "password", ""));
    }

    @Test
    void changePassword_wrongOldOneOrUnknownUser_looksTheSame() {
        users.create("ada", "password", "");

        assertRefused(
                ErrorCode.NOT_AUTHENTICATED,
                "old password not correct for ada: not authenticated",
                () -> users.changePassword("ada", "passwordkk", "new password", null));
        assertRefused(
                ErrorCode.NOT_AUTHENTICATED,
                "old password not correct for eve: not authenticated",
                () -> users.changePassword("eve", "password", "new password", null));
        assertThat(users.verify("ada", "password")).isTrue();
    }

    @Test
    void changePassword_shortNewOne_isRefusedBeforeTheOldOneIsLookedAt() {
        assertRefused(
                ErrorCode.INVALID_PARAMETER,
                "invalid password length",
                () -> users.changePassword("eve", "wrong", "p@ss", null));
    }

    @Test
    void changePassword_catalogFails_leavesTheOldOne() {
        catalog.failNext();
        assertThatThrownBy(() -> users.changePassword("root", "Milvus", "new password", null))
                .isInstanceOf(EngineException.Failed.class);

        assertThat(users.verify("root", "Milvus")).isTrue();
        restart();
        assertThat(users.verify("root", "Milvus")).isTrue();
    }

    @Test
    void recognises_afterAVerification_untilThePasswordChanges() {
        users.create("ada", "password", "");
        assertThat(users.recognises("ada", "password")).isFalse();

        users.verify("ada", "password");
        assertThat(users.recognises("ada", "password")).isTrue();
        assertThat(users.recognises("ada", "Password")).isFalse();

        users.changePassword("ada", "password", "new password", null);
        assertThat(users.recognises("ada", "password")).isFalse();
        assertThat(users.verify("ada", "password")).isFalse();
    }

    @Test
    void recognises_userThatWasDroppedAndMadeAgain_isForgotten() {
        users.create("ada", "password", "");
        users.verify("ada", "password");
        users.drop("ada");
        assertThat(users.recognises("ada", "password")).isFalse();
        assertThat(users.verify("ada", "password")).isFalse();

        users.create("ada", "another one", "");
        assertThat(users.recognises("ada", "password")).isFalse();
    }

    @Test
    void drop_rootIsRefused_unknownIsHarmless() {
        users.drop("nobody");
        assertRefused(
                ErrorCode.PRIVILEGE_NOT_PERMITTED,
                "root user cannot be deleted: privilege not permitted",
                () -> users.drop("root"));
    }

    @Test
    void describe_keepsThePassword() {
        users.create("ada", "password", "first");
        users.describe("ada", "second");
        restart();

        assertThat(users.all().getFirst().description()).isEqualTo("second");
        assertThat(users.verify("ada", "password")).isTrue();
        assertRefused(ErrorCode.UNEXPECTED, "user not found: eve", () -> users.describe("eve", "x"));
    }
}
