// SPDX-License-Identifier: BSL-1.0
// The interpreter against values worked out by hand: broadcasting by name, reductions, labels, special values.
#include "loom/ir/interpret.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/points.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;
using numbers = std::vector<double>;

constexpr double inf = numeric::infinity;

/// The value of a formula whose inputs are given in the order in which it names them; 2 rows of 3.
template <formula F>
numbers value(const F& f, const std::vector<numbers>& data) {
  const graph g = written(f);
  point p{{}, {}};
  for (const axis_info& axis : g.axes) p.extents.push_back(axis.name == "N" ? 2 : 3);
  for (int s = 0; s < g.inputs.size(); ++s)
    p.inputs.push_back({as_set(g.inputs[s].axes), data[static_cast<std::size_t>(s)]});
  return value_at<double>(g, p, g.outputs[0].id, as_set(g.result_axes));
}

const numbers six{1, 2, 3, 4, 5, 6}, two{10, 20}, three{0.5, 1, 2}, labels{2, 0};

TEST_CASE("broadcasting goes by the name of the axis", "[ir]") {
  CHECK(value(x + v, {six, two}) == numbers{11, 12, 13, 24, 25, 26});
  CHECK(value(x * w, {six, three}) == numbers{0.5, 2, 6, 2, 5, 12});
  CHECK(value(v * w, {two, three}) == numbers{5, 10, 20, 10, 20, 40});
  CHECK(value(x - s, {six, {1}}) == numbers{0, 1, 2, 3, 4, 5});
}

TEST_CASE("the axes of a result are numbered as the formula meets them", "[ir]") {
  // w comes first, so C is axis 0 and the product is 3 by 2 in the numbering of the graph.
  CHECK(value(w * v, {three, two}) == numbers{5, 10, 10, 20, 20, 40});
}

TEST_CASE("reductions", "[ir]") {
  CHECK(value(sum(x, -1), {six}) == numbers{6, 15});
  CHECK(value(sum(x, axis<"N">), {six}) == numbers{5, 7, 9});
  CHECK(value(sum(x), {six}) == numbers{21});
  CHECK(value(mean(x, -1), {six}) == numbers{2, 5});
  CHECK(value(prod(x, -1), {six}) == numbers{6, 120});
  CHECK(value(x.max(-1), {six}) == numbers{3, 6});
  CHECK(value(x.min(axis<"N">), {six}) == numbers{1, 2, 3});
  CHECK(value(var(x, axis<"N">), {six}) == numbers{2.25, 2.25, 2.25});
  CHECK(value(norm(v), {{3, 4}}) == numbers{5});
  CHECK(value(norm(v), {{3e200, 4e200}})[0] == Approx(5e200));
  CHECK(value(norm(v), {{0, 0}}) == numbers{0});
}

TEST_CASE("along an axis that it has not, the operand of a reduction is repeated", "[ir]") {
  graph g = written(v * x);
  builder b(g);
  const value_id entries = b.input(0);  // v[N]
  const axis_set c = without(as_set(g.result_axes), b[entries].axes);
  REQUIRE(c != 0);
  const value_id total = b.reduce(op::sum, entries, c), largest = b.reduce(op::reduce_max, entries, c);
  const point p{{2, 3}, {{b[entries].axes, two}, {as_set(g.result_axes), six}}};
  CHECK(value_at<double>(b.view(), p, total, b[entries].axes) == numbers{30, 60});
  CHECK(value_at<double>(b.view(), p, largest, b[entries].axes) == two);
}

TEST_CASE("masks", "[ir]") {
  CHECK(value(where(x > 3, x, 0), {six}) == numbers{0, 0, 0, 4, 5, 6});
  CHECK(value(count(x > 2, -1), {six}) == numbers{1, 3});
  CHECK(value(where(any(x > 5, -1), 1, 0 * v), {six, two}) == numbers{0, 1});
  CHECK(value(where(all(x > 0 && x < 4, -1), v, -v), {six, two}) == numbers{10, -20});
  CHECK(value(where(!(x == 2), x, 7), {six}) == numbers{1, 7, 3, 4, 5, 6});
}

TEST_CASE("labels", "[ir]") {
  CHECK(value(gather(x, t), {six, labels}) == numbers{3, 4});
  CHECK(value(gather(w, t), {three, labels}) == numbers{2, 0.5});
  CHECK(value(x * onehot(t, C), {six, labels}) == numbers{0, 0, 3, 4, 0, 0});
  CHECK(value(where(t != -100, gather(x, t), 0), {{-100, 1}, six}) == numbers{0, 5});
}

TEST_CASE("row functions stay finite where their textbook form does not", "[ir]") {
  const numbers large{1000, 1000, -inf, -1000, -1000, -1000};
  const numbers lse = value(logsumexp(x, -1), {large});
  CHECK(lse[0] == Approx(1000 + std::log(2)));
  CHECK(lse[1] == Approx(-1000 + std::log(3)));
  CHECK(value(softmax(x, -1), {large})[1] == 0.5);
  CHECK(value(softmax(x, -1), {large})[2] == 0);
  CHECK(value(log_softmax(x, -1), {large})[2] == -inf);
  CHECK(value(log_softmax(x, -1), {large})[3] == Approx(-std::log(3)));
  CHECK(value(logsumexp(v), {{-inf, -inf}}) == numbers{-inf});
  CHECK(value(logsumexp(v), {{inf, 0}}) == numbers{inf});
}

TEST_CASE("the largest and the smallest of something with a NaN is NaN", "[ir]") {
  for (const numbers& data : {numbers{numeric::not_a_number, 1}, numbers{1, numeric::not_a_number}}) {
    CHECK(numeric::is_nan(value(max(v), {data})[0]));
    CHECK(numeric::is_nan(value(min(v), {data})[0]));
    CHECK(numeric::is_nan(value(max(v, 0.0), {data})[numeric::is_nan(data[0]) ? 0 : 1]));
    CHECK(numeric::is_nan(value(relu(v), {data})[numeric::is_nan(data[0]) ? 0 : 1]));
  }
}

TEST_CASE("composed functions", "[ir]") {
  CHECK(value(relu(v), {{-1, 2}}) == numbers{0, 2});
  CHECK(value(clamp(v, 0, 1.5), {{-1, 2}}) == numbers{0, 1.5});
  CHECK(value(xlogy(v, v), {{0, 1}}) == numbers{0, 0});
  CHECK(value(logaddexp(v, v), {{1000, -inf}})[0] == Approx(1000 + std::log(2)));
  CHECK(value(logaddexp(v, v), {{1000, -inf}})[1] == -inf);
  CHECK(value(sigmoid(v), {{-800, 800}}) == numbers{0, 1});
}

TEST_CASE("wider and narrower numbers", "[ir]") {
  const graph g = written(log(1 + s));
  const point p{{}, {{0, {0x1p-70}}}};
  CHECK(value_at<double>(g, p, g.outputs[0].id, 0)[0] == 0);
  CHECK(magnitude(real(value_at<real>(g, p, g.outputs[0].id, 0)[0] - real(0x1p-70))) < 1e-40);
  const graph third = written(s / 3);
  CHECK(static_cast<double>(value_at<single>(third, {{}, {{0, {1}}}}, third.outputs[0].id, 0)[0]) ==
        static_cast<double>(1.0F / 3.0F));
}

}  // namespace
