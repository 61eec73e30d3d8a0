// SPDX-License-Identifier: BSL-1.0
// instantiate/formula.hpp — a loss whose loops one file compiles.
#pragma once

#include "loom/loom.hpp"

// [declared]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

LOOM_DECLARE(cross_entropy, float);
LOOM_DECLARE(cross_entropy, float, d(x));
LOOM_DECLARE(cross_entropy, double, d(x), d2(x));
// [/declared]
