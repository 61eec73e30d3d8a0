// SPDX-License-Identifier: BSL-1.0
// rewrite/masked_logs.cpp — the mask of a total goes into its logarithms.
#include "loom/rewrite/masked_logs.hpp"

#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::rewrite;
using namespace loom::test;

constexpr auto m = mask<"m[N,C]">;

template <formula F> std::string masked(const F& f) { return text_of(with_masks_in_logs(stage::expand(stable(f)))); }
template <formula F> bool is_left(const F& f) {
  const graph expanded = stage::expand(stable(f));
  return text_of(with_masks_in_logs(expanded)) == text_of(expanded);
}

}  // namespace

TEST_CASE("the terms of a total have the mask, a logarithm of 1 + u has it inside", "[rewrite]") {
  const std::string u = "exp(-abs(x))";
  CHECK(masked(sum(where(m, softplus(x), 0))) == "sum(where(m, max(x, 0), 0) + log1p(where(m, " + u + ", 0)), N,C)");
  CHECK(masked(sum(where(m, y - softplus(x), 0))) ==
        "sum(where(m, y, 0) - (where(m, max(x, 0), 0) + log1p(where(m, " + u + ", 0))), N,C)");
}

TEST_CASE("a mask stays where no product is made of logarithms", "[rewrite]") {
  CHECK(is_left(sum(where(m, log1p(x), 0))));  // of any number
  CHECK(is_left(sum(where(m, softplus(x), 0), C)));  // no total
  CHECK(is_left(sum(where(m, softplus(x), 1))));
  CHECK(is_left(sum(where(m, square(softplus(x)), 0))));
  CHECK(is_left(sum(where(m, exp(x), 0))));
  CHECK(is_left(sum(where(m, softplus(x), 0)) + max(softplus(x))));  // which is there for another one
  CHECK(is_left(sum(as_written(where(m, log1p(exp(-abs(x))), 0)))));
}
