#!/usr/bin/env bash
# Starts the extracted server once and keeps what the JVM learned about its classes, so that later starts are twice as
# fast. Usage: config/train-aot.sh FOLDER, where FOLDER holds jvm.args and app/sluice.jar with app/lib beside it.
# The cache is FOLDER/sluice.aot; it is valid for the same JVM, the same flags and the same paths.
set -euo pipefail
cd "$1"

data=$(mktemp -d)
output=$(mktemp)
trap 'rm -rf "$data" "$output"' EXIT

SLUICE_HOST=127.0.0.1 SLUICE_PORT=0 SLUICE_DATA="$data" \
    java @jvm.args -XX:AOTCacheOutput=sluice.aot -jar app/sluice.jar >"$output" 2>&1 &
server=$!
while ! grep -q '^Sluice is ready' "$output"; do
    if ! kill -0 "$server" 2>/dev/null; then
        cat "$output"
        exit 1
    fi
    sleep 0.1
done

# One request to each face, so that their classes are in the cache too.
port=$(sed -n 's|^  listens on .*:||p' "$output")
for path in /health /api/v1/memory; do
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$path" >&3
    grep -q '200 OK' <&3
    exec 3>&-
done
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /v2/vectordb/collections/list HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}' >&3
grep -q '200 OK' <&3
exec 3>&-

kill -TERM "$server"
wait "$server" || true # 143 = ended by SIGTERM, as asked
grep -q 'kernels *vectorised' "$output"
test -s sluice.aot
