// SPDX-License-Identifier: BSL-1.0
// simd/math_functions.hpp — one row for each function that simd/math.cpp tests: its name and its reference.
#pragma once

#include "support/layers.hpp"

// clang-format off
#define LOOM_TEST_UNARY(X) \
  X(exp, mpfr_exp) X(expm1, mpfr_expm1) X(log, mpfr_log) X(log1p, mpfr_log1p) \
  X(tanh, mpfr_tanh) X(sinh, mpfr_sinh) X(cosh, mpfr_cosh) \
  X(sin, mpfr_sin) X(cos, mpfr_cos) X(tan, mpfr_tan) \
  X(asin, mpfr_asin) X(acos, mpfr_acos) X(atan, mpfr_atan) \
  X(asinh, mpfr_asinh) X(acosh, mpfr_acosh) X(atanh, mpfr_atanh) \
  X(erf, mpfr_erf) X(erfc, mpfr_erfc) X(erfcx, erfcx_of) \
  X(lgamma, lgamma_of) X(digamma, mpfr_digamma) X(trigamma, trigamma_of)
// clang-format on

namespace loom::tests {
using namespace layers;

enum class fn {
#define LOOM_TEST_ENUM(name, reference) name,
  LOOM_TEST_UNARY(LOOM_TEST_ENUM)
#undef LOOM_TEST_ENUM
      pow
};

}  // namespace loom::tests
