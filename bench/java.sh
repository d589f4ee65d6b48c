#!/usr/bin/env bash
# Compiles what the bench module needs and runs one of its main classes: bench/java.sh CLASS ARGUMENTS...
# The JVM gets the server's flags (config/jvm.args), with a heap that is fixed and touched at the start.
# JAVA_HOME must be a JDK 25, or one must lie in /usr/lib/jvm. BENCH_HEAP is the heap, 1500m by default; BENCH_BUILD=no
# takes what was compiled before.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${JAVA_HOME:-}" ] || ! "$JAVA_HOME/bin/java" -version 2>&1 | grep -q '"25'; then
    for home in /usr/lib/jvm/*; do
        if [ -x "$home/bin/java" ] && "$home/bin/java" -version 2>&1 | grep -q '"25'; then
            JAVA_HOME=$home
        fi
    done
fi
if [ ! -f bench/target/class-path ] || [ "${BENCH_BUILD:-yes}" != no ]; then
    mvn -q -B -pl bench -am package -DskipTests -Djacoco.skip=true -Dspring-boot.repackage.skip=true \
        dependency:build-classpath -Dmdep.outputFile=target/class-path -Dmdep.includeScope=runtime 1>&2
fi
exec "$JAVA_HOME/bin/java" @config/jvm.args -XX:+AlwaysPreTouch -Xms"${BENCH_HEAP:-1500m}" -Xmx"${BENCH_HEAP:-1500m}" \
    -cp "bench/target/classes:$(cat bench/target/class-path)" "$@"
