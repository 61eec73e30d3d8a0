// SPDX-License-Identifier: BSL-1.0
// bench/products.cpp — losses with products of matrices, value and gradients, against the same arithmetic with everything in memory: the
// products by a BLAS, what stands between them by Loom's loops over the whole matrix. One thread, binary32, in turn in one run.
//   loom_bench_products [repetitions] [megabytes of workspace] [AVX2]
#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "measure.hpp"

// OpenBLAS says which kernels it has chosen; another BLAS does not.
extern "C" char* openblas_get_corename() __attribute__((weak));

namespace {

using floats = std::vector<float>;
using std::size_t;

constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[M]">;
constexpr auto scale = loom::scalar<"scale">;
constexpr auto S = loom::tensor<"S[N,M]">;  // in memory

template <class E>
constexpr auto both_ways(E s) {
  return (-gather(log(exp(s) / sum(exp(s), M)), t, M).mean() - gather(log(exp(s) / sum(exp(s), N)), u, N).mean()) / 2;
}
template <class E>
constexpr auto itself(E s) {
  return -log(exp(s(M = t)) / sum(where(N != M, exp(s), 0), M)).mean();
}
constexpr auto clip = loom::loss<both_ways(scale* sum(a* b, D))>;
constexpr auto clip_in_memory = loom::loss<both_ways(scale* S)>;
constexpr auto nt_xent = loom::loss<itself(scale* sum(a* a(N = M), D))>;
constexpr auto nt_xent_in_memory = loom::loss<itself(scale* S)>;
constexpr auto linear = loom::loss<-gather(log_softmax(sum(a* b, D), M), t, M).mean()>;
constexpr auto linear_in_memory = loom::loss<-gather(log_softmax(S, M), t, M).mean()>;

struct shape {
  int rows, columns, depth;
};

/// The data of a loss, its results by Loom and by the BLAS, and memory for both.
struct problem {
  shape n;
  floats a, b, da, db, blas_da, blas_db, scores, gradient;
  std::vector<int> t, u;
  std::vector<double> workspace, loops;
  float value = 0, blas_value = 0;

  explicit problem(const shape& of, bool with_itself) : n(of) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(n.depth)));
    const auto fill = [&](int rows) {
      floats v(static_cast<size_t>(rows) * static_cast<size_t>(n.depth));
      for (float& e : v) e = normal(random);
      return v;
    };
    a = fill(n.rows);
    b = with_itself ? a : fill(n.columns);
    da.resize(a.size());
    db.resize(b.size());
    blas_da = da;
    blas_db = db;
    scores.resize(static_cast<size_t>(n.rows) * static_cast<size_t>(n.columns));
    gradient = scores;
    for (int i = 0; i < n.rows; ++i) t.push_back(static_cast<int>(random() % static_cast<unsigned>(n.columns)));
    for (int i = 0; i < n.columns; ++i) u.push_back(static_cast<int>(random() % static_cast<unsigned>(n.rows)));
  }
  auto rows_of(floats& v) { return loom::view(v.data(), static_cast<int>(v.size()) / n.depth, n.depth); }
  auto tile(floats& v) { return loom::view(v.data(), n.rows, n.columns); }

  /// Three products, and `between` the first and the others.
  template <class Between>
  void by_blas(const Between& between, bool with_itself) {
    const auto [r, c, d] = n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, r, c, d, 1, a.data(), d, b.data(), d, 0, scores.data(), c);
    blas_value = between();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, r, d, c, 1, gradient.data(), c, b.data(), d, 0,
                blas_da.data(), d);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, c, d, r, 1, gradient.data(), c, a.data(), d,
                with_itself ? 1.0F : 0.0F, with_itself ? blas_da.data() : blas_db.data(), d);
  }
};

double difference(const floats& x, const floats& y) {
  double most = 0, largest = 1e-30;
  for (size_t i = 0; i < x.size(); ++i) {
    most = std::max(most, std::fabs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
    largest = std::max(largest, std::fabs(static_cast<double>(y[i])));
  }
  return most / largest;
}

/// Times both in turn, and prints a line.
void compare(const std::string& what, problem& p, int repetitions, const std::function<void()>& by_loom,
             const std::function<void()>& by_blas, bool with_itself) {
  std::vector<double> ours, theirs;
  for (int r = -1; r < repetitions; ++r) {
    const bench::stopwatch first;
    by_loom();
    const double spent = first.milliseconds();
    const bench::stopwatch second;
    by_blas();
    if (r < 0) continue;
    ours.push_back(spent);
    theirs.push_back(second.milliseconds());
  }
  const double wrong = std::max(difference(p.da, p.blas_da), with_itself ? 0 : difference(p.db, p.blas_db));
  if (!(wrong < 1e-4) || !(std::fabs(p.value - p.blas_value) < 1e-4F * std::fabs(p.blas_value))) {
    std::fprintf(stderr, "%s: Loom computes %g, the BLAS %g; gradients differ by %g of the largest\n", what.c_str(),
                 static_cast<double>(p.value), static_cast<double>(p.blas_value), wrong);
    std::exit(1);
  }
  const double loom_time = bench::median(ours), blas_time = bench::median(theirs);
  std::printf("| %-22s | %5d x %5d x %4d | %9.2f ms | %9.2f ms | %5.2f | %7.2f MB | %8.2f MB |\n", what.c_str(),
              p.n.rows, p.n.columns, p.n.depth, loom_time, blas_time, blas_time / loom_time,
              static_cast<double>(p.workspace.size()) * 8e-6, static_cast<double>(p.scores.size()) * 8e-6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 7;
  const double megabytes = argc > 2 ? std::atof(argv[2]) : 0;
  const loom::limit_target limit(argc > 3 && std::strcmp(argv[3], "AVX2") == 0 ? loom::target::avx2
                                                                               : loom::target::avx512);
  const auto reserve = [&](problem& p, std::ptrdiff_t asked_for) {
    p.workspace.resize(megabytes > 0 ? static_cast<size_t>(megabytes * 125000) : static_cast<size_t>(asked_for));
  };
  std::printf("Value and gradients, one thread; speed: how many times as fast as the BLAS. Loom: %s; the BLAS: %s.\n",
              loom::name(loom::current_target()).data(),
              openblas_get_corename != nullptr ? openblas_get_corename() : "kernels of its own choice");
  std::printf(
      "| loss | N x M x D | Loom | BLAS, in memory | speed | workspace | its matrices "
      "|\n|---|---|--:|--:|--:|--:|--:|\n");
  for (const shape& n : {shape{512, 512, 128}, {4096, 4096, 512}}) {
    problem p(n, false);
    const auto call = [&](const auto& f, const auto&... more) {
      return f(a = p.rows_of(p.a), b = p.rows_of(p.b), scale = 20, t = p.t, u = p.u, d(a) = p.rows_of(p.da),
               d(b) = p.rows_of(p.db), more...);
    };
    reserve(p, call([](const auto&... x) { return clip.workspace_size(x...); }));
    const auto between = [&](const auto& f, const auto&... more) {
      return f(S = p.tile(p.scores), scale = 20, t = p.t, u = p.u, d(S) = p.tile(p.gradient), more...);
    };
    p.loops.resize(static_cast<size_t>(between([](const auto&... x) { return clip_in_memory.workspace_size(x...); })));
    compare(
        "CLIP", p, repetitions, [&] { p.value = call(clip, loom::workspace = p.workspace); },
        [&] { p.by_blas([&] { return between(clip_in_memory, loom::workspace = p.loops); }, false); }, false);
  }
  for (const shape& n : {shape{512, 512, 128}, {4096, 4096, 512}}) {
    problem p(n, true);
    const auto call = [&](const auto& f, const auto&... more) {
      return f(a = p.rows_of(p.a), scale = 20, t = p.t, d(a) = p.rows_of(p.da), more...);
    };
    reserve(p, call([](const auto&... x) { return nt_xent.workspace_size(x...); }));
    const auto between = [&] {
      return nt_xent_in_memory(S = p.tile(p.scores), scale = 20, t = p.t, d(S) = p.tile(p.gradient));
    };
    compare(
        "NT-Xent", p, repetitions, [&] { p.value = call(nt_xent, loom::workspace = p.workspace); },
        [&] { p.by_blas(between, true); }, true);
  }
  for (const shape& n : {shape{4096, 32000, 512}}) {
    problem p(n, false);
    const auto call = [&](const auto& f, const auto&... more) {
      return f(a = p.rows_of(p.a), b = p.rows_of(p.b), t = p.t, d(a) = p.rows_of(p.da), d(b) = p.rows_of(p.db),
               more...);
    };
    reserve(p, call([](const auto&... x) { return linear.workspace_size(x...); }));
    const auto between = [&] { return linear_in_memory(S = p.tile(p.scores), t = p.t, d(S) = p.tile(p.gradient)); };
    compare(
        "linear, cross entropy", p, (repetitions + 2) / 3,
        [&] { p.value = call(linear, loom::workspace = p.workspace); }, [&] { p.by_blas(between, false); }, false);
  }
}
