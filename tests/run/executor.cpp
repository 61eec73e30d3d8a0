// SPDX-License-Identifier: BSL-1.0
// tests/run/executor.cpp — pools that do less, more or otherwise than they are asked; and threads with arithmetic of their own.
#include <cfenv>
#include <cmath>
#include <cstring>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#ifdef LOOM_TEST_TBB
#include "loom/threads.hpp"
#endif

namespace {

using loom::d, loom::out, loom::view;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto a = loom::tensor<"a[N]">;
constexpr auto w = loom::scalar<"w">;
constexpr auto squares = loom::loss<square(x).mean()>;
constexpr auto scaled = loom::loss<a * w>;

constexpr std::ptrdiff_t rows = 30000, columns = 33;

/// Runs some of the parts, the last one first, each several times.
struct odd_pool {
  int skipped;  ///< of every part whose number it divides; 0: none
  int times;
  template <class F>
  void for_each(int count, const F& f) {
    for (int k = 0; k < times; ++k)
      for (int i = count; i-- > 0;)
        if (skipped == 0 || i % skipped != 0) f(i);
  }
};

/// Computes on a thread that rounds in its own way, as one that was made earlier does.
struct rounding_pool {
  int mode;
  int seen = -1;
  template <class F>
  void for_each(int count, const F& f) {
    const int before = std::fegetround();
    std::fesetround(mode);
    for (int i = 0; i < count; ++i) f(i);
    seen = std::fegetround();
    std::fesetround(before);
  }
};

#if defined(__SSE__) || defined(__aarch64__)
using mode = loom::run::arithmetic_mode;
#if defined(__SSE__)
constexpr mode::bits flush = 0x8040;  // subnormal results and operands are 0
#else
constexpr mode::bits flush = 1 << 24;
#endif

/// Computes on a thread that keeps subnormal numbers.
struct keeping_pool {
  template <class F>
  void for_each(int count, const F& f) {
    const mode::scope keeping(mode::read() & ~flush);
    for (int i = 0; i < count; ++i) f(i);
  }
};
#endif

std::vector<float> waves(std::ptrdiff_t n) {
  std::vector<float> v(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::sin(1.37F * static_cast<float>(i));
  return v;
}

bool same_bits(const std::vector<float>& p, const std::vector<float>& q) {
  return std::memcmp(p.data(), q.data(), p.size() * sizeof(float)) == 0;
}

template <class Pool>
void agrees_with_the_caller(Pool& pool) {
  const std::vector<float> data = waves(1 << 18);
  std::vector<float> alone(data.size()), shared(data.size());
  scaled(a = data, w = 0.3F, out = alone);
  scaled(a = data, w = 0.3F, out = shared, loom::threads = pool);
  CHECK(same_bits(alone, shared));
  const auto matrix = view(data.data(), 1 << 13, 1 << 5);
  CHECK(squares(x = matrix) == squares(x = matrix, loom::threads = pool));
}

}  // namespace

TEST_CASE("a pool that leaves out parts is an error") {
  const std::vector<float> data = waves(rows * columns);
  const auto matrix = view(data.data(), rows, columns);
  odd_pool none{1, 1}, half{2, 1};
  CHECK_THROWS_WITH(squares(x = matrix, loom::threads = none),
                    "the pool bound to threads ran 0 of the 16 parts of this call");
  CHECK_THROWS_WITH(squares(x = matrix, loom::threads = half),
                    "the pool bound to threads ran 8 of the 16 parts of this call");
}

TEST_CASE("parts may run in any order, and more than once") {
  const std::vector<float> data = waves(rows * columns);
  const auto matrix = view(data.data(), rows, columns);
  std::vector<float> alone(data.size()), twice(data.size());
  odd_pool pool{0, 2};
  const float value = squares(x = matrix, d(x) = view(alone.data(), rows, columns));
  CHECK(squares(x = matrix, d(x) = view(twice.data(), rows, columns), loom::threads = pool) == value);
  CHECK(same_bits(alone, twice));
}

TEST_CASE("threads round as the caller does, and as before when they are done") {
  for (int caller : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    for (int thread : {FE_TONEAREST, FE_UPWARD}) {
      rounding_pool pool{thread};
      std::fesetround(caller);
      agrees_with_the_caller(pool);
      CHECK(std::fegetround() == caller);
      std::fesetround(FE_TONEAREST);
      CHECK(pool.seen == thread);
    }
}

#if defined(__SSE__) || defined(__aarch64__)
TEST_CASE("threads flush subnormal numbers if the caller does") {
  keeping_pool pool;
  const std::vector<float> data(1 << 18, 1e-30F);
  std::vector<float> alone(data.size()), shared(data.size());
  {
    const mode::scope flushing(mode::read() | flush);
    scaled(a = data, w = 1e-9F, out = alone);
    scaled(a = data, w = 1e-9F, out = shared, loom::threads = pool);
  }
  CHECK(alone[0] == 0);
  CHECK(same_bits(alone, shared));
}
#endif

#ifdef LOOM_TEST_TBB
TEST_CASE("threads of oneTBB round as the caller does, though their arena is older") {
  loom::thread_pool pool(2);
  agrees_with_the_caller(pool);
  std::fesetround(FE_UPWARD);
  agrees_with_the_caller(pool);
  std::fesetround(FE_TONEAREST);
}
#endif
