// SPDX-License-Identifier: BSL-1.0
// tests/laws/segmentation.cpp — losses of images, with first and second derivatives, against their textbook spelling in 80 digits.
#include "loom/collection/segmentation.hpp"
#include "support/collection_trials.hpp"

TEST_CASE("losses of images agree with their textbook spelling in 80 digits, to the second derivative", "[laws]") {
  loom::hana::for_each(loom::collection::segmentation_losses, [](auto named) {
    collected::obeys(loom::hana::second(named), loom::hana::first(named).c_str());
  });
}
