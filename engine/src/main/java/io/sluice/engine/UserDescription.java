package io.sluice.engine;

import java.util.List;

/** @param roles that were granted to the user */
public record UserDescription(String name, List<String> roles, String description) {}
