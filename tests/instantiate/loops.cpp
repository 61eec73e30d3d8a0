// SPDX-License-Identifier: BSL-1.0
// instantiate/loops.cpp — the file that compiles them.
// [instantiated]
#include "formula.hpp"

LOOM_INSTANTIATE(cross_entropy, float);
LOOM_INSTANTIATE(cross_entropy, float, d(x));
LOOM_INSTANTIATE(cross_entropy, double, d(x), d2(x));
// [/instantiated]
