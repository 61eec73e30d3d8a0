// SPDX-License-Identifier: BSL-1.0
// emit/picture.hpp — a plan as a picture in characters: a column for each piece of data and each reduction, a line for each pass, and what
// the pass does with them.
// Layer 5 (emit).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "loom/emit/places.hpp"
#include "loom/schedule/print.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

class plan_picture : public plan_visitor {
 public:
  plan_picture(const plan& p, const names& n, const stage_text* stage = nullptr) : p_(p), g_(p.program), name_(n) {
    for (int s = 0; s < g_.inputs.size(); ++s)
      if (!g_.inputs[s].axes.empty()) column(data(s), g_.inputs[s].is_place() ? ir::input_text(g_, s) : name_.input[s]);
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (written_by_loops(p, s))
        column(output(s), stage == nullptr ? schedule::detail::output_text(g_, s) : stage->outputs[s]);
    walk(p_, *this);
  }

  /// Lines of at most `width` characters; columns for which there is no room come in a table below.
  std::vector<std::string> draw(std::size_t width) const {
    std::size_t label = 0;
    for (const line& l : lines_) label = std::max(label, l.label.size());
    std::vector<std::string> all;
    for (std::size_t begin = 0; begin < columns_.size();) {
      std::size_t end = begin, used = label;
      while (end < columns_.size() && (end == begin || used + 2 + columns_[end].width <= width))
        used += 2 + columns_[end++].width;
      if (begin > 0) all.emplace_back();
      std::string head(label, ' ');
      for (std::size_t c = begin; c < end; ++c) cell(head, columns_[c].name, columns_[c].width);
      all.push_back(trimmed(head));
      for (const line& l : lines_) {
        bool says_nothing = l.label.starts_with("  ");
        for (std::size_t c = begin; c < end && c < l.cells.size(); ++c)
          says_nothing = says_nothing && l.cells[c].empty();
        if (says_nothing) continue;
        std::string s = l.label + std::string(label - l.label.size(), ' ');
        for (std::size_t c = begin; c < end; ++c) cell(s, c < l.cells.size() ? l.cells[c] : "", columns_[c].width);
        all.push_back(trimmed(s));
      }
      begin = end;
    }
    return all;
  }

  // ---- what walk() visits, in its order ----------------------------------------------------------------------------

  void begin_sweep(const sweep& s, int number) {
    line l{p_.loops.size() > 1 ? std::string("sweep ") + std::to_string(number + 1) : "", {}};
    std::string rows;
    for (int a : p_.row_order)
      if (schedule::has(s.rows, a)) rows += (rows.empty() ? "" : ",") + name_.index[a];
    if (!rows.empty()) l.label += (l.label.empty() ? "" : ", ") + std::string("each row ") + rows;
    if (!l.label.empty()) lines_.push_back(l);
    begin_line("  before");
  }
  void begin_pass(const row_pass&, int number) { begin_line(std::string("  pass ") + std::to_string(number + 1)); }
  template <class F>
  void for_each_entry(const row_pass&, const F& entry) {
    entry();
    begin_line("    then");
  }
  void perform(const step& s) {
    switch (s.kind) {
      case action::compute: return compute(s.id);
      case action::reduce: operands(s.id); return mark(reduction(s.id), name_.value[s.id], "fold");
      case action::total: operands(s.id); return mark(reduction(s.id), name_.value[s.id], "add");
      case action::accumulate: operands(s.id); return mark(array(s.id), name_.array[p_.array_of[s.id] - 1], "add");
      case action::park: return mark(output(s.slot), {}, "park");
      case action::recall: return mark(output(s.slot), {}, "read");
      case action::store:
        if (output_level(p_, s.slot) != level::scalar) mark(output(s.slot), {}, "write");
    }
  }
  void end_sweep(const sweep&, int) { drop_empty_line(); }

 private:
  struct line {
    std::string label;
    std::vector<std::string> cells;
  };
  /// An input, an output, an array of the workspace or a value that is reduced, by its number among them.
  struct subject {
    enum { data, output, array, reduction } kind;
    int number;
    bool operator==(const subject&) const = default;
  };
  struct named_column {
    subject about;
    std::string name;
    std::size_t width;
  };

  const plan& p_;
  const graph& g_;
  const names& name_;
  std::vector<named_column> columns_;
  std::vector<line> lines_;

  // What a column is about.
  static subject data(int slot) { return {subject::data, slot}; }
  static subject output(int slot) { return {subject::output, slot}; }
  subject array(int id) const { return {subject::array, p_.array_of[id]}; }
  static subject reduction(int id) { return {subject::reduction, id}; }

  std::size_t column(const subject& about, const std::string& name) {
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (columns_[c].about == about) return c;
    columns_.push_back({about, name, name.size()});
    return columns_.size() - 1;
  }
  void begin_line(const std::string& label) {
    drop_empty_line();
    lines_.push_back({label, {}});
  }
  /// A line about nothing, unless it is the title of a sweep.
  void drop_empty_line() {
    if (!lines_.empty() && lines_.back().cells.empty() && lines_.back().label.starts_with("  ")) lines_.pop_back();
  }
  void mark(const subject& about, const std::string& name, std::string_view word) {
    const std::size_t c = column(about, name);
    line& l = lines_.back();
    if (l.cells.size() <= c) l.cells.resize(c + 1);
    std::string& s = l.cells[c];
    if (s.find(word) != s.npos) return;
    s += std::string(s.empty() ? "" : " ") + std::string(word);
    columns_[c].width = std::max(columns_[c].width, s.size());
  }

  /// What a value reads: data, or what earlier passes and sweeps reduced.
  void compute(int id) {
    const node& n = g_[source_of(id)];
    if (is_input(n.code)) {
      if (!g_.inputs[static_cast<int>(n.bits)].axes.empty()) mark(data(static_cast<int>(n.bits)), {}, "read");
      return;
    }
    operands(id);
  }
  /// Of a gather from data: the data.
  int source_of(int id) const {
    return g_[id].code == op::gather && is_input(g_[g_[id].operand[0]].code) ? g_[id].operand[0] : id;
  }
  void operands(int id) {
    for (int k = 0; k < arity(g_[id].code); ++k) use(g_[id].operand[k]);
  }
  void use(int id) {
    const node& n = g_[id];
    if (p_.array_of[id] != 0) return mark(array(id), name_.array[p_.array_of[id] - 1], "use");
    if (is_reduction(n.code) && (p_.levels[id] == level::row || p_.is_total[id]))
      return mark(reduction(id), name_.value[id], "use");
    // A row value that an entry uses leads to what it was computed from.
    if (p_.levels[id] == level::row && !is_input(n.code) && n.code != op::gather) operands(id);
  }

  static void cell(std::string& s, const std::string& text, std::size_t width) {
    s += "  " + text + std::string(width - std::min(width, text.size()), ' ');
  }
  static std::string trimmed(std::string s) {
    while (!s.empty() && s.back() == ' ') s.pop_back();
    return s;
  }
};

}  // namespace loom::emit::detail
