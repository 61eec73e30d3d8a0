// SPDX-License-Identifier: BSL-1.0
// bench/main.cpp — the flagships against loops, libraries, loops by hand and memory itself, in one run, and Loom held to AVX2.
//   loom_bench [REPETITIONS] [--only NAME,...] [--page FOLDER README COMPILE_TIMES]
// In each repetition every contender is timed once, in turn; medians are printed, and the ratio of each to Loom's. Values
// and gradients are held against each other first: a disagreement ends the run. --only measures contenders whose names
// contain one of those given. --page measures curves too, and writes FOLDER/speed.md and a part of README: ./run speed.
#include <climits>
#include <cstdlib>
#include <cstring>
#ifdef __GLIBC__
#include <malloc.h>
#include <unistd.h>
#endif

#include "loom.hpp"
#include "losses.hpp"
#include "processor.hpp"

namespace bench {
namespace {

std::vector<contender> contenders() {
  std::vector<contender> all = {loom_itself(), plain(), plain_fast()};
#ifdef LOOM_BENCH_EIGEN
  all.push_back(eigen());
#endif
#ifdef LOOM_BENCH_XTENSOR
  all.push_back(xtensor());
#endif
#ifdef LOOM_BENCH_ONEDNN
  all.push_back(onednn());
#endif
#ifdef LOOM_BENCH_HALIDE
  all.push_back(halide());
#endif
#ifdef LOOM_BENCH_TORCH
  all.push_back(torch());
#endif
#ifdef LOOM_BENCH_X86
  if (has_avx512()) all.insert(all.end(), {by_hand(), memory()});
#endif
  return all;
}

/// Loom held to AVX2, beside itself and the contenders that can be compiled for it.
std::vector<contender> contenders_in_avx2() {
  std::vector<contender> all;
#ifdef LOOM_BENCH_X86
  all = {loom_avx2(), loom_itself(), plain_fast_avx2()};
  all[1].name = "Loom, " + loom_target();
#ifdef LOOM_BENCH_EIGEN
  all.push_back(eigen_avx2());
#endif
#ifdef LOOM_BENCH_XTENSOR
  all.push_back(xtensor_avx2());
#endif
  all.push_back(memory());
#endif
  return all;
}

/// The first, and those whose names contain one of some words.
std::vector<contender> only(const std::vector<contender>& all, const std::vector<std::string>& words) {
  std::vector<contender> left;
  for (const contender& c : all) {
    bool stays = left.empty();
    for (const std::string& w : words) stays = stays || c.name.find(w) != std::string::npos;
    if (stays) left.push_back(c);
  }
  return left;
}

/// What curves show: the swiftest ways, so that a run ends.
std::vector<contender> contenders_of_curves(const measurements& m) {
  std::vector<contender> all = only(m.contenders, {"-Ofast", "Eigen", "LibTorch", "by hand", "memory"});
  if (!m.in_avx2.empty()) all.insert(all.begin() + 1, loom_avx2());
  return all;
}

void measure_tables(measurements& m) {
  comparison all(m.contenders, m.repetitions);
  all.measure_losses_of_rows(50000, 10);
  all.measure_losses_of_rows(4096, 1000);
  all.measure_elementwise_losses(4096, 1000);
  all.measure_elementwise_losses(1, 16384);
  all.measure_cross_entropy(1024, 32000);
  all.measure_cross_entropy(256, 128256);
  all.measure_cross_entropy_f64(50000, 10);
  all.measure_cross_entropy_f64(4096, 1000);
  all.measure_cross_entropy_f64(128, 128256);
  m.all = all.result();
  if (!m.in_avx2.empty()) {
    comparison avx2(m.in_avx2, m.repetitions);
    avx2.measure_losses_of_rows(50000, 10);
    avx2.measure_losses_of_rows(4096, 1000);
    avx2.measure_elementwise_losses(4096, 1000);
    avx2.measure_cross_entropy(256, 128256);
    avx2.measure_cross_entropy_f64(50000, 10);
    avx2.measure_cross_entropy_f64(4096, 1000);
    m.avx2 = avx2.result();
  }
  m.layouts = measure_layouts(m.repetitions);
}

void measure_curves(measurements& m) {
  const std::vector<contender> shown = contenders_of_curves(m);
  for (const bool is_f64 : {false, true}) m.curves.push_back(measure_classes(shown, m.repetitions, is_f64));
  for (const std::ptrdiff_t classes : {10, 1000}) m.curves.push_back(measure_rows(shown, m.repetitions, classes));
}

int run(int count, char** arguments) {
  measurements m;
  std::vector<std::string> words;
  std::string folder, readme, compile_times;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--only" && i + 1 < count) {
      for (char* word = std::strtok(arguments[++i], ","); word != nullptr; word = std::strtok(nullptr, ","))
        words.emplace_back(word);
    } else if (argument == "--page" && i + 3 < count) {
      folder = arguments[++i];
      readme = arguments[++i];
      compile_times = arguments[++i];
    } else if (const int n = std::atoi(arguments[i]); n > 0) {
      m.repetitions = n;
    } else {
      std::fputs("loom_bench [REPETITIONS] [--only NAME,...] [--page FOLDER README COMPILE_TIMES]\n", stderr);
      return 2;
    }
  }
  if (!loom_target_is_best()) {
    std::fprintf(stderr, "Loom computes with %s on a machine that has AVX-512 (LOOM_TARGETS < 2?): not measured\n",
                 loom_target().c_str());
    return 1;
  }
  if (!has_avx512())
    std::fputs("no AVX-512 here: measured without the loops by hand and without memory itself\n", stderr);
  m.contenders = contenders();
  if (has_avx512()) m.in_avx2 = contenders_in_avx2();
  if (!words.empty()) {
    m.contenders = only(m.contenders, words);
    if (!m.in_avx2.empty()) m.in_avx2 = only(m.in_avx2, words);
  }
  std::printf("target %s, one thread, medians of %d in ms; in brackets the ratio to the first column\n",
              loom_target().c_str(), m.repetitions);
  measure_tables(m);
  if (folder.empty()) return 0;
  measure_curves(m);
  write_page(m, folder, compile_times);
  write_readme(m, readme, compile_times);
  return 0;
}

}  // namespace
}  // namespace bench

int main(int count, char** arguments) {
#ifdef __GLIBC__
  // One thread for libraries that use OpenMP, which reads this as it is loaded.
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    setenv("OMP_NUM_THREADS", "1", 0);
    execv("/proc/self/exe", arguments);
  }
  // Freed memory is kept, so that temporaries of a library are not new pages in every call.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
  return bench::run(count, arguments);
}
