// SPDX-License-Identifier: BSL-1.0
// What every row of every rule table must satisfy: it binds nothing new, both sides agree over the reals, the right
// side rounds no worse, a stabilising rule is better where it claims to be, and NaN is not lost.
#include "loom/compile.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// Calls `law` with every rule, each once.
template <class Law>
void for_each_rule(const Law& law) {
  for (const rule_table* table :
       std::initializer_list<const rule_table*>{&canonical_rules, &stable_rules, &expand_rules, &cheap_rules})
    for (const rule& r : table->rows) law(r);
}

constexpr bool bind_nothing_new(const rule_table& table) {
  for (const rule& r : table.rows)
    if ((names_of(r.rhs) & ~names_of(r.lhs)) != 0) return false;
  return true;
}

TEST_CASE("the right side of a rule binds nothing new", "[laws]") {
  LOOM_CHECK(bind_nothing_new(canonical_rules));
  LOOM_CHECK(bind_nothing_new(stable_rules));
  LOOM_CHECK(bind_nothing_new(expand_rules));
  LOOM_CHECK(bind_nothing_new(cheap_rules));
}

TEST_CASE("a rule keeps the type, and no axis appears", "[laws]") {
  for_each_rule([](const rule& r) {
    CAPTURE(std::string(r.name));
    const std::vector<instance> all = instances(r);
    CHECK(!all.empty());
    for (const instance& made : all) {
      CAPTURE(made.text);
      CHECK(made.program[made.right].type == made.program[made.left].type);
      CHECK(includes(made.program[made.left].axes, made.program[made.right].axes));
    }
  });
}

constexpr domain domains[] = {domain::any, domain::positive, domain::negative, domain::unit, domain::wide};

/// Both sides of an instance at a point, spread over the axes of the left side.
template <class N>
struct both_sides {
  std::vector<N> left, right;
  both_sides(const instance& made, const point& p) {
    const std::vector<dense<N>> inputs = p.as<N>();
    const interpreter<N> values(made.program, p.extents, inputs);
    left = values.broadcast(made.left, made.program[made.left].axes);
    right = values.broadcast(made.right, made.program[made.left].axes);
  }
};

/// The largest value on the way to either side: what may cancel.
double largest_value(const instance& made, const point& p) {
  const std::vector<dense<real>> inputs = p.as<real>();
  const interpreter<real> values(made.program, p.extents, inputs);
  double largest = 1;
  for (int id = 0; id < made.program.size(); ++id)
    for (const real& v : values.broadcast(id, made.program[id].axes))
      if (is_finite(v)) largest = std::max(largest, magnitude(v));
  return largest;
}

/// The error of a binary32 in units of 2^-24 of a scale; a result beyond binary32 may overflow.
double error_of(single got, const real& want, double scale) {
  const double v = static_cast<double>(got);
  if (v != v || numeric::is_inf(v)) return magnitude(want) > 3.4e38 ? 0 : numeric::infinity;
  return magnitude(real(real(v) - want)) / std::max(scale * 0x1p-24, 0x1p-149);
}

/// The largest entry of the row of entry i, at least 1: a difference of large numbers and a small probability are
/// measured against what they were computed from.
double scale_of(const std::vector<real>& truth, std::size_t i, std::size_t width) {
  double scale = 1;
  for (std::size_t j = i / width * width; j < (i / width + 1) * width; ++j)
    if (is_finite(truth[j])) scale = std::max(scale, magnitude(truth[j]));
  return scale;
}

/// Whether the variables are inputs, or the extent of an axis.
bool is_plain(const instance& made) {
  const std::string_view text = made.text;
  const std::size_t extent = text.find("extent("), first = text.find('(');
  return first == text.npos || (extent != text.npos && first == extent + 6 && text.rfind('(') == first);
}

TEST_CASE("both sides of a rule agree wherever the left is defined, and the right rounds no worse", "[laws]") {
  points random(20240801);
  for_each_rule([&](const rule& r) {
    CAPTURE(std::string(r.name));
    const std::vector<instance> all = instances(r);
    int compared = 0;
    for (const domain d : domains) {
      double left_error[2] = {}, right_error[2] = {};  // of inputs, and of what is computed from them
      for (const instance& made : all) {
        CAPTURE(made.text, static_cast<int>(d));
        const point p = data_for(made.program, random, d, {3, 4});
        const both_sides<real> truth(made, p);
        const both_sides<single> rounded(made, p);
        const double exact = 1e-75 * largest_value(made, p);  // of 80 digits
        const std::size_t width = has(made.program[made.left].axes, axis_c) ? 4 : 1;
        for (std::size_t i = 0; i < truth.left.size(); ++i) {
          const real& want = truth.left[i];
          if (!is_finite(want)) continue;
          ++compared;
          const bool same = magnitude(real(want - truth.right[i])) <= 1e-30 * magnitude(want) + exact;
          if (!same) {
            CAPTURE(want.str(40), truth.right[i].str(40));
            CHECK(same);
          }
          const double scale = scale_of(truth.left, i, width);
          const bool computed = !is_plain(made);
          left_error[computed] = std::max(left_error[computed], error_of(rounded.left[i], want, scale));
          right_error[computed] = std::max(right_error[computed], error_of(rounded.right[i], want, scale));
        }
      }
      CAPTURE(static_cast<int>(d), left_error[0], right_error[0], left_error[1], right_error[1]);
      // A covariance may cancel by itself, in either form.
      CHECK(right_error[0] <= (r.name == "variance in two passes" ? 10 : 2) * left_error[0] + 4);
      // What an operand was rounded by counts for both sides, by chance for one of them more.
      CHECK(right_error[1] <= 5 * left_error[1] + 4);
    }
    CHECK(compared >= 10);
  });
}

/// Where the written form fails in binary32: the second argument of a spelling is the value of b.
struct witness {
  std::string_view rule;
  int spelling;  ///< which of the rules of this name
  double a, b = 0;
};

constexpr witness witnesses[] = {
    {"log of a sum of exponentials", 0, 200},
    {"log of a sum of exponentials", 1, -400},
    {"log of a sum of two exponentials", 0, 200, 199},
    {"softmax as a quotient", 0, 200},
    {"softmax as a quotient", 1, 200},
    {"shift of a softmax", 0, 0.1, 1e9},
    {"shift of a softmax", 1, 0.1, 1e9},
    {"shift of a log-softmax", 0, 0.1, 1e9},
    {"shift of a log-softmax", 1, 0.1, 1e9},
    {"log of an exponential", 0, 200},
    {"log of an exponential", 1, 800},
    {"log of a quotient of exponentials", 0, -200, 0.5},
    {"log of a product of exponentials", 0, 200, 0.5},
    {"sigmoid", 0, 95},
    {"sigmoid", 1, 95},
    {"complement of a sigmoid", 0, 30},
    {"complement of a mixture", 0, 30, 0.25},
    {"log of a share of two", 0, 20, 1},
    {"log of a sigmoid", 0, -200},
    {"softplus", 0, 200},
    {"Mills ratio", 0, 12},
    {"log of one plus", 0, 1e-10},
    {"exponential minus one", 0, 1e-10},
    {"exponential minus one", 1, 1, 1e-10},
    {"log of one minus", 0, 1e-10},
    {"complement of a softplus", 0, 30},
    {"inverse hyperbolic tangent", 0, 1e-9},
    {"inverse hyperbolic tangent", 1, 1e-9},
    {"difference of squares", 0, 3e19, 2.9e19},
    {"root less one", 0, 1e-10},
    {"inverse hyperbolic cosine", 0, 1e-10},
    {"log of a softplus", 0, -200},
    {"root less its number", 0, -1e4, 1},
    {"root less its number", 1, 1e4, 1},
    {"square of a difference", 0, 1000, 1000.01},
    {"square of a difference", 1, 1000, 1000.01},
    {"square of a sum", 0, -1000, 1000.01},
    {"square of a sum", 1, -1000, 1000.01},
    {"one minus a cosine", 0, 1e-5},
    {"variance in two passes", 0, 3e19},
    {"square root of a square", 0, 1e-30},
    {"Euclidean norm", 1, 1e30},
    {"Euclidean norm", 2, 1e30, 1e30},
    {"log of a square", 0, 1e-30},
    {"log of a product over a row", 1, 1e-20},
    {"log of one minus an exponential", 0, -30},
    {"log of one minus an exponential", 1, -1e-10},
    {"Euclidean norm", 0, 1e30},
    {"square root of a product", 0, 60, 60},
    {"zero times a logarithm", 0, 0, 0},
    {"mask outside a product", 0, 1, numeric::infinity},
    {"mask outside a quotient", 0, 1, 0},
    {"sum over a one-hot", 0, -numeric::infinity},
};

const rule& find(std::string_view name, int spelling) {
  for (const rule& r : stable_rules.rows)
    if (r.name == name && spelling-- == 0) return r;
  FAIL("no such rule");
  return stable_rules.rows[0];
}

/// The plain choice of forms, or for a rule with a guard those it was made for: exponentials, or a logarithm b.
bool is_witness(const rule& r, const instance& made) {
  const std::string_view text = made.text;
  const bool of_a = text.starts_with("exp(a"), of_b = text.find("log(b") != text.npos;
  if (r.holds == guards::ratio_of_exponentials) return of_a;
  if (r.holds == guards::both_nonnegative) return of_a && text.find("exp(b") != text.npos;
  if (r.holds == guards::unmasked_zero_times_logarithm)
    return !of_a && of_b && !text.starts_with("sum") && !text.starts_with("log");
  return is_plain(made);
}

/// A row of four entries, and one row.
point witness_point(const graph& g, const witness& w) {
  point p{{1, 4}, {}};
  for (const input_info& in : g.inputs) {
    dense<double> e{as_set(in.axes), {}};
    for (std::size_t i = 0; i < size_of(e.axes, p.extents); ++i) {
      double v = in.name == "b" ? w.b : w.a / (1 + static_cast<double>(i));
      if (in.code == op::index) v = 3;
      if (in.code == op::mask) v = 0;
      if (numeric::is_inf(v) && i == 3 && in.name == "a") v = 1;
      e.entries.push_back(static_cast<float>(v));
    }
    p.inputs.push_back(e);
  }
  return p;
}

TEST_CASE("a stabilising rule is better at its witness", "[laws]") {
  for (const witness& w : witnesses) {
    CAPTURE(std::string(w.rule), w.spelling);
    const rule& r = find(w.rule, w.spelling);
    double worst_left = 0, worst_right = 0;
    for (const instance& made : instances(r)) {
      if (!is_witness(r, made)) continue;
      CAPTURE(made.text);
      // In its table: what a rule makes of the left side may need the next rule.
      graph written = made.program;
      written.outputs.push_back({derivative_kind::value, -1, made.left});
      const graph stable = stage::stabilize(written);
      CHECK(stable.trace.contains(r.name));
      const point p = witness_point(written, w);
      const axis_set axes = written[made.left].axes;
      const std::vector<single> left = value_at<single>(written, p, made.left, axes);
      const std::vector<single> right = value_at<single>(stable, p, stable.outputs[0].id, axes);
      const std::vector<real> truth =
          value_at<real>(stable, p, stable.outputs[0].id, axes);  // the left may be undefined
      double scale = 0;
      for (const real& want : truth) scale = std::max(scale, is_finite(want) ? magnitude(want) : 0);
      for (std::size_t i = 0; i < truth.size(); ++i) {
        if (!is_finite(truth[i]) || scale > 1e38) continue;
        worst_left = std::max(worst_left, error_of(left[i], truth[i], scale));
        worst_right = std::max(worst_right, error_of(right[i], truth[i], scale));
      }
    }
    CHECK(worst_left > 64);
    CHECK(worst_right <= 4);
  }
}

/// Rules that drop a number without looking at it, and why.
bool may_drop_nan(std::string_view name) {
  return name.starts_with("shift of a") ||    // a shift of the whole row cancels
         name.starts_with("mask outside") ||  // where does not take the branch
         name == "sum over a one-hot";        // an exact 0 removes an entry, as in mul0
}
/// An infinite or zero scale of a row: no shift helps, and the result is NaN; an infinite row has no mean, and no shares.
bool needs_a_finite_scale(std::string_view name) {
  return name.ends_with("of a scaled row") || name.ends_with("less a share") || name == "variance in two passes";
}

TEST_CASE("NaN in gives NaN out on the right side too, infinities and zeros give the same", "[laws]") {
  points random(20240802);
  for_each_rule([&](const rule& r) {
    CAPTURE(std::string(r.name));
    for (const instance& made : instances(r)) {
      CAPTURE(made.text);
      for (int slot = 0; slot < made.program.inputs.size(); ++slot) {
        const op code = made.program.inputs[slot].code;
        if (code == op::index || code == op::mask) continue;
        for (const double special : {numeric::not_a_number, numeric::infinity, -numeric::infinity, 0.0, -0.0}) {
          point p = data_for(made.program, random, domain::any, {2, 3});
          p.inputs[static_cast<std::size_t>(slot)].entries[0] = special;
          const both_sides<double> v(made, p);
          for (std::size_t i = 0; i < v.left.size(); ++i) {
            const double l = v.left[i], got = v.right[i];
            if (numeric::is_nan(special)) {
              if (!(numeric::is_nan(l) == numeric::is_nan(got) || (numeric::is_nan(l) && may_drop_nan(r.name)))) {
                // 0 / 0 of what underflows is no NaN that came in.
                const bool exact_is_nan = is_nan(both_sides<real>(made, p).left[i]);
                CAPTURE(slot, i, l, got);
                CHECK(exact_is_nan == numeric::is_nan(got));
              }
            } else if (!numeric::is_nan(l) && !(numeric::is_inf(special) && needs_a_finite_scale(r.name)) &&
                       !(special == 0 && needs_a_finite_scale(r.name))) {
              const bool same = got == l || numeric::abs(got - l) <= 1e-12 * (1 + numeric::abs(l));
              if (!same) {
                CAPTURE(slot, i, special, l, got);
                CHECK(same);
              }
            }
          }
        }
      }
    }
  });
}

}  // namespace
