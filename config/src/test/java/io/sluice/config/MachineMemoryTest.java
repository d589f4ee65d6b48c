package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {
    private static final long GIB = 1L << 30;

    @TempDir
    Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @Test
    void readLimit_noControlGroup_isTheMachine() throws IOException {
        file("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB\n");

        assertThat(MachineMemory.readLimit(root)).isEqualTo(16 * GIB);
    }

    @Test
    void readLimit_versionTwo_isTheSmallestOnTheWayUp() throws IOException {
        file("proc/meminfo", "MemTotal:       16777216 kB\n");
        file("proc/self/cgroup", "0::/kube/pod/container\n");
        file("sys/fs/cgroup/kube/pod/container/memory.max", "max\n");
        file("sys/fs/cgroup/kube/pod/memory.max", (2 * GIB) + "\n");
        file("sys/fs/cgroup/kube/memory.max", (4 * GIB) + "\n");

        assertThat(MachineMemory.readLimit(root)).isEqualTo(2 * GIB);
    }

    /** Inside a container with its own view of the groups, the path is the root. */
    @Test
    void readLimit_versionTwoAtTheRoot_isRead() throws IOException {
        file("proc/meminfo", "MemTotal:       16777216 kB\n");
        file("proc/self/cgroup", "0::/\n");
        file("sys/fs/cgroup/memory.max", GIB + "\n");

        assertThat(MachineMemory.readLimit(root)).isEqualTo(GIB);
    }

    @Test
    void readLimit_versionOne_isRead() throws IOException {
        file("proc/meminfo", "MemTotal:       16777216 kB\n");
        file("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", (3 * GIB) + "\n");

        assertThat(MachineMemory.readLimit(root)).isEqualTo(3 * GIB);
    }

    @Test
    void readLimit_limitAboveTheMachine_isTheMachine() throws IOException {
        file("proc/meminfo", "MemTotal:       1048576 kB\n");
        file("proc/self/cgroup", "0::/\n");
        file("sys/fs/cgroup/memory.max", (64 * GIB) + "\n");

        assertThat(MachineMemory.readLimit(root)).isEqualTo(GIB);
    }

    @Test
    void readLimit_nothingToRead_isAModestGuess() {
        assertThat(MachineMemory.readLimit(root)).isEqualTo(4 * GIB);
    }

    @Test
    void ofThisProcess_here_leavesSomethingBeyondTheHeap() {
        MachineMemory memory = MachineMemory.ofThisProcess();

        assertThat(memory.limitBytes()).isPositive();
        assertThat(memory.heapBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
    }
}
