// SPDX-License-Identifier: BSL-1.0
// tests/support/collection_trials.hpp — losses of the collection on data that means something to each of them: labels on
// the axis they point along, masked tokens with any label, log-probabilities near those of the policy. The loops of every
// target are held against the formula as written, in 80 digits, and against the interpreter.
#pragma once

#include <boost/hana/for_each.hpp>

#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/flagship_trials.hpp"

namespace collected {

using loom::test::point;
using loom::test::real;

/// Every tensor of a formula but the weights of its classes, and the scale of similarities, which is learned.
template <auto Formula>
constexpr loom::input_set differentiable() {
  constexpr const loom::graph& g = loom::source<Formula>::written.program;
  loom::input_set s = trial::differentiable<Formula>();
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].name == "scale") s |= 1u << i;
  return s;
}

inline double usual_scalar(std::string_view name) {
  for (const auto& [key, value] : trial::usual_scalars())
    if (key == name) return value;
  if (name == "smooth") return 0.5;
  if (name == "margin") return 0.25;
  if (name == "scale") return 16;
  if (name == "beta" || name == "eps") return 0.125;
  return 1;
}

/// The extents of a formula's axes by what they count: rows, rows within rows, entries of a row, and the last axis of an image.
struct extents {
  std::ptrdiff_t rows, inner, entries, width;
  std::vector<std::ptrdiff_t> of(const loom::graph& g) const {
    std::vector<std::ptrdiff_t> e;
    for (int a = 0; a < loom::max_axes; ++a) {
      const std::string_view name = a < g.axes.size() ? g.axes[a].name : "";
      e.push_back(name == "N" || name == "B"                   ? rows
                  : name == "M" || name == "T" || name == "H"  ? inner
                  : name == "C" || name == "V" || name == "D" ? entries
                  : name == "W"                                ? width
                                                               : 1);
    }
    return e;
  }
};

/// The log-probability of the token that each label names, of logits x[B,T,V] and labels t[B,T]; -1 for other labels.
inline std::vector<double> log_probabilities(const std::vector<double>& x, const std::vector<double>& t) {
  const std::size_t words = x.size() / t.size();
  std::vector<double> l;
  for (std::size_t row = 0; row < t.size(); ++row) {
    const double* logits = x.data() + row * words;
    const double largest = *std::max_element(logits, logits + words);
    double sum = 0;
    for (std::size_t k = 0; k < words; ++k) sum += std::exp(logits[k] - largest);
    const bool known = t[row] >= 0 && t[row] < static_cast<double>(words);
    l.push_back(known ? logits[static_cast<std::size_t>(t[row])] - largest - std::log(sum) : -1);
  }
  return l;
}

/// Data for a formula as written; numbers are of a size, and each is a binary32.
inline point data_for(const loom::graph& g, const loom::fixed_vector<loom::label_use, 8>& uses, const extents& size, double largest, std::uint64_t seed) {
  loom::test::points random(seed);
  point p{size.of(g), {}};
  const auto slot_of = [&](std::string_view name) {
    for (int i = 0; i < g.inputs.size(); ++i)
      if (g.inputs[i].name == name) return i;
    return -1;
  };
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::input_info& info = g.inputs[i];
    const loom::label_use* use = nullptr;
    for (const loom::label_use& u : uses)
      if (u.input == i) use = &u;
    loom::dense<double> d{loom::as_set(info.axes), {}};
    const bool feature = info.name == "a" && info.axes.size() == 2;  // of a pair: its products with another have the size
    for (std::size_t n = loom::test::size_of(d.axes, p.extents); n > 0; --n) {
      double v = random.uniform(-largest, largest);
      if (use != nullptr) v = random.below(static_cast<int>(p.extents[static_cast<std::size_t>(use->axis)]));
      else if (info.code == loom::op::index) v = random.below(3) - 1;
      else if (info.code == loom::op::mask) v = random.once_in(3) ? 0 : 1;
      else if (info.code == loom::op::scalar) v = usual_scalar(info.name);
      else if (info.name == "y") v = random.uniform(0, 1);
      else if (info.name == "v" || info.name == "w") v = random.uniform(0.25, 2);
      else if (feature || info.name == "A") v = random.uniform(-1, 1);
      if (use != nullptr && (info.name == "tc" || info.name == "tr") && random.once_in(4)) v = -100;
      d.entries.push_back(v);
    }
    p.inputs.push_back(d);
  }
  if (const int m = slot_of("m"); m >= 0)  // a label that is masked may be anything
    for (std::size_t n = 0; n < p.inputs[static_cast<std::size_t>(m)].entries.size(); ++n)
      if (p.inputs[static_cast<std::size_t>(m)].entries[n] == 0) p.inputs[static_cast<std::size_t>(slot_of("t"))].entries[n] = random.once_in(2) ? -7 : 1 << 20;
  const std::string_view policies[][3] = {{"old", "x", "t"}, {"ref", "x", "t"}, {"rc", "xc", "tc"}, {"rr", "xr", "tr"}};
  for (const auto& [name, logits, labels] : policies) {
    if (slot_of(name) < 0) continue;
    const auto& x = p.inputs[static_cast<std::size_t>(slot_of(logits))].entries;
    const auto& t = p.inputs[static_cast<std::size_t>(slot_of(labels))].entries;
    std::size_t n = 0;
    for (double l : log_probabilities(x, t)) p.inputs[static_cast<std::size_t>(slot_of(name))].entries[n++] = static_cast<float>(l + random.uniform(-0.3, 0.3));
  }
  return p;
}

/// One call of the loops: the value and the gradients, in the order of the program's outputs.
template <auto Formula, loom::derivative_request Gradients, class T>
std::vector<std::vector<double>> results(const point& p, trial::memory layout = trial::memory::contiguous) {
  using program = loom::compiled<Formula, Gradients>;
  const loom::graph& g = program::schedule.program;
  trial::settings s;
  s.extents = p.extents;
  s.layout = layout;
  constexpr loom::exec::element_type number = loom::exec::type_of<T>();
  std::vector<trial::buffer> memory;
  loom::exec::bound in[loom::max_inputs], out[loom::exec::max_outputs];
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::input_info& info = g.inputs[i];
    const std::vector<double>& entries = p.inputs[static_cast<std::size_t>(i)].entries;
    std::size_t n = 0;
    if (info.code == loom::op::index) {
      memory.push_back(trial::make(loom::exec::element_type::i64, info.axes, s, 0));
      in[i] = memory.back().bound;
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) { trial::store_label(in[i], at, static_cast<std::int64_t>(entries[n++])); });
    } else if (info.code == loom::op::mask) {
      memory.push_back(trial::make(loom::exec::element_type::boolean, info.axes, s, 0));
      in[i] = memory.back().bound;
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) { static_cast<unsigned char*>(const_cast<void*>(in[i].data))[at] = entries[n++] != 0; });
    } else {
      memory.push_back(trial::make(number, info.axes, s, std::numeric_limits<T>::quiet_NaN()));
      in[i] = memory.back().bound;
      trial::visit(info.axes, in[i], [&](std::ptrdiff_t at) { static_cast<T*>(const_cast<void*>(in[i].data))[at] = static_cast<T>(entries[n++]); });
      in[i].number = entries[0];
    }
  }
  std::vector<trial::buffer> gradients;
  for (int k = 1; k < g.outputs.size(); ++k) {
    gradients.push_back(trial::make(number, g.outputs[k].axes, s, -12345));
    out[k] = gradients.back().bound;
  }
  std::vector<double> workspace(static_cast<std::size_t>(loom::exec::workspace_size(program::schedule, p.extents.data())), -12345);
  const T value = loom::exec::run<program, T>(loom::source<Formula>::labels, in, out, loom::exec::erase(loom::detail::as_view(workspace)));
  std::vector<std::vector<double>> all{{static_cast<double>(value)}};
  for (int k = 1; k < g.outputs.size(); ++k) {
    all.emplace_back();
    trial::visit(g.outputs[k].axes, out[k], [&](std::ptrdiff_t at) { all.back().push_back(static_cast<double>(static_cast<const T*>(out[k].data)[at])); });
  }
  return all;
}

inline std::string place(const std::string& name, const extents& e, double largest) {
  return name + ", numbers of " + std::to_string(largest) + ", " + std::to_string(e.rows) + " x " + std::to_string(e.inner) + " x " + std::to_string(e.entries) + " x " +
         std::to_string(e.width) + ", target " + std::string(loom::name(loom::current_target()));
}

/// Value and gradients against the formula as written, in 80 digits; its gradients are central differences.
template <auto Formula, class T>
void agrees_with_textbook(const std::string& name, const extents& e, double largest, double tolerance) {
  constexpr loom::input_set wanted = differentiable<Formula>();
  const loom::graph& written = loom::source<Formula>::written.program;
  const loom::graph& g = loom::compiled<Formula, wanted>::schedule.program;
  const point p = data_for(written, loom::source<Formula>::labels, e, largest, static_cast<std::uint64_t>(largest) + 3);
  INFO(place(name, e, largest));
  std::vector<std::vector<double>> truth;  // the same for every target
  for (loom::target t : trial::targets()) {
    const loom::limit_target limit(t);
    INFO("target " << loom::name(loom::current_target()));
    const auto got = results<Formula, wanted, T>(p);
    if (truth.empty()) truth.push_back({static_cast<double>(loom::test::value_at<real>(written, p, written.outputs[0].id, 0)[0])});
    CHECK(std::fabs(got[0][0] - truth[0][0]) <= tolerance * (1 + std::fabs(truth[0][0])));
    for (int k = 1; k < g.outputs.size(); ++k) {
      const std::vector<double>& have = got[static_cast<std::size_t>(k)];
      const std::size_t step = have.size() > 24 ? 1 + have.size() / 17 : 1;  // a difference evaluates the whole formula twice
      if (static_cast<int>(truth.size()) == k) {
        truth.emplace_back();
        for (std::size_t n = 0; n < have.size(); n += step) {
          auto direction = loom::test::no_direction(p);
          direction[static_cast<std::size_t>(g.outputs[k].input)].entries[n] = 1;
          truth.back().push_back(static_cast<double>(loom::test::slope(written, p, direction)));
        }
      }
      for (std::size_t n = 0, i = 0; n < have.size(); n += step, ++i) {
        const double want = truth[static_cast<std::size_t>(k)][i];
        INFO("d(" << g.inputs[g.outputs[k].input].name << "), entry " << n);
        CHECK(std::fabs(have[n] - want) <= tolerance * (1 + std::fabs(want)));
      }
    }
  }
}

/// A loss against its textbook spelling, for numbers of a moderate and of a large size.
template <auto Formula>
void textbook(loom::loss_function<Formula>, const std::string& name) {
  for (const extents& e : {extents{3, 2, 4, 3}, extents{2, 5, 9, 2}}) {
    agrees_with_textbook<Formula, double>(name, e, 3, 4e-14);
    agrees_with_textbook<Formula, float>(name, e, 3, 1e-5);
  }
  // 80 digits hold a probability of exp(-180) beside 1, which the complement of a sigmoid needs; quotients need no room.
  const double large = name == "logistic_objective" ? 80 : 1e4;
  agrees_with_textbook<Formula, double>(name, {3, 2, 4, 3}, large, 1e-11);
  agrees_with_textbook<Formula, float>(name, {3, 2, 4, 3}, large, 5e-3);
}

/// Value and gradients against the interpreter, in double: differences are judged beside the largest entry wanted.
template <auto Formula, loom::input_set Gradients, class T>
void agrees_with_interpreter(const std::string& name, const extents& e, double largest, trial::memory layout) {
  const loom::graph& stable = loom::compiled<Formula, Gradients>::stable;
  const point p = data_for(loom::source<Formula>::written.program, loom::source<Formula>::labels, e, largest, static_cast<std::uint64_t>(largest * 10 + static_cast<double>(e.entries)));
  const loom::interpreter<double> oracle(stable, p.extents, p.inputs);
  const auto got = results<Formula, Gradients, T>(p, layout);
  for (int k = 0; k < stable.outputs.size(); ++k) {
    const std::vector<double> want = oracle.broadcast(stable.outputs[k].id, loom::as_set(stable.outputs[k].axes));
    // What cancels in a difference of log-probabilities, and what an exponential makes of it, are of the size of the numbers.
    const double condition = std::max(4.0, largest);
    double scale = 1e-30, worst = 0;
    bool finite_alike = true;
    for (double w : want) scale = std::isfinite(w) ? std::max(scale, std::fabs(w)) : scale;
    if (k == 0) scale = std::max(scale, 1.0);
    for (std::size_t n = 0; n < want.size(); ++n) {
      const double h = got[static_cast<std::size_t>(k)][n];
      if (!std::isfinite(want[n]) || !std::isfinite(h)) finite_alike = finite_alike && ((std::isnan(want[n]) && std::isnan(h)) || want[n] == h);
      else worst = std::max(worst, std::fabs(want[n] - h) / scale);
    }
    INFO(place(name, e, largest) << ", output " << k << ", layout " << static_cast<int>(layout));
    CHECK(finite_alike);
    CHECK(worst / std::numeric_limits<T>::epsilon() <= trial::tolerance * condition);
  }
}

inline constexpr extents sizes[] = {{1, 1, 1, 1}, {2, 3, 10, 5}, {3, 7, 9, 4}, {5, 9, 7, 3}, {9, 2, 33, 8}, {3, 4, 15, 17}, {2, 5, 17, 33}, {33, 10, 4, 1}, {2, 3, 65, 2}, {2, 10, 130, 3}};

/// A loss over all targets and sizes, contiguous and strided; `joins`: it reduces two axes at once, which must lie contiguously.
template <class T, bool Gradient, auto Formula>
void loops(loom::loss_function<Formula>, const std::string& name, bool joins = false) {
  constexpr loom::input_set wanted = Gradient ? differentiable<Formula>() : 0;
  for (loom::target t : trial::targets()) {
    const loom::limit_target limit(t);
    for (const extents& e : sizes) {
      for (double largest : {3.0, 1e4}) agrees_with_interpreter<Formula, wanted, T>(name, e, largest, trial::memory::contiguous);
      agrees_with_interpreter<Formula, wanted, T>(name, e, 3, trial::memory::every_third);
      if (joins) continue;
      for (trial::memory m : {trial::memory::padded_rows, trial::memory::transposed}) agrees_with_interpreter<Formula, wanted, T>(name, e, 3, m);
    }
  }
}

}  // namespace collected
