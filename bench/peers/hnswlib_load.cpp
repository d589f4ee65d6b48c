// The peer hnswlib (Debian's libhnswlib-dev): builds, loads and searches an index of the rows that we are given.
// Prints one JSON object a line. Cosine is inner product over vectors of length 1, as hnswlib's own bindings do it.
//
//   hnswlib_load build  ROWS INDEX THREADS M EF_CONSTRUCTION   builds and saves
//   hnswlib_load load   INDEX DIMENSION REPEATS                loads into a fresh object, again and again
//   hnswlib_load search INDEX QUERIES TRUTH K REPEATS EF...    loads once, then one thread, each ef in turn
//
// ROWS and QUERIES: int32 count, int32 dimension, float32[count][dimension]. TRUTH: int32[queryCount][K], exact.
// Build: g++ -O3 -march=native -pthread hnswlib_load.cpp -o hnswlib_load
#include <hnswlib/hnswlib.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace {

double nowSeconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpuSeconds() {
    timespec spent;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return spent.tv_sec + spent.tv_nsec * 1e-9;
}

struct Matrix {
    int count = 0;
    int dimension = 0;
    std::vector<float> values;

    const float* row(int i) const { return values.data() + static_cast<size_t>(i) * dimension; }
};

Matrix readNormalised(const char* path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        std::fprintf(stderr, "cannot read %s\n", path);
        std::exit(2);
    }
    Matrix matrix;
    in.read(reinterpret_cast<char*>(&matrix.count), 4);
    in.read(reinterpret_cast<char*>(&matrix.dimension), 4);
    matrix.values.resize(static_cast<size_t>(matrix.count) * matrix.dimension);
    in.read(reinterpret_cast<char*>(matrix.values.data()), matrix.values.size() * sizeof(float));
    for (int i = 0; i < matrix.count; i++) {
        float* row = matrix.values.data() + static_cast<size_t>(i) * matrix.dimension;
        double sum = 0;
        for (int j = 0; j < matrix.dimension; j++) {
            sum += static_cast<double>(row[j]) * row[j];
        }
        float inverse = sum == 0 ? 0 : static_cast<float>(1 / std::sqrt(sum));
        for (int j = 0; j < matrix.dimension; j++) {
            row[j] *= inverse;
        }
    }
    return matrix;
}

long fileBytes(const char* path) {
    struct stat found;
    return stat(path, &found) == 0 ? static_cast<long>(found.st_size) : -1;
}

int build(char** args) {
    Matrix rows = readNormalised(args[0]);
    int threads = std::atoi(args[2]);
    hnswlib::InnerProductSpace space(rows.dimension);
    hnswlib::HierarchicalNSW<float> index(&space, rows.count, std::atoi(args[3]), std::atoi(args[4]));
    double start = nowSeconds();
    double cpuStart = cpuSeconds();
    index.addPoint(rows.row(0), 0);
    std::atomic<int> next(1);
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; t++) {
        workers.emplace_back([&] {
            for (int i = next++; i < rows.count; i = next++) {
                index.addPoint(rows.row(i), i);
            }
        });
    }
    for (auto& worker : workers) {
        worker.join();
    }
    double seconds = nowSeconds() - start;
    double cpu = cpuSeconds() - cpuStart;
    index.saveIndex(args[1]);
    std::printf(
        "{\"peer\":\"hnswlib\",\"job\":\"build\",\"rows\":%d,\"threads\":%d,\"seconds\":%.3f,\"cpuSeconds\":%.3f,"
        "\"fileBytes\":%ld}\n",
        rows.count, threads, seconds, cpu, fileBytes(args[1]));
    return 0;
}

int load(char** args) {
    hnswlib::InnerProductSpace space(std::atoi(args[1]));
    int repeats = std::atoi(args[2]);
    for (int i = 0; i < repeats; i++) {
        double start = nowSeconds();
        auto* index = new hnswlib::HierarchicalNSW<float>(&space, args[0]);
        double seconds = nowSeconds() - start;
        size_t rows = index->cur_element_count;
        start = nowSeconds();
        delete index;
        double releaseSeconds = nowSeconds() - start;
        std::printf(
            "{\"peer\":\"hnswlib\",\"job\":\"load\",\"rows\":%zu,\"seconds\":%.6f,\"releaseSeconds\":%.6f,"
            "\"fileBytes\":%ld}\n",
            rows, seconds, releaseSeconds, fileBytes(args[0]));
        std::fflush(stdout);
    }
    return 0;
}

int search(int count, char** args) {
    Matrix queries = readNormalised(args[1]);
    int k = std::atoi(args[3]);
    int repeats = std::atoi(args[4]);
    std::vector<int> truth(static_cast<size_t>(queries.count) * k);
    std::ifstream in(args[2], std::ios::binary);
    in.read(reinterpret_cast<char*>(truth.data()), truth.size() * sizeof(int));
    hnswlib::InnerProductSpace space(queries.dimension);
    hnswlib::HierarchicalNSW<float> index(&space, args[0]);
    for (int repeat = 0; repeat < repeats; repeat++) {
        for (int e = 5; e < count; e++) {
            index.setEf(std::atoi(args[e]));
            long right = 0;
            double start = nowSeconds();
            double cpuStart = cpuSeconds();
            for (int q = 0; q < queries.count; q++) {
                auto found = index.searchKnn(queries.row(q), k);
                const int* wanted = truth.data() + static_cast<size_t>(q) * k;
                while (!found.empty()) {
                    right += std::find(wanted, wanted + k, static_cast<int>(found.top().second)) != wanted + k;
                    found.pop();
                }
            }
            double cpu = cpuSeconds() - cpuStart;
            std::printf(
                "{\"peer\":\"hnswlib\",\"job\":\"search\",\"ef\":%s,\"queries\":%d,\"seconds\":%.6f,"
                "\"cpuSeconds\":%.6f,\"recall\":%.5f}\n",
                args[e], queries.count, nowSeconds() - start, cpu,
                static_cast<double>(right) / (static_cast<double>(queries.count) * k));
            std::fflush(stdout);
        }
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 7 && !std::strcmp(argv[1], "build")) {
        return build(argv + 2);
    }
    if (argc == 5 && !std::strcmp(argv[1], "load")) {
        return load(argv + 2);
    }
    if (argc >= 8 && !std::strcmp(argv[1], "search")) {
        return search(argc - 2, argv + 2);
    }
    std::fprintf(stderr, "usage: see the first lines of hnswlib_load.cpp\n");
    return 2;
}
