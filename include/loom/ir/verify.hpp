// SPDX-License-Identifier: BSL-1.0
// ir/verify.hpp — is a graph well formed? Operands come before their users, an op has the operands, kinds and axes that it
// takes, equal values are one value, and outputs are values over the axes of their buffers.
// For tests and tools: loom/loom.hpp does not include it.
// Layer 1 (ir).
#pragma once

#include <string>

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

namespace detail {

class graph_checker {
 public:
  explicit graph_checker(const graph& g) : g_(g), again_(g) {}

  std::string run() {
    if (g_.too_large) return "the graph is too large: what is here means nothing";
    check_inputs();
    for (int i = 0; i < g_.size() && problem_.empty(); ++i) check(i);
    for (int slot = 0; slot < g_.outputs.size() && problem_.empty(); ++slot) check_output(slot);
    return problem_;
  }

 private:
  const graph& g_;
  builder again_;  // the same values, built a second time: axes, kinds and numbers must come out the same
  std::string problem_;

  void wrong(const std::string& what, int id) {
    if (problem_.empty()) problem_ = what + ": v" + std::to_string(id);
  }
  void wrong_slot(const std::string& what, int slot) {
    if (problem_.empty()) problem_ = what + ": slot " + std::to_string(slot);
  }

  axis_set all_axes() const { return static_cast<axis_set>((1u << g_.axes.size()) - 1u); }
  /// Whether these are different axes of the graph.
  bool are_axes(const axis_order& axes) const {
    for (int i = 0; i < axes.size(); ++i) {
      if (axes[i] < 0 || axes[i] >= g_.axes.size()) return false;
      for (int k = 0; k < i; ++k)
        if (axes[k] == axes[i]) return false;
    }
    return true;
  }
  kind kind_of(int id, int operand) const { return g_[g_.operand(id, operand)].type; }

  void check_inputs() {
    for (int slot = 0; slot < g_.inputs.size(); ++slot) {
      const input_info& in = g_.inputs[slot];
      if (!is_input(in.code)) wrong_slot("an input that is no tensor, scalar, index or mask", slot);
      if (!are_axes(in.axes)) wrong_slot("an input over axes that there are not, or over one twice", slot);
    }
    if (!are_axes(g_.result_axes)) wrong_slot("a result over axes that there are not, or over one twice", 0);
  }

  void check(int i) {
    const node& n = g_[i];
    if (static_cast<int>(n.code) >= op_count || n.code == op::any || info(n.code).kind == family::composite)
      return wrong("an op that no program has", i);
    for (int k = 0; k < 3; ++k) {
      const value_id o = n.operand[k];
      if ((k < arity(n.code)) != (o != no_value)) return wrong("another number of operands than the op takes", i);
      if (o != no_value && (o < 0 || o >= i)) return wrong("an operand that does not come before its user", i);
    }
    if (is_input(n.code)) {
      if (n.bits >= static_cast<std::uint64_t>(g_.inputs.size()) || g_.inputs[static_cast<int>(n.bits)].code != n.code)
        return wrong("an input that the graph does not declare", i);
    } else {
      check_axes(i);
      check_kinds(i);
    }
    if (!problem_.empty()) return;
    const value_id built = is_input(n.code) ? again_.input(static_cast<int>(n.bits))
                                            : again_.make(n.code, n.operand[0], n.operand[1], n.operand[2], n.bits);
    if (built < i) return wrong("the same value as v" + std::to_string(built), i);
    const node& same = again_[i];
    if (same.axes != n.axes) return wrong("other axes than its operands give it", i);
    if (same.type != n.type) return wrong("another kind than its operands give it", i);
    if (!(same == n)) return wrong("operands in another order than a builder puts them", i);
  }

  /// The axes that an op names beside its operands.
  void check_axes(int i) {
    const node& n = g_[i];
    const family f = info(n.code).kind;
    if (n.code == op::constant) return;
    if (n.code == op::position || n.code == op::last) {
      if (axis_count(n.over()) != 1 || !includes(all_axes(), n.over())) wrong("a position along no axis", i);
      return;
    }
    if (n.code != op::extent && f != family::reduction && f != family::row && f != family::indexing &&
        f != family::running && f != family::chain) {
      if (n.bits != 0) wrong("axes where the op takes none", i);
      return;
    }
    if (!includes(all_axes(), n.over())) return wrong("axes that the graph has not", i);
    const axis_set of_operand = n.code == op::extent ? all_axes() : g_[n.operand[0]].axes;
    if (f ==
        family::
            reduction) {  // over axes that its operand has not, too: differentiation repeats, and rules make a product of it
      if (n.over() == 0) wrong("a reduction over no axes", i);
    } else if (f == family::row) {
      if (n.over() == 0 || !includes(of_operand, n.over())) wrong("a row of axes that its operand has not", i);
    } else if (f == family::running) {
      if (axis_count(n.over()) != 1 || n.bits != running_bits(n.over(), n.order()))
        wrong("a running value along no axis, or along several", i);
    } else if (f == family::chain) {
      const chain_axes c = n.chain();
      if (axis_count(n.over()) != 3 || n.bits != c.bits() ||
          c.best != (n.code == op::viterbi || (c.best && arity(n.code) == 3)))
        wrong("a chain along other axes than three", i);
    } else if (n.code == op::gather) {
      if (axis_count(n.over()) != 1 || !includes(of_operand, n.over()))
        wrong("a gather along an axis that its operand has not", i);
    } else if (n.code == op::onehot) {
      if (axis_count(n.over()) != 1 || includes(of_operand, n.over()))
        wrong("a onehot along an axis that its labels have", i);
    } else if (n.code == op::scatter) {
      if (n.scattered_over() >= g_.axes.size()) wrong("a scatter along an axis that the graph has not", i);
    }
  }

  void check_kinds(int i) {
    const node& n = g_[i];
    const auto all_are = [&](kind k) {
      for (int o = 0; o < arity(n.code); ++o)
        if (kind_of(i, o) != k) return false;
      return true;
    };
    bool fits = true;
    switch (info(n.code).kind) {
      case family::leaf: break;
      case family::logical: fits = all_are(kind::mask); break;
      case family::select: fits = kind_of(i, 0) == kind::mask && kind_of(i, 1) == kind_of(i, 2); break;
      case family::compare: fits = kind_of(i, 0) != kind::mask && kind_of(i, 1) != kind::mask; break;
      case family::indexing:
        if (n.code == op::onehot) fits = kind_of(i, 0) == kind::index;
        else if (n.code == op::elsewhere) fits = kind_of(i, 0) == kind::number;
        else fits = kind_of(i, 1) == kind::index;
        break;
      case family::reduction:
        fits = all_are(n.code == op::any_of || n.code == op::all_of ? kind::mask : kind::number);
        break;
      case family::unary:
      case family::binary:
      case family::custom:
      case family::row:
      case family::running:
      case family::chain: fits = n.code == op::stop_gradient || all_are(kind::number); break;
      case family::conversion: fits = all_are(kind::index); break;
      case family::composite: fits = false; break;
    }
    if (!fits) wrong("an operand of a kind that the op does not take", i);
  }

  void check_output(int slot) {
    const output_info& out = g_.outputs[slot];
    if (out.id < 0 || out.id >= g_.size()) return wrong_slot("an output of no value", slot);
    if (!are_axes(out.axes)) return wrong_slot("an output over axes that there are not, or over one twice", slot);
    if (!includes(as_set(out.axes), g_[out.id].axes)) return wrong_slot("an output without an axis of its value", slot);
    if (g_[out.id].type != kind::number) return wrong_slot("an output that is no number", slot);
    if (!out.is_value() && (out.input < 0 || out.input >= g_.inputs.size()))
      return wrong_slot("a derivative of no input", slot);
  }
};

}  // namespace detail

/// The first thing wrong with a graph; empty: nothing.
inline std::string graph_problem(const graph& g) { return detail::graph_checker(g).run(); }

}  // namespace loom::ir
