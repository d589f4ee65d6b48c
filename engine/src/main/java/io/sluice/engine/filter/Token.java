package io.sluice.engine.filter;

/**
 * One word of a filter. Immutable.
 *
 * @param text of a name: itself; of a string: the value without quotes and escapes; of anything else: as written
 * @param from index of its first char in the filter
 * @param to index after its last
 */
record Token(Kind kind, String text, int from, int to) {
    enum Kind {
        NAME("a name"),
        INTEGER("an integer"),
        REAL("a number"),
        TEXT("a string"),
        TRUE("true"),
        FALSE("false"),
        AND("and"),
        OR("or"),
        NOT("not"),
        IN("in"),
        LIKE("like"),
        EXISTS("exists"),
        MATCHES("=~"),
        MATCHES_NOT("!~"),
        EQ("=="),
        NE("!="),
        LT("<"),
        LE("<="),
        GT(">"),
        GE(">="),
        PLUS("+"),
        MINUS("-"),
        TIMES("*"),
        DIVIDE("/"),
        MODULO("%"),
        POWER("**"),
        SHIFT_LEFT("<<"),
        SHIFT_RIGHT(">>"),
        BIT_AND("&"),
        BIT_OR("|"),
        BIT_XOR("^"),
        BIT_NOT("~"),
        OPEN("("),
        CLOSE(")"),
        OPEN_LIST("["),
        CLOSE_LIST("]"),
        OPEN_TEMPLATE("{"),
        CLOSE_TEMPLATE("}"),
        COMMA(","),
        END("the end of the expression");

        private final String spelling;

        Kind(String spelling) {
            this.spelling = spelling;
        }

        String spelling() {
            return spelling;
        }
    }

    /** As a message names it. */
    String found() {
        return switch (kind) {
            case END -> "the end of the expression";
            case TEXT -> "a string";
            default -> "'" + (text.length() <= 40 ? text : text.substring(0, 40) + "...") + "'";
        };
    }
}
