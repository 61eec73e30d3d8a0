// SPDX-License-Identifier: BSL-1.0
// Tiles of products and of distances whose blocks are shared among threads: the bits of a call without threads, for any number of them,
// and for a pool that runs parts backwards and twice.
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::view;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[C,D]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto s = sum(a * b, D);
constexpr auto within = sum(a * a(N = M), D);

/// What is to be done in blocks of up to 192 x 512 or 144 x 144, each of several parts.
constexpr std::ptrdiff_t rows = 230, columns = 601, depth = 90;

/// A thread for each part, as many as there may be at a time.
struct plain_pool {
  int threads;
  int most = 0;  ///< parts that it was given at a time
  template <class F>
  void for_each(int count, const F& f) {
    if (count > most) most = count;
    std::vector<std::thread> all;
    for (int k = 0; k < threads; ++k)
      all.emplace_back([&, k] {
        for (int i = k; i < count; i += threads) f(i);
      });
    for (std::thread& one : all) one.join();
  }
};
struct backwards_pool {
  int most = 0;
  template <class F>
  void for_each(int count, const F& f) {
    if (count > most) most = count;
    for (int times = 0; times < 2; ++times)
      for (int i = count; i-- > 0;) f(i);
  }
};

template <class T>
std::vector<T> waves(std::ptrdiff_t n, double scale) {
  std::vector<T> v(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(scale * std::sin(1.37 * static_cast<double>(i)));
  return v;
}

/// `with(gradients, f, more...)` calls f with all bindings of a formula and more.
template <auto Formula, class T, class With>
void agrees_with_the_caller(const With& with) {
  constexpr auto f = loom::loss<Formula>;
  for (const bool least : {false, true}) {
    const auto run = [&](auto&... pool) {
      std::vector<T> grads(static_cast<std::size_t>((rows + columns) * depth) + 1);
      const auto size = [&](const auto&... all) {
        return least ? f.workspace_size(loom::least, all...) : f.workspace_size(all...);
      };
      std::vector<double> memory(static_cast<std::size_t>(with(grads, size)));
      grads.back() = with(grads, f, loom::workspace = memory, (loom::threads = pool)...);
      return grads;
    };
    const std::vector<T> alone = run();
    const auto check = [&](auto pool) {
      const std::vector<T> shared = run(pool);
      CHECK(std::memcmp(shared.data(), alone.data(), alone.size() * sizeof(T)) == 0);
      if (!least && LOOM_BLOCK_COLUMNS >= 512) CHECK(pool.most > 2);  // smaller blocks are one part
    };
    check(plain_pool{2});
    check(plain_pool{5});
    check(backwards_pool{});
  }
}
template <auto Formula, class T>
void of_two(double scale) {
  const std::vector<T> x = waves<T>(rows * depth, scale), y = waves<T>(columns * depth, scale);
  std::vector<int> label(rows);
  for (std::size_t i = 0; i < label.size(); ++i) label[i] = static_cast<int>(7 * i % columns);
  const auto with = [&](std::vector<T>& grads, const auto& use, const auto&... more) {
    return use(more..., a = view(x.data(), rows, depth), b = view(y.data(), columns, depth), t = label,
               d(a) = view(grads.data(), rows, depth), d(b) = view(grads.data() + rows * depth, columns, depth));
  };
  agrees_with_the_caller<Formula, T>(with);
}
template <auto Formula, class T>
void of_one(double scale) {
  const std::vector<T> x = waves<T>(columns * depth, scale);
  const auto with = [&](std::vector<T>& grads, const auto& use, const auto&... more) {
    return use(more..., a = view(x.data(), columns, depth), d(a) = view(grads.data(), columns, depth));
  };
  agrees_with_the_caller<Formula, T>(with);
}

}  // namespace

TEST_CASE("threads share a tile that is folded along rows") {
  of_two<-gather(log_softmax(s, C), t, C).mean(), float>(0.5);
  of_two<-gather(log_softmax(s, C), t, C).mean(), double>(0.5);
}
TEST_CASE("threads share a tile that is folded along both sides") {
  of_two<logsumexp(s, C).mean() - gather(s, t, C).mean() + square(logsumexp(s, N)).mean(), float>(0.5);
}
TEST_CASE("threads share half of a tile of a batch against itself") {
  of_one<logsumexp(where(N != M, within, -INFINITY), M).mean(), float>(0.2);
  of_one<sum(softplus(within)), double>(0.2);
}
TEST_CASE("threads share a tile of distances") {
  of_two<exp(-norm(a - b, D)).mean() + gather(0 * s, t, C).mean(), float>(0.3);
  of_one<sum(exp(-norm(a - a(N = M), D))), float>(0.3);
}
TEST_CASE("threads share a tile whose zeros add nothing") { of_one<sum(where(N <= M, square(within), 0)), float>(0.3); }
