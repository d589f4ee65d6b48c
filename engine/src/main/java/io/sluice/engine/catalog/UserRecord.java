package io.sluice.engine.catalog;

/** @param passwordHash salted and slow, with its parameters in it; the password itself is nowhere */
public record UserRecord(String name, String passwordHash, String description) {
    /** Without the hash: it does not belong into logs and errors. */
    @Override
    public String toString() {
        return "UserRecord[" + name + "]";
    }
}
