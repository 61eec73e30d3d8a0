// SPDX-License-Identifier: BSL-1.0
// tests/loops/value_only.cpp — flagships without gradients: nothing is kept, fewer passes, other loops.
#include <boost/hana/for_each.hpp>

#include "loom/collection/collection.hpp"
#include "support/flagship_trials.hpp"

TEST_CASE("every flagship's value alone agrees with the interpreter") {
  loom::hana::for_each(loom::collection::flagships, [](auto named) {
    trial::flagship<float, false>(loom::hana::second(named), loom::hana::first(named).c_str());
  });
}
