// SPDX-License-Identifier: BSL-1.0
// base/config.hpp — version, capacities, and the compilers and flags that Loom refuses.
// Capacities bound the constexpr arrays of the compiler; raise one by defining it before the first Loom header.
// Every header reads this file before anything that C++20 or a compiler's extension is needed for, and what this file refuses
// ends the compilation: the one sentence is what the compiler says. What is refused and why: docs/reference/platforms.md.
// Layer 0 (base).
#pragma once

#define LOOM_VERSION_MAJOR 0
#define LOOM_VERSION_MINOR 1
#define LOOM_VERSION_PATCH 0

#if defined(__clang__) && __clang_major__ < 14
#error "Loom needs clang 14 or later, or g++ 12 or later: this clang is older"
#define LOOM_REFUSED
#elif !defined(__clang__) && defined(__GNUC__) && __GNUC__ < 12
#error "Loom needs g++ 12 or later, or clang 14 or later: this g++ is older"
#define LOOM_REFUSED
#elif !defined(__clang__) && !defined(__GNUC__)
#error "Loom needs g++ 12 or later, or clang 14 or later: it uses their vector types"
#define LOOM_REFUSED
#elif __cplusplus < 202002L
#error "Loom needs C++20: compile with -std=c++20"
#define LOOM_REFUSED

// A masked class is an infinity, and a NaN in the data must be seen in the result.
#elif defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "Loom needs IEEE infinities and NaN: compile without -ffast-math (-ffinite-math-only)"
#define LOOM_REFUSED

// Argument reduction and compensated sums are additions whose order matters, each rounded to its own type.
#elif defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || (defined(__clang__) && __FLT_EVAL_METHOD__ == -1)
#error "Loom needs arithmetic as it is written: compile without -funsafe-math-optimizations and its parts"
#define LOOM_REFUSED
#elif defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "Loom needs sums rounded to their type, which x87 arithmetic is not: compile with -msse2 -mfpmath=sse"
#define LOOM_REFUSED

#endif

// A compiler goes on after #error, into thousands of lines; a file that does not exist stops it.
#ifdef LOOM_REFUSED
#include "Loom cannot be compiled like this: see the error above"
#endif

/// Most values one formula, with its derivatives, may have while it is being rewritten (dead ones included).
#ifndef LOOM_MAX_NODES
#define LOOM_MAX_NODES 512
#endif

/// Bytes of stack for the tiles of a sweep: copies of rows whose lanes run across them. A tile has 4096 bytes at least.
#ifndef LOOM_TILE_BYTES
#define LOOM_TILE_BYTES 131072
#endif

/// Columns of a block of a tile that a product of matrices makes, at most: a multiple of 16. It has 3 rows for 8 columns, and stays in a
/// second-level cache.
#ifndef LOOM_BLOCK_COLUMNS
#define LOOM_BLOCK_COLUMNS 512
#endif

// Before a loop of few turns: vectors would not pay, and a compiler takes its time to make them.
#if defined(__clang__)
#define LOOM_SHORT_LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")
#else
#define LOOM_SHORT_LOOP
#endif

// What the loops call and no target compiles for itself. g++ keeps the upper halves of vectors in use across a call of a clone, whose
// instructions, older ones, then wait for each other: loops of -O3 took twice the time.
#if defined(__clang__)
#define LOOM_CALLED_BY_LOOPS [[gnu::noinline]]
#else
#define LOOM_CALLED_BY_LOOPS [[gnu::noinline, gnu::noclone]]
#endif

// The version is part of every name, so that two libraries built against two versions of Loom can live in one process: a
// compiler merges inline functions and constants of one name. A capacity other than the default is, too: it changes the size
// of graphs and plans, or of tiles and blocks.
#define LOOM_JOINED_TEXT(a, b, c) v##a##_##b##_##c
#define LOOM_JOINED(a, b, c) LOOM_JOINED_TEXT(a, b, c)
#if LOOM_MAX_NODES == 512 && LOOM_TILE_BYTES == 131072 && LOOM_BLOCK_COLUMNS == 512
#define LOOM_ABI LOOM_JOINED(LOOM_VERSION_MAJOR, LOOM_VERSION_MINOR, LOOM_VERSION_PATCH)
#else
#define LOOM_JOINED_SIZES_TEXT(a, b, c, n, t, k) v##a##_##b##_##c##_nodes##n##_tiles##t##_blocks##k
#define LOOM_JOINED_SIZES(a, b, c, n, t, k) LOOM_JOINED_SIZES_TEXT(a, b, c, n, t, k)
#define LOOM_ABI                                                                                                 \
  LOOM_JOINED_SIZES(LOOM_VERSION_MAJOR, LOOM_VERSION_MINOR, LOOM_VERSION_PATCH, LOOM_MAX_NODES, LOOM_TILE_BYTES, \
                    LOOM_BLOCK_COLUMNS)
#endif

#ifndef LOOM_REFUSED

/// A name says its layer, and a layer sees the names of those below it. What a user writes has no layer: loom/loom.hpp lists it.
// clang-format off
namespace loom::inline LOOM_ABI {
namespace base {}
namespace numeric { using namespace base; }
namespace ir { using namespace numeric; }
namespace lang { using namespace ir; }
namespace rewrite { using namespace ir; }
namespace derive { using namespace rewrite; }
namespace schedule { using namespace derive; }
namespace compiler { using namespace schedule; using namespace lang; }
namespace call { using namespace compiler; }
namespace layout { using namespace call; }
namespace loops { using namespace layout; }
namespace baseline { using namespace loops; }
namespace neon { using namespace loops; }
namespace avx2 { using namespace loops; }
namespace avx512 { using namespace loops; }
namespace run { using namespace loops; }
namespace emit { using namespace compiler; }
}  // namespace loom
// clang-format on

#if defined(__clang__)
// clang has no macro for these flags. It rejects the pragma beside them, and warns of a NaN where it assumes there is none.
namespace loom::inline LOOM_ABI::base {
inline void arithmetic_is_as_written() {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wignored-pragmas"
  // clang-format off
#if __clang_major__ >= 15
#pragma clang fp eval_method(source)  // Loom needs arithmetic as it is written: compile without -funsafe-math-optimizations
#else
#pragma STDC FENV_ACCESS ON  // Loom needs arithmetic as it is written: compile without -funsafe-math-optimizations
#endif
// clang-format on
#if __has_warning("-Wnan-infinity-disabled")
#pragma clang diagnostic error "-Wnan-infinity-disabled"
#endif
  (void)__builtin_nanf("");  // Loom needs NaN: compile without -fno-honor-nans
#pragma clang diagnostic pop
}
}  // namespace loom::base
#endif

#endif  // LOOM_REFUSED
