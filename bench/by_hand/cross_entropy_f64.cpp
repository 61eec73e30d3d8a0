// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/cross_entropy_f64.cpp — cross entropy of doubles.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "losses.hpp"
#include "rows_of_any_type.hpp"

namespace bench::hand {
namespace {

using vector = __m512d;
using lanes = __mmask8;
constexpr std::ptrdiff_t width = 8, unroll = 4, step = unroll * width;
constexpr lanes every_lane = 0xff;

[[gnu::always_inline]] inline vector all(double d) { return _mm512_set1_pd(d); }
[[gnu::always_inline]] inline vector fma(vector a, vector b, vector c) { return _mm512_fmadd_pd(a, b, c); }
/// c - a * b
[[gnu::always_inline]] inline vector fnma(vector a, vector b, vector c) { return _mm512_fnmadd_pd(a, b, c); }
[[gnu::always_inline]] inline vector load(const double* from, lanes which = every_lane) {
  return which == every_lane ? _mm512_loadu_pd(from) : _mm512_maskz_loadu_pd(which, from);
}
[[gnu::always_inline]] inline void store(double* to, vector v, lanes which = every_lane) {
  if (which == every_lane) _mm512_storeu_pd(to, v);
  else _mm512_mask_storeu_pd(to, which, v);
}
[[gnu::always_inline]] inline lanes lanes_of(std::ptrdiff_t left) {
  return left >= width ? every_lane : static_cast<lanes>((1U << left) - 1);
}

/// e^x within 1.5 ulp; 0 below -746 and for -inf, NaN for NaN. Above 710 it is inf or NaN, which the callers find in their sums.
[[gnu::always_inline]] inline vector exponential(vector x) {
  // e^x = 2^n e^r, n in sixteenths. Added to `rounder`, n ends in the 4 bits by which its fraction's power is looked up.
  const vector low =
      _mm512_setr_pd(1, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0, 0x1.306fe0a31b715p+0,
                     0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0);
  const vector high =
      _mm512_setr_pd(0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f09p+0,
                     0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0);
  const vector rounder = all(0x1.8p48);
  x = _mm512_max_pd(all(-746), x);  // in this order NaN stays
  const vector rounded = fma(x, all(0x1.71547652b82fep+0), rounder), n = rounded - rounder;
  const vector r = fnma(n, all(0x1.ef35793c7673p-45), fnma(n, all(0x1.62e42fefa38p-1), x));  // ln 2 in two parts
  const vector power = _mm512_permutex2var_pd(low, _mm512_castpd_si512(rounded), high);
  vector polynomial = fma(all(1.0 / 5040), r, all(1.0 / 720));
#pragma GCC unroll 5
  for (const double coefficient : {1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0})
    polynomial = fma(polynomial, r, all(coefficient));
  return _mm512_scalef_pd(fma(power * r, polynomial, power), n);  // times 2 to the floor of n
}

/// log(1 + p) for finite p >= 0.
[[gnu::always_inline]] inline vector logarithm_1p(vector p) {
  const vector u = all(1) + p, rest = p - (u - all(1));
  const vector mantissa = _mm512_getmant_pd(u, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const vector exponent = _mm512_getexp_pd(u) - _mm512_getexp_pd(mantissa);
  const vector f = (mantissa - all(1)) + _mm512_scalef_pd(rest, -exponent);
  // log(1 + f) = 2 atanh(s), s = f / (2 + f)
  const vector s = f / (all(2) + f), z = s * s, half_square = all(0.5) * f * f;
  vector polynomial = fma(all(0.15368237599539994), z, all(0.1525018378287501));
#pragma GCC unroll 5
  for (const double coefficient :
       {0.18186356207633053, 0.22222138502398336, 0.28571429395190967, 0.39999999996163077, 0.666666666666727})
    polynomial = fma(polynomial, z, all(coefficient));
  const vector low = fma(s, fma(z, polynomial, half_square), exponent * all(0x1.ef35793c7673p-45));
  return fma(exponent, all(0x1.62e42fefa38p-1), f - (half_square - low));
}

constexpr double least_sum = 0x1p-500, greatest_sum = 0x1p800;
bool is_safe(double sum) { return sum >= least_sum && sum <= greatest_sum; }

/// A total with what rounding took from it (Neumaier's sum).
struct compensated {
  double sum = 0, lost = 0;
  void add(double v) {
    const double next = sum + v;
    lost += std::fabs(sum) >= std::fabs(v) ? (sum - next) + v : (v - next) + sum;
    sum = next;
  }
  double value() const { return sum - sum == 0 ? sum + lost : sum; }
};

/// Entry 32 i + 8 u + l of a row is added to lane l of sum u.
struct partial_sums {
  vector of[unroll] = {};
};
double total(const partial_sums& s) { return _mm512_reduce_add_pd((s.of[0] + s.of[1]) + (s.of[2] + s.of[3])); }

struct row_sums {
  double all, rest, label;
};

/// The sum of the exponentials but the label's, without a difference that cancels: the lane that has it is added up once more.
[[gnu::noinline]] double sum_without_label(const double* x, std::ptrdiff_t label, std::ptrdiff_t classes, double shift,
                                           partial_sums sums) {
  vector again{};
  for (std::ptrdiff_t j = label % step; j < classes; j += step * width) {
    const lanes which = lanes_of((classes - j + step - 1) / step);
    const __m512i at = _mm512_setr_epi64(0, 1 * step, 2 * step, 3 * step, 4 * step, 5 * step, 6 * step, 7 * step);
    const vector v = _mm512_mask_i64gather_pd(vector{}, which, at, x + j, 8);
    const std::ptrdiff_t own = label - j;
    const lanes others = own >= 0 && own < step * width ? static_cast<lanes>(which & ~(1U << (own / step))) : which;
    again += _mm512_maskz_mov_pd(others, exponential(v - all(shift)));
  }
  vector& with_label = sums.of[label % step / width];
  with_label = _mm512_mask_mov_pd(with_label, static_cast<lanes>(1U << (label % width)), vector{});
  return total(sums) + _mm512_reduce_add_pd(again);
}

template <bool Store, bool Shifted>
[[gnu::always_inline]] inline row_sums sum_row(const double* x, std::ptrdiff_t label, std::ptrdiff_t classes,
                                               double shift, double* exponentials) {
  const auto of = [&](vector v) __attribute__((always_inline)) { return exponential(Shifted ? v - all(shift) : v); };
  partial_sums sums;
  std::ptrdiff_t j = 0;
  for (std::ptrdiff_t chunk = 32 * step; j < classes;) {  // added up by itself, which bounds the error of long rows
    const std::ptrdiff_t end = std::min(classes, j + chunk);
    partial_sums part;
    for (; j + step <= end; j += step)
#pragma GCC unroll 4
      for (std::ptrdiff_t u = 0; u < unroll; ++u) {
        _mm_prefetch(reinterpret_cast<const char*>(x + j + width * u + 128), _MM_HINT_T0);
        const vector e = of(load(x + j + width * u));
        if constexpr (Store) store(exponentials + j + width * u, e);
        part.of[u] += e;
      }
    for (std::ptrdiff_t u = 0; j < end; ++u, j += width) {
      const lanes which = lanes_of(end - j);
      const vector e = _mm512_maskz_mov_pd(which, of(load(x + j, which)));
      if constexpr (Store) store(exponentials + j, e, which);
      part.of[u] += e;
    }
    j = end;
    for (std::ptrdiff_t u = 0; u < unroll; ++u) sums.of[u] += part.of[u];
  }
  const double sum = total(sums), of_label = _mm512_cvtsd_f64(of(all(x[label])));
  const double rest = of_label > 0.5 * sum ? sum_without_label(x, label, classes, shift, sums) : sum - of_label;
  return {sum, rest, of_label};
}

/// Writes one row of a gradient: `entries(j, which)` is a vector of it.
template <bool PastCaches, class Entries>
[[gnu::always_inline]] inline void write_row(double* to, std::ptrdiff_t count, const Entries& entries) {
  std::ptrdiff_t j = 0;
  if constexpr (PastCaches) {
    j = std::min<std::ptrdiff_t>(count, static_cast<std::ptrdiff_t>(-reinterpret_cast<std::uintptr_t>(to) % 64 / 8));
    if (j > 0) store(to, entries(0, lanes_of(j)), lanes_of(j));
    for (; j + width <= count; j += width) _mm512_stream_pd(to + j, entries(j, every_lane));
  } else {
#pragma GCC unroll 4
    for (; j + width <= count; j += width) store(to + j, entries(j, every_lane));
  }
  if (j < count) store(to + j, entries(j, lanes_of(count - j)), lanes_of(count - j));
}

/// -log p of a label is log(1 + rest / e^x_label), which does not cancel, and its gradient is -rest / sum.
template <gradient G>
void add_row(const data_of<double>& d, std::ptrdiff_t row, double* buffer, compensated& loss) {
  const double* x = d.x + row * d.classes;
  double* const g = G == gradient::none ? nullptr : d.dx + row * d.classes;
  double* const exponentials = G == gradient::buffered ? buffer : g;
  const std::ptrdiff_t label = d.t[row];
  double shift = 0;
  row_sums sums = sum_row<stores_exponentials(G), false>(x, label, d.classes, shift, exponentials);
  if (!is_safe(sums.all)) [[unlikely]] {
    shift = largest(x, d.classes);
    sums = sum_row<stores_exponentials(G), true>(x, label, d.classes, shift, exponentials);
  }
  // A label so far behind that the quotient may overflow leaves nothing that cancels.
  const bool is_near = sums.label >= least_sum && sums.rest < 0x1p500 * sums.label;
  loss.add(is_near ? std::log1p(sums.rest / sums.label) : std::log(sums.all) + (shift - x[label]));
  const double factor = 1 / (static_cast<double>(d.rows) * sums.all), at_label = -sums.rest * factor;
  const auto of_label = [=](std::ptrdiff_t j, vector v) __attribute__((always_inline)) {
    const std::size_t lane = static_cast<std::size_t>(label - j);
    return lane >= width ? v : _mm512_mask_mov_pd(v, static_cast<lanes>(1U << lane), all(at_label));
  };
  const auto kept = [=](std::ptrdiff_t j, lanes which) __attribute__((always_inline)) {
    return of_label(j, load(exponentials + j, which) * all(factor));
  };
  const auto again = [=](std::ptrdiff_t j, lanes which) __attribute__((always_inline)) {
    return of_label(j, exponential(load(x + j, which) - all(shift)) * all(factor));
  };
  if constexpr (G == gradient::in_place) write_row<false>(g, d.classes, kept);
  else if constexpr (G == gradient::buffered) write_row<true>(g, d.classes, kept);
  else if constexpr (G == gradient::recomputed) write_row<true>(g, d.classes, again);
}

// ---- short rows ----------------------------------------------------------------------------------------------------------

/// Eight rows of ten entries are ten whole vectors, whose exponentials are taken without a lane to spare.
constexpr std::ptrdiff_t short_classes = 10;

/// The totals of 8 vectors: they are transposed as they are added up.
[[gnu::always_inline]] inline vector totals(const vector (&v)[width]) {
  vector of_2[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i)
    of_2[i] = _mm512_unpacklo_pd(v[2 * i], v[2 * i + 1]) + _mm512_unpackhi_pd(v[2 * i], v[2 * i + 1]);
  const auto joined = [](vector a, vector b) __attribute__((always_inline)) {
    return _mm512_shuffle_f64x2(a, b, 0x88) + _mm512_shuffle_f64x2(a, b, 0xdd);
  };
  return joined(joined(of_2[0], of_2[1]), joined(of_2[2], of_2[3]));
}

/// Eight short rows at once. Returns false, without a result, where one of them needs a shift or is far from its label.
template <bool Gradient>
[[gnu::always_inline]] inline bool add_short_rows(const data_of<double>& d, std::ptrdiff_t row, vector& loss,
                                                  vector& lost) {
  constexpr unsigned whole_row = (1U << short_classes) - 1;
  const double* x = d.x + row * short_classes;
  alignas(64) double exponentials[width * short_classes];
#pragma GCC unroll 2
  for (std::ptrdiff_t j = 0; j < width * short_classes; j += width) {
    _mm_prefetch(reinterpret_cast<const char*>(x + j + 512), _MM_HINT_T0);
    store(exponentials + j, exponential(load(x + j)));
  }
  vector rows[width];
  alignas(32) int label_at[width];
#pragma GCC unroll 8
  for (std::ptrdiff_t i = 0; i < width; ++i) {
    const unsigned others = whole_row & ~(1U << d.t[row + i]);
    label_at[i] = static_cast<int>(short_classes * i) + d.t[row + i];
    const double* e = exponentials + short_classes * i;
    rows[i] = _mm512_maskz_loadu_pd(static_cast<lanes>(others), e) +
              _mm512_maskz_loadu_pd(static_cast<lanes>(others >> width), e + width);
  }
  const vector rest = totals(rows);
  const vector of_label =
      _mm512_i32gather_pd(_mm256_load_si256(reinterpret_cast<const __m256i*>(label_at)), exponentials, 8);
  const vector sums = rest + of_label, ratio = rest / of_label;
  const unsigned unsafe = static_cast<unsigned>(_mm512_cmp_pd_mask(sums, all(least_sum), _CMP_NGE_UQ)) |
                          _mm512_cmp_pd_mask(sums, all(greatest_sum), _CMP_NLE_UQ) |
                          _mm512_cmp_pd_mask(of_label, all(least_sum), _CMP_NGE_UQ) |
                          _mm512_cmp_pd_mask(ratio, all(0x1p500), _CMP_NLE_UQ);
  if (unsafe != 0) [[unlikely]]
    return false;
  const vector of_rows = logarithm_1p(ratio), next = loss + of_rows, added = next - loss;
  lost += (loss - (next - added)) + (of_rows - added);  // Knuth's two-sum
  loss = next;
  if constexpr (Gradient) {
    double* g = d.dx + row * short_classes;
    const vector factor = all(1 / static_cast<double>(d.rows)) / sums;
    alignas(64) double at_label[width];
    store(at_label, -rest * factor);
#pragma GCC unroll 10
    for (std::ptrdiff_t j = 0; j < short_classes; ++j) {
      const auto entry = [j](std::ptrdiff_t l) { return (j * width + l) / short_classes; };
      const __m512i row_of =
          _mm512_setr_epi64(entry(0), entry(1), entry(2), entry(3), entry(4), entry(5), entry(6), entry(7));
      store(g + width * j, load(exponentials + width * j) * _mm512_permutexvar_pd(row_of, factor));
    }
    for (std::ptrdiff_t i = 0; i < width; ++i) g[label_at[i]] = at_label[i];
  }
  return true;
}

template <gradient G>
double mean_of_rows(const data_of<double>& d) {
  alignas(64) double buffer[longest_buffered];
  compensated loss;
  vector short_loss{}, lost{};
  std::ptrdiff_t i = 0;
  if (d.classes == short_classes)
    for (; i + width <= d.rows; i += width)
      if (!add_short_rows < G != gradient::none > (d, i, short_loss, lost)) [[unlikely]]
        for (std::ptrdiff_t k = i; k < i + width; ++k) add_row<G>(d, k, buffer, loss);
  for (; i < d.rows; ++i) add_row<G>(d, i, buffer, loss);
  if constexpr (G == gradient::buffered || G == gradient::recomputed) _mm_sfence();
  for (std::ptrdiff_t l = 0; l < width; ++l) loss.add(short_loss[l]);
  for (std::ptrdiff_t l = 0; l < width; ++l) loss.add(lost[l]);
  return loss.value() / static_cast<double>(d.rows);
}
double gradient_of_rows(const data_of<double>& d) {
  if (d.rows * d.classes <= (8 << 20) / 8) return mean_of_rows<gradient::in_place>(d);
  if (d.classes <= longest_buffered) return mean_of_rows<gradient::buffered>(d);
  return mean_of_rows<gradient::recomputed>(d);
}

}  // namespace

loss_of<double> cross_entropy_f64() { return {mean_of_rows<gradient::none>, gradient_of_rows}; }

}  // namespace bench::hand
