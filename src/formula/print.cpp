// SPDX-License-Identifier: BSL-1.0
// src/formula/print.cpp — a graph as text that parse() reads.
#include <algorithm>
#include <limits>
#include <string_view>

#include "loom/ir/print.hpp"

#include "formula/parse.hpp"
#include "formula/syntax.hpp"
#include "formula/words.hpp"

namespace loom::notation {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// " in (0,1]", " > 0", or nothing.
std::string domain_text(const ir::number_domain& d) {
  const bool low = d.low > -infinity, high = d.high < infinity;
  if (low && high)
    return std::string(" in ") + (d.above_low ? "(" : "[") + ir::number_text(d.low) + "," + ir::number_text(d.high) +
           (d.below_high ? ")" : "]");
  if (low) return std::string(d.above_low ? " > " : " >= ") + ir::number_text(d.low);
  if (high) return std::string(d.below_high ? " < " : " <= ") + ir::number_text(d.high);
  return {};
}

bool is_of_word(char c) { return syntax::is_letter(c) || (c >= '0' && c <= '9'); }

}  // namespace

std::string text_of(const ir::graph& g, int id) {
  // Numbers that only the notation of text has a short word for, in the words that C++ has as well.
  constexpr std::string_view words[][2] = {{"inf", "INFINITY"}, {"nan", "NAN"}};
  std::string s = ir::formula_text(g, id);
  for (const auto& [word, in_cpp] : words) {
    const auto is_so_called = [&](const ir::input_info& in) { return std::string_view(in.name) == word; };
    if (std::any_of(g.inputs.begin(), g.inputs.end(), is_so_called)) continue;
    for (std::size_t at = s.find(word); at != s.npos; at = s.find(word, at + 1))
      if ((at == 0 || !is_of_word(s[at - 1])) && (at + word.size() == s.size() || !is_of_word(s[at + word.size()])))
        s.replace(at, word.size(), in_cpp);
  }
  return s;
}

std::string declaration_text(const ir::graph& g, int slot) {
  const ir::input_info& in = g.inputs[slot];
  std::string s(in.name);
  for (int k = 0; k < in.axes.size(); ++k) {
    const ir::axis_info& axis = g.axes[in.axes[k]];
    s += (k == 0 ? "[" : ",") + std::string(axis.name);
    if (axis.extent != 0) s += "=" + std::to_string(axis.extent);
  }
  return s + (in.axes.empty() ? "" : "]") + domain_text(in.domain);
}

std::string declaration_of(const ir::graph& g, int slot) {
  const ir::input_info& in = g.inputs[slot];
  const bool plain = in.code == ir::op::tensor && !in.axes.empty();
  return (plain ? "" : std::string(word_of_input(in.code)) + " ") + declaration_text(g, slot);
}

std::vector<std::string> declarations_of(const ir::graph& g) {
  std::vector<std::string> all;
  for (int k = 0; k < g.inputs.size(); ++k) {
    if (!g.inputs[k].is_place()) all.push_back(declaration_of(g, k));
  }
  return all;
}

}  // namespace loom::notation
