// SPDX-License-Identifier: BSL-1.0
// simd/guess_loops-inl.h — the exponential of what a guess shifts, at many floats, compiled once for each target.

namespace loom::LOOM_TARGET {

/// Of the floats whose bits are `first`, `first` + `step` and so on below `end`: how many vectors hold one whose exponential is finite,
/// and one where it differs from exp.
struct found {
  long finite = 0, different = 0;
};
[[gnu::noinline]] inline found exponentials_of_guess(std::uint32_t first, std::uint32_t end, std::uint32_t step) {
  using V = vec<float>;
  using I = bits_of<V>;
  found f;
  for (std::uint64_t b = first; b < end; b += std::uint64_t{step} * width<V>) {
    const V x = as<V>(broadcast<I>(static_cast<std::uint32_t>(b)) + iota<I>(0) * step);
    const V y = exp_of_guess(x), z = exp(x);
    f.finite += any(abs(y) < infinity<V>());
    f.different += any((y < z) | (y > z));
  }
  return f;
}

}  // namespace loom::LOOM_TARGET
