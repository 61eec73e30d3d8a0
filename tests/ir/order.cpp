// SPDX-License-Identifier: BSL-1.0
// ir/order.cpp — which of two entries comes first, and how orders are written, read elsewhere and refused.
#include "loom/ir/order.hpp"

#include <limits>

#include "loom/ir/print.hpp"
#include "loom/ir/sentence.hpp"
#include "loom/ir/verify.hpp"
#include "loom/lang/lower.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

namespace {

using namespace loom;
using namespace loom::layers;

TEST_CASE("one of two entries comes first, and of three the order is one", "[ir][order]") {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const double entries[] = {nan, 1, -0.0, inf, 0.0, -inf, 1, nan, -2};
  for (const bool falling : {false, true})
    for (std::size_t i = 0; i < 9; ++i)
      for (std::size_t k = 0; k < 9; ++k) {
        const auto before = [&](std::size_t a, std::size_t b) {
          return comes_before(entries[a], a, entries[b], b, falling);
        };
        CHECK((before(i, k) != before(k, i)) == (i != k));
        for (std::size_t l = 0; l < 9; ++l) CHECK((!before(i, k) || !before(k, l) || before(i, l)));
        if (entries[i] != entries[i] && entries[k] == entries[k]) CHECK(before(k, i));
        if (entries[i] == entries[k]) CHECK(before(i, k) == (i < k));
        if (entries[i] < entries[k]) CHECK(before(i, k) != falling);
      }
}

constexpr auto x = tensor<"x[N,C]">;
constexpr auto v = tensor<"v[N]">;
constexpr auto t = index<"t[N]">;
constexpr auto N = axis<"N">;
constexpr auto C = axis<"C">;
constexpr auto S = axis<"S">;

std::string text(const auto& f) {
  const lowered l = loom::lang::lower(f);
  if (l.problem.kind != issue::none) return std::string(text_view(sentence_of(l.problem)));
  CHECK(graph_problem(l.program) == "");
  return formula_text(l.program, l.program.outputs[0].id);
}

TEST_CASE("formulas of orders", "[ir][order]") {
  CHECK(text(number(order(x, C))) == "number(order(x, C))");
  CHECK(text(number(order(x, -2, loom::reverse))) == "number(order(x, N, reverse))");
  CHECK(text(x(C = order(x, C))) == "x(C = order(x, C))");
  CHECK(text((x + v)(N = order(v, N))) == "(x + v)(N = order(v, N))");
  CHECK(text((-x)(N = order(v, N))) == "(-x)(N = order(v, N))");
  CHECK(text(gather(x, order(-x, -1))) == "x(C = order(-x, C))");
  CHECK(text(x(C = order(x, C))(C = S)(S = C)) == "x(C = order(x, C))");
  CHECK(text(v(N = order(v, N))(N = N + 1)(N = N - 1)).starts_with("where("));
}
TEST_CASE("orders that are refused", "[ir][order]") {
  CHECK(text(order(x, C)).starts_with("loom: an index is used as a number"));
  CHECK(text(order(order(x, C), C) + x).starts_with("loom: an index is used as a number"));
  CHECK(text(number(order(v, C))).starts_with("loom: the operand does not have the axis C"));
  CHECK(text(number(order(x > 0, C))).starts_with("loom: a mask is used where a number is needed"));
  CHECK(text(v(N = order(x, N))(N = order(x, N))) == "v(N = order(x, N))(N = order(x, N))");
  // An index of the axis that is no order of it is still none.
  CHECK(text(x(C = order(x, C) + 1)).starts_with("loom: an index must not have the axis it picks from, C"));
  CHECK(text(x(N = order(x, C))).starts_with("loom: an index must not have the axis it picks from, N"));
  CHECK(text(x(C = order(x, C), N = t)).starts_with("loom: an index must not have the axis it picks from, N"));
  CHECK(text(x(N = order(v, N), C = t)).starts_with("loom: an index must not have the axis it picks from, N"));
  CHECK(text(x(C = order(x, C))(C = N)).starts_with("loom: what is read at another place along C has a running value"));
  CHECK(text(x(C = order(x, C))(C = loom::last - C))
            .starts_with("loom: what is read at another place along C has a running"));
}

}  // namespace
