// SPDX-License-Identifier: BSL-1.0
// tests/support/collection_trials.hpp — the loops of every loss of the collection, on every target, against the formula as
// written, in 80 digits, and against the interpreter; for every number of threads they give the same bits, and no call
// allocates.
#pragma once

#include <boost/hana/for_each.hpp>
#include <cstring>

#include "support/catch.hpp"
#include "support/collection_data.hpp"
#include "support/plain_pool.hpp"
#include "support/second_order.hpp"

namespace collected {

using loom::test::real;

/// Every tensor of a formula but the weights of its classes, and the scale of similarities, which is learned.
template <auto Formula>
constexpr loom::derive::input_set differentiable() {
  constexpr const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  loom::derive::input_set s = trial::differentiable<Formula>();
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].name == "scale") s |= 1u << i;
  return s;
}

/// One call of the loops: the value and the derivatives, in the order of the program's outputs.
template <auto Formula, loom::derive::derivative_request Request, class T,
          loom::call::storages Memory = loom::call::storages{}>
std::vector<std::vector<double>> results(const point& p, trial::memory layout = trial::memory::contiguous,
                                         const loom::run::executor& on = {}) {
  using program = trial::program_of<Formula, Request, Memory>;
  const loom::ir::graph& g = program::schedule.program;
  trial::settings s;
  s.extents = p.extents;
  s.layout = layout;
  std::vector<trial::buffer> memory;
  loom::call::erased_view in[loom::ir::max_inputs];
  loom::call::erased_buffer out[loom::run::max_outputs];
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& info = g.inputs[i];
    const std::vector<double>& entries = p.inputs[static_cast<std::size_t>(i)].entries;
    std::size_t n = 0;
    if (info.code == loom::ir::op::index) {
      memory.push_back(trial::make(loom::call::element_type::i64, info.axes, s, 0));
      in[i] = memory.back().view();
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        trial::store_label(memory.back().bound, at, static_cast<std::int64_t>(entries[n++]));
      });
    } else if (info.code == loom::ir::op::mask) {
      memory.push_back(trial::make(loom::call::element_type::boolean, info.axes, s, 0));
      in[i] = memory.back().view();
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        static_cast<unsigned char*>(memory.back().bound.data)[at] = entries[n++] != 0;
      });
    } else {
      memory.push_back(
          trial::make(trial::type_in<T>(Memory.input(i)), info.axes, s, std::numeric_limits<T>::quiet_NaN()));
      in[i] = memory.back().view();
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        trial::store_number(memory.back().bound.data, in[i].type, at, entries[n++]);
      });
      in[i].number = entries[0];
    }
  }
  std::vector<trial::buffer> derivatives;
  for (int k = 1; k < g.outputs.size(); ++k) {
    derivatives.push_back(trial::make(trial::type_in<T>(Memory.output(k)), g.outputs[k].axes, s, -12345));
    out[k] = derivatives.back().bound;
  }
  std::vector<double> workspace(static_cast<std::size_t>(loom::run::workspace_needed<program, T>(p.extents.data())),
                                -12345);
  const loom::call::erased_buffer scratch = loom::run::erase_buffer(loom::lang::detail::as_view(workspace));
  T value{};
  const std::size_t allocations = trial::allocated([&] { value = loom::run::run<program, T>({in, out, scratch}, on); });
  if (on.is_caller()) CHECK(allocations == 0);  // threads are somebody else's
  std::vector<std::vector<double>> all{{static_cast<double>(value)}};
  for (int k = 1; k < g.outputs.size(); ++k) {
    all.emplace_back();
    trial::visit(g.outputs[k].axes, out[k],
                 [&](std::ptrdiff_t at) { all.back().push_back(trial::load_number(out[k].data, out[k].type, at)); });
    // What lies between the entries of an output is not ours.
    CHECK(derivatives[static_cast<std::size_t>(k - 1)].touched() <= static_cast<std::ptrdiff_t>(all.back().size()));
  }
  return all;
}

inline std::string place(const std::string& name, const extents& e, double largest) {
  return name + ", numbers of " + std::to_string(largest) + ", " + std::to_string(e.rows) + " x " +
         std::to_string(e.inner) + " x " + std::to_string(e.entries) + " x " + std::to_string(e.width) + ", target " +
         std::string(loom::name(loom::current_target()));
}

/// Value and derivatives against the formula as written, in 80 digits; its derivatives are central differences.
template <auto Formula, loom::derive::derivative_request Request, class T>
void agrees_with_textbook(const std::string& name, const extents& e, double largest, double tolerance) {
  const loom::ir::graph& written = loom::compiler::source<Formula>::written.program;
  const loom::ir::graph& g = loom::compiler::compiled<Formula, Request>::schedule.program;
  const point p =
      data_for(written, loom::compiler::source<Formula>::labels, e, largest, static_cast<std::uint64_t>(largest) + 3);
  INFO(place(name, e, largest));
  std::vector<std::vector<double>> truth;  // the same for every target
  for (loom::target t : trial::targets()) {
    const loom::limit_target limit(t);
    INFO("target " << loom::name(loom::current_target()));
    const auto got = results<Formula, Request, T>(p);
    if (truth.empty())
      truth.push_back({static_cast<double>(loom::test::value_at<real>(written, p, written.outputs[0].id, 0)[0])});
    CHECK(std::fabs(got[0][0] - truth[0][0]) <= tolerance * (1 + std::fabs(truth[0][0])));
    for (int k = 1; k < g.outputs.size(); ++k) {
      const std::vector<double>& have = got[static_cast<std::size_t>(k)];
      const std::size_t step =
          have.size() > 24 ? 1 + have.size() / 17 : 1;  // a difference evaluates the whole formula twice
      if (static_cast<int>(truth.size()) == k) {
        truth.emplace_back();
        for (std::size_t n = 0; n < have.size(); n += step) {
          auto direction = loom::test::no_direction(p);
          direction[static_cast<std::size_t>(g.outputs[k].input)].entries[n] = 1;
          const bool second = g.outputs[k].kind == loom::ir::derivative_kind::curvature;
          truth.back().push_back(static_cast<double>(second ? loom::test::second_slope(written, p, direction, direction)
                                                            : loom::test::slope(written, p, direction)));
        }
      }
      for (std::size_t n = 0, i = 0; n < have.size(); n += step, ++i) {
        const double want = truth[static_cast<std::size_t>(k)][i];
        INFO(g.outputs[k].symbol() << "(" << g.inputs[g.outputs[k].input].name << "), entry " << n << ": " << have[n]
                                   << ", expected " << want);
        CHECK(std::fabs(have[n] - want) <= tolerance * (1 + std::fabs(want)));
      }
    }
  }
}

/// What numbers of a moderate size may be off, beside 1 or the number itself.
struct digits {
  double in_double = 4e-14, in_float = 1e-5;
};
inline constexpr digits tight{1e-14, 2e-6};  // where no sum of products comes before what cancels

/// A loss against its textbook spelling, for numbers of a moderate and of a large size.
template <auto Formula, loom::derive::derivative_request Request>
void textbook(const std::string& name, digits allowed) {
  for (const extents& e : {extents{3, 2, 4, 3}, extents{2, 5, 9, 2}, extents{5, 1, 161, 1}}) {
    agrees_with_textbook<Formula, Request, double>(name, e, 3, allowed.in_double);
    agrees_with_textbook<Formula, Request, float>(name, e, 3, allowed.in_float);
  }
  // 80 digits hold a probability of exp(-180) beside 1, which the complement of a sigmoid needs; quotients need no room.
  const double large = name == "logistic_objective" || name == "binary_cross_entropy" ? 80 : 1e4;
  agrees_with_textbook<Formula, Request, double>(name, {3, 2, 4, 3}, large, 1e-11);
  agrees_with_textbook<Formula, Request, float>(name, {3, 2, 4, 3}, large, 5e-3);
}

/// How large the terms are that cancel in the derivatives of one row of a mean; 0: nothing cancels that is not left in another row.
/// Where a row is certain of its class, 1 - p is all that a curvature has left, and log(p / q) of two certain rows all that a
/// divergence has; a cosine of vectors of one entry does not move at all. The curvatures of CLIP are variances, differences of
/// squares of a scale of 16 times numbers of 3.
inline double cancelling(std::string_view name, loom::ir::derivative_kind what) {
  const bool curvature = what == loom::ir::derivative_kind::curvature;
  return name == "clip" && curvature                                         ? 48 * 48
         : curvature || name == "distillation" || name == "cosine_embedding" ? 1
                                                                             : 0;
}

/// Value and derivatives against the interpreter, in double, on the numbers that the tensors hold: differences are judged beside
/// the largest entry wanted, and what is stored in 16 bits may be off by half an ulp beside that.
template <auto Formula, loom::derive::derivative_request Request, class T,
          loom::call::storages Memory = loom::call::storages{}>
void agrees_with_interpreter(const std::string& name, const extents& e, double largest, trial::memory layout) {
  const loom::ir::graph& stable = loom::compiler::compiled<Formula, Request>::stable;
  const point p = data_for(loom::compiler::source<Formula>::written.program, loom::compiler::source<Formula>::labels, e,
                           largest, static_cast<std::uint64_t>(largest * 10 + static_cast<double>(e.entries)), Memory);
  const loom::ir::interpreter<double> oracle(stable, p.extents, p.inputs);
  INFO(place(name, e, largest) << ", layout " << static_cast<int>(layout));
  const auto got = results<Formula, Request, T, Memory>(p, layout);
  for (int k = 0; k < stable.outputs.size(); ++k) {
    const std::vector<double> want = oracle.broadcast(stable.outputs[k].id, loom::ir::as_set(stable.outputs[k].axes));
    const trial::element_type type = trial::type_in<T>(k == 0 ? loom::storage::own : Memory.output(k));
    // What cancels in a difference of log-probabilities, and what an exponential makes of it, are of the size of the numbers.
    const double condition = std::max(4.0, largest);
    double scale = 1e-30, worst = 0;
    bool finite_alike = true;
    for (double w : want) scale = std::isfinite(w) ? std::max(scale, std::fabs(w)) : scale;
    scale = std::max(scale, k == 0 ? 1.0 : cancelling(name, stable.outputs[k].kind) / static_cast<double>(want.size()));
    for (std::size_t n = 0; n < want.size(); ++n) {
      const double h = got[static_cast<std::size_t>(k)][n];
      if (!std::isfinite(want[n]) || !std::isfinite(h))
        finite_alike = finite_alike && ((std::isnan(want[n]) && std::isnan(h)) || want[n] == h);
      else
        worst = std::max(
            worst,
            (std::fabs(want[n] - h) - trial::rounding(type, std::max(std::fabs(h), std::fabs(want[n])))) / scale);
    }
    INFO("output " << k << ": " << (k == 0 ? "value" : stable.outputs[k].symbol()) << " "
                   << (k == 0 ? "" : stable.inputs[stable.outputs[k].input].name));
    CHECK(finite_alike);
    CHECK(worst / std::numeric_limits<T>::epsilon() <= trial::tolerance * condition);
  }
}

inline constexpr extents sizes[] = {{1, 1, 1, 1},   {2, 3, 10, 5},  {3, 7, 9, 4},   {5, 9, 7, 3},  {9, 2, 33, 8},
                                    {3, 4, 15, 17}, {2, 5, 17, 33}, {33, 10, 4, 1}, {2, 3, 65, 2}, {2, 10, 130, 3}};

/// A program over all targets and sizes, contiguous and strided, for numbers of a moderate and of a large size.
template <auto Formula, loom::derive::derivative_request Request, class T,
          loom::call::storages Memory = loom::call::storages{}>
void loops_of(const std::string& name, double large = 1e4) {
  // Axes that are reduced together must lie contiguously.
  const bool joins = loom::compiler::compiled<Formula, Request>::schedule.column_order.size() > 1;
  for (loom::target t : trial::targets()) {
    const loom::limit_target limit(t);
    for (const extents& e : sizes) {
      for (double largest : {3.0, large})
        agrees_with_interpreter<Formula, Request, T, Memory>(name, e, largest, trial::memory::contiguous);
      agrees_with_interpreter<Formula, Request, T, Memory>(name, e, 3, trial::memory::every_third);
      if (joins) continue;
      for (trial::memory m : {trial::memory::padded_rows, trial::memory::transposed, trial::memory::channels_last})
        agrees_with_interpreter<Formula, Request, T, Memory>(name, e, 3, m);
    }
  }
}

/// A loss with the gradients of what is differentiable, or its value alone.
template <class T, bool Gradient, auto Formula>
void loops(loom::loss_function<Formula>, const std::string& name) {
  constexpr loom::derive::input_set wanted = Gradient ? differentiable<Formula>() : 0;
  loops_of<Formula, wanted, T>(name);
}

/// A loss whose inputs are stored in one type of 16 bits, and whose gradients in the other. Numbers of 100 still tell the
/// log-probabilities of two policies apart.
template <loom::storage Inputs, auto Formula>
void stored(loom::loss_function<Formula>, const std::string& name) {
  constexpr loom::storage other = Inputs == loom::storage::bf16 ? loom::storage::f16 : loom::storage::bf16;
  loops_of<Formula, differentiable<Formula>(), float, trial::all_stored(Inputs, other)>(name, 100);
}

/// Extents for which a loss is cut into several parts, and not into whole vectors.
inline extents many(const loom::ir::graph& g) {
  bool of_pairs = false, nested = false, of_rows = false;
  for (const loom::ir::axis_info& a : g.axes) {
    of_pairs = of_pairs || a.name == "M";
    nested = nested || a.name == "T" || a.name == "W";
    of_rows = of_rows || a.name == "C" || a.name == "D";
  }
  return of_pairs  ? extents{300, 301, 5, 1}
         : nested  ? extents{101, 31, 33, 3}
         : of_rows ? extents{3001, 1, 33, 1}
                   : extents{200001, 1, 1, 1};
}

/// The same bits for 1, 2 and 8 threads as for none, on every target. An array in the workspace has one writer.
template <auto Formula, loom::derive::derivative_request Request, class T>
void same_for_all_threads(const std::string& name) {
  const loom::plan& p = loom::compiler::compiled<Formula, Request>::schedule;
  const point data = data_for(p.program, loom::compiler::source<Formula>::labels, many(p.program), 3, 17);
  for (loom::target t : trial::targets()) {
    const loom::limit_target limit(t);
    const auto alone = results<Formula, Request, T>(data);
    for (int threads : {1, 2, 8}) {
      INFO(name << ", target " << loom::name(loom::current_target()) << ", " << threads << " threads");
      trial::plain_pool pool(threads);
      const auto shared = results<Formula, Request, T>(
          data, trial::memory::contiguous, loom::run::executor_of(loom::lang::pool_view<trial::plain_pool>{&pool}));
      for (std::size_t k = 0; k < alone.size(); ++k)
        CHECK(std::memcmp(alone[k].data(), shared[k].data(), alone[k].size() * sizeof(double)) == 0);
      if (p.arrays.empty()) CHECK(pool.calls > 1);
    }
  }
}

/// Gradients and curvatures of every tensor, and the gradient of what else is differentiable.
template <auto Formula>
constexpr loom::derive::derivative_request both_orders() {
  constexpr const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  loom::derive::input_set tensors = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == loom::ir::op::tensor) tensors |= 1u << i;
  return {tensors | differentiable<Formula>(), tensors};
}

/// What every loss of the collection obeys, with its first and second derivatives.
template <auto Formula, loom::derive::derivative_request Request>
void obeys(const std::string& name, digits allowed = {}) {
  static_assert(loom::compiler::compiled<Formula, Request>::problem().kind == loom::lang::issue::none);
  textbook<Formula, Request>(name, allowed);
  loops_of<Formula, Request, float>(name);
  loops_of<Formula, Request, double>(name);
  same_for_all_threads<Formula, Request, float>(name);
  same_for_all_threads<Formula, Request, double>(name);
}
template <auto Formula>
void obeys(loom::loss_function<Formula>, const std::string& name, digits allowed = {}) {
  obeys<Formula, both_orders<Formula>()>(name, allowed);
}

}  // namespace collected
