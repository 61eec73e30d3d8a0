// SPDX-License-Identifier: BSL-1.0
// base/config.hpp — version, capacities, and the compilers Loom refuses.
// Capacities bound the constexpr arrays of the compiler; raise one by defining it before the first Loom header.
// Layer 0 (base).
#pragma once

#define LOOM_VERSION_MAJOR 0
#define LOOM_VERSION_MINOR 1
#define LOOM_VERSION_PATCH 0

#if __cplusplus < 202002L
#error "Loom needs C++20: compile with -std=c++20"
#endif

// -ffast-math lets the compiler assume that no infinity and no NaN exists; a masked class is an infinity.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "Loom needs IEEE infinities and NaN: compile without -ffast-math (-ffinite-math-only)"
#endif

/// Most values one formula, with its derivatives, may have while it is being rewritten (dead ones included).
#ifndef LOOM_MAX_NODES
#define LOOM_MAX_NODES 512
#endif

/// Bytes of stack in which a call holds rows side by side, for threads that have little: 4096 for each tensor at the least.
#ifndef LOOM_TILE_BYTES
#define LOOM_TILE_BYTES 131072
#endif

// The version is part of every name, so that two libraries built against two versions of Loom can live in one process: a
// compiler merges inline functions and constants of one name. A capacity other than the default is, too: it changes the size
// of graphs, plans and tiles.
#define LOOM_JOINED_TEXT(a, b, c) v##a##_##b##_##c
#define LOOM_JOINED(a, b, c) LOOM_JOINED_TEXT(a, b, c)
#if LOOM_MAX_NODES == 512 && LOOM_TILE_BYTES == 131072
#define LOOM_ABI LOOM_JOINED(LOOM_VERSION_MAJOR, LOOM_VERSION_MINOR, LOOM_VERSION_PATCH)
#else
#define LOOM_JOINED_SIZES_TEXT(a, b, c, n, t) v##a##_##b##_##c##_nodes##n##_tiles##t
#define LOOM_JOINED_SIZES(a, b, c, n, t) LOOM_JOINED_SIZES_TEXT(a, b, c, n, t)
#define LOOM_ABI LOOM_JOINED_SIZES(LOOM_VERSION_MAJOR, LOOM_VERSION_MINOR, LOOM_VERSION_PATCH, LOOM_MAX_NODES, LOOM_TILE_BYTES)
#endif

/// A name says its layer, and a layer sees the names of those below it. What a user writes has no layer: loom/loom.hpp lists it.
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
namespace avx2 { using namespace loops; }
namespace avx512 { using namespace loops; }
namespace run { using namespace loops; }
namespace emit { using namespace compiler; }
}  // namespace loom
