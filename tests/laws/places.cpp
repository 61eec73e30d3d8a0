// SPDX-License-Identifier: BSL-1.0
// What a value is elsewhere, by the definition: a random formula at a random place has the entries that the place says, whatever is
// summed over on the way; and its derivatives are those of differences.
#include "loom/ir/substitute.hpp"

#include <array>

#include "loom/ir/print.hpp"

#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr std::ptrdiff_t extent = 3;  // of every axis: each may stand for any other
constexpr int axes = 4;

/// A formula that keeps its axes, with one axis more than it has; and the value of it.
struct subject {
  builder b;
  value_id value;
};
subject of_any_axes(points& random, int depth) {
  graph g = formula_maker(random, along::any).make(depth);
  g.axes.push_back({"K", 0});
  builder b(g);
  const value_images image = loom::ir::rebuild_values(
      g, b,
      [&](op code, value_id u, value_id v, value_id w, std::uint64_t bits) { return b.make(code, u, v, w, bits); });
  // Of the values on the way, the last with the most axes.
  value_id widest = image[0];
  for (int i = 0; i < g.size(); ++i)
    if (g[i].type == kind::number && axis_count(b[image[i]].axes) >= axis_count(b[widest].axes)) widest = image[i];
  return {b, widest};
}

/// Positions along several axes, each a few times.
loom::ir::coordinate some_sum(points& random, int axis) {
  loom::ir::moved_positions sum;
  for (int b = 0; b < axes; ++b)
    if (random.once_in(2)) sum.steps[b] = random.below(5) - 2;
  if (!sum.fit()) sum.steps[axis] = 1;
  sum.by.more = random.below(5) - 2;
  loom::ir::coordinate c = sum.read_along(axis);
  c.other_extent = c.is_sum();
  return c;
}

substitution some_place(points& random) {
  substitution s;
  for (int a = 0; a < axes; ++a) {
    if (random.once_in(3)) continue;
    if (random.once_in(4)) s.of[a] = {-1, random.once_in(2) ? loom::ir::last_entry : random.below(extent)};
    else if (random.once_in(4)) s.of[a] = some_sum(random, a);
    else s.of[a] = {static_cast<std::int8_t>(random.below(axes)), random.once_in(3) ? random.below(5) - 2 : 0};
  }
  return s;
}

point data_of(const graph& g, points& random) {
  point p = data_for(g, random, domain::any, std::vector<std::ptrdiff_t>(loom::ir::max_axes, extent));
  for (int slot = 0; slot < g.inputs.size(); ++slot)
    if (g.inputs[slot].code == op::index)
      for (double& label : p.inputs[static_cast<std::size_t>(slot)].entries) label = random.below(extent);
  return p;
}

constexpr std::size_t beyond = static_cast<std::size_t>(-1);
/// Where the entry at `to` of a value at a place lies in the value: by the numbering of all axes, each of the same extent. Beyond the
/// ends of an axis it is whatever the formula makes of inputs that are 0 there.
std::size_t read_from(const substitution& s, axis_set from, axis_set all, std::size_t to) {
  std::ptrdiff_t here[loom::ir::max_axes]{};
  for (int a = axes - 1; a >= 0; --a)
    if (has(all, a)) {
      here[a] = static_cast<std::ptrdiff_t>(to % extent);
      to /= extent;
    }
  std::size_t r = 0;
  for (int a = 0; a < axes; ++a)
    if (has(from, a)) {
      const loom::ir::coordinate c = s.of[a];
      const std::int64_t at = c.axis >= 0 ? c.entry_at(here, std::array<std::ptrdiff_t, loom::ir::max_axes>{})
                              : c.entry == loom::ir::last_entry ? extent - 1
                                                                : c.entry;
      if (at < 0 || at >= extent) return beyond;
      r = r * extent + static_cast<std::size_t>(at);
    }
  return r;
}

TEST_CASE("a value elsewhere has the entries that the place says", "[laws][places]") {
  int compared = 0, captured = 0, entries = 0;
  for (int n = 0; n < 3000; ++n) {
    points random(static_cast<std::uint64_t>(7000 + n));
    subject f = of_any_axes(random, 1 + n % 4);
    const substitution s = some_place(random);
    loom::ir::substituting places(f.b);
    const value_id there = places.at(f.value, s);
    captured += places.captured;
    if (places.captured || f.b.result.too_large) continue;
    f.b.result.outputs.count = 0;
    f.b.result.outputs.push_back({derivative_kind::value, -1, there, 0, {}});
    const graph& g = f.b.result;
    const point p = data_of(g, random);
    const axis_set all = static_cast<axis_set>(f.b[there].axes | s.image(f.b[f.value].axes));
    const interpreter<real> values(g, p.extents, p.as<real>());
    const std::vector<real> have = values.broadcast(there, all);
    bool right = true;
    for (std::size_t i = 0; i < have.size(); ++i) {
      const std::size_t from = read_from(s, f.b[f.value].axes, all, i);
      if (from == beyond) continue;
      ++entries;
      const real& want = values[f.value][from];
      right = right && (close(have[i], want, 1e-30) || have[i] == want || (have[i] != have[i] && want != want));
    }
    ++compared;
    if (right) continue;
    CAPTURE(n, loom::ir::listing(g), f.value, there);
    CHECK(right);
  }
  CHECK(compared > 2000);
  CHECK(entries > 12000);
  CHECK(captured < 300);  // K is always free
}

TEST_CASE("the gradient of a formula that reads its inputs elsewhere is that of differences", "[laws][places]") {
  constexpr input_set numbers = 1u << formula_maker::x | 1u << formula_maker::y | 1u << formula_maker::w |
                                1u << formula_maker::v | 1u << formula_maker::q | 1u << formula_maker::k;
  int compared = 0;
  for (int n = 0; n < 1200; ++n) {
    points random(static_cast<std::uint64_t>(90000 + n));
    subject f = of_any_axes(random, 1 + n % 3);
    loom::ir::substituting places(f.b);
    const value_id there = places.at(f.value, some_place(random));
    if (places.captured || f.b.result.too_large) continue;
    const value_id both = f.b.binary(op::add, f.b.unary(op::tanh, there), f.b.unary(op::sin, f.value));
    const axis_set over = f.b[both].axes;
    const value_id total = over == 0 ? both : f.b.reduce(op::sum, both, over);
    f.b.result.outputs.count = 0;
    f.b.result.outputs.push_back({derivative_kind::value, -1, total, 0, {}});
    const graph written = compact(f.b.result);
    const point p = data_of(written, random);
    const interpreter<real> untouched(written, p.extents, p.as<real>());
    if (!is_finite(untouched[written.outputs[0].id][0])) continue;
    const graph program = finished(with_gradients(written, numbers));
    if (program.too_large) continue;
    const std::vector<dense<double>> direction = direction_for_formula(written, p, random, numbers);
    const real want = slope(written, p, direction);
    const interpreter<real> exact(program, p.extents, p.as<real>());
    real have = 0;
    for (const output_info& out : program.outputs) {
      if (out.kind != derivative_kind::gradient) continue;
      const std::vector<real> d = exact.broadcast(out.id, as_set(program.inputs[out.input].axes));
      for (std::size_t i = 0; i < d.size(); ++i)
        have += d[i] * real(direction[static_cast<std::size_t>(out.input)].entries[i]);
    }
    ++compared;
    const bool right = close(have, want, 1e-11);
    if (right) continue;
    CAPTURE(n, loom::ir::listing(written), want.str(20), have.str(20));
    CHECK(right);
  }
  CHECK(compared > 600);
}

TEST_CASE("a place has no more axes than an input may have", "[places]") {
  graph g;
  for (const char* name : {"A", "B", "C", "D", "E", "F"}) g.axes.push_back({name, 0});
  builder b(g);
  b.add_input({"x", op::tensor, {0, 1, 2, 3, 4}});
  loom::ir::moved_positions sum;
  sum.steps[4] = sum.steps[5] = 1;
  loom::ir::coordinates at;
  for (std::int8_t a = 0; a < 4; ++a) at.push_back({a, 0});
  at.push_back(sum.read_along(4));
  b.place(0, at);
  CHECK(b.result.too_large);
  CHECK(loom::ir::mistake_of(b.result.overflow).kind == loom::ir::issue::rank_too_large);
}

}  // namespace
