package io.sluice.engine.load;

public enum OperationKind {
    LOAD,
    RELEASE
}
