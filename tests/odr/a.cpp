// SPDX-License-Identifier: BSL-1.0
// odr/a.cpp — one of two files that use the formula.
#include "formula.hpp"

seen seen_by_a() { return {&evaluate, &cross_entropy, &cross_entropy.plan(d(x))}; }
