// SPDX-License-Identifier: BSL-1.0
// run/constant.hpp — a call in a constant expression: the same checks, then the interpreter.
// Layer 8 (run).
#pragma once

#include "loom/base/heap_array.hpp"
#include "loom/call/check_bindings.hpp"
#include "loom/call/check_data.hpp"
#include "loom/ir/constant_number.hpp"
#include "loom/ir/interpreter.hpp"
#include "loom/run/evaluate.hpp"

namespace loom::inline LOOM_ABI::run {

namespace detail {

/// The positions of an array, the last axis fastest; or the last in the numbering of the graph, as the interpreter keeps inputs.
class position_walk {
 public:
  std::ptrdiff_t at[max_rank]{};

  constexpr position_walk(const std::ptrdiff_t* extents, int rank, const axis_order* numbering = nullptr)
      : extents_(extents), rank_(rank) {
    for (int i = 0; i < rank; ++i) {
      order_[i] = i;
      count_ = extents[i] > 0 ? count_ * extents[i] : 0;
    }
    if (numbering == nullptr) return;
    for (int i = 0, axis = 0; axis < max_axes; ++axis)
      for (int k = 0; k < rank; ++k)
        if ((*numbering)[k] == axis) order_[i++] = k;
  }
  constexpr std::ptrdiff_t count() const { return count_; }
  constexpr bool more() const { return n_ < count_; }
  constexpr void next() {
    ++n_;
    for (int i = rank_ - 1; i >= 0 && ++at[order_[i]] == extents_[order_[i]]; --i) at[order_[i]] = 0;
  }

 private:
  const std::ptrdiff_t* extents_;
  int rank_, order_[max_rank]{};
  std::ptrdiff_t count_ = 1, n_ = 0;
};

template <class View>
constexpr position_walk positions_of(const View& v, const axis_order* numbering = nullptr) {
  if constexpr (View::rank == 0) return {nullptr, 0};
  else return {v.extents, View::rank, numbering};
}

/// Where the entries of a view begin.
template <class View>
constexpr auto first_of(const View& v) {
  if constexpr (requires { v.rows; }) return v.rows == nullptr ? nullptr : &v.rows[0][0];
  else return v.data;
}

/// What an erased pointer cannot tell, of one binding.
struct constant_memory {
  heap_array<const void*> addresses;
  heap_array<std::uint64_t> labels;
  heap_array<double> numbers;
};

/// Where something is written it matters where the entries lie; where domains are checked, what they are.
struct looked_at {
  bool addresses, numbers;
};

/// What the checks look at.
template <class Erased, class View>
constexpr Erased erase_constant(const View& v, looked_at what, constant_memory& memory) {
  Erased b;
  b.type = type_of<typename View::element>();
  if constexpr (!requires { v.value; }) {
    b.data = first_of(v);
    std::ptrdiff_t stride = 1;
    for (int i = View::rank - 1; i >= 0; --i) {
      b.extents[i] = v.extents[i];
      if constexpr (requires { v.strides; }) b.strides[i] = v.strides[i];
      else b.strides[i] = stride;
      b.constant.steps[i] = stride;
      stride *= v.extents[i];
    }
    position_walk w = positions_of(v);
    if (b.data == nullptr) return b;
    if constexpr (std::is_integral_v<typename View::element>) {
      memory.labels = heap_array<std::uint64_t>(static_cast<std::size_t>(w.count()));
      for (std::size_t n = 0; w.more(); w.next()) memory.labels[n++] = static_cast<std::uint64_t>(v.at(w.at));
      b.constant.labels = memory.labels.begin();
    } else if (what.addresses) {
      memory.addresses = heap_array<const void*>(static_cast<std::size_t>(w.count()));
      for (std::size_t n = 0; w.more(); w.next()) memory.addresses[n++] = &v.at(w.at);
      b.constant.addresses = memory.addresses.begin();
    }
  }
  if (what.numbers) {
    position_walk w = positions_of(v);
    memory.numbers = heap_array<double>(static_cast<std::size_t>(w.count()));
    for (std::size_t n = 0; w.more(); w.next()) memory.numbers[n++] = static_cast<double>(loaded(v.at(w.at)));
    b.constant.numbers = memory.numbers.begin();
  }
  return b;
}

template <class Program, class... Bindings>
constexpr checked_data check_constants(const Bindings&... bindings) {
  const graph& g = Program::schedule.program;
  constexpr bool writes = (is_output(Bindings::role) || ...),
                 checks = ((Bindings::role == binding_role::checks) || ...);
  erased_view inputs[max_inputs];
  erased_buffer outputs[max_outputs];
  operands bound{inputs, outputs};
  bound.domains_checked = checks;
  constant_memory memory[sizeof...(Bindings)];
  std::size_t at = 0;
  const auto erase = [&](const auto& binding) {
    using B = std::remove_cvref_t<decltype(binding)>;
    constant_memory& m = memory[at++];
    if constexpr (B::role == binding_role::workspace) {
      bound.workspace = erase_constant<erased_buffer>(binding.data, {writes, false}, m);
    } else if constexpr (is_output(B::role)) {
      for (int s = 0; s < g.outputs.size(); ++s)
        if (role_of(g.outputs[s]) == B::role && name_of(g, g.outputs[s]) == text_view(B::name.text)) {
          const axis_order& own = g.outputs[s].axes;
          outputs[s] = in_order(erase_constant<erased_buffer>(binding.data, {true, false}, m),
                                bound_layout<Bindings...>(g, own, B::role, name_of(g, g.outputs[s])), own);
        }
    } else if constexpr (B::role != binding_role::executor && B::role != binding_role::checks) {
      for (int s = 0; s < g.inputs.size(); ++s)
        if (!g.inputs[s].is_place() && role_of(g.inputs[s]) == B::role && g.inputs[s].name == text_view(B::name.text)) {
          const axis_order& own = g.inputs[s].axes;
          inputs[s] = in_order(erase_constant<erased_view>(binding.data, {writes, checks}, m),
                               bound_layout<Bindings...>(g, own, B::role, g.inputs[s].name), own);
        }
    }
  };
  (erase(bindings), ...);
  if constexpr (reads_places(Program::schedule.program)) place_inputs(g, inputs);
  return check_data<Program>(bound);
}

}  // namespace detail

using ir::numbers::constant_number;

/// Evaluates a call by the interpreter, in double. Data that a call would refuse ends constant evaluation.
template <class Program, class T, class... Bindings>
constexpr T interpret_call(const Bindings&... bindings) {
  const checked_data checked = detail::check_constants<Program>(bindings...);
  if (!checked.found.is_none()) {
    constexpr const plan& p = Program::schedule;
    refuse(checked.found.issue, printable(sentence_of<reads_places(p.program)>(p, checked.found)));
  }
  constexpr const graph& g = Program::stable;
  using reference = basic_interpreter<constant_number, heap_array>;
  heap_array<std::ptrdiff_t> extents(max_axes, 1);
  for (int a = 0; a < g.axes.size(); ++a)
    if (checked.extents[a] >= 0) extents[static_cast<std::size_t>(a)] = checked.extents[a];
  heap_array<reference::dense> inputs(static_cast<std::size_t>(g.inputs.size()));
  const auto read = [&](const auto& binding) {
    using B = std::remove_cvref_t<decltype(binding)>;
    if constexpr (B::role == binding_role::input || B::role == binding_role::seed ||
                  B::role == binding_role::direction) {
      for (int s = 0; s < g.inputs.size(); ++s) {
        if (g.inputs[s].is_place() || role_of(g.inputs[s]) != B::role || g.inputs[s].name != text_view(B::name.text))
          continue;
        const axis_order order = bound_layout<Bindings...>(g, g.inputs[s].axes, B::role, g.inputs[s].name);
        detail::position_walk w = detail::positions_of(binding.data, &order);
        reference::dense& to = inputs[static_cast<std::size_t>(s)];
        to = {as_set(order), heap_array<constant_number>(static_cast<std::size_t>(w.count()))};
        for (std::size_t p = 0; w.more(); w.next())
          to.entries[p++] = static_cast<double>(loaded(binding.data.at(w.at)));
      }
    }
  };
  (read(bindings), ...);
  const reference values(g, extents, inputs);
  const auto write = [&](const auto& binding) {
    using B = std::remove_cvref_t<decltype(binding)>;
    if constexpr (is_output(B::role)) {
      for (int s = 0; s < g.outputs.size(); ++s) {
        const output_info& info = g.outputs[s];
        if (role_of(info) != B::role || name_of(g, info) != text_view(B::name.text)) continue;
        const axis_order order = bound_layout<Bindings...>(g, info.axes, B::role, name_of(g, info));
        const heap_array<constant_number> r = values.broadcast(info.id, as_set(order));
        detail::position_walk w = detail::positions_of(binding.data, &order);
        for (std::size_t p = 0; w.more(); w.next()) {
          auto& e = binding.data.at(w.at);
          const T v = static_cast<T>(r[p++]);
          if constexpr (is_added<decltype(binding.data)>) e = stored<std::remove_cvref_t<decltype(e)>>(loaded(e) + v);
          else e = stored<std::remove_cvref_t<decltype(e)>>(v);
        }
      }
    }
  };
  (write(bindings), ...);
  return returns_value<Program> ? static_cast<T>(values[g.outputs[0].id][0]) : T(0);
}

}  // namespace loom::run
