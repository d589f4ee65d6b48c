package io.sluice.engine.filter;

import io.sluice.engine.filter.Token.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The syntax tree of a filter: what was written, not yet what it means. Immutable.
 *
 * <p>{@code from} and {@code to} are char indexes in the text.
 */
sealed interface Expression {
    int from();

    int to();

    record Literal(Constant value, int from, int to) implements Expression {}

    /** A name and what follows it in brackets. */
    record Path(String name, List<Step> steps, int from, int to) implements Expression {}

    /**
     * One pair of brackets.
     *
     * @param key null for an index
     */
    record Step(@Nullable String key, int index) {}

    record Template(String name, int from, int to) implements Expression {}

    record ListLiteral(List<Expression> items, int from, int to) implements Expression {}

    /** {@code + - ~ not}. */
    record Unary(Kind operator, Expression operand, int from, int to) implements Expression {}

    /** Arithmetic, bits, comparisons. */
    record Binary(Kind operator, Expression left, Expression right) implements Expression {
        @Override
        public int from() {
            return left.from();
        }

        @Override
        public int to() {
            return right.to();
        }
    }

    /** {@code a and b and c}, or the same with {@code or}: flat, because generated filters have thousands. */
    record Junction(Kind operator, List<Expression> operands) implements Expression {
        @Override
        public int from() {
            return operands.getFirst().from();
        }

        @Override
        public int to() {
            return operands.getLast().to();
        }
    }

    /** {@code left < middle <= right}: both in one direction. */
    record Between(Expression left, Kind first, Expression middle, Kind second, Expression right)
            implements Expression {
        @Override
        public int from() {
            return left.from();
        }

        @Override
        public int to() {
            return right.to();
        }
    }

    record In(Expression operand, Expression list, boolean negated) implements Expression {
        @Override
        public int from() {
            return operand.from();
        }

        @Override
        public int to() {
            return list.to();
        }
    }

    record Like(Expression operand, Expression pattern, boolean negated) implements Expression {
        @Override
        public int from() {
            return operand.from();
        }

        @Override
        public int to() {
            return pattern.to();
        }
    }

    record NullTest(Path operand, boolean negated, int to) implements Expression {
        @Override
        public int from() {
            return operand.from();
        }
    }

    record Exists(Expression operand, int from) implements Expression {
        @Override
        public int to() {
            return operand.to();
        }
    }

    /** @param name in lower case */
    record Call(String name, List<Expression> arguments, int from, int to) implements Expression {}
}
