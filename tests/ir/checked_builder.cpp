// SPDX-License-Identifier: BSL-1.0
// ir/checked_builder.cpp — formulas built while the program runs, from texts as a reader of formulas has them; and what is
// wrong with some.
#include "loom/ir/checked_builder.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include "loom/compile.hpp"
#include "loom/ir/print.hpp"
#include "loom/ir/sentence.hpp"
#include "loom/lang/lower.hpp"
#include "loom/lang/notation.hpp"
#include "loom/schedule/print.hpp"
#include "support/catch.hpp"

using loom::ir::axis_choice;
using loom::ir::checked_builder;
using loom::ir::issue;
using loom::ir::max_inputs;
using loom::ir::op;
using loom::ir::typed_value;

namespace {

/// A few lines shorter than the builder itself.
struct writer {
  checked_builder& b;
  typed_value tensor(loom::base::text_view text) const { return b.input(op::tensor, text); }
  typed_value index(loom::base::text_view text) const { return b.input(op::index, text); }
  typed_value one(op code, const typed_value& v) const { return b.apply(code, &v, 1); }
  typed_value of(op code, std::initializer_list<typed_value> v) const {
    return b.apply(code, v.begin(), static_cast<int>(v.size()));
  }  // in order
  typed_value over(op code, const typed_value& v, std::vector<axis_choice> axes = {}) const {
    return b.along(code, v, axes.data(), static_cast<int>(axes.size()));
  }
};

template <class Write>
loom::ir::lowered built(const Write& write) {
  return loom::ir::build([&](checked_builder& b) { write(writer{b}); });
}
template <class Write>
issue problem(const Write& write) {
  return built(write).problem.kind;
}
template <class Write>
std::string sentence(const Write& write) {
  return std::string(loom::base::text_view(sentence_of(built(write).problem)));
}

}  // namespace

TEST_CASE("a cross entropy built at run time is the one written as an expression") {
  const std::string x_text = "x[N,C]", t_text = "t[N]";  // gone before a static_assert could see them
  const loom::ir::lowered l = built([&](const writer& w) {
    const typed_value x = w.tensor(x_text),
                      p = w.of(op::div, {w.one(op::exp, x), w.over(op::sum, w.one(op::exp, x), {{{}, -1}})});
    const typed_value logp = w.one(op::log, p), picked = w.b.gather(logp, w.index(t_text));
    w.b.result(w.one(op::neg, w.over(op::mean, picked)));
  });
  REQUIRE(l.problem.kind == issue::none);
  constexpr auto x = loom::tensor<"x[N,C]">;
  constexpr auto t = loom::index<"t[N]">;
  const loom::ir::graph written = lower(-gather(log(exp(x) / sum(exp(x), -1)), t).mean()).program;
  CHECK(listing(l.program) == listing(written));
  const loom::schedule::plan p = loom::compiler::compile(l.program, 1u), q = loom::compiler::compile(written, 1u);
  CHECK(p.sweeps == 1);
  CHECK(listing(p) == listing(q));
}

TEST_CASE("a position that depends on later declarations is resolved in a second reading") {
  int readings = 0;
  const loom::ir::lowered l = built([&](const writer& w) {
    ++readings;
    const typed_value product = w.of(op::mul, {w.tensor("c[C]"), w.tensor("v[N]")});
    w.b.result(
        w.of(op::add, {w.over(op::sum, w.over(op::sum, product, {{{}, -1}})), w.over(op::sum, w.tensor("x[N,C]"))}));
  });
  CHECK(readings == 2);
  CHECK(l.problem.kind == issue::none);
  CHECK(formula_text(l.program, l.program.outputs[0].id) == "sum(sum(c * v, C), N) + sum(x, C,N)");
}

TEST_CASE("results and their layouts come out in order") {
  const loom::ir::lowered l = built([](const writer& w) {
    const typed_value x = w.tensor("x[N,C]");
    w.b.result(w.of(op::mul, {w.tensor("c[C]"), x}));
    w.b.result(w.over(op::sum, x));
  });
  REQUIRE(l.program.outputs.size() == 2);
  CHECK(l.program.axes[l.program.outputs[0].axes[0]].name == "N");
  CHECK(l.program.outputs[1].axes.empty());
  CHECK(l.program.outputs[1].result == 1);
  CHECK(l.in_doubt[0] == 0);
}

TEST_CASE("a wrong formula is a sentence, with its names and numbers") {
  CHECK(sentence([](const writer& w) { w.b.result(w.over(op::sum, w.tensor("x[N,C]"), {{"K", 0}})); }) ==
        "loom: the operand does not have the axis K");
  CHECK(sentence([](const writer& w) { w.b.result(w.over(op::sum, w.tensor("x[N,C]"), {{{}, -3}})); }) ==
        "loom: a negative axis counts from the last axis of its operand; -3 is not between -2 and -1");
  CHECK(sentence([](const writer& w) { w.b.result(w.over(op::sum, w.tensor("x[N,C"))); }) ==
        "loom: the text of an input is like \"x[N,C=10]\" or \"p[N] in [0,1]\": a name, axes with or without an "
        "extent, and what the numbers are; \"x[N,C\" "
        "stops making sense at column 6");
  CHECK(sentence([](const writer& w) {
          w.b.result(w.over(op::sum, w.of(op::mul, {w.tensor("a[N]"), w.tensor("b[M]")}), {{{}, -1}}));
        }) ==
        "loom: the declarations do not say which of the axes N and M is at position -1 of the operand; write "
        "axis<\"...\"> instead of the position");
  CHECK(sentence([](const writer& w) { w.b.result(w.of(op::add, {w.tensor("a[N,C,H,W]"), w.tensor("b[D,T]")})); }) ==
        "loom: a value of this formula has 6 axes, N, C, H, W, D and T; 5 are allowed");
}

TEST_CASE("every rule of typing holds at run time") {
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::add, {w.tensor("x[N]"), w.index("t[N]")})); }) ==
        issue::index_used_as_a_number);
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::gt, {w.tensor("x[N]"), w.tensor("y[N]")})); }) ==
        issue::mask_used_as_a_number);
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::logical_and, {w.tensor("x[N]"), w.tensor("y[N]")})); }) ==
        issue::number_used_as_a_mask);
  CHECK(problem([](const writer& w) { w.b.result(w.b.gather(w.tensor("x[N,C]"), w.tensor("y[N]"))); }) ==
        issue::gather_needs_an_index);
  CHECK(problem([](const writer& w) { w.b.result(w.b.gather(w.tensor("x[N]"), w.index("t[N]"))); }) ==
        issue::index_does_not_fit);
  CHECK(problem([](const writer& w) { w.b.result(w.b.onehot(w.tensor("x[N]"), "C")); }) ==
        issue::onehot_needs_an_index);
  static constexpr loom::ir::text_view k = "K";
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::mul, {w.tensor("x[N]"), w.b.extent(&k, 1)})); }) ==
        issue::axis_without_extent);
  CHECK(problem([](const writer& w) { w.b.axis("K = 0"), w.b.result(w.tensor("x[N]")); }) == issue::malformed_axis);
  CHECK(problem([](const writer& w) { w.b.axis("K = 3"), w.b.result(w.tensor("x[K=4]")); }) == issue::extents_disagree);
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::mul, {w.tensor("x[N]"), w.tensor("x[M]")})); }) ==
        issue::input_declared_twice);
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::mul, {w.tensor("x[N=2]"), w.tensor("y[N=3]")})); }) ==
        issue::extents_disagree);
  CHECK(problem([](const writer& w) {
          w.b.result(w.of(op::max, {w.tensor("x[N]"), w.b.number(-1, typed_value::literal::integer)}));
        }) == issue::integer_beside_min_or_max);
  CHECK(problem([](const writer& w) { w.b.result(w.of(op::exp, {w.tensor("x[N]"), w.tensor("y[N]")})); }) ==
        issue::wrong_number_of_operands);
  CHECK(problem([](const writer& w) { w.b.result(w.over(op::sum, w.tensor("x[N,C]"), {{"C", 0}, {"C", 0}})); }) ==
        issue::axis_reduced_twice);
  CHECK(problem([](const writer& w) { w.b.result(w.over(op::sum, w.over(op::sum, w.tensor("x[N]")), {{{}, -1}})); }) ==
        issue::operand_without_axes);
}

TEST_CASE("a limit that is passed is a mistake that counts") {
  const auto inputs = [](int n) {
    return built([n](const writer& w) {
      static const std::vector<std::string> texts = [] {
        std::vector<std::string> r;
        for (int i = 0; i < 2 * max_inputs; ++i) r.push_back("input" + std::to_string(i) + "[N]");
        return r;
      }();
      typed_value sum = w.tensor(texts[0]);
      for (int i = 1; i < n; ++i) sum = w.of(op::add, {sum, w.tensor(texts[static_cast<std::size_t>(i)])});
      for (int i = 0; i < n; ++i)
        sum = w.of(op::add, {sum, w.tensor(texts[static_cast<std::size_t>(i)])});  // no more of them
      w.b.result(w.over(op::mean, sum));
    });
  };
  CHECK(inputs(max_inputs).problem.kind == issue::none);
  CHECK(inputs(max_inputs + 1).problem.kind == issue::too_many_inputs);
  CHECK(inputs(max_inputs + 1).problem.got == max_inputs + 1);
  CHECK(inputs(max_inputs + 14).problem.got == max_inputs + 14);
  CHECK(inputs(max_inputs + 14).problem.limit == max_inputs);

  const loom::ir::lowered large = built([](const writer& w) {
    typed_value v = w.tensor("x[N]");
    for (int i = 0; i < LOOM_MAX_NODES; ++i) v = w.of(op::mul, {v, w.one(op::exp, w.of(op::add, {v, w.b.number(i)}))});
    w.b.result(w.over(op::mean, v));
  });
  CHECK(large.problem.kind == issue::too_large);
  CHECK(large.problem.limit == LOOM_MAX_NODES);
  CHECK(large.program.size() == 1);

  // The same labels may pick as often as they like; what counts is how many differ, in the labels or in the axis.
  const auto lookups = [](int n, int repeated) {
    return built([=](const writer& w) {
      static const char* const texts[] = {"t[N]", "u[N]", "v[N]", "w[N]", "p[N]", "q[N]", "r[N]", "s[N]", "o[N]"};
      const typed_value x = w.tensor("x[N,C,D]");
      typed_value sum = w.b.number(0);
      for (int i = 0; i < n; ++i)
        for (int k = 0; k < repeated; ++k) {
          const axis_choice axis{i < 9 ? "C" : "D", 0};
          sum = w.of(
              op::add,
              {sum, w.over(op::sum, w.b.gather(w.of(op::mul, {x, w.b.number(k + 2)}), w.index(texts[i % 9]), &axis))});
        }
      w.b.result(sum);
    });
  };
  CHECK(lookups(16, 3).problem.kind == issue::none);
  CHECK(lookups(17, 1).problem.kind == issue::too_many_labels);
  CHECK(lookups(17, 1).problem.got == 17);
}

TEST_CASE("a builder that was never told the order says so, instead of choosing") {
  checked_builder b;
  const writer w{b};
  b.result(w.over(op::sum, w.of(op::mul, {w.tensor("a[N]"), w.tensor("b[M]")}), {{{}, -1}}));
  CHECK(b.undecided());
  CHECK(b.finish().problem.kind == issue::axis_in_doubt);
}
