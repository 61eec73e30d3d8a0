// SPDX-License-Identifier: BSL-1.0
// simd/guess_loops-inl.h — the exponential of what a guess shifts, at many floats, compiled once for each target.

namespace loom::LOOM_TARGET {

/// Vectors of floats for which `is` holds of one, of those whose bits are `first`, `first` + `step` and so on below `end`.
template <class Is>
LOOM_OF_TARGET long vectors_with(std::uint32_t first, std::uint32_t end, std::uint32_t step) {
  using V = vec<float>;
  using I = bits_of<V>;
  long found = 0;
  for (std::uint64_t b = first; b < end; b += std::uint64_t{step} * width<V>)
    found += any(Is::of(as<V>(broadcast<I>(static_cast<std::uint32_t>(b)) + iota<I>(0) * step)));
  return found;
}

struct finite {
  [[gnu::always_inline]] LOOM_OF_TARGET static inline mask_of<vec<float>> of(vec<float> x) {
    return abs(exp_of_guess(x)) < infinity<vec<float>>();
  }
};
struct not_as_exp {
  [[gnu::always_inline]] LOOM_OF_TARGET static inline mask_of<vec<float>> of(vec<float> x) {
    return (exp_of_guess(x) == exp(x)) == 0;
  }
};
[[gnu::noinline]] inline LOOM_OF_TARGET long finite_exponentials(std::uint32_t first, std::uint32_t end,
                                                                 std::uint32_t step) {
  return vectors_with<finite>(first, end, step);
}
[[gnu::noinline]] inline LOOM_OF_TARGET long other_exponentials(std::uint32_t first, std::uint32_t end,
                                                                std::uint32_t step) {
  return vectors_with<not_as_exp>(first, end, step);
}

}  // namespace loom::LOOM_TARGET
