// SPDX-License-Identifier: BSL-1.0
// bench/by_hand.cpp — the workloads written by hand for AVX-512: the bar for Loom, since they keep what Loom promises.
// A loss and its gradient keep their digits where the label leads by far, logits of 1e4 in size stay finite, -inf masks
// an entry, and NaN in is NaN out. Rows are summed as they are, without a search for their largest entry: only where the
// sum leaves [2^-60, 2^96], so that a term overflowed or one that counts may have underflowed, is the row summed again,
// shifted. Elementwise losses are likewise computed again, in double, for a block whose total is not finite.
#include <cmath>
#include <limits>
#include <vector>

#include "avx512.hpp"
#include "peers.hpp"

namespace bench {
namespace {

using namespace avx512;

// ---- elementary functions ------------------------------------------------------------------------------------------------

[[gnu::always_inline]] inline vector all(float f) { return _mm512_set1_ps(f); }
[[gnu::always_inline]] inline vector fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
/// c - a * b
[[gnu::always_inline]] inline vector fnma(vector a, vector b, vector c) { return _mm512_fnmadd_ps(a, b, c); }
/// The other lanes are 0.
[[gnu::always_inline]] inline vector only(lanes which, vector v) { return _mm512_maskz_mov_ps(which, v); }
[[gnu::always_inline]] inline vector select(lanes which, vector yes, vector no) {
  return _mm512_mask_mov_ps(no, which, yes);
}

/// e^x within 1.1 ulp; 0 below -104 and for -inf, NaN for NaN. Above 89 it is inf or NaN, which the callers find in their sums.
[[gnu::always_inline]] inline vector exponential(vector x) {
  // e^x = 2^n e^r, n in sixteenths. Added to `rounder`, n ends in the 4 bits by which its fraction's power is looked up.
  const vector powers = _mm512_setr_ps(1.f, 1.04427373f, 1.09050775f, 1.13878858f, 1.18920708f, 1.24185777f,
                                       1.29683959f, 1.35425556f, 1.41421354f, 1.47682619f, 1.54221082f, 1.61049032f,
                                       1.68179286f, 1.75625217f, 1.8340081f, 1.91520655f);
  const vector rounder = all(0x1.8p19f);
  x = _mm512_max_ps(all(-104), x);  // in this order NaN stays
  const vector rounded = fma(x, all(1.44269504f), rounder), n = rounded - rounder;
  const vector r = fnma(n, all(0x1.0bfbe8p-15f), fnma(n, all(0x1.62ep-1f), x));  // ln 2 in two parts
  const vector power = _mm512_permutexvar_ps(_mm512_castps_si512(rounded), powers);
  const vector polynomial = fma(fma(all(0.16666763f), r, all(0.5f)), r, all(1));
  return _mm512_scalef_ps(fma(power * r, polynomial, power), n);  // times 2 to the floor of n
}

/// log(u + rest) for finite u > 0, where `rest` is what u lost by rounding.
[[gnu::always_inline]] inline vector logarithm(vector u, vector rest = vector{}) {
  const vector mantissa = _mm512_getmant_ps(u, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const vector exponent = _mm512_getexp_ps(u) - _mm512_getexp_ps(mantissa);
  const vector f = (mantissa - all(1)) + _mm512_scalef_ps(rest, -exponent);
  vector polynomial = fma(all(-0.0450767539f), f, all(0.104632728f));
#pragma GCC unroll 8
  for (const float coefficient :
       {-0.131612644f, 0.14478372f, -0.166473031f, 0.199908614f, -0.250000954f, 0.333334506f, -0.5f})
    polynomial = fma(polynomial, f, all(coefficient));
  const vector low = fma(f * f, polynomial, exponent * all(0x1.7f7d1cp-20f));
  return fma(exponent, all(0x1.62e4p-1f), f + low);
}
/// log(1 + p) for finite p >= 0.
[[gnu::always_inline]] inline vector logarithm_1p(vector p) {
  const vector u = all(1) + p;
  return logarithm(u, p - (u - all(1)));
}

[[gnu::always_inline]] inline vector reciprocal(vector a) {
  const vector y = _mm512_rcp14_ps(a);
  return fma(fnma(a, y, all(1)), y, y);
}
/// a / b within an ulp, far from the ends of the range.
[[gnu::always_inline]] inline vector quotient(vector a, vector b) {
  const vector y = reciprocal(b), q = a * y;
  return fma(fnma(b, q, a), y, q);
}

[[gnu::always_inline]] inline __m512d halves_in_double(vector v) {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(v)) + _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}
[[gnu::always_inline]] inline float total(vector v) { return _mm512_reduce_add_ps(v); }
[[gnu::always_inline]] inline float first(vector v) { return _mm512_cvtss_f32(v); }

/// Asks for what a walk along rows or entries will read: near entries into the first cache, far ones into the second.
[[gnu::always_inline]] inline void prefetch(const float* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p + 4096), _MM_HINT_T1);
  _mm_prefetch(reinterpret_cast<const char*>(p + 256), _MM_HINT_T0);
}

// ---- rows ----------------------------------------------------------------------------------------------------------------

constexpr float least_sum = 0x1p-60f, greatest_sum = 0x1p96f;
bool is_safe(float sum) { return sum >= least_sum && sum <= greatest_sum; }
[[gnu::always_inline]] inline lanes unsafe_lanes(vector sums) {  // NaN is among them
  return static_cast<lanes>(_mm512_cmp_ps_mask(sums, all(least_sum), _CMP_NGE_UQ) |
                            _mm512_cmp_ps_mask(sums, all(greatest_sum), _CMP_NLE_UQ));
}

/// The largest entry, or 0 where a shift by it would not help.
[[gnu::noinline]] float largest(const float* x, std::ptrdiff_t count) {
  float m = -std::numeric_limits<float>::infinity();
  for (std::ptrdiff_t j = 0; j < count; ++j) m = x[j] > m ? x[j] : m;
  return std::isfinite(m) ? m : 0;
}

/// How a gradient is written: where the caches keep it, the exponentials wait for their sum in the gradient itself; else in a buffer,
/// or they are computed again, since long rows leave the nearest cache.
enum class gradient { none, in_place, buffered, recomputed };
constexpr std::ptrdiff_t longest_buffered = 4096;
constexpr bool stores_exponentials(gradient g) { return g == gradient::in_place || g == gradient::buffered; }

/// Writes one row of a gradient: `entries(j, which)` is a vector of it.
template <bool PastCaches, class Entries>
[[gnu::always_inline]] inline void write_row(float* to, std::ptrdiff_t count, const Entries& entries) {
  std::ptrdiff_t j = 0;
  if constexpr (PastCaches) {
    j = entries_to_line(to, count);
    if (j > 0) store(to, entries(0, first_lanes(j)), first_lanes(j));
    for (; j + width <= count; j += width) _mm512_stream_ps(to + j, entries(j, every_lane));
  } else {
#pragma GCC unroll 4
    for (; j + width <= count; j += width) store(to + j, entries(j, every_lane));
  }
  if (j < count) store(to + j, entries(j, first_lanes(count - j)), first_lanes(count - j));
}

/// Exponentials times a factor of the row, plus an offset.
struct scaled {
  const float* exponentials;
  vector factor, offset;
  [[gnu::always_inline]] vector operator()(std::ptrdiff_t j, lanes which) const {
    return fma(load(exponentials + j, which), factor, offset);
  }
};
/// The same, of exponentials that are computed again; the row after this one is fetched on the way.
struct recomputed {
  const float* x;
  std::ptrdiff_t classes;
  vector shift, factor, offset;
  [[gnu::always_inline]] vector operator()(std::ptrdiff_t j, lanes which) const {
    _mm_prefetch(reinterpret_cast<const char*>(x + classes + j), _MM_HINT_T1);
    return fma(exponential(load(x + j, which) - shift), factor, offset);
  }
};
/// Either, with its own value at the label.
template <class Entries>
struct with_label {
  Entries entries;
  std::ptrdiff_t label;
  float at_label;
  [[gnu::always_inline]] vector operator()(std::ptrdiff_t j, lanes which) const {
    const vector v = entries(j, which);
    const std::size_t lane = static_cast<std::size_t>(label - j);
    if (lane >= width) [[likely]]
      return v;
    return select(static_cast<lanes>(1U << lane), all(at_label), v);
  }
};

/// Sums of a row: of the exponentials of all entries, of those but the label's, the label's, and of the entries themselves.
struct row_sums {
  float all, rest, label, logits;
};

/// Entry 64 i + 16 u + l of a row is added to lane l of sum u; those after the last 64 to sum 0.
struct partial_sums {
  vector exponentials[4] = {}, logits[2] = {};
};

template <bool Store, bool Logits, bool Shifted>
struct row_walk {
  const float* x;
  float* exponentials;
  vector shift;

  [[gnu::always_inline]] vector exponential_of(vector v) const { return exponential(Shifted ? v - shift : v); }

  [[gnu::always_inline]] void add_64(std::ptrdiff_t j, partial_sums& to) const {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) {
      const vector v = load(x + j + width * u);
      prefetch(x + j + width * u);
      const vector e = exponential_of(v);
      if constexpr (Store) store(exponentials + j + width * u, e);
      to.exponentials[u] += e;
      if constexpr (Logits) to.logits[u % 2] += v;
    }
  }
  [[gnu::always_inline]] void add_16(std::ptrdiff_t j, lanes which, partial_sums& to) const {
    const vector v = load(x + j, which), e = only(which, exponential_of(v));
    if constexpr (Store) store(exponentials + j, e, which);
    to.exponentials[0] += e;
    if constexpr (Logits) to.logits[0] += v;
  }
};

[[gnu::always_inline]] inline void join(partial_sums& to, const partial_sums& from) {
#pragma GCC unroll 4
  for (int u = 0; u < 4; ++u) to.exponentials[u] += from.exponentials[u];
#pragma GCC unroll 2
  for (int u = 0; u < 2; ++u) to.logits[u] += from.logits[u];
}

/// The sum of the exponentials but the label's, without a difference that cancels: the lane that has it is added up once more.
[[gnu::noinline]] float sum_without_label(const float* x, std::ptrdiff_t label, std::ptrdiff_t classes, float shift,
                                          partial_sums sums) {
  const std::ptrdiff_t whole = classes / 64 * 64;
  const std::ptrdiff_t sum = label < whole ? label / width % 4 : 0, lane = label % width;
  alignas(64) float entries[width];
  std::ptrdiff_t count = 0;
  vector again{};
  const auto add = [&](std::ptrdiff_t j) {
    if (j == label) return;
    entries[count++] = x[j] - shift;
    if (count < width) return;
    again += exponential(load(entries));
    count = 0;
  };
  for (std::ptrdiff_t j = width * sum + lane; j < whole; j += 64) add(j);
  if (sum == 0)
    for (std::ptrdiff_t j = whole + lane; j < classes; j += width) add(j);
  if (count > 0) again += only(first_lanes(count), exponential(load(entries, first_lanes(count))));
  vector& with_label = sums.exponentials[sum];
  with_label = select(static_cast<lanes>(1U << lane), vector{}, with_label);
  const vector(&e)[4] = sums.exponentials;
  return total((e[0] + e[1]) + (e[2] + e[3]) + again);
}

template <bool Store, bool Logits, bool Shifted>
[[gnu::always_inline]] inline row_sums sum_row(const float* x, std::ptrdiff_t label, std::ptrdiff_t classes,
                                               float shift, float* exponentials) {
  constexpr std::ptrdiff_t chunk = 64 * 32;  // added up by itself, which bounds the error of long rows
  const row_walk<Store, Logits, Shifted> walk{x, exponentials, all(shift)};
  const std::ptrdiff_t whole = classes / 64 * 64;
  partial_sums sums;
  std::ptrdiff_t j = 0;
  while (j + chunk <= whole) {
    partial_sums part;
    for (const std::ptrdiff_t end = j + chunk; j < end; j += 64) walk.add_64(j, part);
    join(sums, part);
  }
  partial_sums part;
  for (; j < whole; j += 64) walk.add_64(j, part);
  for (; j < classes; j += width) walk.add_16(j, lanes_of(classes - j), part);
  join(sums, part);
  const vector(&e)[4] = sums.exponentials;
  const float sum = total((e[0] + e[1]) + (e[2] + e[3]));
  const float of_label = first(exponential(all(Shifted ? x[label] - shift : x[label])));
  const float rest = of_label > 0.5f * sum ? sum_without_label(x, label, classes, shift, sums) : sum - of_label;
  return {sum, rest, of_label, Logits ? total(sums.logits[0] + sums.logits[1]) : 0};
}

// ---- cross entropy and focal loss ------------------------------------------------------------------------------------------

constexpr float smoothing = 0.1f, z_weight = 1e-4f;  // of the focal loss, whose gamma is 2

/// A sum of numbers and of logarithms of 1 + r. Those are taken once for many, of the product of the 1 + r, which is kept
/// less 1, so that an r far below 1 keeps its digits.
class loss_total {
 public:
  void add(double loss) { sum_ += loss; }
  [[gnu::always_inline]] void add_logarithm_1p(double r) {
    product_less_1_ = std::fma(product_less_1_, 1 + r, r);
    if (!(product_less_1_ < 0x1p800)) [[unlikely]]
      take_logarithm();
  }
  double value() {
    take_logarithm();
    return sum_;
  }

 private:
  double product_less_1_ = 0, sum_ = 0;

  [[gnu::noinline]] void take_logarithm() {
    sum_ += std::log1p(product_less_1_);
    product_less_1_ = 0;
  }
};

/// -log p of a label is log(1 + rest / e^x_label), which does not cancel, and its gradient is -rest / sum.
template <bool Focal, gradient G>
void add_row(const data& d, std::ptrdiff_t row, float* buffer, loss_total& loss) {
  const float* x = d.x + row * d.classes;
  float* const g = G == gradient::none ? nullptr : d.dx + row * d.classes;
  float* const exponentials = G == gradient::buffered ? buffer : g;
  const std::ptrdiff_t label = d.t[row];
  const float scale = 1 / static_cast<float>(d.rows), classes = static_cast<float>(d.classes);
  float shift = 0;
  row_sums sums = sum_row<stores_exponentials(G), Focal, false>(x, label, d.classes, shift, exponentials);
  if (!is_safe(sums.all)) [[unlikely]] {
    shift = largest(x, d.classes);
    sums = sum_row<stores_exponentials(G), Focal, true>(x, label, d.classes, shift, exponentials);
  }
  // A label so far behind that the quotient may overflow leaves nothing that cancels.
  const bool is_near = sums.label >= least_sum && sums.rest < 0x1p60f * sums.label;
  const auto far_loss = [&] {
    return std::log(static_cast<double>(sums.all)) + (static_cast<double>(shift) - static_cast<double>(x[label]));
  };
  float factor = 0, offset = 0, at_label = 0;
  if constexpr (!Focal) {
    if (is_near) [[likely]]
      loss.add_logarithm_1p(static_cast<double>(sums.rest) / static_cast<double>(sums.label));
    else loss.add(far_loss());
    factor = scale / sums.all;
    at_label = -sums.rest * factor;
  } else {
    const float nll = is_near ? first(logarithm_1p(all(sums.rest / sums.label))) : static_cast<float>(far_loss());
    const float logsumexp = is_near ? x[label] + nll : shift + std::log(sums.all);
    const float inverse = 1 / sums.all, p = sums.label * inverse, miss = sums.rest * inverse, weight = miss * miss;
    const float smoothed = (1 - smoothing) * nll + smoothing * (logsumexp - sums.logits / classes);
    loss.add(static_cast<double>(weight * smoothed + z_weight * logsumexp * logsumexp));
    const float of_weight = 2 * miss * p * smoothed, of_logsumexp = 2 * z_weight * logsumexp;
    factor = (of_weight + weight + of_logsumexp) * inverse * scale;
    offset = -weight * smoothing / classes * scale;
    at_label = (of_logsumexp * p + smoothing * weight - miss * (of_weight + weight)) * scale + offset;
  }
  if constexpr (G == gradient::in_place) {
    write_row<false>(g, d.classes, scaled{exponentials, all(factor), all(offset)});
    g[label] = at_label;
  } else if constexpr (G == gradient::buffered) {
    const scaled entries{exponentials, all(factor), all(offset)};
    write_row<true>(g, d.classes, with_label<scaled>{entries, label, at_label});
  } else if constexpr (G == gradient::recomputed) {
    const recomputed entries{x, d.classes, all(shift), all(factor), all(offset)};
    write_row<true>(g, d.classes, with_label<recomputed>{entries, label, at_label});
  }
}

/// Rows of ten entries: 16 of them are ten whole vectors, whose exponentials are taken without a lane to spare.
constexpr std::ptrdiff_t short_classes = 10, short_rows = 64;

/// The row of each entry of 16 short rows.
struct rows_of_entries {
  alignas(64) int row[short_classes * width] = {};
  constexpr rows_of_entries() {
    for (std::ptrdiff_t j = 0; j < short_classes * width; ++j) row[j] = static_cast<int>(j / short_classes);
  }
};
constexpr rows_of_entries short_row_of;

/// The totals of 16 vectors: they are transposed as they are added up.
[[gnu::always_inline]] inline vector totals(const vector (&v)[width]) {
  vector of_2[8], of_4[4];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    of_2[i] = _mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]) + _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512d a = _mm512_castps_pd(of_2[2 * i]), b = _mm512_castps_pd(of_2[2 * i + 1]);
    of_4[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b)) + _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
  }
  const auto joined = [](vector a, vector b) __attribute__((always_inline)) {
    return _mm512_shuffle_f32x4(a, b, 0x88) + _mm512_shuffle_f32x4(a, b, 0xdd);
  };
  return joined(joined(of_4[0], of_4[1]), joined(of_4[2], of_4[3]));
}

/// The totals of 16 short rows.
[[gnu::always_inline]] inline vector short_totals(const float* x) {
  constexpr lanes whole_row = (1U << short_classes) - 1;
  vector rows[width];
#pragma GCC unroll 16
  for (std::ptrdiff_t i = 0; i < width; ++i) rows[i] = _mm512_maskz_loadu_ps(whole_row, x + short_classes * i);
  return totals(rows);
}

/// 64 short rows at once. Returns false, without a result, where one of them needs a shift or is far from its label.
template <bool Focal, bool Gradient>
[[gnu::always_inline]] inline bool add_short_rows(const data& d, std::ptrdiff_t row, __m512d& loss) {
  constexpr std::ptrdiff_t groups = short_rows / width, group_entries = short_classes * width;
  constexpr lanes whole_row = (1U << short_classes) - 1;
  const float* x = d.x + row * short_classes;
  const float scale = 1 / static_cast<float>(d.rows);
  alignas(64) float exponentials[short_rows * short_classes];
#pragma GCC unroll 2
  for (std::ptrdiff_t j = 0; j < short_rows * short_classes; j += width) {
    prefetch(x + j);
    store(exponentials + j, exponential(load(x + j)));
  }
  // Where the labels are, and the lanes of the other entries of each row.
  alignas(64) int label_at[short_rows];
  alignas(64) lanes others[short_rows];
  const __m512i row_begins = _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                                _mm512_set1_epi32(short_classes));
#pragma GCC unroll 4
  for (std::ptrdiff_t k = 0; k < groups; ++k) {
    const __m512i labels = _mm512_loadu_si512(d.t + row + width * k);
    const __m512i group_begin = _mm512_set1_epi32(static_cast<int>(group_entries * k));
    _mm512_store_si512(label_at + width * k, _mm512_add_epi32(_mm512_add_epi32(labels, row_begins), group_begin));
    const __m512i label_bits = _mm512_sllv_epi32(_mm512_set1_epi32(1), labels);
    _mm256_store_si256(reinterpret_cast<__m256i*>(others + width * k),
                       _mm512_cvtepi32_epi16(_mm512_xor_si512(label_bits, _mm512_set1_epi32(whole_row))));
  }
  alignas(64) float factors[short_rows], offsets[short_rows], at_labels[short_rows];
  vector product_less_1{}, sum{};
  lanes unsafe = 0;
#pragma GCC unroll 1
  for (std::ptrdiff_t k = 0; k < groups; ++k) {
    vector rows[width];
#pragma GCC unroll 16
    for (std::ptrdiff_t i = 0; i < width; ++i)
      rows[i] = _mm512_maskz_loadu_ps(others[width * k + i], exponentials + group_entries * k + short_classes * i);
    const __m512i labels = _mm512_load_si512(label_at + width * k);
    const vector rest = totals(rows), of_label = _mm512_i32gather_ps(labels, exponentials, 4);
    const vector all_entries = rest + of_label, ratio = quotient(rest, of_label);
    // The product of four ratios is finite where they are below 2^30; NaN is not.
    unsafe = static_cast<lanes>(unsafe | unsafe_lanes(all_entries) |
                                _mm512_cmp_ps_mask(of_label, all(least_sum), _CMP_NGE_UQ) |
                                _mm512_cmp_ps_mask(ratio, all(0x1p30f), _CMP_NLE_UQ));
    if constexpr (!Focal) {
      product_less_1 = fma(product_less_1, all(1) + ratio, ratio);
      if constexpr (Gradient) {
        const vector factor = all(scale) / all_entries;
        store(factors + width * k, factor);
        store(at_labels + width * k, -rest * factor);
      }
    } else {
      const vector logits = short_totals(x + group_entries * k), nll = logarithm_1p(ratio);
      const vector logsumexp = _mm512_i32gather_ps(labels, x, 4) + nll;
      const vector inverse = all(1) / all_entries, p = of_label * inverse, miss = rest * inverse, weight = miss * miss;
      const vector above_mean = fnma(logits, all(1.f / short_classes), logsumexp);
      const vector smoothed = fma(all(1 - smoothing), nll, all(smoothing) * above_mean);
      sum += fma(weight, smoothed, all(z_weight) * (logsumexp * logsumexp));
      if constexpr (Gradient) {
        const vector of_weight = (miss + miss) * p * smoothed, of_logsumexp = all(2 * z_weight) * logsumexp;
        const vector offset = weight * all(-smoothing / short_classes * scale);
        const vector by_label = fma(of_logsumexp, p, all(smoothing) * weight);
        store(factors + width * k, (of_weight + weight + of_logsumexp) * inverse * all(scale));
        store(offsets + width * k, offset);
        store(at_labels + width * k, fma(fnma(miss, of_weight + weight, by_label), all(scale), offset));
      }
    }
  }
  if (unsafe != 0) [[unlikely]]
    return false;
  loss += halves_in_double(Focal ? sum : logarithm_1p(product_less_1));
  if constexpr (Gradient) {
    float* g = d.dx + row * short_classes;
#pragma GCC unroll 1
    for (std::ptrdiff_t k = 0; k < groups; ++k) {
      const vector factor = load(factors + width * k), offset = Focal ? load(offsets + width * k) : vector{};
#pragma GCC unroll 16
      for (std::ptrdiff_t j = 0; j < short_classes; ++j) {
        const __m512i row_of = _mm512_load_si512(short_row_of.row + width * j);
        const std::ptrdiff_t at = group_entries * k + width * j;
        const vector e = load(exponentials + at), by_factor = e * _mm512_permutexvar_ps(row_of, factor);
        store(g + at, Focal ? by_factor + _mm512_permutexvar_ps(row_of, offset) : by_factor);
      }
    }
    for (std::ptrdiff_t i = 0; i < short_rows; ++i) g[label_at[i]] = at_labels[i];
  }
  return true;
}

template <bool Focal, gradient G>
double mean_of_rows(const data& d) {
  constexpr bool has_gradient = G != gradient::none;
  alignas(64) float buffer[longest_buffered];
  loss_total loss;
  __m512d short_loss{};
  std::ptrdiff_t i = 0;
  if (d.classes == short_classes)
    for (; i + short_rows <= d.rows; i += short_rows)
      if (!add_short_rows<Focal, has_gradient>(d, i, short_loss)) [[unlikely]]
        for (std::ptrdiff_t k = i; k < i + short_rows; ++k) add_row<Focal, G>(d, k, buffer, loss);
  for (; i < d.rows; ++i) add_row<Focal, G>(d, i, buffer, loss);
  if constexpr (G == gradient::buffered || G == gradient::recomputed) _mm_sfence();
  return (loss.value() + _mm512_reduce_add_pd(short_loss)) / static_cast<double>(d.rows);
}
template <bool Focal>
double gradient_of_rows(const data& d) {
  if (!outgrows_caches(d.rows * d.classes)) return mean_of_rows<Focal, gradient::in_place>(d);
  if (d.classes <= longest_buffered) return mean_of_rows<Focal, gradient::buffered>(d);
  return mean_of_rows<Focal, gradient::recomputed>(d);
}

// ---- distillation, at temperature 2 ----------------------------------------------------------------------------------------

/// Sums of the exponentials of a row of both, and of the teacher's times how far its logits lie above the student's.
struct pair_sums {
  float teacher, student, difference;
  bool is_safe() const { return bench::is_safe(teacher) && bench::is_safe(student) && std::isfinite(difference); }
};

template <bool Store, bool Shifted>
struct pair_walk {
  const float *teacher, *student;
  float *teacher_exponentials, *student_exponentials;
  vector teacher_shift, student_shift;

  struct partial {
    vector teacher{}, student{}, difference{};
  };

  [[gnu::always_inline]] void add(std::ptrdiff_t j, lanes which, partial& to) const {
    vector a = load(teacher + j, which), b = load(student + j, which);
    prefetch(teacher + j);
    prefetch(student + j);
    if constexpr (Shifted) {
      a -= teacher_shift;
      b -= student_shift;
    }
    vector p = exponential(a * all(0.5f)), q = exponential(b * all(0.5f));
    if (which != every_lane) {
      p = only(which, p);
      q = only(which, q);
    }
    if constexpr (Store) {
      store(teacher_exponentials + j, p, which);
      store(student_exponentials + j, q, which);
    }
    to.teacher += p;
    to.student += q;
    // 0 log 0 = 0. A row where that matters has no finite sum without it, and comes here again.
    const lanes there = Shifted ? _mm512_cmp_ps_mask(p, vector{}, _CMP_NEQ_UQ) : every_lane;
    to.difference = _mm512_mask3_fmadd_ps(p, a - b, to.difference, there);
  }

  [[gnu::always_inline]] pair_sums sums(std::ptrdiff_t classes) const {
    partial even, odd;
    std::ptrdiff_t j = 0;
    for (; j + 2 * width <= classes; j += 2 * width) {
      add(j, every_lane, even);
      add(j + width, every_lane, odd);
    }
    for (; j < classes; j += width) add(j, lanes_of(classes - j), even);
    return {total(even.teacher + odd.teacher), total(even.student + odd.student),
            total(even.difference + odd.difference)};
  }
};

/// Exponentials of both, each times a factor of the row.
struct scaled_pair {
  const float *teacher, *student;
  vector teacher_factor, student_factor;
  [[gnu::always_inline]] vector operator()(std::ptrdiff_t j, lanes which) const {
    return fma(load(teacher + j, which), teacher_factor, load(student + j, which) * student_factor);
  }
};

/// 16 short rows of both at once. Returns false, without a result, where one of them needs a shift or a mask.
template <bool Gradient>
[[gnu::always_inline]] inline bool add_short_pairs(const data& d, std::ptrdiff_t row, __m512d& loss) {
  constexpr std::ptrdiff_t entries = short_classes * width;
  const float *const teacher = d.y + row * short_classes, *const student = d.x + row * short_classes;
  alignas(64) float p[entries], q[entries], differences[entries];
#pragma GCC unroll 2
  for (std::ptrdiff_t j = 0; j < entries; j += width) {
    const vector a = load(teacher + j), b = load(student + j);
    prefetch(teacher + j);
    prefetch(student + j);
    const vector e = exponential(a * all(0.5f));
    store(p + j, e);
    store(q + j, exponential(b * all(0.5f)));
    store(differences + j, e * (a - b));
  }
  const vector teacher_sum = short_totals(p), student_sum = short_totals(q), difference = short_totals(differences);
  const vector ratio = student_sum / teacher_sum;
  const lanes not_finite = _mm512_cmp_ps_mask(difference - difference, vector{}, _CMP_NEQ_UQ);
  if ((unsafe_lanes(teacher_sum) | unsafe_lanes(student_sum) | unsafe_lanes(ratio) | not_finite) != 0) [[unlikely]]
    return false;
  loss += halves_in_double(fma(all(0.5f), difference / teacher_sum, logarithm(ratio)));
  if constexpr (Gradient) {
    const vector scale = all(2 / static_cast<float>(d.rows));
    const vector teacher_factor = -scale / teacher_sum, student_factor = scale / student_sum;
#pragma GCC unroll 16
    for (std::ptrdiff_t j = 0; j < short_classes; ++j) {
      const __m512i row_of = _mm512_load_si512(short_row_of.row + width * j);
      const vector by_student = load(q + width * j) * _mm512_permutexvar_ps(row_of, student_factor);
      store(d.dx + row * short_classes + width * j,
            fma(load(p + width * j), _mm512_permutexvar_ps(row_of, teacher_factor), by_student));
    }
  }
  return true;
}

struct alignas(64) line {
  float entries[width];
};

template <bool Gradient, bool PastCaches>
double mean_of_pairs(const data& d) {
  const std::ptrdiff_t lines = Gradient ? (d.classes + width - 1) / width : 0;
  std::vector<line> buffer(static_cast<std::size_t>(2 * lines));
  float *const p = Gradient ? buffer[0].entries : nullptr, *const q = Gradient ? p + lines * width : nullptr;
  const float scale = 2 / static_cast<float>(d.rows);
  double loss = 0, product = 1;  // of the quotients of the sums, whose logarithms are added up as one
  __m512d short_loss{};
  const auto add_pair = [&](std::ptrdiff_t i) {
    const float *const teacher = d.y + i * d.classes, *const student = d.x + i * d.classes;
    pair_sums sums = pair_walk<Gradient, false>{teacher, student, p, q, {}, {}}.sums(d.classes);
    if (!sums.is_safe()) [[unlikely]] {
      const vector teacher_shift = all(largest(teacher, d.classes)), student_shift = all(largest(student, d.classes));
      sums = pair_walk<Gradient, true>{teacher, student, p, q, teacher_shift, student_shift}.sums(d.classes);
    }
    loss += 0.5 * static_cast<double>(sums.difference) / static_cast<double>(sums.teacher);
    product *= static_cast<double>(sums.student) / static_cast<double>(sums.teacher);
    if (!(product > 0x1p-700 && product < 0x1p700)) [[unlikely]] {
      loss += std::log(product);
      product = 1;
    }
    if constexpr (Gradient)
      write_row<PastCaches>(d.dx + i * d.classes, d.classes,
                            scaled_pair{p, q, all(-scale / sums.teacher), all(scale / sums.student)});
  };
  std::ptrdiff_t i = 0;
  if (d.classes == short_classes)
    for (; i + width <= d.rows; i += width)
      if (!add_short_pairs<Gradient>(d, i, short_loss)) [[unlikely]]
        for (std::ptrdiff_t k = i; k < i + width; ++k) add_pair(k);
  for (; i < d.rows; ++i) add_pair(i);
  if constexpr (PastCaches) _mm_sfence();
  return 4 * (loss + std::log(product) + _mm512_reduce_add_pd(short_loss)) / static_cast<double>(d.rows);
}
double gradient_of_pairs(const data& d) {
  return outgrows_caches(d.rows * d.classes) ? mean_of_pairs<true, true>(d) : mean_of_pairs<true, false>(d);
}

// ---- elementwise losses ----------------------------------------------------------------------------------------------------

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
struct binary_cross_entropy {
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
struct huber_loss {  // delta = 1
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
struct gaussian_nll {
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

contender by_hand() {
  return {.name = "by hand",
          .compared = agreement::values_and_gradients,
          .cross_entropy = mean_of_rows<false, gradient::none>,
          .cross_entropy_gradient = gradient_of_rows<false>,
          .focal = mean_of_rows<true, gradient::none>,
          .focal_gradient = gradient_of_rows<true>,
          .bce = value_of_entries<binary_cross_entropy>,
          .bce_gradient = gradient_of_entries<binary_cross_entropy>,
          .huber = value_of_entries<huber_loss>,
          .huber_gradient = gradient_of_entries<huber_loss>,
          .gaussian = value_of_entries<gaussian_nll>,
          .gaussian_gradient = gradient_of_entries<gaussian_nll>,
          .distillation = mean_of_pairs<false, false>,
          .distillation_gradient = gradient_of_pairs};
}

}  // namespace bench
