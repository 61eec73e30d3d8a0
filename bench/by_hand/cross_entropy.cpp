// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/cross_entropy.cpp — cross entropy and focal loss.
#include <cmath>

#include "losses.hpp"
#include "rows.hpp"

namespace bench::hand {
namespace {

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

constexpr std::ptrdiff_t short_rows = 64;  // at once

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

}  // namespace

workloads cross_entropy() { return {mean_of_rows<false, gradient::none>, gradient_of_rows<false>}; }
workloads focal() { return {mean_of_rows<true, gradient::none>, gradient_of_rows<true>}; }

}  // namespace bench::hand
