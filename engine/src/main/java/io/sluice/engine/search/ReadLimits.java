package io.sluice.engine.search;

import io.sluice.engine.error.EngineException;
import io.sluice.engine.error.ErrorCode;
import java.util.regex.Pattern;

/** What one read may ask for, with Milvus's numbers and texts. */
final class ReadLimits {
    /** Hits per query, offset included; and rows of a query that has a limit, offset included. */
    static final int MAX_WINDOW = 16_384;

    /** Queries per search. */
    static final int MAX_QUERIES = 16_384;

    static final int MAX_ROUND_DECIMAL = 6;

    /** A result is built on the heap: about what a gRPC message may carry. */
    static final long MAX_RESULT_BYTES = 256L << 20; // 256 MiB

    /** A token of an iteration is a UUID. */
    private static final Pattern TOKEN = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private ReadLimits() {}

    static void checkQueryCount(int count) {
        if (count < 1 || count > MAX_QUERIES) {
            throw new EngineException.InvalidRequest("nq [" + count
                    + "] is invalid, nq (number of search vector per search request) should be in range [1, "
                    + MAX_QUERIES + "], but got " + count);
        }
    }

    static void checkTopK(int limit, int offset) {
        if (limit < 1 || limit > MAX_WINDOW) {
            throw new EngineException.InvalidRequest(
                    "topk [" + limit + "] is invalid, it should be in range [1, " + MAX_WINDOW + "], but got " + limit);
        }
        checkOffset(offset);
        checkWindow((long) offset + limit);
    }

    static void checkBatch(SearchIteratorRequest iterator, int queryCount, int offset) {
        int batchSize = iterator.batchSize();
        Float bound = iterator.lastBound();
        String wrong = null;
        if (queryCount != 1) {
            wrong = "search_iterator_v2 does not support processing multiple vectors simultaneously: queries="
                    + queryCount + ". Iterate over one";
        } else if (offset > 0) {
            wrong = "Setting an offset is not permitted when using a search iterator v2: offset=" + offset
                    + ". Leave it out, or skip the first hits";
        } else if (!iterator.token().isEmpty()
                && !TOKEN.matcher(iterator.token()).matches()) {
            wrong = "invalid token format: token=" + iterator.token() + ". Send the token of the first batch";
        } else if (batchSize < 1 || batchSize > MAX_WINDOW) {
            wrong = "batch size is invalid, it should be in range [1, " + MAX_WINDOW + "], but got " + batchSize;
        } else if (bound != null && Float.isNaN(bound)) {
            wrong = "failed to parse input last bound: NaN. Send the last bound of the previous batch";
        }
        if (wrong != null) {
            throw new EngineException.InvalidRequest("parse iterator v2 info failed: " + wrong);
        }
    }

    static void checkLimit(long limit, long offset) {
        if (limit < 1) {
            throw new EngineException.InvalidRequest(
                    "invalid max query result window, limit [" + limit + "] is invalid, should be greater than 0");
        }
        checkOffset(offset);
        checkWindow(limit > MAX_WINDOW || offset > MAX_WINDOW ? saturatedSum(limit, offset) : limit + offset);
    }

    private static void checkOffset(long offset) {
        if (offset < 0) {
            throw new EngineException.InvalidRequest(
                    "invalid max query result window, offset [" + offset + "] is invalid, should be gte than 0");
        }
    }

    private static void checkWindow(long window) {
        if (window > MAX_WINDOW) {
            throw new EngineException.InvalidRequest(
                    "invalid max query result window, (offset+limit) should be in range [1, " + MAX_WINDOW
                            + "], but got " + window + ". Use an iterator to read further");
        }
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    static void checkRoundDecimal(int decimals) {
        if (decimals < -1 || decimals > MAX_ROUND_DECIMAL) {
            throw new EngineException.InvalidRequest("round_decimal [" + decimals
                    + "] is invalid, should be -1 or an integer in range [0, " + MAX_ROUND_DECIMAL + "]");
        }
    }

    static void checkResultBytes(long sizeBytes, int rowCount) {
        if (sizeBytes > MAX_RESULT_BYTES) {
            throw new EngineException.InvalidRequest(
                    ErrorCode.TOO_LARGE,
                    "query results exceed the maxOutputSize Limit " + MAX_RESULT_BYTES + ": sizeBytes=" + sizeBytes
                            + ", rowCount=" + rowCount
                            + ". Ask for fewer rows, queries or output fields, or use an iterator");
        }
    }
}
