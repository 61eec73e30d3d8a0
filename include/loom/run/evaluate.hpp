// SPDX-License-Identifier: BSL-1.0
// run/evaluate.hpp — a call: bindings -> checked data -> sweeps -> value.
// Layer 8 (run).
#pragma once

#include <utility>

#include "loom/base/heap_array.hpp"
#include "loom/call/check_data.hpp"
#include "loom/call/check_bindings.hpp"
#include "loom/layout/layout.hpp"
#include "loom/run/parts.hpp"
#include "loom/loops/targets.hpp"
#include "loom/ir/interpreter.hpp"

namespace loom::inline LOOM_ABI::run {

/// Any pool with for_each(count, f) as an executor.
template <class Pool>
executor executor_of(const pool_view<Pool>& v) {
  return {[](void* pool, int count, void (*task)(void*, int), void* argument) { static_cast<Pool*>(pool)->for_each(count, [=](int i) { task(argument, i); }); }, v.pool};
}

/// How the tensors of a call are stored: those that have axes, for the others are read and written outside the loops.
template <class Program, class... Bindings>
constexpr storages storages_of() {
  const graph& g = Program::simple;
  storages memory;
  const bound_info all[] = {bound_info_of<Bindings>()...};
  const storage kinds[] = {storage_of<std::remove_cv_t<typename decltype(Bindings::data)::element>>...};
  for (unsigned i = 0; i < sizeof...(Bindings); ++i) {
    for (int s = 0; s < g.inputs.size(); ++s)
      if (role_of(g.inputs[s]) == all[i].role && g.inputs[s].code == op::tensor && g.inputs[s].name == all[i].name && !g.inputs[s].axes.empty())
        memory.inputs |= storage_bits(s, kinds[i]);
    for (int s = 0; s < g.outputs.size(); ++s)
      if (role_of(g.outputs[s]) == all[i].role && name_of(g, g.outputs[s]) == all[i].name && !g.outputs[s].axes.empty()) memory.outputs |= storage_bits(s, kinds[i]);
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

/// The order of the axes of a result, or of its seed, as the bindings of a call have them.
template <class... Bindings>
constexpr axis_order bound_layout(const graph& g, const axis_order& own, binding_role role, text_view name) {
  const bound_info all[] = {bound_info_of<Bindings>()..., {}};
  constexpr int count = static_cast<int>(sizeof...(Bindings));
  if (role == binding_role::seed) return layout_of(g, own, seed_layout(all, count));
  for (int i = 0; i < count; ++i)
    if (role == binding_role::out && all[i].role == role && all[i].name == name) return layout_of(g, own, all[i].axes);
  return own;
}

/// Erased data with its dimensions in the order of the program.
constexpr bound in_order(bound b, const axis_order& layout, const axis_order& own) {
  const bound given = b;
  for (int i = 0; i < own.size(); ++i)
    for (int k = 0; k < layout.size(); ++k)
      if (layout[k] == own[i]) {
        b.extents[i] = given.extents[k];
        b.strides[i] = given.strides[k];
      }
  return b;
}

/// Whether the first output is returned, not bound.
template <class Program>
inline constexpr bool returns_value = Program::schedule.program.outputs[0].is_value() && Program::schedule.program.outputs[0].axes.empty() &&
                                      Program::schedule.program.outputs[0].result == 0;

/// An input of a program: data, a seed, or the direction of another input.
template <class Program, int Slot, class... Bindings>
bound erase_input(const binding_map<Bindings...>& map) {
  constexpr const graph& g = Program::schedule.program;
  constexpr const input_info& in = g.inputs[Slot];
  const bound b = erase(map.template at<binding_map<Bindings...>::place_of(role_of(in), in.name)>());
  if constexpr (role_of(in) != binding_role::seed) return b;
  else return in_order(b, bound_layout<Bindings...>(g, in.axes, role_of(in), in.name), in.axes);
}
template <class Program, int Slot, class... Bindings>
bound erase_output(const binding_map<Bindings...>& map) {
  constexpr const graph& g = Program::schedule.program;
  constexpr const output_info& o = g.outputs[Slot];
  if constexpr (Slot == 0 && returns_value<Program>) {
    return {};
  } else {
    const bound b = erase(map.template at<binding_map<Bindings...>::place_of(role_of(o), name_of(g, o))>());
    if constexpr (!o.is_value()) return b;
    else return in_order(b, bound_layout<Bindings...>(g, o.axes, role_of(o), name_of(g, o)), o.axes);
  }
}

template <class Program, class Map, int... Inputs, int... Outputs>
void erase_all(const Map& map, bound* inputs, bound* outputs, std::integer_sequence<int, Inputs...>, std::integer_sequence<int, Outputs...>) {
  ((inputs[Inputs] = erase_input<Program, Inputs>(map)), ...);
  ((outputs[Outputs] = erase_output<Program, Outputs>(map)), ...);
}

template <class Program, class T, int Sweep>
void run_one(const bound* inputs, const bound* outputs, const bound* arrays, loop_data& data, const executor& on) {
  constexpr const plan& p = Program::schedule;
  if (Sweep == 0 || p.loops.size() > 1) lay_out(p, p.loops[Sweep], inputs, outputs, arrays, data, shape_choice_of<Program, Sweep>);
  if constexpr (!p.arrays.empty()) prepare_arrays(p, p.loops[Sweep], arrays, true);
  run_parts(p, p.loops[Sweep], dispatch<Program, T, Sweep>(), data, on, adds_to_arrays(p, p.loops[Sweep]));
  if constexpr (!p.arrays.empty()) prepare_arrays(p, p.loops[Sweep], arrays, false);
  evaluate_scalars<Program, Sweep + 1>(inputs, data);
}

template <class Program, class T, int... Sweeps>
void run_all(const bound* inputs, [[maybe_unused]] const bound* outputs, [[maybe_unused]] const bound* arrays, loop_data& data, [[maybe_unused]] const executor& on, std::integer_sequence<int, Sweeps...>) {
  evaluate_scalars<Program, 0>(inputs, data);
  (run_one<Program, T, Sweeps>(inputs, outputs, arrays, data, on), ...);
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
T run(const label_use_list& labels, const bound* inputs, const bound* outputs, const bound& workspace = {}, const executor& on = {}) {
  constexpr const plan& p = Program::schedule;
  loop_data data;
  data.extents = check(p, labels, inputs, outputs);
  bound arrays[max_arrays];
  if constexpr (!p.arrays.empty()) {
    check_workspace(p, inputs, outputs, workspace, workspace_size(p, data.extents.of));
    place_arrays(p, const_cast<double*>(static_cast<const double*>(workspace.data)), data.extents.of, arrays);
  }
  // A number that comes out of the rows is unknown if there is none.
  for (const output_info& result : p.program.outputs)
    if (p.levels[result.id] != level::scalar) data.numbers[result.id] = __builtin_nan("");
  run_all<Program, T>(inputs, outputs, arrays, data, on, std::make_integer_sequence<int, p.loops.size()>());
  store_scalars(p, outputs, data);
  return returns_value<Program> ? static_cast<T>(data.numbers[p.program.outputs[0].id]) : T(0);
}

/// The numbers that the workspace of a call must hold.
template <class Program, class... Bindings>
std::ptrdiff_t workspace_of(const Bindings&... bindings) {
  axis_extents extents;
  const graph& g = Program::schedule.program;
  for (int a = 0; a < g.axes.size(); ++a) extents[a] = g.axes[a].extent;
  const auto learn = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (B::role == binding_role::input && decltype(b.data)::rank > 0)
      for (const input_info& in : g.inputs)
        if (in.name == text_view(B::name.text))
          for (int i = 0; i < in.axes.size(); ++i) extents[in.axes[i]] = b.data.extents[i];
  };
  (learn(bindings), ...);
  return workspace_size(Program::schedule, extents.of);
}

/// Runs a call whose bindings were checked. Returns the value of a scalar formula. Inlined: a function of its own would spell
/// out the types of all bindings, beside the formula, in its name.
template <class Program, class T, class... Bindings>
[[gnu::always_inline]] inline T run_call(const Bindings&... bindings) {
  constexpr const graph& g = Program::schedule.program;
  bound inputs[max_inputs], outputs[max_outputs], memory;
  const binding_map<Bindings...> map = map_of(bindings...);
  constexpr int scratch = map.place_of(binding_role::workspace, "workspace"), pool = map.place_of(binding_role::executor, "threads");
  if constexpr (scratch >= 0) memory = erase(map.template at<scratch>());
  executor on;
  if constexpr (pool >= 0) on = executor_of(map.template at<pool>());
  erase_all<Program>(map, inputs, outputs, std::make_integer_sequence<int, g.inputs.size()>(),
                     std::make_integer_sequence<int, g.outputs.size()>());
  return run<Program, T>(Program::front::labels, inputs, outputs, memory, on);
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
  using reference = basic_interpreter<double, heap_array>;
  heap_array<std::ptrdiff_t> extents(max_axes, 1);
  heap_array<reference::dense> inputs(static_cast<std::size_t>(g.inputs.size()));
  const auto read = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (B::role == binding_role::input || B::role == binding_role::seed || B::role == binding_role::direction) {
      for (int s = 0; s < g.inputs.size(); ++s) {
        if (role_of(g.inputs[s]) != B::role || g.inputs[s].name != text_view(B::name.text)) continue;
        const axis_order order = bound_layout<Bindings...>(g, g.inputs[s].axes, B::role, g.inputs[s].name);
        std::size_t entries = 1, p = 0;
        if constexpr (decltype(b.data)::rank > 0)
          for (int i = 0; i < order.size(); ++i) {
            extents[static_cast<std::size_t>(order[i])] = b.data.extents[i];
            entries *= static_cast<std::size_t>(b.data.extents[i]);
          }
        reference::dense& to = inputs[static_cast<std::size_t>(s)];
        to = {as_set(order), heap_array<double>(entries)};
        for_each_position(b.data, order, [&](const auto& e) { to.entries[p++] = static_cast<double>(loaded(e)); });
      }
    }
  };
  (read(bindings), ...);
  const reference values(g, extents, inputs);
  const auto write = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (is_output(B::role)) {
      for (int s = 0; s < g.outputs.size(); ++s) {
        const output_info& info = g.outputs[s];
        if (role_of(info) != B::role || name_of(g, info) != text_view(B::name.text)) continue;
        const axis_order order = bound_layout<Bindings...>(g, info.axes, B::role, name_of(g, info));
        const heap_array<double> r = values.broadcast(info.id, as_set(order));
        std::size_t p = 0;
        for_each_position(b.data, order, [&](auto& e) { e = stored<std::remove_cvref_t<decltype(e)>>(static_cast<T>(r[p++])); });
      }
    }
  };
  (write(bindings), ...);
  return returns_value<Program> ? static_cast<T>(values[g.outputs[0].id][0]) : T(0);
}

}  // namespace loom::run
