// SPDX-License-Identifier: BSL-1.0
// exec/targets.hpp — the loops, compiled for every instruction set, and the choice among them at run time.
// Highway includes loops-inl.h once per target; the loops are templates over the formula, so the user's own file
// instantiates each target's copy without any -march flag.
// Layer 5 (exec).
#pragma once

// The baseline is one lane at a time: Highway's emulated 128-bit vectors are no faster, and slow to compile.
#ifndef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 1
#endif

// Baseline, AVX2, AVX-512: steps that matter for loops like ours. What lies between would only cost compile time.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | LOOM_NEWER_AVX3_TARGETS)
#include <hwy/detect_targets.h>
#if defined(HWY_AVX3_ZEN4) && defined(HWY_AVX3_SPR)
#define LOOM_NEWER_AVX3_TARGETS (HWY_AVX3_ZEN4 | HWY_AVX3_SPR)
#elif defined(HWY_AVX3_ZEN4)
#define LOOM_NEWER_AVX3_TARGETS HWY_AVX3_ZEN4
#else
#define LOOM_NEWER_AVX3_TARGETS 0
#endif
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "loom/exec/loops-inl.h"
#include <hwy/foreach_target.h>
#include "loom/exec/loops-inl.h"

#include <string_view>

namespace loom {

/// Instruction sets with loops of their own, worst first.
enum class target : std::uint8_t { baseline, avx2, avx512 };

constexpr std::string_view name(target t) { return t == target::avx512 ? "AVX-512" : t == target::avx2 ? "AVX2" : "baseline"; }

namespace exec {

/// The best target of this machine, asked once.
inline target best_target() {
  static const target best = [] {
    const auto supported = hwy::SupportedTargets() & HWY_TARGETS;  // what the machine has and this program has loops for
    return (supported & HWY_AVX3) != 0 ? target::avx512 : (supported & HWY_AVX2) != 0 ? target::avx2 : target::baseline;
  }();
  return best;
}

inline thread_local target chosen = target::avx512;  // the upper bound a test or a bench sets

}  // namespace exec

/// The target that calls of this thread use.
inline target current_target() { return exec::chosen < exec::best_target() ? exec::chosen : exec::best_target(); }

/// Holds calls of this thread to at most a target, until the end of its scope.
class limit_target {
 public:
  explicit limit_target(target most) : before_(exec::chosen) { exec::chosen = most; }
  ~limit_target() { exec::chosen = before_; }
  limit_target(const limit_target&) = delete;
  limit_target& operator=(const limit_target&) = delete;

 private:
  target before_;
};

namespace exec {

/// The loops of a sweep for the target of this thread.
template <class Program, class T, int Sweep>
part_function dispatch() {
  switch (current_target()) {
#if HWY_TARGETS & HWY_AVX3
    case target::avx512: return &N_AVX3::run_sweep<Program, T, Sweep>;
#endif
#if HWY_TARGETS & HWY_AVX2
    case target::avx2: return &N_AVX2::run_sweep<Program, T, Sweep>;
#endif
    default: return &HWY_STATIC_DISPATCH(run_sweep)<Program, T, Sweep>;
  }
}

}  // namespace exec
}  // namespace loom
