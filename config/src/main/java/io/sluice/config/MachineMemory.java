package io.sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory this process may use at most: the machine's, or less where a container says so.
 *
 * <p>The container's limit is the smallest one on the way from our control group up to the root, in version 2
 * ({@code memory.max}) or version 1 ({@code memory.limit_in_bytes}) of the files.
 *
 * @param limitBytes of the machine or the container, whichever is less
 * @param heapBytes that the Java heap may grow to
 */
record MachineMemory(long limitBytes, long heapBytes) {
    /** When nothing says how much there is: what a small machine has. */
    private static final long UNKNOWN_BYTES = 4L << 30; // 4 GiB

    static MachineMemory ofThisProcess() {
        return new MachineMemory(readLimit(Path.of("/")), Runtime.getRuntime().maxMemory());
    }

    /** @param root of the file system; another one in tests */
    static long readLimit(Path root) {
        long limit = machineBytes(root.resolve("proc/meminfo"));
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3); // hierarchy : controllers : path
            if (parts.length < 3) {
                continue;
            }
            if (parts[1].isEmpty()) {
                limit = Math.min(limit, groupBytes(root.resolve("sys/fs/cgroup"), parts[2], "memory.max"));
            } else if (List.of(parts[1].split(",")).contains("memory")) {
                limit = Math.min(
                        limit, groupBytes(root.resolve("sys/fs/cgroup/memory"), parts[2], "memory.limit_in_bytes"));
            }
        }
        return limit;
    }

    private static long machineBytes(Path meminfo) {
        for (String line : lines(meminfo)) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10; // kB
            }
        }
        return UNKNOWN_BYTES;
    }

    private static long groupBytes(Path mount, String group, String file) {
        long limit = Long.MAX_VALUE;
        Path folder = mount.resolve("." + group).normalize();
        while (folder != null && folder.startsWith(mount)) {
            for (String line : lines(folder.resolve(file))) {
                if (line.matches("\\d{1,18}")) { // "max" and 9223372036854771712 mean: none
                    limit = Math.min(limit, Long.parseLong(line));
                }
            }
            folder = folder.getParent();
        }
        return limit;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notHere) {
            return List.of();
        }
    }
}
