// SPDX-License-Identifier: BSL-1.0
// simd/each_target.h — includes the file LOOM_EACH_TARGET once for each target, compiled for it, inside no namespace: the file
// puts what it has into loom::LOOM_TARGET. What it includes beside files like itself must have been included before, for the
// pragmas hold for all they enclose.
// Every function there begins with LOOM_INLINE, or with LOOM_OF_TARGET if it is not inlined: to g++ this is what says for which
// instructions it is compiled. A pragma would, too, but then g++ works out all options of the target many times for each function.
// Layer 7 (simd).

// The best target that is compiled: 0 the baseline alone; of x86-64, 1 AVX2, 2 AVX-512 as well; of 64-bit Arm, 1 NEON.
#if defined(__x86_64__)
#define LOOM_MOST_TARGETS 2
#elif defined(__AARCH64EL__) && defined(__ARM_NEON)
#define LOOM_MOST_TARGETS 1
#else
#define LOOM_MOST_TARGETS 0
#endif
#if !defined(LOOM_TARGETS) || LOOM_TARGETS > LOOM_MOST_TARGETS
#undef LOOM_TARGETS
#define LOOM_TARGETS LOOM_MOST_TARGETS
#endif

// ONE(name, what) for each target above the baseline that is compiled, worst first.
#ifndef LOOM_VECTOR_TARGETS
#if LOOM_TARGETS == 0
#define LOOM_VECTOR_TARGETS(ONE, what)
#elif defined(__aarch64__)
#define LOOM_VECTOR_TARGETS(ONE, what) ONE(neon, what)
#elif LOOM_TARGETS == 1
#define LOOM_VECTOR_TARGETS(ONE, what) ONE(avx2, what)
#else
#define LOOM_VECTOR_TARGETS(ONE, what) ONE(avx2, what) ONE(avx512, what)
#endif
#endif

// A file compiled with -march has loops of its own: another file, compiled without, must not get them from the linker.
#ifndef LOOM_MARCH
#if defined(__AVX512F__)
#define LOOM_MARCH ::inline march_avx512
#elif defined(__AVX2__)
#define LOOM_MARCH ::inline march_avx2
#elif defined(__AVX__)
#define LOOM_MARCH ::inline march_avx
#elif defined(__SSE4_1__)
#define LOOM_MARCH ::inline march_sse4
#elif defined(__ARM_FEATURE_SVE2)
#define LOOM_MARCH ::inline march_sve2
#elif defined(__ARM_FEATURE_SVE)
#define LOOM_MARCH ::inline march_sve
#else
#define LOOM_MARCH
#endif
#endif

#define LOOM_TARGET baseline LOOM_MARCH
#define LOOM_TARGET_BYTES 0
#define LOOM_OF_TARGET
#include LOOM_EACH_TARGET
#undef LOOM_TARGET
#undef LOOM_TARGET_BYTES
#undef LOOM_OF_TARGET

#if LOOM_TARGETS >= 1 && defined(__aarch64__)  // every such machine has it: no flag
#define LOOM_TARGET neon LOOM_MARCH
#define LOOM_TARGET_BYTES 16
#define LOOM_OF_TARGET
#include LOOM_EACH_TARGET
#undef LOOM_TARGET
#undef LOOM_TARGET_BYTES
#undef LOOM_OF_TARGET
#endif

#if LOOM_TARGETS >= 1 && defined(__x86_64__)
#define LOOM_TARGET avx2 LOOM_MARCH
#define LOOM_TARGET_BYTES 32
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define LOOM_OF_TARGET
#else
#define LOOM_OF_TARGET __attribute__((target("avx2,fma,f16c")))
#endif
#include LOOM_EACH_TARGET
#if defined(__clang__)
#pragma clang attribute pop
#endif
#undef LOOM_TARGET
#undef LOOM_TARGET_BYTES
#undef LOOM_OF_TARGET
#endif

#if LOOM_TARGETS >= 2
#define LOOM_TARGET avx512 LOOM_MARCH
#define LOOM_TARGET_BYTES 64
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)
#define LOOM_OF_TARGET
#else
#define LOOM_OF_TARGET __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl")))
#endif
#include LOOM_EACH_TARGET
#if defined(__clang__)
#pragma clang attribute pop
#endif
#undef LOOM_TARGET
#undef LOOM_TARGET_BYTES
#undef LOOM_OF_TARGET
#endif

#undef LOOM_EACH_TARGET
