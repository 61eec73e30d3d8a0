// SPDX-License-Identifier: BSL-1.0
// loops/targets.hpp — the loops, compiled for every instruction set, and the choice among them at run time.
// They are templates over the formula, so the user's own file instantiates each target's copy without any -march flag.
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include "loom/base/text_view.hpp"

#include "loom/call/storage.hpp"
#include "loom/layout/scalars.hpp"
#include "loom/loops/instruction.hpp"
#include "loom/loops/memory.hpp"
#include "loom/loops/pieces.hpp"
#include "loom/loops/products.hpp"
#include "loom/loops/tiles.hpp"
#include "loom/schedule/row_ends.hpp"

#define LOOM_EACH_TARGET "loom/loops/loops-inl.h"
#include "loom/simd/each_target.h"

namespace loom::inline LOOM_ABI {

/// Instruction sets with loops of their own, by the width of their vectors. A machine has the baseline, and NEON or the others.
enum class target : std::uint8_t { baseline, neon, avx2, avx512 };

/// The name of a target, as its makers write it: "AVX2".
constexpr base::text_view name(target t) {
  return t == target::avx512 ? "AVX-512" : t == target::avx2 ? "AVX2" : t == target::neon ? "NEON" : "baseline";
}

namespace loops {

#if LOOM_TARGETS >= 1 && defined(__x86_64__)
/// Whether the machine converts between float and binary16.
inline bool machine_has_f16c() {
#if defined(__clang__) && __clang_major__ < 17  // __builtin_cpu_supports does not know the word
  unsigned a = 1, b = 0, c = 0, d = 0;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (c >> 29 & 1) != 0;
#else
  return __builtin_cpu_supports("f16c");
#endif
}
#endif

/// The best target that this machine has and this program has loops for, asked once.
inline target best_target() {
#if LOOM_TARGETS >= 1 && defined(__aarch64__)
  return target::neon;
#elif LOOM_TARGETS >= 1
  static const target best = [] {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !machine_has_f16c())
      return target::baseline;
#if LOOM_TARGETS >= 2
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
      return target::avx512;
#endif
    return target::avx2;
  }();
  return best;
#else
  return target::baseline;
#endif
}

inline thread_local target chosen = target::avx512;  // the upper bound a test or a bench sets

}  // namespace loops

/// The target that calls of this thread use.
[[gnu::noinline]] inline target current_target() {
  const target best = loops::best_target();
  return loops::chosen < best ? loops::chosen : best;
}

/// Holds calls of this thread to at most a target, until the end of its scope. Below AVX2, x86 has the baseline alone.
class limit_target {
 public:
  explicit limit_target(target most) : before_(loops::chosen) {
    loops::chosen = most == target::neon && loops::best_target() != target::neon ? target::baseline : most;
  }
  ~limit_target() { loops::chosen = before_; }
  limit_target(const limit_target&) = delete;
  limit_target& operator=(const limit_target&) = delete;

 private:
  target before_;
};

namespace loops {

/// The fewest rows side by side that lanes run across, of numbers of so many bytes: a vector of them, or a part of one (shape_choice) where
/// instructions leave out the other lanes at no cost.
[[gnu::noinline]] inline std::ptrdiff_t fewest_rows(std::ptrdiff_t bytes, int part) {
  switch (current_target()) {
    case target::avx512: return 64 / bytes / part;
    case target::avx2: return 32 / bytes;
    case target::neon: return 16 / bytes;
    default: return layout::most_lanes;
  }
}

/// The loops of a sweep for the target of this thread.
template <class Program, class T, int Sweep>
part_function dispatch() {
#define LOOM_RUN_TARGET(name, function) \
  case target::name: return &name::function<Program, T, Sweep>;
  switch (current_target()) {
    LOOM_VECTOR_TARGETS(LOOM_RUN_TARGET, run_sweep)
    default: return &baseline::run_sweep<Program, T, Sweep>;
  }
#undef LOOM_RUN_TARGET
}

}  // namespace loops
}  // namespace loom
