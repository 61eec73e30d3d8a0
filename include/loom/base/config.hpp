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
