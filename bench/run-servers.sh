#!/usr/bin/env bash
# Sluice beside a real Milvus server (PyPI milvus 2.3.5) and milvus-lite 3.2.2, with pymilvus as the client of all.
# Arguments go to bench/servers/compare.py: servers=sluice,milvus,lite rows=100000 seconds=8 seed=1.
# Needs: npm, python3 with venv, a JDK 25, mvn.
set -euo pipefail
cd "$(dirname "$0")/.."
bench/prepare-words.sh
venvs=bench/data/venvs
venv() { # NAME PACKAGES...: each server in an environment of its own, for their pins do not agree
    [ -f "$venvs/$1/ready" ] || { python3 -m venv "$venvs/$1" && "$venvs/$1/bin/pip" -q install "${@:2}" && touch "$venvs/$1/ready"; }
}
venv client pymilvus==3.0.2 numpy psutil
venv milvus 'setuptools<81' milvus==2.3.5
venv lite milvus-lite==3.2.2 pymilvus==3.0.2
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/java" ] && "$home/bin/java" -version 2>&1 | grep -q '"25'; then java=$home/bin/java; fi
done
[ "${BENCH_BUILD:-yes}" = no ] || mvn -q -B -pl app -am package -DskipTests -Djacoco.skip=true
root=$PWD
exec "$venvs/client/bin/python" bench/servers/compare.py "$java" "$root/app/target/sluice.jar" "$root/config/jvm.args" \
    "$root/bench/data/words-340k.bin" "$root/bench/data/servers" \
    milvus="$root/$venvs/milvus/bin/milvus-server" lite="$root/$venvs/lite/bin/milvus-lite" "$@"
