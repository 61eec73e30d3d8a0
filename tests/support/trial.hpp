// SPDX-License-Identifier: BSL-1.0
// tests/support/trial.hpp — a program run on data of any size, layout and target, beside the interpreter.
// Data is bound by slot, not by name, so one function serves every formula of the collection.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "loom/ir/interpret.hpp"
#include "loom/loom.hpp"
#include "support/allocated.hpp"
#include "support/catch.hpp"

namespace trial {

/// What logits look like.
enum class regime { normal, wide, offset, tiny, equal, masked };

inline const char* name(regime r) {
  const char* names[] = {"normal", "wide", "offset", "tiny", "equal", "masked"};
  return names[static_cast<int>(r)];
}

/// How operands lie in memory; channels_last: the second axis of three or more runs fastest.
enum class memory { contiguous, padded_rows, every_third, transposed, channels_last };

struct settings {
  std::vector<std::ptrdiff_t> extents;  // by axis of the program
  regime logits = regime::normal;
  memory layout = memory::contiguous;
  loom::call::element_type labels = loom::call::element_type::i32;
  bool some_ignored = false;  // labels of -100
  unsigned seed = 1;
  std::vector<std::pair<std::string, double>> scalars;
  loom::call::element_type scalar_results =
      loom::call::element_type::other;  // their buffers, if not of the type computed with
  double condition = 1;  // how large the terms are that cancel in a result: an error is judged beside it
  std::ptrdiff_t more_workspace = 0;  // numbers beside those that are needed
  bool saturated = false;  // one entry of a row has its whole weight, so the terms of its gradient are those of a row
};

/// The logits, targets and weights of the flagships, told apart by name.
inline double entry(const std::string& input, regime r, std::mt19937& random) {
  std::normal_distribution<double> normal(0, 3);
  std::uniform_real_distribution<double> unit(0, 1);
  if (input == "y") return unit(random) < 0.3 ? std::round(unit(random)) : unit(random);
  if (input == "v") return 0.05 + 4 * unit(random);
  if (input == "w") return unit(random) < 0.1 ? 0.0 : 0.2 + unit(random);
  switch (r) {
    case regime::wide: return unit(random) < 0.5 ? 1e4 * (2 * unit(random) - 1) : 88 * (2 * unit(random) - 1);
    case regime::offset: return 1e4 + 3 * unit(random);
    case regime::tiny: return 1e-20 * normal(random);
    case regime::equal: return 0.75;
    default: return normal(random);
  }
}

using loom::call::element_type;

inline double load_number(const void* from, element_type t, std::ptrdiff_t i) {
  switch (t) {
    case element_type::f32: return static_cast<double>(static_cast<const float*>(from)[i]);
    case element_type::bf16: return static_cast<double>(loom::numeric::loaded(static_cast<const loom::bf16*>(from)[i]));
    case element_type::f16: return static_cast<double>(loom::numeric::loaded(static_cast<const loom::f16*>(from)[i]));
    default: return static_cast<const double*>(from)[i];
  }
}
inline void store_number(void* to, element_type t, std::ptrdiff_t i, double v) {
  loom::call::store_number(static_cast<char*>(to) + i * loom::call::size_of(t), t, v);
}

/// Half the distance of the numbers of a type near v: what storing it may cost.
inline double rounding(element_type t, double v) {
  if (t != element_type::bf16 && t != element_type::f16) return 0;
  const int digits = t == element_type::bf16 ? 8 : 11, least = t == element_type::bf16 ? -126 : -14;
  return std::ldexp(1.0, std::max(v == 0 || !std::isfinite(v) ? least : std::ilogb(v), least) - digits);
}

/// The type of a slot, if T is computed with.
template <class T>
constexpr element_type type_in(loom::storage s) {
  return s == loom::storage::bf16  ? element_type::bf16
         : s == loom::storage::f16 ? element_type::f16
                                   : loom::call::type_of<T>();
}

struct buffer {
  std::vector<std::uint64_t> memory;
  loom::call::erased_buffer bound;
  loom::call::erased_view view() const {
    loom::call::erased_view v;
    static_cast<loom::call::erased_shape&>(v) = bound;
    v.data = bound.data;
    return v;
  }
  double poison = 0;  // as it reads
  std::ptrdiff_t size = 0;

  std::ptrdiff_t touched() const {
    std::ptrdiff_t n = 0;
    for (std::ptrdiff_t i = 0; i < size; ++i) n += load_number(memory.data(), bound.type, i) != poison;
    return n;
  }
};

/// A strided array; what lies between its entries is poison.
inline buffer make(element_type type, const loom::ir::axis_order& order, const settings& s, double poison) {
  buffer b;
  b.bound.type = type;
  const int rank = order.size();
  std::ptrdiff_t stride = s.layout == memory::every_third ? 3 : 1;
  for (int k = 0; k < rank; ++k) {
    const bool last = s.layout == memory::channels_last && rank > 2;
    const int i = s.layout == memory::transposed ? k : !last ? rank - 1 - k : k == 0 ? 1 : k == rank - 1 ? 0 : rank - k;
    b.bound.extents[i] = s.extents[static_cast<std::size_t>(order[i])];
    b.bound.strides[i] = stride;
    stride *= b.bound.extents[i];
    if (s.layout == memory::padded_rows) stride += 5;
  }
  b.size = stride + 64;
  b.memory.assign(static_cast<std::size_t>(b.size), 0);
  if (type <= element_type::f16) {
    for (std::ptrdiff_t i = 0; i < b.size; ++i) store_number(b.memory.data(), type, i, poison);
    b.poison = load_number(b.memory.data(), type, 0);
  } else {
    std::memset(b.memory.data(), 1, static_cast<std::size_t>(b.size) * 8);
  }
  b.bound.data = reinterpret_cast<char*>(b.memory.data()) + 17 * loom::call::size_of(type);
  return b;
}

/// Visits the entries of an array in the interpreter's order.
template <class Visit>
void visit(const loom::ir::axis_order& order, const loom::call::erased_shape& b, const Visit& f) {
  std::ptrdiff_t at[loom::ir::max_rank]{};
  for (int i = 0; i < order.size(); ++i)
    if (b.extents[i] == 0) return;
  for (;;) {
    std::ptrdiff_t offset = 0;
    for (int i = 0; i < order.size(); ++i) offset += at[i] * b.strides[i];
    f(offset);
    int axis = loom::ir::max_axes - 1;
    for (; axis >= 0; --axis) {
      int k = -1;
      for (int i = 0; i < order.size(); ++i)
        if (order[i] == axis) k = i;
      if (k < 0) continue;
      if (++at[k] < b.extents[k]) break;
      at[k] = 0;
    }
    if (axis < 0) return;
  }
}

inline void store_label(const loom::call::erased_buffer& b, std::ptrdiff_t i, std::int64_t v) {
  void* p = b.data;
  switch (loom::call::size_of(b.type)) {
    case 1: static_cast<std::int8_t*>(p)[i] = static_cast<std::int8_t>(v); break;
    case 2: static_cast<std::int16_t*>(p)[i] = static_cast<std::int16_t>(v); break;
    case 4: static_cast<std::int32_t*>(p)[i] = static_cast<std::int32_t>(v); break;
    default: static_cast<std::int64_t*>(p)[i] = v;
  }
}

struct outcome {
  std::string output;
  double error = 0;  // largest difference, over the largest finite entry wanted (or the size of what cancels in it)
  bool finite_alike = true;  // infinities and NaN in the same places
  std::size_t allocations = 0;  // of the call
  std::vector<double> got, wanted;
};

/// Every tensor stored alike.
constexpr loom::call::storages all_stored(loom::storage inputs, loom::storage outputs) {
  return {0x5555555555555555u * static_cast<std::uint64_t>(inputs),
          0x5555555555555555u * static_cast<std::uint64_t>(outputs)};
}

/// A formula with what a request asks for, its tensors stored as `Memory` says.
template <auto Formula, loom::derive::derivative_request Request, loom::call::storages Memory>
using program_of = std::conditional_t<Memory == loom::call::storages{}, loom::compiler::compiled<Formula, Request>,
                                      loom::call::in_memory<loom::compiler::compiled<Formula, Request>, Memory>>;

/// Runs one program on one set of data. `T`: float or double; `Memory`: how its tensors are stored.
template <auto Formula, loom::derive::derivative_request Request, class T,
          loom::call::storages Memory = loom::call::storages{}>
std::vector<outcome> run(const settings& s) {
  using program = program_of<Formula, Request, Memory>;
  const loom::ir::graph& g = program::stable;
  std::mt19937 random(s.seed);
  loom::call::erased_view in[loom::ir::max_inputs];
  loom::call::erased_buffer out[loom::run::max_outputs];
  std::vector<buffer> buffers;
  std::vector<loom::ir::dense<double>> reference(static_cast<std::size_t>(g.inputs.size()));
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& info = g.inputs[i];
    if (info.is_place()) continue;  // the same data
    loom::ir::dense<double>& r = reference[static_cast<std::size_t>(i)];
    r.axes = loom::ir::as_set(info.axes);
    const std::string name(info.name);
    if (info.code == loom::ir::op::scalar) {
      double v = 1;
      for (const auto& [key, value] : s.scalars)
        if (key == name) v = value;
      in[i].number = v;
      in[i].type = loom::call::element_type::f64;
      r.entries = {v};
    } else if (info.code == loom::ir::op::index) {
      buffers.push_back(make(s.labels, info.axes, s, 0));
      in[i] = buffers.back().view();
      std::int64_t classes = 1;
      for (int a = 0; a < g.axes.size(); ++a)
        if (g.axes[a].name == "C") classes = s.extents[static_cast<std::size_t>(a)];
      visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        std::int64_t label =
            static_cast<std::int64_t>(random() % static_cast<unsigned long>(std::min<std::int64_t>(classes, 100)));
        if (s.some_ignored && random() % 4 == 0) label = -100;
        store_label(buffers.back().bound, at, label);
        r.entries.push_back(static_cast<double>(label));
      });
    } else if (info.code == loom::ir::op::mask) {
      buffers.push_back(make(element_type::boolean, info.axes, s, 0));
      in[i] = buffers.back().view();
      visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        const bool holds = random() % 3 != 0;
        static_cast<unsigned char*>(buffers.back().bound.data)[at] = holds;
        r.entries.push_back(holds ? 1 : 0);
      });
    } else {
      buffers.push_back(make(type_in<T>(Memory.input(i)), info.axes, s, std::numeric_limits<T>::quiet_NaN()));
      in[i] = buffers.back().view();
      const bool logits = name == "x" || name == "s";
      std::size_t n = 0;
      visit(info.axes, in[i], [&](std::ptrdiff_t at) {
        store_number(buffers.back().bound.data, in[i].type, at, entry(name, s.logits, random));
        // labels are below 100: the last of many classes can be masked, as can one of few if nothing points at it
        if (logits && s.logits == regime::masked && n++ % 7 == 6)
          store_number(buffers.back().bound.data, in[i].type, at, -std::numeric_limits<T>::infinity());
        r.entries.push_back(load_number(in[i].data, in[i].type, at));
      });
      if (info.axes.empty()) in[i].number = r.entries[0];
    }
  }
  loom::call::place_inputs(g, in);
  std::vector<buffer> results;
  for (int k = 0; k < g.outputs.size(); ++k) {
    const loom::ir::axis_order& order = g.outputs[k].axes;
    if (k == 0 && g.outputs[k].is_value() && order.empty()) continue;
    const bool other = order.empty() && s.scalar_results != element_type::other;
    results.push_back(make(other ? s.scalar_results : type_in<T>(Memory.output(k)), order, s, -12345));
    out[k] = results.back().bound;
  }
  std::vector<std::ptrdiff_t> extents = s.extents;
  extents.resize(loom::ir::max_axes, 1);
  const std::ptrdiff_t needed = loom::run::workspace_needed<program, T>(extents.data());
  std::vector<double> workspace(static_cast<std::size_t>(needed + s.more_workspace), -12345);
  T value{};
  const std::size_t asked_for = allocated([&] {
    value = loom::run::run<program, T>({in, out, loom::run::erase_buffer(loom::lang::detail::as_view(workspace))});
  });
  const loom::ir::interpreter<double> oracle(g, extents, reference);
  std::vector<outcome> outcomes;
  for (int k = 0; k < g.outputs.size(); ++k) {
    outcome o;
    const bool scalar = out[k].type == loom::call::element_type::other;
    const loom::ir::axis_order& order = g.outputs[k].axes;
    o.output = g.outputs[k].is_value()
                   ? "value"
                   : std::string(g.outputs[k].symbol()) + "(" + std::string(g.inputs[g.outputs[k].input].name) + ")";
    o.wanted = oracle.broadcast(g.outputs[k].id, loom::ir::as_set(order));
    if (scalar) o.got = {static_cast<double>(value)};
    else visit(order, out[k], [&](std::ptrdiff_t at) { o.got.push_back(load_number(out[k].data, out[k].type, at)); });
    // Gradients of a mean over n entries are of the size 1 / n where nothing cancels; below 1e-30 binary32 has no digits left.
    const auto entries = static_cast<double>(s.saturated ? s.extents[0] : static_cast<std::ptrdiff_t>(o.wanted.size()));
    double largest = scalar ? std::max(1e-30, s.condition - 1) : s.condition / entries;
    for (double w : o.wanted)
      if (std::isfinite(w)) largest = std::max(largest, std::fabs(w));
    for (std::size_t n = 0; n < o.wanted.size(); ++n) {
      const double w = o.wanted[n], v = o.got[n];
      if (!std::isfinite(w) || !std::isfinite(v))
        o.finite_alike = o.finite_alike && ((std::isnan(w) && std::isnan(v)) || w == v);
      else if (w != v)
        o.error = std::max(o.error,
                           (std::fabs(w - v) - rounding(out[k].type, std::max(std::fabs(v), std::fabs(w)))) / largest);
    }
    o.allocations = asked_for;
    outcomes.push_back(o);
  }
  // What lies between the entries of an output is not ours.
  for (std::size_t b = 0, k = 0; k < static_cast<std::size_t>(g.outputs.size()); ++k) {
    if (out[k].type == loom::call::element_type::other) continue;
    if (results[b++].touched() > static_cast<std::ptrdiff_t>(outcomes[k].wanted.size()))
      outcomes[k].finite_alike = false;
  }
  return outcomes;
}

/// Holds every outcome of a run to a tolerance; no call allocates.
inline void hold(const std::vector<outcome>& outcomes, double tolerance) {
  for (const outcome& o : outcomes) {
    INFO(o.output);
    CHECK(o.finite_alike);
    CHECK(o.error <= tolerance);
    CHECK(o.allocations == 0);
  }
}

}  // namespace trial
