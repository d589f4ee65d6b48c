package io.sluice.api.nativehttp;

import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;

/** How events are written. */
enum StreamFormat {
    SSE(MediaType.TEXT_EVENT_STREAM),
    NDJSON(MediaType.APPLICATION_NDJSON);

    private final MediaType mediaType;

    StreamFormat(MediaType mediaType) {
        this.mediaType = mediaType;
    }

    MediaType mediaType() {
        return mediaType;
    }

    /** The format that is asked for by its own name, for routes that usually answer JSON. */
    static Optional<StreamFormat> named(List<MediaType> accept) {
        for (MediaType type : accept) {
            for (StreamFormat format : values()) {
                if (type.isConcrete() && format.mediaType.includes(type)) {
                    return Optional.of(format);
                }
            }
        }
        return Optional.empty();
    }

    /** The first acceptable format, for routes that only stream; events when nothing was said. */
    static Optional<StreamFormat> acceptable(List<MediaType> accept) {
        if (accept.isEmpty()) {
            return Optional.of(SSE);
        }
        for (MediaType type : accept) {
            for (StreamFormat format : values()) {
                if (type.includes(format.mediaType)) {
                    return Optional.of(format);
                }
            }
        }
        return Optional.empty();
    }
}
