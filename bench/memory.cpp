// SPDX-License-Identifier: BSL-1.0
// bench/memory.cpp — the floor below all: reads a workload's inputs once, writes its outputs once, computes nothing.
// Its values are sums of the inputs, so that these are read. Compiled for AVX-512.
#include <array>

#include "avx512.hpp"
#include "peers.hpp"

namespace bench {
namespace {

using namespace avx512;

template <std::size_t Count> using inputs = std::array<const float*, Count>;
template <std::size_t Count> using outputs = std::array<float*, Count>;

template <bool PastCaches, std::size_t Inputs, std::size_t Outputs>
double touched(const inputs<Inputs>& in, const outputs<Outputs>& out, std::ptrdiff_t entries) {
  vector total[4] = {};
  const auto touch = [&](std::ptrdiff_t j, lanes which, vector& sum) __attribute__((always_inline)) {
    vector v{};
    for (const float* from : in) v += load(from + j, which);
    for (float* to : out) store_output<PastCaches>(to + j, v, which);
    sum += v;
  };
  std::ptrdiff_t j = 0;
  if constexpr (PastCaches) {
    j = entries_to_line(out[0], entries);
    touch(0, first_lanes(j), total[0]);
  }
  for (; j + 4 * width <= entries; j += 4 * width) {
    touch(j, every_lane, total[0]);
    touch(j + width, every_lane, total[1]);
    touch(j + 2 * width, every_lane, total[2]);
    touch(j + 3 * width, every_lane, total[3]);
  }
  for (; j < entries; j += width) touch(j, lanes_of(entries - j), total[0]);
  if constexpr (PastCaches) _mm_sfence();
  return static_cast<double>(_mm512_reduce_add_ps((total[0] + total[1]) + (total[2] + total[3])));
}

template <std::size_t Inputs, std::size_t Outputs>
double entries_of(const data& d, const inputs<Inputs>& in, const outputs<Outputs>& out) {
  const std::ptrdiff_t entries = d.rows * d.classes;
  if constexpr (Outputs > 0)
    if (outgrows_caches(entries)) return touched<true>(in, out, entries);
  return touched<false>(in, out, entries);
}

double labels_of(const data& d) {
  __m512i total{};
  for (std::ptrdiff_t i = 0; i < d.rows; i += width)
    total = _mm512_add_epi32(total, _mm512_maskz_loadu_epi32(lanes_of(d.rows - i), d.t + i));
  return static_cast<double>(_mm512_reduce_add_epi32(total));
}

double logits(const data& d) { return labels_of(d) + entries_of(d, inputs<1>{d.x}, outputs<0>{}); }
double logits_gradient(const data& d) { return labels_of(d) + entries_of(d, inputs<1>{d.x}, outputs<1>{d.dx}); }

/// Doubles, as twice as many floats.
data halves_of(const data_of<double>& d) {
  return {.rows = d.rows,
          .classes = 2 * d.classes,
          .x = reinterpret_cast<const float*>(d.x),
          .t = d.t,
          .dx = reinterpret_cast<float*>(d.dx)};
}
double wide_logits(const data_of<double>& d) { return logits(halves_of(d)); }
double wide_logits_gradient(const data_of<double>& d) { return logits_gradient(halves_of(d)); }

double pairs(const data& d) { return entries_of(d, inputs<2>{d.x, d.y}, outputs<0>{}); }
double pairs_gradient(const data& d) { return entries_of(d, inputs<2>{d.x, d.y}, outputs<1>{d.dx}); }
double triples(const data& d) { return entries_of(d, inputs<3>{d.x, d.v, d.y}, outputs<0>{}); }
double triples_gradient(const data& d) { return entries_of(d, inputs<3>{d.x, d.v, d.y}, outputs<2>{d.dx, d.dv}); }

}  // namespace

contender memory() {
  const loss_of<float> of_logits{logits, logits_gradient}, of_pairs{pairs, pairs_gradient};
  return {.name = "memory",
          .compared = agreement::nothing,
          .cross_entropy = of_logits,
          .focal = of_logits,
          .bce = of_pairs,
          .weighted_bce = of_pairs,
          .huber = of_pairs,
          .gaussian = {triples, triples_gradient},
          .distillation = of_pairs,
          .cross_entropy_f64 = {wide_logits, wide_logits_gradient}};
}

}  // namespace bench
