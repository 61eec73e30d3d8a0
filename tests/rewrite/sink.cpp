// SPDX-License-Identifier: BSL-1.0
// A gather moves to the inputs it reads.
#include "loom/rewrite/sink.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

template <formula F> std::string sunk_text(const F& f) { return text_of(sink_gathers(written(f))); }

TEST_CASE("a gather passes through elementwise ops", "[rewrite]") {
  CHECK(sunk_text(gather(exp(x), t)) == "exp(gather(x, t, C))");
  CHECK(sunk_text(gather(x * w, t)) == "gather(x, t, C) * gather(w, t, C)");
  CHECK(sunk_text(gather(where(x > y, x, 0), t)) == "where(gather(x, t, C) > gather(y, t, C), gather(x, t, C), 0)");
}

TEST_CASE("what does not vary along the axis is itself", "[rewrite]") {
  CHECK(sunk_text(gather(x + v, t)) == "v + gather(x, t, C)");
  CHECK(sunk_text(gather(x - logsumexp(x, -1), t)) == "gather(x, t, C) - logsumexp(x, C)");
  CHECK(sunk_text(gather(2 * x, t)) == "2 * gather(x, t, C)");
}

TEST_CASE("the entry of a one-hot is a comparison of labels", "[rewrite]") {
  constexpr auto u = index<"u[N]">;
  CHECK(sunk_text(gather(x * onehot(u, C), t)) == "gather(x, t, C) * where(u == t, 1, 0)");
}

TEST_CASE("a gather passes through a reduction, unless that would take the rows of its labels", "[rewrite]") {
  constexpr auto u = index<"u[K]">;
  CHECK(sunk_text(gather(sum(x, axis<"N">), u)) == "sum(gather(x, u, C), N)");
  // Entry t[n] of the sum over all rows is not the sum of the entries t[n] of row n.
  CHECK(sunk_text(gather(sum(x, axis<"N">), t)) == "sum(mul0(onehot(t, C), sum(x, N)), C)");
}

TEST_CASE("where a whole row is needed, the sum over its one-hot stands for a gather", "[rewrite]") {
  CHECK(sunk_text(gather(softmax(x, -1), t)) == "sum(mul0(onehot(t, C), softmax(x, C)), C)");
}

}  // namespace
