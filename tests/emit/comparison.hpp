// SPDX-License-Identifier: BSL-1.0
// tests/emit/comparison.hpp — printed functions, compiled and called beside the interpreter.
#pragma once

#include <initializer_list>

#include "emit/subjects.hpp"
#include "support/trial.hpp"

namespace printed {

/// Prints all subjects for float and for double, compiles them without a warning, and checks their results on data of several
/// sizes and regimes.
void check_cpp(const std::vector<subject>& all, std::initializer_list<trial::regime> logits = {trial::regime::normal});
void check_c99(const std::vector<subject>& all, std::initializer_list<trial::regime> logits = {trial::regime::normal});

}  // namespace printed
