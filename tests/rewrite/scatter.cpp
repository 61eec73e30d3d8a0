// SPDX-License-Identifier: BSL-1.0
// rewrite/scatter.cpp — which sums become scatters, and that they mean the same.
#include "loom/rewrite/scatter.hpp"

#include "loom/ir/interpret.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr auto g = tensor<"g[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto e = tensor<"e[N,C]">;
constexpr auto r = tensor<"r[C]">;  // an axis needs an input that has it
constexpr auto C = axis<"C">;
constexpr auto N = axis<"N">;

constexpr int scatters(const graph& f) {
  int n = 0;
  for (const node& v : f.nodes) n += v.code == op::scatter;
  return n;
}

/// The value before and after, for three rows and four classes; the second label lies nowhere.
template <formula F>
void same(const F& f, int expected) {
  REQUIRE(lower(f * r).problem.kind == issue::none);
  const graph before = written(f * r), after = scatter_sums(before);
  CHECK(scatters(after) == expected);
  std::vector<std::ptrdiff_t> extents(max_axes, 1);
  std::vector<dense<double>> inputs;
  for (int a = 0; a < before.axes.size(); ++a)
    extents[static_cast<std::size_t>(a)] = before.axes[a].name == "C" ? 4 : 3;
  for (const input_info& in : before.inputs) {
    dense<double> d{as_set(in.axes), {}};
    const int size = in.axes.size() == 2 ? 12 : in.name == "r" ? 4 : 3;
    for (int i = 0; i < size; ++i) d.entries.push_back(in.code == op::index ? (i == 1 ? -1 : i) : 0.5 * i - 1.25);
    inputs.push_back(d);
  }
  const interpreter<double> a(before, extents, inputs), b(after, extents, inputs);
  CHECK(a[before.outputs[0].id] == b[after.outputs[0].id]);
}

TEST_CASE("a sum of one-hot rows is a scatter", "[rewrite]") {
  same(sum(onehot(t, C), N), 1);
  same(sum(onehot(t, C) * g, N), 1);
  same(sum(g * (onehot(t, C) * 2), N), 1);
  same(sum(-(g * onehot(t, C)) / 3, N), 1);
  same(sum(where(g > 0, onehot(t, C) * g, 0), N), 1);
}

TEST_CASE("a sum that also sums the classes, or has them elsewhere, is not", "[rewrite]") {
  same(sum(onehot(t, C) * g), 0);
  same(sum(onehot(t, C) * e, C), 0);
  same(sum(onehot(t, C) * e, N), 0);
  same(sum(onehot(t, C) + e, N), 0);
}

}  // namespace
