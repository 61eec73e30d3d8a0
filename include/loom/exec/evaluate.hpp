// SPDX-License-Identifier: BSL-1.0
// exec/evaluate.hpp — a call: bindings -> checked data -> sweeps -> value.
// Layer 5 (exec).
#pragma once

#include <utility>

#include "loom/compiled.hpp"
#include "loom/exec/check.hpp"
#include "loom/exec/layout.hpp"
#include "loom/exec/targets.hpp"
#include "loom/ir/interpret.hpp"
#include "loom/lang/bindings.hpp"

namespace loom::exec {

/// Whether numbers of a type are computed with in float.
constexpr bool is_narrow(element_type t) { return t == element_type::f32 || t == element_type::bf16 || t == element_type::f16; }

/// The type a call computes with: double if its tensors and outputs are, or if it has none; else float.
template <class... Bindings>
struct float_type {
  template <class B>
  static constexpr bool is_tensor = B::role != binding_role::input || B::code == op::tensor;
  static constexpr bool narrow = ((is_tensor<Bindings> && is_narrow(type_of<typename decltype(Bindings::data)::element>())) || ...);
  using type = std::conditional_t<narrow, float, double>;
};

/// The length of the rows of a view, if its type says it; else 0.
template <class View> inline constexpr std::ptrdiff_t columns_of = 0;
template <class T, std::size_t Columns> inline constexpr std::ptrdiff_t columns_of<rows_view<T, Columns>> = Columns;

/// What is wrong with the bindings of a call, if anything: names, roles, types, ranks, extents that types say.
template <auto Formula, class... Bindings>
constexpr mistake check_bindings() {
  constexpr const graph& g = source<Formula>::written.program;
  if constexpr (sizeof...(Bindings) > 0) {
    constexpr binding_info all[] = {info_of<Bindings>()...};
    constexpr element_type types[] = {type_of<typename decltype(Bindings::data)::element>()...};
    constexpr std::ptrdiff_t columns[] = {columns_of<decltype(Bindings::data)>...};
    constexpr int ranks[] = {decltype(Bindings::data)::rank...};
    constexpr bool writable[] = {!std::is_const_v<typename decltype(Bindings::data)::element>...};
    constexpr bool narrow = float_type<Bindings...>::narrow;
    for (unsigned i = 0; i < sizeof...(Bindings); ++i) {
      const binding_info& b = all[i];
      for (unsigned j = 0; j < i; ++j)
        if (all[j].role == b.role && all[j].name == b.name) return {issue::doubled_binding, b.name};
      const axis_order* axes = &g.result_axes;
      if (b.role != binding_role::out) {
        int slot = -1;
        for (int s = 0; s < g.inputs.size(); ++s)
          if (g.inputs[s].name == b.name && g.inputs[s].code == b.code) slot = s;
        if (slot < 0) return {issue::unknown_binding, b.name};
        axes = &g.inputs[slot].axes;
      }
      if (b.role == binding_role::gradient && (b.code == op::index || b.code == op::mask)) return {issue::gradient_of_an_index, b.name};
      if (b.role == binding_role::gradient && !g.result_axes.empty()) return {issue::gradient_of_a_result_that_is_not_a_scalar, b.name};
      if (b.role == binding_role::out && g.result_axes.empty()) return {issue::out_of_a_scalar, b.name};
      const bool number = b.role != binding_role::input || b.code == op::tensor;
      const element_type t = types[i];
      const bool integer = t >= element_type::i8 && t <= element_type::u64;
      const bool fits = number                ? (narrow ? is_narrow(t) : t == element_type::f64)
                        : b.code == op::index ? integer
                        : b.code == op::mask  ? t == element_type::boolean
                                              : t != element_type::other;
      if (!fits) return {issue::wrong_type, b.name};
      if (b.role != binding_role::input && !writable[i]) return {issue::constant_buffer, b.name};
      const int rank = axes->size();
      if (ranks[i] != rank) return {issue::wrong_rank, b.name, ranks[i], rank};
      if (columns[i] == 0) continue;
      const std::int64_t extent = g.axes[axes->back()].extent;
      if (extent != 0 && columns[i] != extent) return {issue::wrong_extent, b.name, columns[i], extent};
    }
    for (const input_info& in : g.inputs) {
      bool found = false;
      for (const binding_info& b : all) found = found || (b.role == binding_role::input && b.name == in.name);
      if (!found) return {issue::missing_binding, in.name};
    }
    bool has_out = false;
    for (const binding_info& b : all) has_out = has_out || b.role == binding_role::out;
    if (!g.result_axes.empty() && !has_out) return {issue::out_missing};
  } else {
    if (!g.inputs.empty()) return {issue::missing_binding, g.inputs[0].name};
  }
  return {};
}

/// The inputs whose gradients a call binds.
template <auto Formula, class... Bindings>
constexpr input_set gradients_of() {
  constexpr const graph& g = source<Formula>::written.program;
  input_set wanted = 0;
  const binding_info all[] = {info_of<Bindings>()..., {}};
  for (const binding_info& b : all)
    for (int s = 0; s < g.inputs.size(); ++s)
      if (b.role == binding_role::gradient && g.inputs[s].name == b.name) wanted |= 1u << s;
  return wanted;
}

/// How the tensors of a call are stored: those that have axes, for the others are read and written outside the loops.
template <class Program, class... Bindings>
constexpr storages storages_of() {
  const graph& g = Program::schedule.program;
  storages memory;
  const binding_info all[] = {info_of<Bindings>()...};
  const storage kinds[] = {storage_of<std::remove_cv_t<typename decltype(Bindings::data)::element>>...};
  for (unsigned i = 0; i < sizeof...(Bindings); ++i) {
    for (int s = 0; s < g.inputs.size(); ++s)
      if (all[i].role == binding_role::input && g.inputs[s].code == op::tensor && g.inputs[s].name == all[i].name && !g.inputs[s].axes.empty())
        memory.inputs |= storage_bits(s, kinds[i]);
    for (int s = 0; s < g.outputs.size(); ++s) {
      const output_info& o = g.outputs[s];
      const bool same = o.what == output_info::role::gradient ? all[i].role == binding_role::gradient && g.inputs[o.input].name == all[i].name : all[i].role == binding_role::out;
      if (same && !output_axes(Program::schedule, s).empty()) memory.outputs |= storage_bits(s, kinds[i]);
    }
  }
  return memory;
}

/// The program of a call: with what it computes, how its tensors are stored.
template <class Program, class... Bindings>
constexpr auto program_of() {
  if constexpr (!(number_of_16_bits<typename decltype(Bindings::data)::element> || ...)) return std::type_identity<Program>();
  else if constexpr (storages_of<Program, Bindings...>() == storages()) return std::type_identity<Program>();
  else return std::type_identity<in_memory<Program, storages_of<Program, Bindings...>()>>();
}

template <class View>
bound erase(const View& v) {
  bound b;
  b.type = type_of<typename View::element>();
  if constexpr (requires { v.value; }) {
    b.number = static_cast<double>(loaded(v.value));
  } else {
    const strided_view<typename View::element, View::rank> s = v;
    b.data = s.data;
    if constexpr (View::rank == 0 && is_number<typename View::element>) {
      if (s.data != nullptr) b.number = static_cast<double>(loaded(*s.data));
    }
    for (int i = 0; i < View::rank; ++i) {
      b.extents[i] = s.extents[i];
      b.strides[i] = s.strides[i];
    }
  }
  return b;
}

/// The key of the binding of input `Slot`, or of its gradient.
template <class Program, binding_role Role, int Slot>
using key_of = binding_key<Role, name_text(Program::schedule.program.inputs[Slot].name)>;

template <class Program, int Slot, class Map>
bound erase_output(const Map& map) {
  constexpr output_info info = Program::schedule.program.outputs[Slot];
  if constexpr (info.what == output_info::role::gradient) return erase(map[key_of<Program, binding_role::gradient, info.input>{}]);
  else if constexpr (!Program::schedule.program.result_axes.empty()) return erase(map[binding_key<binding_role::out, name_text("out")>{}]);
  else return {};  // returned, not bound
}

template <class Program, class Map, int... Inputs, int... Outputs>
void erase_all(const Map& map, bound* inputs, bound* outputs, std::integer_sequence<int, Inputs...>, std::integer_sequence<int, Outputs...>) {
  ((inputs[Inputs] = erase(map[key_of<Program, binding_role::input, Inputs>{}])), ...);
  ((outputs[Outputs] = erase_output<Program, Outputs>(map)), ...);
}

template <class Program, class T, int... Sweeps>
void run_all(const bound* inputs, loop_data& data, std::integer_sequence<int, Sweeps...>) {
  evaluate_scalars<Program, 0>(inputs, data);
  ((dispatch<Program, T, Sweeps>(data, data.numbers), evaluate_scalars<Program, Sweeps + 1>(inputs, data)), ...);
}

/// Writes a scalar result that the loops do not: a gradient with respect to a scalar.
inline void store_scalars(const plan& p, const bound* outputs, const loop_data& data) {
  for (int s = 0; s < p.program.outputs.size(); ++s)
    if (outputs[s].type != element_type::other && output_level(p, s) == level::scalar)
      store_number(const_cast<void*>(outputs[s].data), outputs[s].type, data.numbers[p.program.outputs[s].id]);
}

/// Runs a program on erased data: everything a call does once its bindings are known to fit. Outputs that are not bound
/// have the type `other`; only a result that is returned may be so.
template <class Program, class T>
T run(const fixed_vector<label_use, 8>& labels, const bound* inputs, const bound* outputs) {
  constexpr const plan& p = Program::schedule;
  loop_data data;
  check(p, labels, inputs, outputs, data);
  lay_out(p, inputs, outputs, data);
  // A number that comes out of the rows is unknown if there is none.
  for (const output_info& result : p.program.outputs)
    if (p.levels[result.id] != level::scalar) data.numbers[result.id] = __builtin_nan("");
  run_all<Program, T>(inputs, data, std::make_integer_sequence<int, p.loops.size()>());
  store_scalars(p, outputs, data);
  return p.program.result_axes.empty() ? static_cast<T>(data.numbers[p.program.outputs[0].id]) : T(0);
}

/// Runs a call whose bindings were checked. Returns the value of a scalar formula.
template <class Program, class T, class... Bindings>
T run_call(const Bindings&... bindings) {
  constexpr const graph& g = Program::schedule.program;
  bound inputs[max_inputs], outputs[max_outputs];
  erase_all<Program>(map_of(bindings...), inputs, outputs, std::make_integer_sequence<int, g.inputs.size()>(),
                     std::make_integer_sequence<int, g.outputs.size()>());
  return run<Program, T>(Program::front::labels, inputs, outputs);
}

// ---- constant evaluation ---------------------------------------------------------------------------------------------

/// Walks the positions of a view in the order in which the interpreter keeps an input.
template <class View, class Visit>
constexpr void for_each_position(const View& v, const axis_order& order, const Visit& visit) {
  std::ptrdiff_t position[max_rank]{};
  const axis_set set = as_set(order);
  for (;;) {
    visit(v.at(position));
    int axis = max_axes - 1;  // the last axis in the numbering of the graph runs fastest
    for (; axis >= 0; --axis) {
      if (!has(set, axis)) continue;
      int k = 0;
      while (order[k] != axis) ++k;
      if constexpr (View::rank > 0) {
        if (++position[k] < v.extents[k]) break;
        position[k] = 0;
      }
    }
    if (axis < 0) return;
  }
}

template <class Program, class T, class... Bindings>
constexpr T interpret_call(const Bindings&... bindings) {
  constexpr const graph& g = Program::stable;
  std::vector<std::ptrdiff_t> extents(max_axes, 1);
  std::vector<dense<double>> inputs(static_cast<std::size_t>(g.inputs.size()));
  const auto read = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (B::role == binding_role::input) {
      for (int s = 0; s < g.inputs.size(); ++s) {
        if (g.inputs[s].name != std::string_view(B::name.text)) continue;
        const axis_order& order = g.inputs[s].axes;
        if constexpr (decltype(b.data)::rank > 0)
          for (int i = 0; i < order.size(); ++i) extents[static_cast<std::size_t>(order[i])] = b.data.extents[i];
        dense<double>& to = inputs[static_cast<std::size_t>(s)];
        to.axes = as_set(order);
        for_each_position(b.data, order, [&](const auto& e) { to.entries.push_back(static_cast<double>(loaded(e))); });
      }
    }
  };
  (read(bindings), ...);
  const interpreter<double> values(g, extents, inputs);
  const auto write = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (B::role != binding_role::input) {
      for (int s = 0; s < g.outputs.size(); ++s) {
        const output_info& info = g.outputs[s];
        const bool same = info.what == output_info::role::gradient ? B::role == binding_role::gradient && g.inputs[info.input].name == std::string_view(B::name.text)
                                                                    : B::role == binding_role::out;
        if (!same) continue;
        const axis_order& order = info.what == output_info::role::gradient ? g.inputs[info.input].axes : g.result_axes;
        const std::vector<double> r = values.broadcast(info.id, as_set(order));
        std::size_t p = 0;
        for_each_position(b.data, order, [&](auto& e) { e = stored<std::remove_cvref_t<decltype(e)>>(static_cast<T>(r[p++])); });
      }
    }
  };
  (write(bindings), ...);
  return g.result_axes.empty() ? static_cast<T>(values[g.outputs[0].id][0]) : T(0);
}

}  // namespace loom::exec
