// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/prelude.hpp"

#include <cmath>

#include "emit/shared_object.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/numeric/remainders.hpp"
#include "loom/numeric/special.hpp"
#include "support/catch.hpp"

using loom::emit::c99, loom::emit::cpp, loom::emit::element;
using loom::emit::detail::includes_of, loom::emit::detail::prelude_of;

namespace {

/// call_erfcx and its like, of a dialect.
std::string callers(const loom::emit::dialect& d, const std::string& linkage) {
  std::string text;
  for (const std::string name : {"erfcx", "ierfcx", "i0e", "i1e", "log_i0", "digamma", "trigamma", "exprel_2",
                                 "log1prel_2", "exprel_3", "log1prel_3"})
    text += prelude_of(d, name + "(", element::f64) + linkage + "double call_" + name + "(double v) { return " + name +
            "(v); }\n";
  return includes_of(d, text) + text;
}

void check(const printed::shared_object& object) {
  const auto alike = [&](const std::string& name, double (*wanted)(double), double x) {
    const double v = (*object.find<double(double)>("call_" + name))(x), w = wanted(x);
    INFO(name << "(" << x << ") = " << v << ", not " << w);
    CHECK(((std::isnan(v) && std::isnan(w)) || v == w || std::fabs(v - w) <= 1e-12 * std::max(1e-12, std::fabs(w)) ||
           (std::fabs(w) < 3 && std::fabs(v - w) <= 2e-12)));
  };
  for (double x = -30; x < 60; x += 0.37) {
    alike("erfcx", loom::numeric::erfcx, x);
    alike("ierfcx", loom::numeric::ierfcx, x);
    alike("i0e", loom::numeric::i0e, x);
    alike("i1e", loom::numeric::i1e, x);
    alike("log_i0", loom::numeric::log_i0, x);
    alike("digamma", loom::numeric::digamma, x);
    alike("trigamma", loom::numeric::trigamma, x);
    alike("exprel_2", loom::numeric::exprel_2, x);
    alike("log1prel_2", loom::numeric::log1prel_2, x);
    alike("exprel_3", loom::numeric::exprel_3, x);
    alike("log1prel_3", loom::numeric::log1prel_3, x);
  }
  const double inf = loom::numeric::infinity;
  for (double x : {0.0, -0.0, -1.0, -2.0, 1e-300, 1e-3, 1e8, 1e300, inf, -inf, loom::numeric::not_a_number}) {
    alike("erfcx", loom::numeric::erfcx, x);
    alike("ierfcx", loom::numeric::ierfcx, x);
    alike("i0e", loom::numeric::i0e, x);
    alike("i1e", loom::numeric::i1e, x);
    alike("log_i0", loom::numeric::log_i0, x);
    alike("digamma", loom::numeric::digamma, x);
    alike("trigamma", loom::numeric::trigamma, x);
    alike("exprel_2", loom::numeric::exprel_2, x);
    alike("log1prel_2", loom::numeric::log1prel_2, x);
    alike("exprel_3", loom::numeric::exprel_3, x);
    alike("log1prel_3", loom::numeric::log1prel_3, x);
  }
}

}  // namespace

TEST_CASE("what the printed code brings along for the library is right to 1e-12") {
  check(printed::shared_object(printed::cpp_compiler, ".cpp", {callers(cpp, "extern \"C\" ")}));
  check(printed::shared_object(printed::c99_compiler, ".c", {callers(c99, "")}));
}

TEST_CASE("the prelude has the functions that the code calls, in the types in which it calls them") {
  CHECK(prelude_of(cpp, "row_sign(x), std::sign(x), sign (x)", element::f32) == "");
  CHECK(prelude_of(cpp, "sign(x)", element::f32).find("template <class T>\ninline T sign(T x)") != std::string::npos);
  CHECK(prelude_of(c99, "signf(x)", element::f32).find("static inline float signf(float x)") != std::string::npos);
  CHECK(prelude_of(c99, "signf(x)", element::f32).find("double") == std::string::npos);
  CHECK(prelude_of(c99, "sign(x)", element::f32).find("float") == std::string::npos);
  // A function in double has a version for float by way of it.
  CHECK(prelude_of(cpp, "erfcx(x)", element::f64).find("float") == std::string::npos);
  CHECK(prelude_of(cpp, "erfcx(x)", element::f32)
            .find("inline float erfcx(float x) { return static_cast<float>(erfcx(static_cast<double>(x))); }\n") !=
        std::string::npos);
  CHECK(prelude_of(c99, "erfcxf(x)", element::f32)
            .find("static inline float erfcxf(float x) { return (float)erfcx((double)x); }\n") != std::string::npos);
  CHECK(prelude_of(c99, "erfcx(x)", element::f32).find("erfcxf") == std::string::npos);
  // C++ has std::fill_n.
  CHECK(prelude_of(cpp, "std::fill_n(p, n, 0.0)", element::f32) == "");
  CHECK(prelude_of(c99, "fill_n(p, n, 0.0)", element::f32)
            .find("static inline void fill_n(double* p, ptrdiff_t n, double value)") == 0);
}
