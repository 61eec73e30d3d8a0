// SPDX-License-Identifier: BSL-1.0
// bench/peers/eigen.cpp — Eigen: array expressions, a row after the other so that it stays in a near cache; gradients are derived
// by hand.
#include <Eigen/Core>

#include <cmath>

#include "../peers.hpp"

namespace bench {
namespace {

template <class T> using matrix = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using vector = Eigen::ArrayXf;

template <class T> auto rows_of(const T* p, const data_of<T>& d) {
  return Eigen::Map<const matrix<T>>(p, d.rows, d.classes);
}
template <class T> auto rows_of(T* p, const data_of<T>& d) { return Eigen::Map<matrix<T>>(p, d.rows, d.classes); }
auto entries_of(const float* p, const data& d) { return Eigen::Map<const vector>(p, d.rows * d.classes); }
auto entries_of(float* p, const data& d) { return Eigen::Map<vector>(p, d.rows * d.classes); }

struct losses {
  template <class T, bool Gradient>
  static double cross_entropy(const data_of<T>& d) {
    const auto logits = rows_of(d.x, d);
    auto gradient = rows_of(d.dx, d);
    double total = 0;
    for (Eigen::Index i = 0; i < d.rows; ++i) {
      const auto x = logits.row(i);
      const T m = x.maxCoeff();
      T s = 0;
      if constexpr (Gradient) {
        auto g = gradient.row(i);
        g = (x - m).exp();
        s = g.sum();
        g *= 1 / (s * static_cast<T>(d.rows));
        g[d.t[i]] -= 1 / static_cast<T>(d.rows);
      } else {
        s = (x - m).exp().sum();
      }
      total += static_cast<double>(std::log(s) - (x[d.t[i]] - m));
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double focal(const data& d) {
    const auto logits = rows_of(d.x, d);
    auto gradient = rows_of(d.dx, d);
    const float n = static_cast<float>(d.rows), c = static_cast<float>(d.classes);
    double total = 0;
    for (Eigen::Index i = 0; i < d.rows; ++i) {
      const auto x = logits.row(i);
      auto g = gradient.row(i);
      const float m = x.maxCoeff();
      float s = 0;
      if constexpr (Gradient) {
        g = (x - m).exp();
        s = g.sum();
      } else {
        s = (x - m).exp().sum();
      }
      const float lse = m + std::log(s), nll = lse - x[d.t[i]], pt = std::exp(-nll), w = (1 - pt) * (1 - pt),
                  smooth = 0.9f * nll + 0.1f * (lse - x.mean());
      total += static_cast<double>(w * smooth + 1e-4f * lse * lse);
      if constexpr (Gradient) {
        const float a = 2 * (1 - pt) * pt * smooth;
        g = g * ((a + w + 2e-4f * lse) / (s * n)) - w * 0.1f / (c * n);
        g[d.t[i]] -= (a + 0.9f * w) / n;
      }
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double bce(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d);
    if constexpr (Gradient) entries_of(d.dx, d) = (x.logistic() - y) / static_cast<float>(x.size());
    return static_cast<double>((x.max(0.f) - x * y + (-x.abs()).exp().log1p()).mean());
  }

  template <bool Gradient>
  static double weighted_bce(const data& d) {
    const auto x = entries_of(d.x, d), y = entries_of(d.y, d);
    const auto k = 1 + (positive_weight - 1) * y;
    if constexpr (Gradient)
      entries_of(d.dx, d) = (k * x.logistic() - positive_weight * y) / static_cast<float>(x.size());
    return static_cast<double>(((1 - y) * x + k * ((-x).max(0.f) + (-x.abs()).exp().log1p())).mean());
  }

  template <bool Gradient>
  static double huber(const data& d) {
    const auto r = entries_of(d.x, d) - entries_of(d.y, d);
    const auto slope = r.max(-1.f).min(1.f);
    if constexpr (Gradient) entries_of(d.dx, d) = slope / static_cast<float>(r.size());
    return static_cast<double>((slope * (r - 0.5f * slope)).mean());
  }

  template <bool Gradient>
  static double gaussian(const data& d) {
    const auto given = entries_of(d.v, d);
    const auto v = given.max(1e-6f);
    const auto r = entries_of(d.x, d) - entries_of(d.y, d);
    if constexpr (Gradient) {
      const float n = static_cast<float>(v.size());
      entries_of(d.dx, d) = r / v / n;
      entries_of(d.dv, d) = (v.inverse() - (r / v).square()) * (0.5f / n);
    }
    return static_cast<double>(0.5f * (v.log() + r.square() / v).mean());
  }

  template <bool Gradient>
  static double distillation(const data& d) {
    const auto students = rows_of(d.x, d), teachers = rows_of(d.y, d);
    auto gradient = rows_of(d.dx, d);
    const float n = static_cast<float>(d.rows);
    double total = 0;
    Eigen::Array<float, 1, Eigen::Dynamic> p(d.classes);
    for (Eigen::Index i = 0; i < d.rows; ++i) {
      const auto x = students.row(i), t = teachers.row(i);
      auto g = gradient.row(i);
      const float mx = x.maxCoeff(), mt = t.maxCoeff();
      p = (0.5f * (t - mt)).exp();
      float sx = 0;
      if constexpr (Gradient) {
        g = (0.5f * (x - mx)).exp();
        sx = g.sum();
      } else {
        sx = (0.5f * (x - mx)).exp().sum();
      }
      const float st = p.sum(), dot = (p * ((t - mt) - (x - mx))).sum();
      total += static_cast<double>(0.5f * dot / st + (std::log(sx) - std::log(st)));
      if constexpr (Gradient) g = g * (2 / (sx * n)) - p * (2 / (st * n));
    }
    return 4 * total / static_cast<double>(d.rows);
  }
};

}  // namespace

contender LOOM_BENCH_PEER() {
  return contender_of<losses>("Eigen", std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) +
                                           "." + std::to_string(EIGEN_MINOR_VERSION));
}

}  // namespace bench
