// SPDX-License-Identifier: BSL-1.0
// simd/loops_of.hpp — the ops of LOOM_TEST_FUNCTIONS(ONE, TWO) as loops of every target: loops_of::name.
// The macro names each op with ONE or TWO, by its operands, and is defined before this file is included. LOOM_TEST_KERNEL is the
// template that has their kernels.
#pragma once

#include "simd/trials.hpp"

#ifndef LOOM_TEST_KERNEL
#define LOOM_TEST_KERNEL kernel
#endif
#define LOOM_EACH_TARGET "simd/loops_of-inl.h"
#include "loom/simd/each_target.h"

namespace {
namespace loops_of {

#define LOOM_TEST_CASE(target_name, name) \
  case loom::target::target_name: return &loom::target_name::loop_of_##name<T>;
#define LOOM_TEST_CHOICE(name)                            \
  template <class T>                                      \
  trial::loop<T> choice_of_##name() {                     \
    switch (loom::current_target()) {                     \
      LOOM_VECTOR_TARGETS(LOOM_TEST_CASE, name)           \
      default: return &loom::baseline::loop_of_##name<T>; \
    }                                                     \
  }                                                       \
  constexpr trial::function name{&choice_of_##name<float>, &choice_of_##name<double>};
LOOM_TEST_FUNCTIONS(LOOM_TEST_CHOICE, LOOM_TEST_CHOICE)
#undef LOOM_TEST_CHOICE
#undef LOOM_TEST_CASE

}  // namespace loops_of
}  // namespace
