package io.sluice.engine.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where log files lie: a seam over the file system, so that tests can lose what was not synced. */
public interface LogFolder {
    /** The log files of a folder of the local file system; it is created when it is missing. */
    static LogFolder of(Path folder) {
        return new LocalLogFolder(folder);
    }

    /** Names of all files, sorted. */
    List<String> list() throws IOException;

    /** Opens a file that exists, for reading and for appending. */
    LogFile open(String name) throws IOException;

    /** Creates a file; one that exists is emptied. */
    LogFile create(String name) throws IOException;

    /** Deletes a file; deleting what is not there is harmless. */
    void delete(String name) throws IOException;

    /** Makes created and deleted names survive a power cut. */
    void sync() throws IOException;
}
