// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/elementwise.cpp — losses of single entries.
#include <cmath>

#include "functions.hpp"
#include "losses.hpp"

namespace bench::hand {
namespace {

/// The mean of a loss, which is one of those below: `add` adds the losses of a vector of entries, and writes their gradients; `joined`
/// is the total of a block, a vector; `careful` is the total of a block in double, where that is not finite.
template <class Loss, bool PastCaches>
double mean_of_entries(const data& d) {
  constexpr std::ptrdiff_t unroll = Loss::unroll, block = unroll * width * 32;
  const std::ptrdiff_t entries = d.rows * d.classes;
  const Loss loss{d, 1 / static_cast<float>(entries)};
  __m512d sum{};
  double careful = 0;
  std::ptrdiff_t head = PastCaches ? entries_to_line(d.dx, entries) : 0;
  for (std::ptrdiff_t begin = 0; begin < entries;) {
    const std::ptrdiff_t end = std::min(entries, begin + head + block);
    typename Loss::partial parts[unroll];
    std::ptrdiff_t j = begin;
    if (head > 0) loss.template add<PastCaches>(j, first_lanes(head), parts[0]);
    j += head;
    head = 0;
    for (; j + unroll * width <= end; j += unroll * width)
#pragma GCC unroll 4
      for (std::ptrdiff_t u = 0; u < unroll; ++u) loss.template add<PastCaches>(j + u * width, every_lane, parts[u]);
    for (; j < end; j += width) loss.template add<PastCaches>(j, lanes_of(end - j), parts[0]);
    const vector of_block = Loss::joined(parts);
    if (_mm512_cmp_ps_mask(of_block - of_block, vector{}, _CMP_NEQ_UQ) != 0) [[unlikely]]
      careful += loss.careful(begin, end);
    else sum += halves_in_double(of_block);
    begin = end;
  }
  if constexpr (PastCaches) _mm_sfence();
  return (_mm512_reduce_add_pd(sum) + careful) / static_cast<double>(entries);
}
template <template <bool> class Loss>
double value_of_entries(const data& d) {
  return mean_of_entries<Loss<false>, false>(d);
}
template <template <bool> class Loss>
double gradient_of_entries(const data& d) {
  return outgrows_caches(d.rows * d.classes) ? mean_of_entries<Loss<true>, true>(d)
                                             : mean_of_entries<Loss<true>, false>(d);
}

template <bool Gradient>
struct binary_entries {
  static constexpr std::ptrdiff_t unroll = 4;
  const data& d;
  float scale;

  /// max(x, 0) - x y, and the product of 1 + e^-|x|, less 1: at most 2 to the number of the entries.
  struct partial {
    vector linear{}, product_less_1{};
  };

  template <bool PastCaches>
  [[gnu::always_inline]] void add(std::ptrdiff_t j, lanes which, partial& to) const {
    const vector x = load(d.x + j, which), y = load(d.y + j, which);
    const vector e = exponential(_mm512_or_ps(x, all(-0.f))), e_1 = all(1) + e;
    to.linear += fnma(x, y, _mm512_max_ps(vector{}, x));
    const vector product_less_1 = fma(to.product_less_1, e_1, e);
    to.product_less_1 = which == every_lane ? product_less_1 : select(which, product_less_1, to.product_less_1);
    if constexpr (Gradient) {  // (1 - y) sigmoid(x) - y sigmoid(-x), of which neither cancels
      const lanes is_negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
      const vector of_1 = select(is_negative, vector{}, all(1)) - y, of_e = only(is_negative, all(1)) - y;
      store_output<PastCaches>(d.dx + j, reciprocal(e_1) * all(scale) * fma(of_e, e, of_1), which);
    }
  }
  [[gnu::always_inline]] static vector joined(const partial (&p)[unroll]) {
    const auto product_less_1 = [](const partial& a, const partial& b) __attribute__((always_inline)) {
      return fma(a.product_less_1, all(1) + b.product_less_1, b.product_less_1);
    };
    const vector linear = (p[0].linear + p[1].linear) + (p[2].linear + p[3].linear);
    return linear + (logarithm_1p(product_less_1(p[0], p[1])) + logarithm_1p(product_less_1(p[2], p[3])));
  }
  [[gnu::noinline]] double careful(std::ptrdiff_t begin, std::ptrdiff_t end) const {
    double sum = 0;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
      const double x = static_cast<double>(d.x[i]), yes = static_cast<double>(d.y[i]), no = 1 - yes;
      const double l = std::log1p(std::exp(-std::fabs(x)));
      if (yes != 0) sum += yes * ((x > 0 ? 0 : -x) + l);
      if (no != 0) sum += no * ((x < 0 ? 0 : x) + l);
    }
    return sum;
  }
};

template <bool Gradient>
struct huber_entries {  // delta = 1
  static constexpr std::ptrdiff_t unroll = 4;
  const data& d;
  float scale;

  struct partial {
    vector sum{};
  };

  template <bool PastCaches>
  [[gnu::always_inline]] void add(std::ptrdiff_t j, lanes which, partial& to) const {
    const vector residual = load(d.x + j, which) - load(d.y + j, which);
    const vector slope = _mm512_min_ps(all(1), _mm512_max_ps(all(-1), residual));  // in this order NaN stays
    to.sum = fma(slope, fma(slope, all(-0.5f), residual), to.sum);
    if constexpr (Gradient) store_output<PastCaches>(d.dx + j, slope * all(scale), which);
  }
  [[gnu::always_inline]] static vector joined(const partial (&p)[unroll]) {
    return (p[0].sum + p[1].sum) + (p[2].sum + p[3].sum);
  }
  [[gnu::noinline]] double careful(std::ptrdiff_t begin, std::ptrdiff_t end) const {
    double sum = 0;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
      const double residual = static_cast<double>(d.x[i]) - static_cast<double>(d.y[i]);
      const double distance = std::fabs(residual);
      sum += distance <= 1 ? 0.5 * residual * residual : distance - 0.5;
    }
    return sum;
  }
};

template <bool Gradient>
struct gaussian_entries {
  static constexpr std::ptrdiff_t unroll = 2;
  static constexpr float least_variance = 1e-6f;
  const data& d;
  float scale;

  /// Twice the loss: squares over variances; the logarithm of those is that of the product of mantissas, and the sum of exponents.
  struct partial {
    vector squares{}, mantissas = all(1), exponents{};
  };

  template <bool PastCaches>
  [[gnu::always_inline]] void add(std::ptrdiff_t j, lanes which, partial& to) const {
    const vector given = which == every_lane ? load(d.v + j) : _mm512_mask_loadu_ps(all(1), which, d.v + j);
    const vector variance = _mm512_max_ps(all(least_variance), given);  // in this order NaN stays
    const vector residual = load(d.x + j, which) - load(d.y + j, which);
    const vector inverse = reciprocal(variance), q = residual * inverse;
    to.squares = fma(residual, q, to.squares);
    to.mantissas *= _mm512_getmant_ps(variance, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_nan);
    to.exponents += _mm512_getexp_ps(variance);
    if constexpr (Gradient) {
      const lanes is_given = _mm512_cmp_ps_mask(given, all(least_variance), _CMP_NLT_UQ);
      store_output<PastCaches>(d.dx + j, q * all(scale), which);
      store_output<PastCaches>(d.dv + j, only(is_given, fnma(q, q, inverse) * all(0.5f * scale)), which);
    }
  }
  [[gnu::always_inline]] static vector joined(const partial (&p)[unroll]) {
    const vector logarithms =
        fma(p[0].exponents + p[1].exponents, all(0.693147181f), logarithm(p[0].mantissas * p[1].mantissas));
    return all(0.5f) * (p[0].squares + p[1].squares + logarithms);
  }
  [[gnu::noinline]] double careful(std::ptrdiff_t begin, std::ptrdiff_t end) const {
    double sum = 0;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
      const bool is_raised = d.v[i] < least_variance;
      const double variance = static_cast<double>(is_raised ? least_variance : d.v[i]);
      const double residual = static_cast<double>(d.x[i]) - static_cast<double>(d.y[i]), q = residual / variance;
      sum += 0.5 * (std::log(variance) + residual * q);
      if constexpr (Gradient) {  // a reciprocal of infinity is NaN above
        d.dx[i] = static_cast<float>(q) * scale;
        d.dv[i] = is_raised ? 0 : static_cast<float>(0.5 * (1 / variance - q * q)) * scale;
      }
    }
    return sum;
  }
};

}  // namespace

workloads binary_cross_entropy() { return {value_of_entries<binary_entries>, gradient_of_entries<binary_entries>}; }
workloads huber() { return {value_of_entries<huber_entries>, gradient_of_entries<huber_entries>}; }
workloads gaussian_nll() { return {value_of_entries<gaussian_entries>, gradient_of_entries<gaussian_entries>}; }

}  // namespace bench::hand
