// SPDX-License-Identifier: BSL-1.0
// collection/collection.hpp — the losses of the collection, by name: Boost.Hana maps, for tests, benchmarks and tools to
// iterate over. docs/reference/collection.md has the table of formulas, sources and denominators.
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/union.hpp>

#include "loom/collection/classification.hpp"
#include "loom/collection/contrastive.hpp"
#include "loom/collection/preference.hpp"
#include "loom/collection/regression.hpp"
#include "loom/collection/segmentation.hpp"

/// Losses beside their inputs: collection::cross_entropy, and collection::preference::dpo where names would meet.
namespace loom::inline LOOM_ABI::collection {
// clang-format off

/// The losses of one row: what benchmarks run, and what the printed code is compared for.
inline constexpr auto flagships = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("cross_entropy"), cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("weighted_cross_entropy"), weighted_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("focal_cross_entropy"), focal_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("binary_cross_entropy"), binary_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("huber"), huber),
    hana::make_pair(BOOST_HANA_STRING("gaussian_nll"), gaussian_nll),
    hana::make_pair(BOOST_HANA_STRING("distillation"), distillation));

/// Every loss.
inline constexpr auto losses =
    hana::union_(hana::union_(classification, regression), hana::union_(segmentation_losses, hana::union_(contrastive_losses, preference_losses)));
// clang-format on

}  // namespace loom::collection
