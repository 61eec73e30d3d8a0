// SPDX-License-Identifier: BSL-1.0
// collection/regression.hpp — losses of a number, written the way a textbook writes them.
// Sources and the exact denominators: the comments of each; F.* is torch.nn.functional.
#pragma once

#include "loom/base/config.hpp"

#include "loom/collection/classification.hpp"

namespace loom::inline LOOM_ABI::collection {
// clang-format off

// F.huber_loss(a, y, delta = delta)
inline constexpr auto delta = scalar<"delta">;
inline constexpr auto residual = a - y;
inline constexpr auto huber =
    loss<where(abs(residual) <= delta, 0.5 * square(residual), delta * (abs(residual) - 0.5 * delta)).mean()>;

// F.gaussian_nll_loss(mu, y, v, full = False, eps = 1e-6)
inline constexpr auto mu = tensor<"mu[N]">;
inline constexpr auto v = tensor<"v[N]">;  // variance, positive
inline constexpr auto variance = max(v, 1e-6);
inline constexpr auto gaussian_nll = loss<0.5 * (log(variance) + square(mu - y) / variance).mean()>;

inline constexpr auto regression = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("huber"), huber),
    hana::make_pair(BOOST_HANA_STRING("gaussian_nll"), gaussian_nll));
// clang-format on

}  // namespace loom::collection
