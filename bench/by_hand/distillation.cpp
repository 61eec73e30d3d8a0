// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/distillation.cpp — distillation, at temperature 2.
#include <cmath>
#include <vector>

#include "losses.hpp"
#include "rows.hpp"

namespace bench::hand {
namespace {

/// Sums of the exponentials of a row of both, and of the teacher's times how far its logits lie above the student's.
struct pair_sums {
  float teacher, student, difference;
  bool is_safe() const { return hand::is_safe(teacher) && hand::is_safe(student) && std::isfinite(difference); }
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

}  // namespace

workloads distillation() { return {mean_of_pairs<false, false>, gradient_of_pairs}; }

}  // namespace bench::hand
