// SPDX-License-Identifier: BSL-1.0
// Thousands of random formulas: what comes out of all stages is the value and the gradient of what went in. The
// untouched graph is evaluated in 80 digits, its gradient by central differences; plans are checked and run.
// Seeds are fixed. To look at one formula again: LOOM_TEST_FORMULA=<number>.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "loom/ir/print.hpp"
#include "loom/schedule/in_buffers.hpp"
#include "loom/schedule/in_place.hpp"
#include "loom/schedule/run.hpp"
#include "loom/schedule/verify.hpp"
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr input_set numbers = 1u << formula_maker::x | 1u << formula_maker::y | 1u << formula_maker::w |
                              1u << formula_maker::v | 1u << formula_maker::s | 1u << formula_maker::r;
constexpr input_set more_numbers =
    numbers | 1u << formula_maker::q | 1u << formula_maker::k;  // of formulas along any axes

struct sample {
  int number;
  points random;
  graph written;
  point data;
  input_set differentiable;
  sample(int n, along where)
      : number(n),
        random(static_cast<std::uint64_t>(1000 + n)),
        written(formula_maker(random, where).make(2 + n % 7)),
        data(data_for_formula(written, random, 3, 4)),
        differentiable(where == along::any ? more_numbers : numbers) {}
  std::string text() const { return formula_text(written, written.outputs[0].id); }
};

/// Calls check for every formula, or for the one that the environment names.
template <class Check>
void for_each_sample(int count, along where, const Check& check) {
  const char* only_this = std::getenv("LOOM_TEST_FORMULA");
  for (int i = only_this == nullptr ? 0 : std::atoi(only_this);
       i < (only_this == nullptr ? count : std::atoi(only_this) + 1); ++i) {
    sample s(i, where);
    if (!s.written.too_large) check(s);
  }
}

template <class N>
double largest(const graph& g, const interpreter<N>& values) {
  double r = 0;
  for (int i = 0; i < g.size(); ++i)
    for (const N& v : values[i])
      if (const double size = magnitude(real(v)); size == size)
        r = std::max(r, size);  // a NaN was not chosen by a where
  return r;
}

/// The derivative in a direction, from the gradients of a program.
template <class N>
real slope_from_gradients(const graph& g, const interpreter<N>& values, const std::vector<dense<double>>& direction) {
  real sum = 0;
  for (const output_info& out : g.outputs) {
    if (out.kind != derivative_kind::gradient) continue;
    const std::vector<N> d = values.broadcast(out.id, as_set(g.inputs[out.input].axes));
    for (std::size_t i = 0; i < d.size(); ++i)
      sum += real(d[i]) * direction[static_cast<std::size_t>(out.input)].entries[i];
  }
  return sum;
}

/// How many formulas were compared, of which in double as well.
struct compared {
  int exactly = 0, rounded = 0;
};

compared all_stages_keep_value_and_gradient(int count, along where) {
  compared done;
  for_each_sample(count, where, [&](sample& s) {
    const graph program = finished(with_gradients(s.written, s.differentiable));
    if (program.too_large) return;
    const std::vector<dense<real>> inputs = s.data.as<real>();
    const interpreter<real> untouched(s.written, s.data.extents, inputs);
    const real value = untouched[s.written.outputs[0].id][0];
    if (!is_finite(value) || largest(s.written, untouched) > 1e50) return;  // a tower of exponentials
    ++done.exactly;
    const std::vector<dense<double>> direction = direction_for_formula(s.written, s.data, s.random, s.differentiable);
    const real derivative = slope(s.written, s.data, direction);
    // Loom's constants have the digits of a double: log 2 where both operands of logaddexp are the same.
    const interpreter<real> exact(program, s.data.extents, inputs);
    const bool value_is_right = close(exact[program.outputs[0].id][0], value, 1e-15);
    const bool gradient_is_right = close(slope_from_gradients(program, exact, direction), derivative, 1e-15);
    bool rounds_well = true;
    if (largest(program, exact) < 1e5) {
      ++done.rounded;
      const interpreter<double> in_double(program, s.data.extents, s.data.inputs);
      rounds_well = close(real(in_double[program.outputs[0].id][0]), value, 1e-9) &&
                    close(slope_from_gradients(program, in_double, direction), derivative, 1e-8);
    }
    if (!value_is_right || !gradient_is_right || !rounds_well) {
      CAPTURE(s.number, s.text(), value.str(20), derivative.str(20));
      CHECK(value_is_right);
      CHECK(gradient_is_right);
      CHECK(rounds_well);
    }
  });
  return done;
}

TEST_CASE("random formulas: all stages together keep the value and give its gradient", "[laws]") {
  const compared done = all_stages_keep_value_and_gradient(4000, along::columns);
  if (std::getenv("LOOM_TEST_FORMULA") != nullptr) return;
  CHECK(done.exactly > 3900);
  CHECK(done.rounded > 3000);
}

TEST_CASE("random formulas along any axes: all stages together keep the value and give its gradient", "[laws]") {
  const compared done = all_stages_keep_value_and_gradient(1500, along::any);
  if (std::getenv("LOOM_TEST_FORMULA") != nullptr) return;
  CHECK(done.exactly > 1400);
  CHECK(done.rounded > 1000);
}

/// How far numbers are from others, in units of the largest entry; a number that is not finite and not the same is infinitely far.
template <class N>
double distance(const std::vector<double>& got, const std::vector<N>& want) {
  double size = 1e-3, most = 0;  // of what cancels to nothing, too
  for (const N& w : want)
    if (is_finite(w)) size = std::max(size, magnitude(real(w)));
  for (std::size_t i = 0; i < want.size(); ++i) {
    const real a(got[i]), b(want[i]);
    if ((a != a && b != b) || a == b) continue;
    const double off = magnitude(real(a - b)) / size;
    most = std::max(most, off == off ? off : HUGE_VAL);
  }
  return most;
}

/// A plan may take sums and products in another order than the graph: where the graph itself is far from the exact numbers, since
/// the formula cancels, so may the plan be.
bool same_numbers(const sample& s, const graph& program, const plan& p) {
  const interpreter<double> values(program, s.data.extents, s.data.inputs);
  const std::vector<std::vector<double>> got = run_plan(p, s.data.extents, s.data.inputs);
  for (int slot = 0; slot < program.outputs.size(); ++slot) {
    const value_id id = program.outputs[slot].id;
    const axis_set axes = as_set(output_axes(p, slot));
    const std::vector<double>& mine = got[static_cast<std::size_t>(slot)];
    const std::vector<double> want = values.broadcast(id, axes);
    if (distance(mine, want) <= 1e-12) continue;
    const std::vector<real> exact = interpreter<real>(program, s.data.extents, s.data.as<real>()).broadcast(id, axes);
    if (!(distance(mine, exact) <= 10 * distance(want, exact))) return false;
  }
  return true;
}

/// What the plans of many formulas had.
struct planned {
  int plans = 0, in_several_sweeps = 0, kept = 0, arrays = 0, lookups = 0, refused = 0;
};

planned plans_give_the_numbers_of_the_graph(int count, along where) {
  planned done;
  for_each_sample(count, where, [&](sample& s) {
    const input_set wanted = s.differentiable & static_cast<input_set>(s.random.engine()());
    const graph program = finished(with_gradients(s.written, wanted));
    if (program.too_large || program.size() > 150) return;
    const plan p = stage::schedule(program);
    if (p.problem != unplanned::none) {
      ++done.refused;
      return;
    }
    ++done.plans;
    done.in_several_sweeps += p.sweeps > 1;
    done.kept += p.kept;
    done.arrays += p.arrays.size();
    done.lookups += p.lookups.size();
    const std::string wrong = plan_problem(p);
    const bool same = same_numbers(s, program, p);
    if (!wrong.empty() || !same) {
      CAPTURE(s.number, wanted, s.text(), listing(program));
      CHECK(wrong == "");
      CHECK(same);
    }
  });
  return done;
}

/// The same numbers, NaN beside NaN.
bool same(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::size_t i = 0; i < a[k].size(); ++i)
      if (a[k][i] != b[k][i] && (a[k][i] == a[k][i] || b[k][i] == b[k][i])) return false;
  return true;
}

/// What adding to buffers and writing over inputs met.
struct shared_buffers {
  int added = 0, over = 0, refused = 0, spoiled = 0;
};

/// Gradients that are added to what is there, or written over their inputs, are those of any other plan. Of what is refused, much would
/// really be spoiled.
shared_buffers buffers_may_be_shared(int count, along where) {
  shared_buffers done;
  for_each_sample(count, where, [&](sample& s) {
    const graph program = finished(with_gradients(s.written, s.differentiable));
    if (program.too_large || program.size() > 150) return;
    const plan alone = stage::schedule(program);
    if (alone.problem != unplanned::none) return;
    const std::vector<std::vector<double>> wanted = run_plan(alone, s.data.extents, s.data.as<double>());
    const auto runs_the_same = [&](const buffer_uses& buffers) {
      const plan p = stage::schedule(program, buffers);
      return p.problem == unplanned::none && plan_problem(p) == "" &&
             same(run_plan(p, s.data.extents, s.data.as<double>()), wanted);
    };
    const auto check = [&](const buffer_uses& buffers) {
      if (runs_the_same(buffers)) return;
      const plan p = stage::schedule(program, buffers);
      CAPTURE(s.number, buffers.added, buffers.in_place, p.problem_count, s.text(), listing(program));
      CHECK(p.problem == unplanned::none);
      CHECK(plan_problem(p) == "");
      CHECK(same(run_plan(p, s.data.extents, s.data.as<double>()), wanted));
    };
    check({.added = in_buffers(program)});
    done.added += in_buffers(program) != 0;
    output_set over = 0;
    for (int slot = 0; slot < program.outputs.size(); ++slot) {
      if (program.outputs[slot].is_value()) continue;
      const output_set one = output_set{1} << slot;
      if (first_overwritten_read(stage::schedule(program, {.in_place = one})).slot >= 0) {
        ++done.refused;
        done.spoiled += !runs_the_same({.in_place = one});
      } else if (first_overwritten_read(stage::schedule(program, {.in_place = over | one})).slot < 0) {
        over |= one;  // with less room to keep values in, more is read again
        ++done.over;
      }
    }
    check({.in_place = over});
  });
  return done;
}

TEST_CASE("random formulas: gradients are added to what is there, and written over their inputs", "[laws]") {
  for (const along where : {along::columns, along::any}) {
    const shared_buffers done = buffers_may_be_shared(2000, where);
    if (std::getenv("LOOM_TEST_FORMULA") != nullptr) return;
    CAPTURE(done.added, done.over, done.refused, done.spoiled);
    CHECK(done.added > 1000);
    CHECK(done.over > 1000);
    CHECK(done.refused >= done.spoiled);
    if (where == along::any) CHECK(done.spoiled > 10);
  }
}

TEST_CASE("random formulas: a plan is sound, and run step by step it gives the graph's numbers", "[laws]") {
  const planned done = plans_give_the_numbers_of_the_graph(6000, along::columns);
  if (std::getenv("LOOM_TEST_FORMULA") != nullptr) return;
  CAPTURE(done.plans, done.in_several_sweeps, done.kept, done.arrays, done.refused);
  CHECK(done.plans > 3500);
  CHECK(done.in_several_sweeps > 50);
  CHECK(done.kept > 50);
  CHECK(done.refused < 100);  // more passes than a plan has
}

TEST_CASE("random formulas along any axes: a plan is sound, and gives the graph's numbers", "[laws]") {
  const planned done = plans_give_the_numbers_of_the_graph(6000, along::any);
  if (std::getenv("LOOM_TEST_FORMULA") != nullptr) return;
  CAPTURE(done.plans, done.in_several_sweeps, done.kept, done.arrays, done.lookups, done.refused);
  CHECK(done.plans > 5250);
  CHECK(done.in_several_sweeps > 500);
  CHECK(done.arrays > 3000);
  CHECK(done.lookups > 600);
  CHECK(done.refused < 300);
}

}  // namespace
