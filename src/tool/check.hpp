// SPDX-License-Identifier: BSL-1.0
// src/tool/check.hpp — `loom check`: how many digits of a formula are right, as it is written and as it is rewritten, over magnitudes of its
// data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formula/program.hpp"
#include "tool/evaluate.hpp"

namespace loom::tool {

struct check_request {
  std::vector<binding> inputs = {};  ///< numbers that are not drawn: gamma=2
  int samples = 32;  ///< at every magnitude
  std::uint64_t seed = 1;
  bool json = false;
  std::string svg = {};  ///< a file for the plots, or nothing
};

/// Errors of the value and of the gradients: the worst over the samples of a magnitude, in units in the last place; of gradients in
/// those of their largest entry. NaN or infinite: that is what came out. Negative: there was nothing to compare with.
struct errors {
  double value = -1, gradient = -1;
};

/// What was found at one magnitude.
struct magnitude_errors {
  double magnitude = 0;
  /// How many ulp the value moves when every entry that it is differentiated by moves by one; at least 1.
  double condition = 1;
  errors written[2] = {}, rewritten[2] = {};  ///< in float and in double
};

/// What came of it.
struct check_result {
  std::vector<magnitude_errors> all;  ///< two to a decade, from 1e-8 to 1e8
  std::string text;  ///< the report, lines of text or one object of JSON
  std::string wrong;  ///< or why there is none, in a sentence without a full stop
  std::string hint;
};

/// Compares value and gradients of a formula with 400 digits, and those with 160: where the two disagree, 800 are the truth.
///
/// Gradients: those that the program was compiled with, else by all tensors, else by all scalars.
/// Written: every operation of the formula and of its gradients rounded. Rewritten: every operation of the program that the loops
///   compute, wide sums in double; so without the errors of the vector functions, a few ulp.
/// Data: entries of tensors are drawn from -m to m, of a domain from what of it lies there, else from what is next to it, and rounded to
///   float; scalars between 0.5 and 2, or from their domain; labels from their axis; of a mask half the entries are true, and one at
///   least of its last axis. Axes without an extent have 5 entries, or 2 if the others have more than 64.
/// Limits: 10,000 entries of all axes together.
/// JSON: {"loss", "samples", "seed", "extents": {"N": 5}, "worst": errors, "magnitudes": [{"magnitude", "condition", ...errors}]}, where
///   errors are {"float": {"written": {"value", "gradient"}, "rewritten": {...}}, "double": {...}}; null: nothing to compare with.
/// Without MPFR, which the program may be built without, it says so.
check_result check(const notation::program& p, const check_request& r);

}  // namespace loom::tool
