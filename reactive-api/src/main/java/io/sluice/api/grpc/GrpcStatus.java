package io.sluice.api.grpc;

import io.milvus.grpc.Status;
import io.sluice.api.error.WireError;

/** Milvus's {@code common.Status}, both generations of it: {@code code} and the old {@code error_code}. */
final class GrpcStatus {
    static final Status OK = Status.getDefaultInstance();

    private GrpcStatus() {}

    @SuppressWarnings("deprecation") // the old code is all that some clients read
    static Status of(WireError error) {
        Status.Builder status = Status.newBuilder()
                .setErrorCodeValue(error.legacyCode())
                .setReason(error.text())
                .setCode(error.code())
                .setRetriable(error.retriable())
                .setDetail(error.text());
        if (error.inputError()) {
            status.putExtraInfo("is_input_error", "true");
        }
        return status.build();
    }
}
