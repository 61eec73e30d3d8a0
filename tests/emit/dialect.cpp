// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/dialect.hpp"

#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/ir/op.hpp"
#include "support/catch.hpp"

using namespace loom::emit;
using namespace loom::emit::detail;

TEST_CASE("C++ is what the texts are written in") {
  for (int o = 0; o < loom::ir::op_count; ++o) {
    const std::string text(loom::ir::info(static_cast<loom::ir::op>(o)).cpp);
    CHECK(spelled(cpp, text, element::f32) == text);
    CHECK(spelled(cpp, text, element::f64) == text);
  }
}

TEST_CASE("C99 names the type of a function") {
  CHECK(spelled(c99, "std::pow({0}, {1})", element::f32) == "powf({0}, {1})");
  CHECK(spelled(c99, "std::pow({0}, {1})", element::f64) == "pow({0}, {1})");
  CHECK(spelled(c99, "{0} = std::max({0}, {1})", element::f32) == "{0} = fmaxf({0}, {1})");
  CHECK(spelled(c99, "if (!std::isfinite({0})) {0} = {2}", element::f32) == "if (!isfinite({0})) {0} = {2}");
  CHECK(spelled(c99, "maximum({0}, {1})", element::f32) == "maximumf({0}, {1})");
  CHECK(spelled(c99, "std::ptrdiff_t n; n == 0 ? -infinity : not_a_number", element::f64) ==
        "ptrdiff_t n; n == 0 ? -INFINITY : NAN");
}

TEST_CASE("no text of an op has a word that C99 lacks") {
  for (int o = 0; o < loom::ir::op_count; ++o) {
    const loom::ir::reduction_info& r = loom::ir::reduction(static_cast<loom::ir::op>(o));
    for (const auto text : {loom::ir::info(static_cast<loom::ir::op>(o)).cpp, r.update, r.update_of_array, r.end})
      CHECK(spelled(c99, std::string(text), element::f32).find("::") == std::string::npos);
  }
}

TEST_CASE("literals read back as the same number") {
  constexpr double infinity = __builtin_huge_val();
  CHECK(literal(cpp, 1, element::f64) == "1.0");
  CHECK(literal(cpp, 0.1, element::f32) == "0.1f");
  CHECK(literal(cpp, -0.0, element::f32) == "-0.0f");
  CHECK(literal(cpp, 1e300, element::f64) == "1e+300");
  CHECK(literal(cpp, -1e300, element::f32) == "-std::numeric_limits<float>::infinity()");
  CHECK(literal(cpp, infinity - infinity, element::f64) == "std::numeric_limits<double>::quiet_NaN()");
  CHECK(literal(c99, -infinity, element::f32) == "-INFINITY");
  CHECK(literal(c99, infinity - infinity, element::f64) == "NAN");
  CHECK(literal(c99, 0.1, element::f32) == "0.1f");
}

TEST_CASE("a cast binds the whole expression") {
  const expression sum("a + b", binding::sum);
  CHECK(cast(cpp, element::f32, sum).text == "static_cast<float>(a + b)");
  CHECK(cast(c99, element::f32, sum).text == "(float)(a + b)");
  CHECK(cast(c99, element::f32, sum).level == binding::unary);
  CHECK(cast(c99, element::f64, {"*x", binding::unary}).text == "(double)*x");
  CHECK(cast(c99, element::f64, std::string("f(x)")).text == "(double)f(x)");
}

TEST_CASE("headers are those that the code needs") {
  CHECK(includes_of(cpp, "std::ptrdiff_t") == "#include <cstddef>\n");
  CHECK(includes_of(cpp, "std::max(a, b); std::fill_n(c)") == "#include <algorithm>\n");
  CHECK(includes_of(cpp, "std::exp(std::numeric_limits<float>::infinity())") ==
        "#include <cmath>\n#include <limits>\n");
  CHECK(includes_of(c99, "ptrdiff_t") == "#include <math.h>\n#include <stddef.h>\n");
  CHECK(includes_of(c99, "const bool b; boolean; my_ptrdiff_t") == "#include <math.h>\n#include <stdbool.h>\n");
}
