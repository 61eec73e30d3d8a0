// SPDX-License-Identifier: BSL-1.0
// rewrite/outside.cpp — the logarithm of a row's sum leaves sums over the row.
#include "loom/rewrite/outside.hpp"

#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::rewrite;
using namespace loom::test;

constexpr auto m = tensor<"m[N,C]">;

template <formula F> std::string taken_out(const F& f) { return text_of(take_out_row_logs(stage::expand(stable(f)))); }
template <formula F> bool is_left(const F& f) {
  const graph expanded = stage::expand(stable(f));
  return text_of(take_out_row_logs(expanded)) == text_of(expanded);
}

}  // namespace

TEST_CASE("weights keep their sum, shares add up to 1, and without weights it is the extent", "[rewrite]") {
  const std::string u = "x - shift(x, C)", rest = "rest(exp(x - shift(x, C)), C)", log = "log1p(" + rest + ")",
                    rest_y = "rest(exp(y - shift(y, C)), C)";
  CHECK(taken_out(sum(m * log_softmax(x, C), C)) == "sum(mul0(m, " + u + "), C) - mul0(sum(m, C), " + log + ")");
  CHECK(taken_out(sum(log_softmax(x, C), C)) == "sum(" + u + ", C) - " + log + " * extent(C)");
  CHECK(taken_out(sum(softmax(x, C) * log_softmax(x, C), C)) ==
        "sum(mul0(exp(" + u + "), " + u + "), C) / (1 + " + rest + ") - " + log);
  CHECK(taken_out(sum(softmax(x, C) * (log_softmax(x, C) - log_softmax(y, C)), C)) ==
        "sum(mul0(exp(" + u + "), " + u + " - (y - shift(y, C))), C) / (1 + " + rest + ") - (" + log + " - log1p(" +
            rest_y + "))");
}

TEST_CASE("of other differences the digits stay where they are", "[rewrite]") {
  CHECK(is_left(sum(m * (x - mean(x, C)), C)));
  CHECK(is_left(sum(square(x - mean(x, C)), C)));
  CHECK(is_left(sum(log_softmax(x, C), axis<"N">)));
  CHECK(is_left(as_written(sum(m * log_softmax(x, C), C))));
  CHECK(is_left(sum(m * (x - log1p(sum(exp(y), C))), C)));
}
