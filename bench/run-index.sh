#!/usr/bin/env bash
# Our graph index beside hnswlib on the same words: build, recall, queries per second.
# Arguments go to IndexBench: rows=N threads=2 rounds=5 ef=32,64,128,256,512 seed=1. Needs: apt-get install g++ libhnswlib-dev npm
set -euo pipefail
cd "$(dirname "$0")/.."
bench/prepare-words.sh
mkdir -p bench/data/index
g++ -O3 -march=native -pthread bench/peers/hnswlib_load.cpp -o bench/data/hnswlib_load
bench/java.sh io.sluice.bench.IndexBench bench/data/words-340k.bin bench/data/hnswlib_load bench/data/index "$@"
