package io.sluice.app;

final class Sluice {
    private Sluice() {}

    public static void main(String[] args) {}
}
