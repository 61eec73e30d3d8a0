// SPDX-License-Identifier: BSL-1.0
// tests/support/targets.hpp — the targets that this machine has.
#pragma once

#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace trial {

inline const std::vector<loom::target>& targets() {
  static const std::vector<loom::target> all = [] {
    std::vector<loom::target> t;
    for (loom::target each : {loom::target::baseline, loom::target::avx2, loom::target::avx512})
      if (each <= loom::loops::best_target()) t.push_back(each);
    return t;
  }();
  return all;
}

template <class Check>
void on_every_target(Check check) {
  for (loom::target each : targets()) {
    const loom::limit_target held(each);
    INFO("target " << loom::name(each));
    check();
  }
}

}  // namespace trial
