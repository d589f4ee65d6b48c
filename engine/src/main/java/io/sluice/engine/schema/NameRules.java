package io.sluice.engine.schema;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.Locale;
import java.util.Set;

/** Which names may be given: of at most 255 letters, digits and underscores, mostly. The texts are Milvus's. */
public final class NameRules {
    /** In characters, which are all ASCII in an accepted name. */
    public static final int MAX_NAME_LENGTH = 255;

    private static final int MAX_USER_NAME_LENGTH = 32;

    /** Words of the filter language: a field of such a name could not be asked for. */
    private static final Set<String> KEYWORDS = Set.of(
            "like",
            "exists",
            "and",
            "or",
            "not",
            "in",
            "json_contains",
            "json_contains_all",
            "json_contains_any",
            "array_contains",
            "array_contains_all",
            "array_contains_any",
            "array_length",
            "true",
            "false",
            "text_match",
            "phrase_match",
            "random_sample");

    private NameRules() {}

    /** @throws EngineException.InvalidRequest 1100 */
    public static void checkCollection(String name) {
        checkCollectionOrAlias(name, "name");
    }

    /** @throws EngineException.InvalidRequest 1100 */
    public static void checkAlias(String name) {
        checkCollectionOrAlias(name, "alias");
    }

    private static void checkCollectionOrAlias(String name, String what) {
        if (name.isEmpty()) {
            throw new EngineException.InvalidRequest("collection " + what + " should not be empty: invalid parameter");
        }
        String problem = switch (problemOf(name)) {
            case NONE -> null;
            case TOO_LONG ->
                "the length of a collection " + what + " must be less than " + MAX_NAME_LENGTH
                        + " characters: invalid parameter, length=" + name.length();
            case BEGINNING ->
                "the first character of a collection " + what + " must be an underscore or letter: invalid parameter";
            case CHARACTER ->
                "collection " + what + " can only contain numbers, letters and underscores: invalid parameter";
        };
        if (problem != null) {
            throw new EngineException.InvalidRequest("Invalid collection " + what + ": " + name + ". " + problem);
        }
    }

    /** @throws EngineException.InvalidRequest 802 */
    public static void checkDatabase(String name) {
        if (name.isEmpty()) {
            throw invalidDatabase(name, "database name should not be empty");
        }
        switch (problemOf(name)) {
            case NONE -> {}
            case TOO_LONG ->
                throw invalidDatabase(
                        name, "the length of a database name must be less than " + MAX_NAME_LENGTH + " characters");
            case BEGINNING ->
                throw invalidDatabase(name, "the first character of a database name must be an underscore or letter");
            case CHARACTER ->
                throw invalidDatabase(name, "database name can only contain numbers, letters and underscores");
        }
    }

    private static EngineException.InvalidRequest invalidDatabase(String name, String problem) {
        return new EngineException.InvalidRequest(
                ErrorCode.INVALID_DATABASE_NAME, problem + ": invalid database name[database=" + name + "]");
    }

    /**
     * A partition's name may begin with a digit and contain {@code -} as well.
     *
     * @throws EngineException.InvalidRequest 1100
     */
    public static void checkPartition(String name) {
        if (name.isBlank()) {
            throw new EngineException.InvalidRequest("Invalid partition name: . Partition name should not be empty.");
        }
        String invalid = "Invalid partition name: " + name + ". ";
        if (name.length() > MAX_NAME_LENGTH) {
            throw new EngineException.InvalidRequest(
                    invalid + "The length of a partition name must be less than " + MAX_NAME_LENGTH + " characters.");
        }
        if (!isWordCharacter(name.charAt(0))) {
            throw new EngineException.InvalidRequest(
                    invalid + "The first character of the partition name must be an underscore, letter or number.");
        }
        for (int i = 1; i < name.length(); i++) {
            if (!isWordCharacter(name.charAt(i)) && name.charAt(i) != '-') {
                throw new EngineException.InvalidRequest(
                        invalid + "Partition name can only contain numbers, letters, hyphens and underscores.");
            }
        }
    }

    /**
     * An index without a name gets its field's; so the empty name passes.
     *
     * @throws EngineException.InvalidRequest 1100
     */
    public static void checkIndex(String name) {
        if (name.isEmpty()) {
            return;
        }
        String invalid = "Invalid index name: " + name + ". ";
        switch (problemOf(name)) {
            case NONE -> {}
            case TOO_LONG ->
                throw new EngineException.InvalidRequest(
                        invalid + "The length of a index name must be less than " + MAX_NAME_LENGTH + " characters.");
            case BEGINNING ->
                throw new EngineException.InvalidRequest(
                        invalid + "The first character of a index name must be an underscore or letter.");
            case CHARACTER ->
                throw new EngineException.InvalidRequest(
                        invalid + "Index name can only contain numbers, letters, and underscores.");
        }
    }

    /** @throws EngineException.InvalidRequest 1701 */
    public static void checkField(String name) {
        if (name.isEmpty()) {
            throw invalidField(name, "field name should not be empty");
        }
        if (name.equals(CollectionSchema.META)) {
            throw invalidField(
                    name,
                    "Invalid field name: " + name + ". It is reserved for the dynamic field; switch that on instead");
        }
        String invalid = "Invalid field name: " + name + ". ";
        if (KEYWORDS.contains(name.toLowerCase(Locale.ROOT))) {
            throw invalidField(name, invalid + "It is a word of the filter language. Choose another name");
        }
        switch (problemOf(name)) {
            case NONE -> {}
            case TOO_LONG ->
                throw invalidField(
                        name,
                        invalid + "The length of a field name must be less than " + MAX_NAME_LENGTH + " characters.");
            case BEGINNING ->
                throw invalidField(
                        name, invalid + "The first character of a field name must be an underscore or letter.");
            case CHARACTER ->
                throw invalidField(name, invalid + "Field name can only contain numbers, letters, and underscores.");
        }
    }

    private static EngineException.InvalidRequest invalidField(String name, String problem) {
        return new EngineException.InvalidRequest(
                ErrorCode.INVALID_FIELD_NAME, problem + ": field name invalid[field=" + name + "]");
    }

    /** @throws EngineException.InvalidRequest 1100 */
    public static void checkResourceGroup(String name) {
        if (name.isEmpty()) {
            throw new EngineException.InvalidRequest("resource group name couldn't be empty: invalid parameter");
        }
        String problem = switch (problemOf(name)) {
            case NONE -> null;
            case TOO_LONG -> "the length of a resource group name must be less than " + MAX_NAME_LENGTH + " characters";
            case BEGINNING -> "the first character of a resource group name must be an underscore or letter";
            case CHARACTER -> "resource group name can only contain numbers, letters and underscores";
        };
        if (problem != null) {
            throw new EngineException.InvalidRequest(
                    "Invalid resource group name " + name + ". " + problem + ": invalid parameter");
        }
    }

    /**
     * A user's name begins with a letter and is shorter than others.
     *
     * @throws EngineException.InvalidRequest 1100
     */
    public static void checkUser(String name) {
        if (name.isEmpty()) {
            throw new EngineException.InvalidRequest("username must be not empty: invalid parameter");
        }
        if (name.length() > MAX_USER_NAME_LENGTH) {
            throw new EngineException.InvalidRequest("invalid username " + name + " with length " + name.length()
                    + ", the length of username must be less than " + MAX_USER_NAME_LENGTH + ": invalid parameter");
        }
        char first = name.charAt(0);
        if (first == '_' || problemOf(name) == Problem.BEGINNING) {
            throw new EngineException.InvalidRequest("invalid user name " + name
                    + ", the first character must be a letter, but got " + first + ": invalid parameter");
        }
        if (problemOf(name) == Problem.CHARACTER) {
            throw new EngineException.InvalidRequest("invalid user name " + name
                    + ", username must contain only numbers, letters and underscores: invalid parameter");
        }
    }

    private enum Problem {
        NONE,
        TOO_LONG,
        BEGINNING,
        CHARACTER
    }

    private static Problem problemOf(String name) {
        if (name.length() > MAX_NAME_LENGTH) {
            return Problem.TOO_LONG;
        }
        char first = name.charAt(0);
        if (!isWordCharacter(first) || first >= '0' && first <= '9') {
            return Problem.BEGINNING;
        }
        for (int i = 1; i < name.length(); i++) {
            if (!isWordCharacter(name.charAt(i))) {
                return Problem.CHARACTER;
            }
        }
        return Problem.NONE;
    }

    private static boolean isWordCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }
}
