// SPDX-License-Identifier: BSL-1.0
// call/check_bindings.hpp — do the bindings of a call fit the formula, and what do they ask for? Names, roles, types and ranks: all
// that is known while the program is compiled.
// Layer 5 (call).
#pragma once

#include "loom/call/element_type.hpp"
#include "loom/compiled.hpp"
#include "loom/lang/bindings.hpp"

namespace loom::inline LOOM_ABI::call {

/// Whether numbers of a type are computed with in float.
constexpr bool is_narrow(element_type t) {
  return t == element_type::f32 || t == element_type::bf16 || t == element_type::f16;
}

/// The type a call computes with: double if its tensors and outputs are, or if it has none; else float.
template <class... Bindings>
struct float_type {
  template <class B>
  static constexpr bool is_tensor = is_output(B::role) || (B::code == op::tensor && B::role != binding_role::workspace);
  static constexpr bool narrow =
      ((is_tensor<Bindings> && is_narrow(type_of<typename decltype(Bindings::data)::element>())) || ...);
  using type = std::conditional_t<narrow, float, double>;
};

/// The length of the rows of a view, if its type says it; else 0.
template <class View> inline constexpr std::ptrdiff_t columns_of = 0;
template <class T, std::size_t Columns, class Row> inline constexpr std::ptrdiff_t
    columns_of<rows_view<T, Columns, Row>> = Columns;
template <class View, fixed_string... Axes> inline constexpr std::ptrdiff_t columns_of<laid_out<View, Axes...>> =
    columns_of<View>;
template <class View> inline constexpr std::ptrdiff_t columns_of<added_to<View>> = columns_of<View>;
template <class View> inline constexpr std::ptrdiff_t columns_of<over_input<View>> = columns_of<View>;

/// The axes that a binding lists, as its dimensions have them; none: it lists none.
using axis_names = fixed_vector<text_view, max_rank>;
template <class View>
constexpr axis_names listed_axes() {
  axis_names r;
  if constexpr (requires { View::axes; })
    for (text_view name : View::axes)
      if (r.size() < max_rank) r.push_back(name);
  return r;
}

/// A binding as data.
struct binding_info {
  binding_role role = binding_role::input;
  text_view name;
  op code = op::any;
  element_type type = element_type::other;
  int rank = 0;
  std::ptrdiff_t columns = 0;
  bool writable = false;
  axis_names axes{};
};

template <class B>
constexpr binding_info binding_info_of() {
  using view = decltype(B::data);
  return {B::role,
          text_view(B::name.text),
          B::code,
          type_of<typename view::element>(),
          view::rank,
          columns_of<view>,
          !std::is_const_v<typename view::element>,
          listed_axes<view>()};
}

/// The roles in which a call binds the inputs and outputs of a program, and the names.
constexpr binding_role role_of(const input_info& in) {
  return in.origin == input_origin::seed        ? binding_role::seed
         : in.origin == input_origin::direction ? binding_role::direction
                                                : binding_role::input;
}
/// The same of an input that may be read at another place.
constexpr binding_role role_of(const graph& g, int slot) { return role_of(g.inputs[declared_slot(g, slot)]); }
constexpr binding_role role_of(const output_info& out) {
  switch (out.kind) {
    case derivative_kind::gradient: return binding_role::gradient;
    case derivative_kind::curvature: return binding_role::curvature;
    case derivative_kind::product: return binding_role::product;
    case derivative_kind::gauss_newton: return binding_role::gauss_newton;
    default: return binding_role::out;
  }
}
constexpr text_view name_of(const graph& g, const output_info& out) {
  return out.is_value() ? result_name(out.result) : g.inputs[out.input].name;
}

/// The input that a name means; -1: none.
constexpr int slot_of(const graph& g, const binding_info& b) {
  for (int s = 0; s < g.inputs.size(); ++s)
    if (g.inputs[s].name == b.name && g.inputs[s].code == b.code) return s;
  return -1;
}
/// The result that a name means; -1: none.
constexpr int result_of(const graph& g, const binding_info& b) {
  for (const output_info& o : g.outputs)
    if (b.name == result_name(o.result)) return o.result;
  return -1;
}

/// A mistake about axes: named in it.
constexpr mistake about_axes(issue what, const graph& g, axis_set axes) {
  mistake m{what};
  for (int a = 0; a < g.axes.size(); ++a)
    if (has(axes, a)) m.about(g.axes[a].name);
  return m;
}

/// The axes of a result in the order that a binding lists; its own order if none is listed. Empty: others are listed.
constexpr axis_order layout_of(const graph& g, const axis_order& own, const axis_names& listed) {
  if (listed.empty()) return own;
  axis_order r;
  for (text_view name : listed)
    for (std::int8_t axis : own)
      if (g.axes[axis].name == name) r.insert_once(axis);
  if (r.size() != own.size() || listed.size() != own.size()) r.count = 0;
  return r;
}

/// What is wrong with asking for a derivative, if anything.
constexpr mistake check_derivative(const graph& g, const binding_info& b, bool seeded) {
  if (slot_of(g, b) < 0) return {issue::unknown_binding, b.name};
  if (b.code == op::index || b.code == op::mask) return {issue::gradient_of_an_index, b.name};
  if (is_derivative(b.role) && !g.result_axes.empty() && !seeded)
    return about_axes(issue::gradient_of_a_result_that_is_not_a_scalar, g, as_set(g.result_axes));
  return {};
}

/// What is wrong with one binding, if anything.
constexpr mistake check_binding(const lowered& formula, const binding_info& b, bool narrow, bool seeded) {
  const graph& g = formula.program;
  axis_order listed;
  if (b.role == binding_role::executor || b.role == binding_role::checks) return {};
  const axis_order* axes = &g.result_axes;
  int rank = 0;
  if (b.role == binding_role::workspace) {
    rank = 1;
  } else if (b.role == binding_role::out) {
    const int k = result_of(g, b);
    if (k < 0) return {issue::unknown_binding, b.name};
    axes = &g.outputs[k].axes;
    if (k == 0 && axes->empty()) return {issue::out_of_a_scalar, b.name};
    if (formula.in_doubt[k] != 0 && b.axes.empty()) return about_axes(issue::layout_in_doubt, g, formula.in_doubt[k]);
  } else if (b.role != binding_role::seed) {
    const mistake m = b.role == binding_role::input
                          ? mistake{slot_of(g, b) < 0 ? issue::unknown_binding : issue::none, b.name}
                          : check_derivative(g, b, seeded);
    if (m.kind != issue::none) return m;
    axes = &g.inputs[slot_of(g, b)].axes;
  }
  if (b.role != binding_role::workspace) rank = axes->size();
  const element_type t = b.type;
  const bool integer = t >= element_type::i8 && t <= element_type::u64;
  const bool any_number = b.code == op::scalar && (b.role == binding_role::input || b.role == binding_role::seed ||
                                                   b.role == binding_role::direction);
  const bool fits = b.role == binding_role::workspace                      ? t == element_type::f64
                    : any_number                                           ? t != element_type::other
                    : b.role == binding_role::input && b.code == op::index ? integer
                    : b.role == binding_role::input && b.code == op::mask  ? t == element_type::boolean
                    : narrow                                               ? is_narrow(t)
                                                                           : t == element_type::f64;
  if (!fits) return {issue::wrong_type, b.name};
  if ((is_output(b.role) || b.role == binding_role::workspace) && !b.writable) return {issue::constant_buffer, b.name};
  if (!b.axes.empty()) {
    listed = layout_of(g, *axes, b.axes);
    if (listed.empty()) return about_axes(issue::layout_of_other_axes, g, as_set(*axes));
  }
  if (b.rank != rank) return {issue::wrong_rank, b.name, b.rank, rank};
  if (b.columns == 0) return {};
  const std::int64_t extent = g.axes[listed.empty() ? axes->back() : listed.back()].extent;
  if (extent != 0 && b.columns != extent) return {issue::wrong_extent, b.name, b.columns, extent};
  return {};
}

/// Whether the program that a call asks for has room: its inputs, with a seed and directions, and its outputs.
constexpr mistake check_capacities(const graph& g, const binding_info* all, int count) {
  int inputs = g.inputs.size(), outputs = g.result_axes.empty() ? 1 : 0;  // a scalar is returned
  for (int i = 0; i < count; ++i) {
    inputs += all[i].role == binding_role::seed || all[i].role == binding_role::direction;
    outputs += is_output(all[i].role);
  }
  if (inputs > max_inputs) return {issue::too_many_inputs, {}, inputs, max_inputs};
  if (outputs > max_outputs) return {issue::too_many_outputs, {}, outputs, max_outputs};
  return {};
}

/// The axes in the order of the seed: as it lists them, else as the result does that it belongs to.
constexpr const axis_names& seed_layout(const binding_info* all, int count) {
  const axis_names* of_result = nullptr;
  for (int i = 0; i < count; ++i) {
    if (all[i].role == binding_role::seed && !all[i].axes.empty()) return all[i].axes;
    if (all[i].role == binding_role::out && all[i].name == result_name(0)) of_result = &all[i].axes;
  }
  return of_result != nullptr ? *of_result : all[count].axes;  // past the last binding is an empty one
}

/// Whether what was bound has been refused already.
template <class Binding> inline constexpr bool is_refused = false;
template <binding_role Role, fixed_string Name, op Code, class View>
inline constexpr bool is_refused<binding<Role, Name, Code, View>> = std::is_base_of_v<refused_view, View>;

/// What is wrong with asking for derivatives by name, if anything: with the formula, else with a name.
template <auto Formula, class... Derivatives>
constexpr mistake check_names() {
  const binding_info asked[] = {
      {Derivatives::role, text_view(Derivatives::traits::name.text), Derivatives::traits::code}..., {}};
  if (source<Formula>::written.problem.kind != issue::none) return source<Formula>::written.problem;
  for (unsigned i = 0; i < sizeof...(Derivatives); ++i)
    if (const mistake m = check_derivative(source<Formula>::written.program, asked[i], true); m.kind != issue::none)
      return m;
  return {};
}

/// What is wrong with the bindings of a call, if anything.
template <auto Formula, class... Bindings>
constexpr mistake check_bindings() {
  constexpr const lowered& formula = source<Formula>::written;
  constexpr const graph& g = formula.program;
  constexpr int count = static_cast<int>(sizeof...(Bindings));
  const binding_info all[] = {binding_info_of<Bindings>()..., {}};
  const auto bound = [&](binding_role role, text_view name) {
    for (int i = 0; i < count; ++i)
      if (all[i].role == role && (name.empty() || all[i].name == name)) return true;
    return false;
  };
  const bool seeded = bound(binding_role::seed, {});
  bool derivatives = false;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < i; ++j)
      if (all[j].role == all[i].role && all[j].name == all[i].name) return {issue::doubled_binding, all[i].name};
    if (const mistake m = check_binding(formula, all[i], float_type<Bindings...>::narrow, seeded);
        m.kind != issue::none)
      return m;
    derivatives = derivatives || is_derivative(all[i].role);
  }
  for (const input_info& in : g.inputs)
    if (!bound(binding_role::input, in.name)) return {issue::missing_binding, in.name};
  if (!g.result_axes.empty() && !derivatives && !bound(binding_role::out, "out"))
    return about_axes(issue::out_missing, g, as_set(g.result_axes));
  if (seeded && !derivatives) return {issue::seed_without_a_derivative};
  if (seeded && formula.in_doubt[0] != 0 && seed_layout(all, count).empty())
    return about_axes(issue::layout_in_doubt, g, formula.in_doubt[0]);
  if (bound(binding_role::product, {}) != bound(binding_role::direction, {}))
    return {issue::product_without_a_direction};
  return check_capacities(g, all, count);
}

/// What a list of names asks for.
constexpr derivative_request request_of(const graph& g, const binding_info* all, int count) {
  derivative_request r;
  for (const output_info& o : g.outputs)
    if (o.result > 0 || !o.axes.empty()) r.left_out |= 1u << o.result;
  for (int i = 0; i < count; ++i) {
    const binding_info& b = all[i];
    if (b.role == binding_role::seed) r.seeded = true;
    if (b.role == binding_role::out && result_of(g, b) >= 0) r.left_out &= ~(1u << result_of(g, b));
    const int slot = slot_of(g, b);
    if (slot < 0) continue;
    const input_set bit = 1u << slot;
    if (b.role == binding_role::gradient) r.gradients |= bit;
    if (b.role == binding_role::curvature) r.curvatures |= bit;
    if (b.role == binding_role::product) r.products |= bit;
    if (b.role == binding_role::gauss_newton) r.gauss_newton |= bit;
    if (b.role == binding_role::direction) r.directions |= bit;
  }
  return r;
}

/// What a call asks for.
template <auto Formula, class... Bindings>
constexpr derivative_request requested() {
  const binding_info all[] = {binding_info_of<Bindings>()..., {}};
  return request_of(source<Formula>::written.program, all, static_cast<int>(sizeof...(Bindings)));
}

/// What plan(d(x), ...) or code(loss, d(x), ...) asks for: every result, and the derivatives named.
template <auto Formula, class... Derivatives>
constexpr derivative_request requested_by_name() {
  const graph& g = source<Formula>::written.program;
  const binding_info all[] = {
      {Derivatives::role, text_view(Derivatives::traits::name.text), Derivatives::traits::code}..., {}};
  derivative_request r = request_of(g, all, static_cast<int>(sizeof...(Derivatives)));
  r.left_out = 0;
  if (r.products != 0 && r.directions == 0) r.directions = r.products;
  return r;
}

}  // namespace loom::call
