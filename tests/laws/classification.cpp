// SPDX-License-Identifier: BSL-1.0
// tests/laws/classification.cpp — losses of a row of logits, with first and second derivatives, against their textbook spelling in 80 digits.
#include "loom/collection/classification.hpp"
#include "support/collection_trials.hpp"

TEST_CASE("losses of a row agree with their textbook spelling in 80 digits, to the second derivative", "[laws]") {
  loom::hana::for_each(loom::collection::classification, [](auto named) {
    collected::obeys(loom::hana::second(named), loom::hana::first(named).c_str(), collected::tight);
  });
}
