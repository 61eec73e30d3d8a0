// SPDX-License-Identifier: BSL-1.0
// src/site/mathematics.cpp — the equations of a graph: letters for axes, names for what is shared, indices.
#include "mathematics.hpp"

#include "loom/ir/print.hpp"
#include "typesetter.hpp"

namespace loom::site {

std::vector<equation> typesetter::run() {
  std::vector<equation> all;
  for (const output_info& o : g_.outputs) {
    if (!is_shown(o)) continue;
    free_indices(g_[o.id].axes, o.is_value() ? axis_set{0} : as_set(o.axes));
    all.push_back({left_of(o), signed_text(print(o.id, true)), false});
    define(o.id, all);
  }
  return all;
}

void typesetter::choose_letters() {
  std::vector<std::string> taken;
  const auto is_free = [&](const std::string& s) {
    return !is_input_name(s) && std::find(taken.begin(), taken.end(), s) == taken.end();
  };
  for (int a = 0; a < g_.axes.size(); ++a) {
    const std::string_view name = g_.axes[a].name;
    std::string wanted(1, name[0]);
    if (wanted[0] >= 'A' && wanted[0] <= 'Z') wanted[0] = static_cast<char>(wanted[0] - 'A' + 'a');
    for (const char* other : {"i", "j", "k", "l", "q", "r", "s", "h"})
      if (!is_free(wanted)) wanted = other;
    taken.push_back(wanted);
    letter_[static_cast<std::size_t>(a)] = wanted;
  }
  index_ = letter_;
}

void typesetter::name_shared() {
  std::array<int, LOOM_MAX_NODES> uses{}, size{};
  std::array<bool, LOOM_MAX_NODES> needed{}, within_branch{};  // cases within cases would be unreadable
  for (const output_info& o : g_.outputs)
    if (is_shown(o)) needed[static_cast<std::size_t>(o.id)] = true;
  for (int i = g_.size() - 1; i >= 0; --i)
    for (const value_id o : g_[i].operand)
      if (o != no_value && needed[static_cast<std::size_t>(i)]) {
        needed[static_cast<std::size_t>(o)] = true;
        ++uses[static_cast<std::size_t>(o)];
      }
  for (int i = 0; i < g_.size(); ++i) {
    size[static_cast<std::size_t>(i)] = 1;
    for (const value_id o : g_[i].operand)
      if (o != no_value)
        size[static_cast<std::size_t>(i)] =
            std::min(1000, size[static_cast<std::size_t>(i)] + size[static_cast<std::size_t>(o)]);
  }
  std::vector<std::string> letters;
  for (const char* s : {"u", "v", "w", "r", "s", "p", "q", "g", "h", "z", "y", "a", "b"})
    if (!is_input_name(s) && std::find(letter_.begin(), letter_.end(), s) == letter_.end()) letters.push_back(s);
  letters.push_back("\\ell");
  std::size_t next = 0;
  // The last computed is met first by a reader.
  for (int i = g_.size() - 1; i >= 0; --i) {
    const auto k = static_cast<std::size_t>(i);
    const bool nested = within_branch[k] && g_[i].code == op::where;
    const bool shared = uses[k] > 1 && size[k] >= 5 && g_[i].code != op::neg;
    const bool gets_name = needed[k] && g_[i].type == kind::number && (nested || shared);
    for (int o = 0; o < arity(g_[i].code); ++o)
      if ((within_branch[k] && !gets_name) || (g_[i].code == op::where && o == 1))
        within_branch[static_cast<std::size_t>(g_[i].operand[o])] = true;
    if (!gets_name) continue;
    bool is_output = false;
    for (const output_info& o : g_.outputs) is_output = is_output || (is_shown(o) && o.id == i);
    if (is_output) continue;
    const std::size_t round = next / letters.size();
    name_[k] = letters[next % letters.size()] + std::string(round, '\'');
    ++next;
  }
}

void typesetter::free_indices(axis_set own, axis_set more) {
  index_ = letter_;
  live_.clear();
  for (int a = 0; a < g_.axes.size(); ++a)
    if (has(static_cast<axis_set>(own | more), a)) live_.push_back(letter_[static_cast<std::size_t>(a)]);
}

void typesetter::define(int id, std::vector<equation>& all) {
  std::array<bool, LOOM_MAX_NODES> needed{};
  needed[static_cast<std::size_t>(id)] = true;
  for (int i = id; i >= 0; --i) {
    const auto k = static_cast<std::size_t>(i);
    if (!needed[k]) continue;
    for (const value_id o : g_[i].operand)
      if (o != no_value) needed[static_cast<std::size_t>(o)] = true;
    if (i == id || name_[k].empty() || defined_[k]) continue;
    defined_[k] = true;
    free_indices(g_[i].axes, 0);
    all.push_back({name_[k] + subscript(g_[i].axes), signed_text(print(i, true)), true});
  }
}

std::string typesetter::joined(const std::vector<std::string>& indices) const {
  bool complex = false;
  for (const std::string& s : indices) complex = complex || s.size() > 2;
  std::string r;
  for (const std::string& s : indices) r += (r.empty() || !complex ? "" : ",") + s;
  return r;
}

std::string typesetter::subscript(const axis_order& axes) const {
  std::vector<std::string> indices;
  for (const int a : axes) indices.push_back(index_[static_cast<std::size_t>(a)]);
  return indices.empty() ? "" : "_{" + joined(indices) + "}";
}

std::string typesetter::subscript(axis_set axes) const {
  std::vector<std::string> indices;
  for (int a = 0; a < g_.axes.size(); ++a)
    if (has(axes, a)) indices.push_back(index_[static_cast<std::size_t>(a)]);
  return indices.empty() ? "" : "_{" + joined(indices) + "}";
}

std::string typesetter::place(const input_info& in) const {
  std::vector<std::string> indices;
  for (int k = 0; k < in.at.size(); ++k) {
    const coordinate c = in.at[k];
    ir::string_writer axes;
    if (c.axis >= 0) ir::write_axes(axes, c, [&](int a) { return index_[static_cast<std::size_t>(a)]; });
    for (int a = 0; c.times != 0 && a < g_.axes.size(); ++a) {
      const int times = c.shift().of(a);
      if (times == 0) continue;
      const int count = times < 0 ? -times : times;
      axes << std::string(times < 0 ? " - " : " + ") + (count == 1 ? "" : std::to_string(count) + " ") +
                  symbol(g_.axes[a].name);
    }
    indices.push_back(c.axis >= 0 ? axes.text + moved(c.entry)
                      : is_from_last(c.entry)
                          ? symbol(g_.axes[g_.inputs[in.of].axes[k]].name) + moved(c.entry - last_entry - 1)
                          : std::to_string(c.entry));
  }
  return "_{" + joined(indices) + "}";
}

std::string typesetter::left_of(const output_info& o) const {
  if (o.is_value()) return (is_input_name("L") ? "\\mathcal{L}" : "L") + subscript(o.axes);
  const input_info& in = g_.inputs[o.input];
  const std::string by = symbol(in.name) + subscript(in.axes);
  if (o.kind == derivative_kind::curvature) return "\\dfrac{\\partial^2 L}{\\partial " + by + "^2}";
  if (o.kind == derivative_kind::gauss_newton) return "\\operatorname{gn}\\left(" + by + "\\right)";
  return "\\dfrac{\\partial L}{\\partial " + by + "}";
}

std::string typesetter::bind(int axis) const {
  std::string s = letter_[static_cast<std::size_t>(axis)];
  while (std::find(live_.begin(), live_.end(), s) != live_.end()) s += "'";
  live_.push_back(s);
  index_[static_cast<std::size_t>(axis)] = s;
  return s;
}

std::vector<equation> equations_of(const ir::graph& g, shown_outputs which) { return typesetter(g, which).run(); }

}  // namespace loom::site
