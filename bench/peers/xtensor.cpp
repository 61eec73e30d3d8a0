// SPDX-License-Identifier: BSL-1.0
// bench/peers/xtensor.cpp — xtensor with xsimd: expressions of a row, reduced at once (its lazy reductions walk element by element),
// a row after the other; gradients are derived by hand.
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
//
#include <array>
#include <cmath>

#include "../peers.hpp"

namespace bench {
namespace {

constexpr auto at_once = xt::evaluation_strategy::immediate;
constexpr std::ptrdiff_t few_classes = 32;
#ifdef __FAST_MATH__
constexpr const char* flags = " at -Ofast";
#else
constexpr const char* flags = "";
#endif

template <class T>
auto entries_of(T* p, std::ptrdiff_t count) {
  const auto n = static_cast<std::size_t>(count);
  return xt::adapt(p, n, xt::no_ownership(), std::array<std::size_t, 1>{n});
}
template <class T, class D>
auto row_of(T* p, const D& d, std::ptrdiff_t row) {
  return entries_of(p + row * d.classes, d.classes);
}
auto entries_of(const float* p, const data& d) { return entries_of(p, d.rows * d.classes); }
auto entries_of(float* p, const data& d) { return entries_of(p, d.rows * d.classes); }

template <class E> auto largest(const E& e) { return xt::amax(e, at_once)(); }
template <class E> auto total_of(E&& e) { return xt::sum(std::forward<E>(e), at_once)(); }
/// Of many entries: a float would lose their digits.
template <class E>
double mean_of(E&& e, const data& d) {
  return xt::sum<double>(std::forward<E>(e), at_once)() / static_cast<double>(d.rows * d.classes);
}

/// The sum of a row's exponentials; where there is a gradient they are kept in it.
template <bool Gradient, class G, class E>
auto sum_of_exponentials([[maybe_unused]] G& g, const E& exponentials) {
  if constexpr (Gradient) {
    xt::noalias(g) = exponentials;
    return total_of(g);
  } else {
    return total_of(exponentials);
  }
}

/// Of few classes: the expressions of all rows at once.
template <class T>
double short_cross_entropy(const data_of<T>& d) {
  const auto rows = static_cast<std::size_t>(d.rows), classes = static_cast<std::size_t>(d.classes);
  const auto x = xt::adapt(d.x, rows * classes, xt::no_ownership(), std::array<std::size_t, 2>{rows, classes});
  const xt::xtensor<T, 1> m = xt::amax(x, {1}, at_once);
  const xt::xtensor<T, 1> s = xt::sum(xt::exp(x - xt::view(m, xt::all(), xt::newaxis())), {1});
  xt::xtensor<T, 1> picked(std::array<std::size_t, 1>{rows});
  for (std::size_t i = 0; i < rows; ++i) picked(i) = x(i, d.t[i]);
  return xt::sum<double>(xt::log(s) - (picked - m), at_once)() / static_cast<double>(d.rows);
}

struct losses {
  template <class T, bool Gradient>
  static double cross_entropy(const data_of<T>& d) {
    if (!Gradient && d.classes < few_classes) return short_cross_entropy(d);
    double total = 0;
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const auto x = row_of(d.x, d, i);
      auto g = row_of(d.dx, d, i);
      const T m = largest(x), s = sum_of_exponentials<Gradient>(g, xt::exp(x - m));
      total += static_cast<double>(std::log(s) - (x(d.t[i]) - m));
      if constexpr (Gradient) {
        g *= 1 / (s * static_cast<T>(d.rows));
        g(d.t[i]) -= 1 / static_cast<T>(d.rows);
      }
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double focal(const data& d) {
    const float n = static_cast<float>(d.rows), c = static_cast<float>(d.classes);
    double total = 0;
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const auto x = row_of(d.x, d, i);
      auto g = row_of(d.dx, d, i);
      const float m = largest(x), s = sum_of_exponentials<Gradient>(g, xt::exp(x - m));
      const float lse = m + std::log(s), nll = lse - x(d.t[i]), pt = std::exp(-nll), w = (1 - pt) * (1 - pt),
                  smooth = 0.9f * nll + 0.1f * (lse - total_of(x) / c);
      total += static_cast<double>(w * smooth + 1e-4f * lse * lse);
      if constexpr (Gradient) {
        const float a = 2 * (1 - pt) * pt * smooth, k = (a + w + 2e-4f * lse) / (s * n), offset = w * 0.1f / (c * n);
        xt::noalias(g) = g * k - offset;
        g(d.t[i]) -= (a + 0.9f * w) / n;
      }
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double bce(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d);
    if constexpr (Gradient) {
      auto g = entries_of(d.dx, d);
      xt::noalias(g) = (1.f / (1.f + xt::exp(-x)) - y) * (1 / static_cast<float>(d.rows * d.classes));
    }
    return mean_of(xt::maximum(x, 0.f) - x * y + xt::log1p(xt::exp(-xt::abs(x))), d);
  }

  template <bool Gradient>
  static double weighted_bce(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d);
    if constexpr (Gradient) {
      auto g = entries_of(d.dx, d);
      xt::noalias(g) = ((1.f + (positive_weight - 1) * y) / (1.f + xt::exp(-x)) - positive_weight * y) *
                       (1 / static_cast<float>(d.rows * d.classes));
    }
    return mean_of(
        (1.f - y) * x + (1.f + (positive_weight - 1) * y) * (xt::maximum(-x, 0.f) + xt::log1p(xt::exp(-xt::abs(x)))),
        d);
  }

  template <bool Gradient>
  static double huber(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d);
    const auto slope = xt::maximum(xt::minimum(x - y, 1.f), -1.f);
    if constexpr (Gradient) {
      auto g = entries_of(d.dx, d);
      xt::noalias(g) = slope * (1 / static_cast<float>(d.rows * d.classes));
    }
    return mean_of(slope * ((x - y) - 0.5f * slope), d);
  }

  template <bool Gradient>
  static double gaussian(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d), given = entries_of(d.v, d);
    const auto v = xt::maximum(given, 1e-6f);
    if constexpr (Gradient) {
      const float scale = 1 / static_cast<float>(d.rows * d.classes);
      auto gx = entries_of(d.dx, d), gv = entries_of(d.dv, d);
      xt::noalias(gx) = (x - y) / v * scale;
      xt::noalias(gv) = (1.f / v - xt::square((x - y) / v)) * (0.5f * scale);
    }
    return 0.5 * mean_of(xt::log(v) + xt::square(x - y) / v, d);
  }

  template <bool Gradient>
  static double distillation(const data& d) {
    const float n = static_cast<float>(d.rows);
    double total = 0;
    xt::xtensor<float, 1> p(std::array<std::size_t, 1>{static_cast<std::size_t>(d.classes)});
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const auto x = row_of(d.x, d, i), t = row_of(d.y, d, i);
      auto g = row_of(d.dx, d, i);
      const float mx = largest(x), mt = largest(t), sx = sum_of_exponentials<Gradient>(g, xt::exp(0.5f * (x - mx)));
      xt::noalias(p) = xt::exp(0.5f * (t - mt));
      const float st = total_of(p), dot = total_of(p * ((t - mt) - (x - mx)));
      total += static_cast<double>(0.5f * dot / st + (std::log(sx) - std::log(st)));
      if constexpr (Gradient) xt::noalias(g) = g * (2 / (sx * n)) - p * (2 / (st * n));
    }
    return 4 * total / static_cast<double>(d.rows);
  }
};

}  // namespace

contender LOOM_BENCH_PEER() {
  return contender_of<losses>("xtensor", std::to_string(XTENSOR_VERSION_MAJOR) + "." +
                                             std::to_string(XTENSOR_VERSION_MINOR) + "." +
                                             std::to_string(XTENSOR_VERSION_PATCH) + flags);
}

}  // namespace bench
