// SPDX-License-Identifier: BSL-1.0
// tests/run/threads.cpp — the same bits for every number of threads, in any order, and for none.
#include <cstring>
#include <random>
#include <vector>

#include "loom/collection/collection.hpp"
#include "support/catch.hpp"
#include "support/plain_pool.hpp"
#ifdef LOOM_TEST_TBB
#include "loom/threads.hpp"
#endif

namespace {

namespace lc = loom::collection;
using loom::d, loom::view;
using trial::plain_pool;

struct batch {
  std::ptrdiff_t n, c;
  std::vector<float> x, w;
  std::vector<int> t;

  batch(std::ptrdiff_t rows, std::ptrdiff_t columns)
      : n(rows),
        c(columns),
        x(static_cast<std::size_t>(n * c)),
        w(static_cast<std::size_t>(c)),
        t(static_cast<std::size_t>(n)) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 3);
    for (float& v : x) v = normal(random);
    for (float& v : w) v = 1 + 0.1F * normal(random);
    for (int& v : t) v = static_cast<int>(random() % static_cast<unsigned>(c));
  }
  auto matrix() const { return view(x.data(), n, c); }
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// call(gradient, on...) fills a gradient of that size, on no pool or on the one that `on` says.
template <class Call>
void same_for_all_pools(std::size_t size, const Call& call, bool cut) {
  std::vector<float> one(size);
  const float alone = call(one);
  for (int threads : {1, 2, 8}) {
    plain_pool pool(threads);
    std::vector<float> many(size);
    CHECK(call(many, loom::threads = pool) == alone);
    CHECK(same_bits(one, many));
    CHECK((pool.calls > 1) == cut);
  }
}

TEST_CASE("rows are cut by the size of the data alone", "[exec]") {
  for (const auto& [n, c, cut] : {std::tuple{50001, 10, true}, {700, 1000, true}, {300, 7, false}}) {
    const batch b(n, c);
    same_for_all_pools(
        b.x.size(),
        [&](std::vector<float>& g, const auto&... on) {
          return lc::cross_entropy(lc::x = b.matrix(), lc::t = b.t, d(lc::x) = view(g.data(), b.n, b.c), on...);
        },
        cut);
  }
}

TEST_CASE("so is elementwise data, which has no rows", "[exec]") {
  const batch b(300001, 2);
  const std::vector<float> y(b.x.size(), 0.25F);
  same_for_all_pools(
      b.x.size(),
      [&](std::vector<float>& g, const auto&... on) {
        return lc::binary_cross_entropy(lc::a = b.x, lc::y = y, lc::pw = 2, d(lc::a) = g, on...);
      },
      true);
}

TEST_CASE("windows are cut between lines of rows", "[exec]") {
  constexpr auto signal = loom::tensor<"signal[B,L]">;
  constexpr auto taps = loom::tensor<"taps[J]">;
  constexpr auto L = loom::axis<"L">;
  constexpr auto J = loom::axis<"J">;
  constexpr auto filtered = loom::loss<sum(log(1 + square(sum(signal(L = L + J - 3) * taps, J))))>;
  const float filter[] = {0.1F, -0.2F, 0.5F, 1, 0.5F, -0.2F, 0.1F};
  for (const auto& [n, c] : {std::pair{1500, 100}, {40, 5000}, {5000, 37}}) {
    const batch b(n, c);
    std::vector<double> workspace(3 * b.x.size());
    same_for_all_pools(
        b.x.size(),
        [&](std::vector<float>& g, const auto&... on) {
          return filtered(signal = b.matrix(), taps = filter, d(signal) = view(g.data(), b.n, b.c),
                          loom::workspace = workspace, on...);
        },
        true);
  }
}

TEST_CASE("rows side by side are cut between lines, and a long line into pieces", "[exec]") {
  constexpr auto planes = loom::tensor<"planes[B,C,P]">;
  constexpr auto C = loom::axis<"C">;
  constexpr auto spread = loom::loss<(logsumexp(planes, C) + var(planes, C)).mean()>;
  struct {
    std::ptrdiff_t images, channels, pixels;
  } const sizes[] = {{1, 300, 1003}, {3, 20, 9001}, {400, 11, 70}, {2, 2000, 129}, {1, 70000, 5}};
  for (const auto& [images, channels, pixels] : sizes) {
    const batch b(images * channels, pixels);
    std::vector<float> before(b.x);  // what d(x) += finds there
    same_for_all_pools(
        b.x.size(),
        [&](std::vector<float>& g, const auto&... on) {
          g = before;
          return spread(planes = view(b.x.data(), images, channels, pixels),
                        d(planes) += view(g.data(), images, channels, pixels), on...);
        },
        pixels > 5);
  }
}

TEST_CASE("a sweep that adds up an array has one writer", "[exec]") {
  const batch b(20000, 10);
  constexpr auto weighted = loom::loss<-gather(log_softmax(lc::x, -1) * lc::w, lc::t).mean()>;
  std::vector<double> workspace(10);
  same_for_all_pools(
      b.w.size(),
      [&](std::vector<float>& g, const auto&... on) {
        return weighted(lc::x = b.matrix(), lc::t = b.t, lc::w = b.w, d(lc::w) = g, loom::workspace = workspace, on...);
      },
      false);
}

#ifdef LOOM_TEST_TBB
TEST_CASE("oneTBB runs the parts", "[exec]") {
  const batch b(50001, 10);
  loom::thread_pool pool(2);
  CHECK(pool.size() >= 1);
  std::vector<float> one(b.x.size()), many(b.x.size());
  const float alone = lc::cross_entropy(lc::x = b.matrix(), lc::t = b.t, d(lc::x) = view(one.data(), b.n, b.c));
  CHECK(lc::cross_entropy(lc::x = b.matrix(), lc::t = b.t, d(lc::x) = view(many.data(), b.n, b.c),
                          loom::threads = pool) == alone);
  CHECK(same_bits(one, many));
}
#endif

}  // namespace
