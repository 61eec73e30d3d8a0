// SPDX-License-Identifier: BSL-1.0
// tests/collection/collection_values.cpp — losses of images, pairs and sequences without gradients: fewer sweeps, other loops.
#include <boost/hana/for_each.hpp>

#include "loom/collection/collection.hpp"
#include "support/collection_trials.hpp"

namespace {

template <class Map>
void values_of(const Map& map) {
  loom::hana::for_each(map, [](auto named) {
    const std::string name = loom::hana::first(named).c_str();
    collected::loops<float, false>(loom::hana::second(named), name);
  });
}

}  // namespace

TEST_CASE("the values alone of losses of images, pairs and sequences agree with the interpreter") {
  values_of(loom::collection::segmentation_losses);
  values_of(loom::collection::contrastive_losses);
  values_of(loom::collection::preference_losses);
}
