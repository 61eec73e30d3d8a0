// SPDX-License-Identifier: BSL-1.0
// tests/support/targets.hpp — the targets that this machine has.
#pragma once

#include <string>
#include <vector>

#include "loom/loops/targets.hpp"
#include "support/catch.hpp"

namespace trial {

inline const std::vector<loom::target>& targets() {
  static const std::vector<loom::target> all = [] {
    std::vector<loom::target> t{loom::target::baseline};
#define LOOM_TEST_TARGET(name, list) \
  if (loom::target::name <= loom::loops::best_target()) list.push_back(loom::target::name);
    LOOM_VECTOR_TARGETS(LOOM_TEST_TARGET, t)
#undef LOOM_TEST_TARGET
    return t;
  }();
  return all;
}

/// A function of the target of this thread.
#define LOOM_IF_TARGET(name, call) loom::current_target() == loom::target::name ? loom::name::call:
#define LOOM_ON_TARGET(call) (LOOM_VECTOR_TARGETS(LOOM_IF_TARGET, call) loom::baseline::call)

template <class Check>
void on_every_target(Check check) {
  for (loom::target each : targets()) {
    const loom::limit_target held(each);
    INFO("target " << loom::name(each));
    check();
  }
}

}  // namespace trial
