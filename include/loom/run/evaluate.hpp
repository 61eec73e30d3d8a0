// SPDX-License-Identifier: BSL-1.0
// run/evaluate.hpp — a call: bindings -> checked data -> sweeps -> value.
// Layer 8 (run).
#pragma once

#include <utility>

#include "loom/call/check_bindings.hpp"
#include "loom/run/more_axes.hpp"

namespace loom::inline LOOM_ABI::run {

/// How the tensors of a call are stored: those that have axes, for the others are read and written outside the loops. And what is added to.
template <class Program, class... Bindings>
constexpr storages storages_of() {
  const graph& g = Program::simple;
  storages memory;
  const binding_info all[] = {binding_info_of<Bindings>()...};
  const storage kinds[] = {storage_of<std::remove_cv_t<typename decltype(Bindings::data)::element>>...};
  const bool adds[] = {is_added<decltype(Bindings::data)>...}, over[] = {is_over_input<decltype(Bindings::data)>...};
  for (unsigned i = 0; i < sizeof...(Bindings); ++i) {
    for (int s = 0; s < g.inputs.size(); ++s)
      if (role_of(g, s) == all[i].role && g.inputs[s].code == op::tensor && g.inputs[s].name == all[i].name &&
          !g.inputs[s].axes.empty())
        memory.inputs |= storage_bits(s, kinds[i]);
    for (int s = 0; s < g.outputs.size(); ++s) {
      if (role_of(g.outputs[s]) != all[i].role || name_of(g, g.outputs[s]) != all[i].name) continue;
      if (!g.outputs[s].axes.empty()) memory.outputs |= storage_bits(s, kinds[i]);
      if (adds[i]) memory.added |= output_set{1} << s;
      if (over[i]) memory.in_place |= output_set{1} << s;
    }
  }
  return memory;
}

/// The program of a call: with what it computes, how its tensors are stored.
template <class Program, class... Bindings>
constexpr auto program_of() {
  if constexpr (!((number_of_16_bits<typename decltype(Bindings::data)::element> ||
                   is_added<decltype(Bindings::data)> || is_over_input<decltype(Bindings::data)>) ||
                  ...))
    return std::type_identity<Program>();
  else if constexpr (storages_of<Program, Bindings...>() == storages()) return std::type_identity<Program>();
  else return std::type_identity<in_memory<Program, storages_of<Program, Bindings...>()>>();
}

/// The shape of a view, its type erased. Not inlined: g++ 12 for 64-bit Arm then loses an extent of a view that follows another one.
template <class T, int Rank>
[[gnu::noinline]] void erase_shape(const strided_view<T, Rank>& v, erased_shape& b) {
  b.type = type_of<T>();
  for (int i = 0; i < Rank; ++i) {
    b.extents[i] = v.extents[i];
    b.strides[i] = v.strides[i];
  }
}
template <class View>
erased_view erase(const View& v) {
  using element = typename View::element;
  erased_view b;
  if constexpr (requires { v.value; }) {
    b.type = type_of<element>();
    b.number = static_cast<double>(loaded(v.value));
  } else {
    const strided_view<element, View::rank> s = v;
    erase_shape(s, b);
    b.data = s.data;
    if constexpr (View::rank == 0 && is_number<element>) {
      if (s.data != nullptr && call::detail::is_aligned(s.data, b.type))
        b.number = static_cast<double>(loaded(*s.data));
    }
  }
  return b;
}
template <class View>
erased_buffer erase_buffer(const View& v) {
  const strided_view<typename View::element, View::rank> s = v;
  erased_buffer b;
  erase_shape(s, b);
  b.data = s.data;
  return b;
}

/// The order of the axes of a result, or of its seed, as the bindings of a call have them.
template <class... Bindings>
constexpr axis_order bound_layout(const graph& g, const axis_order& own, binding_role role, text_view name) {
  const binding_info all[] = {binding_info_of<Bindings>()..., {}};
  constexpr int count = static_cast<int>(sizeof...(Bindings));
  if (role == binding_role::seed) return layout_of(g, own, seed_layout(all, count));
  for (int i = 0; i < count; ++i)
    if (role == binding_role::out && all[i].role == role && all[i].name == name) return layout_of(g, own, all[i].axes);
  return own;
}

/// Erased data with its dimensions in the order of the program.
template <class Erased>
constexpr Erased in_order(Erased b, const axis_order& layout, const axis_order& own) {
  const erased_shape given = b;
  for (int i = 0; i < own.size(); ++i)
    for (int k = 0; k < layout.size(); ++k)
      if (layout[k] == own[i]) {
        b.extents[i] = given.extents[k];
        b.strides[i] = given.strides[k];
      }
  return b;
}

/// An input of a program: data, a seed, or the direction of another input.
template <class Program, int Slot, class... Bindings>
erased_view erase_input(const binding_map<Bindings...>& map) {
  constexpr const graph& g = Program::schedule.program;
  constexpr const input_info& in = g.inputs[Slot];
  if constexpr (in.is_place()) {
    return {};  // of place_inputs
  } else {
    const erased_view b = erase(map.template at<binding_map<Bindings...>::place_of(role_of(in), in.name)>());
    if constexpr (role_of(in) != binding_role::seed) return b;
    else return in_order(b, bound_layout<Bindings...>(g, in.axes, role_of(in), in.name), in.axes);
  }
}
template <class Program, int Slot, class... Bindings>
erased_buffer erase_output(const binding_map<Bindings...>& map) {
  constexpr const graph& g = Program::schedule.program;
  constexpr const output_info& o = g.outputs[Slot];
  if constexpr (Slot == 0 && returns_value<Program>) {
    return {};
  } else {
    const erased_buffer b =
        erase_buffer(map.template at<binding_map<Bindings...>::place_of(role_of(o), name_of(g, o))>());
    if constexpr (!o.is_value()) return b;
    else return in_order(b, bound_layout<Bindings...>(g, o.axes, role_of(o), name_of(g, o)), o.axes);
  }
}

template <class Program, class Map, int... Inputs, int... Outputs>
void erase_all(const Map& map, erased_view* inputs, erased_buffer* outputs, std::integer_sequence<int, Inputs...>,
               std::integer_sequence<int, Outputs...>) {
  ((inputs[Inputs] = erase_input<Program, Inputs>(map)), ...);
  ((outputs[Outputs] = erase_output<Program, Outputs>(map)), ...);
}

/// Writes the scalar results that the loops do not: a gradient with respect to a scalar.
template <class Program, class T, int... Slot>
void store_scalars(const erased_buffer* outputs, const double* scalars, std::integer_sequence<int, Slot...>) {
  constexpr const plan& p = Program::schedule;
  const auto store = [&]<int S>(std::integral_constant<int, S>) {
    if constexpr (output_level(p, S) == level::scalar && !(S == 0 && returns_value<Program>))
      store_scalar<T>(outputs[S], scalars[p.program.outputs[S].id], p.adds(S));
  };
  (store(std::integral_constant<int, Slot>()), ...);
}

/// Runs the sweeps of a plan on checked data.
template <class Program, class T>
T run_plan(const operands& bound, const axis_extents& extents, const executor& on) {
  constexpr const plan& p = Program::schedule;
  erased_buffer arrays[p.arrays.empty() ? 1 : p.arrays.size()];
  if constexpr (!p.arrays.empty()) place_arrays(p, extents, bound.workspace, arrays);
  constexpr int room = most_part_results(p);
  double results[room > 0 ? room : 1], scalars[p.program.size()];
  run_all<Program, T>({bound, extents, arrays, on, results, scalars},
                      std::make_integer_sequence<int, p.loops.size()>());
  store_scalars<Program, T>(bound.outputs, scalars, std::make_integer_sequence<int, p.program.outputs.size()>());
  return returns_value<Program> ? static_cast<T>(scalars[p.program.outputs[0].id]) : T(0);
}

/// Runs a program on erased data: everything a call does once its bindings are known to fit. Outputs that are not bound
/// have the type `other`; only a result that is returned may be so.
template <class Program, class T, bool HasWorkspace = false>
T run(const operands& bound, const executor& on = {}) {
  constexpr const plan& p = Program::schedule;
  constexpr bool in_stages = runs_in_stages<Program, HasWorkspace>(),
                 more_axes = runs_joined<Program, HasWorkspace>() || runs_apart<Program, HasWorkspace>(),
                 needs_workspace = runs_in_stages<Program>() || !p.arrays.empty(),
                 may_be_small = in_stages != runs_in_stages<Program>();
  const checked_data checked =
      check_data<Program, (in_stages || more_axes || needs_workspace),
                 (may_be_small || (more_axes && !needs_workspace))>(bound, workspace_needed<Program, T, HasWorkspace>);
  if (!checked.found.is_none()) fail<reads_places(p.program)>(p, checked.found);
  const axis_extents& extents = checked.extents;
  if constexpr (more_axes)
    if (double value = 0; run_tiles<Program, T, HasWorkspace>(bound, extents, on, value)) return static_cast<T>(value);
  if constexpr (in_stages)
    if (!may_be_small || bound.workspace.extents[0] >= workspace_needed<Program, T, HasWorkspace>(extents.of))
      return static_cast<T>(run_stages<Program, T>(bound, extents, on));
  if constexpr (!in_stages || may_be_small) return run_plan<Program, T>(bound, extents, on);
}

/// The numbers that the workspace of a call should hold, or must.
template <class Program, class T, bool Least, class... Bindings>
std::ptrdiff_t workspace_of(const Bindings&... bindings) {
  axis_extents extents;
  const graph& g = Program::schedule.program;
  for (int a = 0; a < g.axes.size(); ++a) extents[a] = g.axes[a].extent;
  const auto learn = [&](const auto& b) {
    using B = std::remove_cvref_t<decltype(b)>;
    if constexpr (B::role == binding_role::input && decltype(b.data)::rank > 0)
      for (const input_info& in : g.inputs)
        if (in.name == text_view(B::name.text))
          for (int i = 0; i < decltype(b.data)::rank; ++i) {
            const int axis = in.is_place() ? in.at[i].axis : in.axes[i];
            if (axis >= 0 && !in.has_other_extent(axis)) extents[axis] = b.data.extents[i];
          }
  };
  (learn(bindings), ...);
  std::int64_t wanted = 0;  // of what disagrees the call speaks
  for (int a = 0; a < g.axes.size(); ++a)
    if (g.axes[a].follows()) extents[a] = -1;
  ir::follow_extents(g.axes, extents.of, wanted);
  for (std::ptrdiff_t& extent : extents.of)
    if (extent < 0) extent = 0;
  std::ptrdiff_t numbers = 0;
  if constexpr (!Least && runs_in_stages<Program, true>()) numbers = memory_of_stages<Program, T>(extents.of).best();
  else numbers = workspace_needed<Program, T, true>(extents.of);
  if constexpr (runs_joined<Program, true>() || runs_apart<Program, true>())
    if (const std::ptrdiff_t tiles = workspace_of_tiles<Program, T>(extents.of, Least); tiles > numbers)
      numbers = tiles;
  return numbers;
}

/// Runs a call whose bindings were checked. Returns the value of a scalar formula. Inlined: a function of its own would spell
/// out the types of all bindings, beside the formula, in its name.
template <class Program, class T, class... Bindings>
[[gnu::always_inline]] inline T run_call(const Bindings&... bindings) {
  constexpr const graph& g = Program::schedule.program;
  erased_view inputs[g.inputs.size() + 1];
  erased_buffer outputs[g.outputs.size()];
  operands bound{inputs, outputs};
  const binding_map<Bindings...> map = map_of(bindings...);
  constexpr int scratch = map.place_of(binding_role::workspace, "workspace"),
                pool = map.place_of(binding_role::executor, "threads");
  if constexpr (scratch >= 0) bound.workspace = erase_buffer(map.template at<scratch>());
  bound.domains_checked = map.place_of(binding_role::checks, "checked") >= 0;
  executor on;
  if constexpr (pool >= 0) on = executor_of(map.template at<pool>());
  erase_all<Program>(map, inputs, outputs, std::make_integer_sequence<int, g.inputs.size()>(),
                     std::make_integer_sequence<int, g.outputs.size()>());
  if constexpr (reads_places(g)) place_inputs(g, inputs);
  return run<Program, T, (scratch >= 0)>(bound, on);
}

}  // namespace loom::run
