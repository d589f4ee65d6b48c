package io.sluice.engine.load;

import io.sluice.engine.error.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * The load state as Milvus knows it. Reading it is O(1) and never causes a load.
 *
 * @param progress 0..100; 100 only when searchable
 * @param refreshProgress 100 unless a refresh is under way
 * @param failure why the last load failed or was cancelled, while nothing newer happened
 */
public record LoadStatus(
        State state,
        int progress,
        int refreshProgress,
        @Nullable EngineException failure) {
    public enum State {
        NOT_EXIST("LoadStateNotExist"),
        NOT_LOAD("LoadStateNotLoad"),
        LOADING("LoadStateLoading"),
        LOADED("LoadStateLoaded");

        private final String milvusName;

        State(String milvusName) {
            this.milvusName = milvusName;
        }

        public String milvusName() {
            return milvusName;
        }
    }
}
