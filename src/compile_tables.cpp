// SPDX-License-Identifier: BSL-1.0
// src/compile_tables.cpp — the tables of rules and of adjoints, as constants that a compiler only has to read.
// They are written in the notation of formulas (rewrite/rules/*.hpp, and the adjoints of ir/ops.def). To evaluate that notation in every
// file that includes Loom would be a quarter of what its header costs, so it is done here, once.
// Usage: compile_tables FOLDER; writes rewrite/compiled/ and derive/compiled_adjoints.hpp there. `./run tables` writes them to include/loom;
// a test compares them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loom/derive/written_adjoints.hpp"
#include "loom/rewrite/rules/canonical.hpp"
#include "loom/rewrite/rules/cheap.hpp"
#include "loom/rewrite/rules/expand.hpp"
#include "loom/rewrite/rules/stable.hpp"

namespace {

using namespace loom;
using namespace loom::rewrite;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "compile_tables: %s\n", why.c_str());
  std::exit(1);
}

const char* name_of(op code) {
  switch (code) {
#define LOOM_NAME(name, ...) \
  case op::name: return #name;
#define LOOM_UNARY LOOM_NAME
#define LOOM_BINARY LOOM_NAME
#define LOOM_COMPARE LOOM_NAME
#define LOOM_UNARY_COMPOSED LOOM_NAME
#define LOOM_BINARY_COMPOSED LOOM_NAME
#include "loom/ir/ops.def"
#define LOOM_REDUCTION LOOM_NAME
#define LOOM_MASK_REDUCTION LOOM_NAME
#define LOOM_REDUCTION_COMPOSED LOOM_NAME
#include "loom/ir/reductions.def"
    LOOM_NAME(constant)
    LOOM_NAME(extent)
    LOOM_NAME(any)
    LOOM_NAME(logical_and)
    LOOM_NAME(logical_or)
    LOOM_NAME(logical_not)
    LOOM_NAME(where)
    LOOM_NAME(with_slope)
    LOOM_NAME(number)
    LOOM_NAME(stop_gradient)
    LOOM_NAME(softmax)
    LOOM_NAME(log_softmax)
    LOOM_NAME(gather)
    LOOM_NAME(onehot)
    default: stop("an op that no rule and no adjoint could name until now: give it a name here");
#undef LOOM_NAME
  }
}

std::string name_of(guard g) {
  if (g == nullptr) return "nullptr";
#define LOOM_NAME(name) \
  if (g == &guards::name) return "&guards::" #name;
  LOOM_NAME(a_varies_along_k)
  LOOM_NAME(b_constant_along_k)
  LOOM_NAME(m_constant_along_k)
  LOOM_NAME(b_is_extent_of_k)
  LOOM_NAME(both_nonnegative)
  LOOM_NAME(one_may_be_negative)
  LOOM_NAME(a_nonnegative)
  LOOM_NAME(a_nonpositive)
  LOOM_NAME(a_may_be_negative)
  LOOM_NAME(c_nonnegative)
  LOOM_NAME(b_nonnegative)
  LOOM_NAME(ratio_of_exponentials)
  LOOM_NAME(unmasked_zero_times_logarithm)
  LOOM_NAME(not_both_zero)
  LOOM_NAME(c_scales_b)
  LOOM_NAME(a_finite)
  LOOM_NAME(b_is_shared_and_safe)
  LOOM_NAME(not_opposite)
  LOOM_NAME(masks_overlap)
  LOOM_NAME(only_m_is_given)
#undef LOOM_NAME
  stop("a guard that no rule had until now: give it a name here");
}

/// Appends "a, b, c" in lines of a readable length.
class listing {
 public:
  void add(const std::string& item) {
    if (!line_.empty() && line_.size() + item.size() > 120) flush();
    line_ += (line_.empty() ? "  " : " ") + item + ",";
  }
  std::string text() {
    flush();
    return std::exchange(text_, {});
  }

 private:
  std::string text_, line_;
  void flush() {
    if (!line_.empty()) text_ += std::exchange(line_, {}) + "\n";
  }
};

/// The terms of some tables in one array. A term that is part of another is a place in that one.
class compiled_terms {
 public:
  compiled_terms(std::string name, const std::vector<term>& terms) : name_(std::move(name)) {
    for (int size = terms::max_size; size > 0; --size)  // the longest first
      for (const term& t : terms)
        if (t.size() == size && find(t) == nodes_.end())
          for (const term_node& n : t) nodes_.push_back(n);
  }
  /// A term as a place in the array.
  std::string place(const term& t) const {
    if (t.size() == 0) return "{}";
    return "{" + name_ + " + " + std::to_string((find(t) - nodes_.begin()) * term::node_size) + ", " +
           std::to_string(t.size()) + "}";
  }
  std::string text() const {
    constexpr std::size_t nodes_of_line = 4;
    std::string nodes;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const term_node& n = nodes_[i];
      if (i % nodes_of_line == 0) nodes += i == 0 ? "  \"" : "\"\n  \"";
      put(nodes, static_cast<std::uint64_t>(n.code));
      for (const int o : n.operand) put(nodes, static_cast<std::uint64_t>(o + 1));
      for (int k = 0; k < 8; ++k) put(nodes, n.bits >> (8 * k));
    }
    return "inline constexpr unsigned char " + name_ + "[] =\n" + nodes + "\";\n";
  }

 private:
  std::string name_;
  std::vector<term_node> nodes_;

  /// Appends a character of a string, as an octal number.
  static void put(std::string& text, std::uint64_t character) {
    char octal[8];
    std::snprintf(octal, sizeof octal, "\\%o", static_cast<unsigned>(character & 255));
    text += octal;
  }
  std::vector<term_node>::const_iterator find(const term& t) const {
    std::vector<term_node> sought;
    for (const term_node& n : t) sought.push_back(n);
    return std::search(nodes_.begin(), nodes_.end(), sought.begin(), sought.end());
  }
};

/// The head of a compiled file; `what` it has, and where that is `written`.
std::string head(const std::string& file, const std::string& what, const std::string& written, const std::string& layer,
                 const std::string& include, const std::string& space) {
  return "// SPDX-License-Identifier: BSL-1.0\n// " + file + " — " + what + ".\n// Compiled from " + written +
         " by src/compile_tables.cpp; `./run tables` makes it again.\n// Layer " + layer + ".\n#pragma once\n\n" +
         "#include \"loom/" + include + "\"\n\nnamespace loom::inline LOOM_ABI::" + space +
         " {\n\n// clang-format off\n" + "static_assert(op_count == " + std::to_string(op_count) +
         ", \"ops were added or removed: ./run tables\");\n\nnamespace compiled_tables {\n\n";
}

/// A row, its terms as places.
std::string text_of(const rule& r, const compiled_terms& terms) {
  const std::string name(r.name.begin(), r.name.end());
  std::string text = "  {{\"" + name + "\", " + std::to_string(name.size()) + "}, " + terms.place(r.lhs);
  text += ", " + terms.place(r.rhs) + ", " + name_of(r.holds) + ", " + std::to_string(r.readings);
  text += std::string(", {op::") + name_of(r.operand[0]) + ", op::" + name_of(r.operand[1]) + "}, " +
          std::to_string(r.next) + ", {";
  if (r.parts.count != 0) {
    std::string numbers, signs;
    for (int i = 0; i < r.parts.count; ++i) {
      numbers += (i == 0 ? "" : ", ") + std::to_string(r.parts.term[i]);
      signs += std::string(i == 0 ? "" : ", ") + (r.parts.minus[i] ? "true" : "false");
    }
    text += "{" + numbers + "}, {" + signs + "}, " + std::to_string(r.parts.count);
  }
  return text + "}},\n";
}

/// A table; `more` names the one that it goes on with.
std::string rules(const std::string& name, const rule_table& table, const std::string& more) {
  std::vector<term> written;
  for (const rule& r : table.rows) written.insert(written.end(), {r.lhs, r.rhs});
  const compiled_terms terms(name + "_terms", written);
  std::string rows;
  for (const rule& r : table.rows) rows += text_of(r, terms);
  listing sums, first, with;
  for (int i = 0; i < table.of_sums.size(); ++i) sums.add(std::to_string(table.of_sums[i]));
  for (int i = 0; i < op_count; ++i) {
    first.add(std::to_string(table.first[i]));
    char bits[40];
    std::snprintf(bits, sizeof bits, "0x%llx", static_cast<unsigned long long>(table.sums_with[i]));
    with.add(bits);
  }
  const std::string at = "compiled_tables::" + name, count = std::to_string(table.of_sums.size());
  const std::string of_sums = table.of_sums.size() == 0 ? "{}" : "{" + at + "_sums, " + count + "}";
  std::string text =
      head("rewrite/compiled/" + name + ".hpp", "the table of rewrite/rules/" + name + ".hpp", "it", "2 (rewrite)",
           more.empty() ? "rewrite/guards.hpp" : "rewrite/compiled/" + more + ".hpp", "rewrite") +
      terms.text() + "inline constexpr rule " + name + "_rows[] = {\n" + rows + "};\n";
  if (table.of_sums.size() != 0)
    text += "inline constexpr std::int16_t " + name + "_sums[] = {\n" + sums.text() + "};\n";
  return text + "inline constexpr std::int16_t " + name + "_first[] = {\n" + first.text() +
         "};\ninline constexpr std::uint64_t " + name + "_sums_with[] = {\n" + with.text() +
         "};\n\n}  // namespace compiled_tables\n\ninline constexpr rule_table " + name + "_rules{{" + at + "_rows, " +
         std::to_string(table.rows.size()) + "}, " + (more.empty() ? "nullptr" : "&" + more + "_rules") + ", false, " +
         (table.spells_ops ? "true" : "false") + ", " + at + "_first, " + of_sums + ", " + at +
         "_sums_with};\n// clang-format on\n\n}  // namespace loom::rewrite\n";
}

std::string adjoints() {
  const derive::detail::adjoint_table& table = derive::detail::written_adjoints;
  std::vector<term> written{table.log_softmax_tangent};
  for (const derive::adjoint_row& row : table.rows) written.insert(written.end(), row.of, row.of + 3);
  const compiled_terms terms("adjoint_terms", written);
  std::string rows;
  for (const derive::adjoint_row& row : table.rows)
    rows += "  {{" + terms.place(row.of[0]) + ", " + terms.place(row.of[1]) + ", " + terms.place(row.of[2]) + "}, " +
            (row.defined ? "true" : "false") + "},\n";
  const std::string tangent = terms.place(table.log_softmax_tangent);
  return head("derive/compiled_adjoints.hpp", "the adjoints of derive/written_adjoints.hpp", "it", "3 (derive)",
              "derive/adjoint_row.hpp", "derive") +
         terms.text() + "inline constexpr adjoint_row adjoint_rows[] = {\n" + rows +
         "};\ninline constexpr term log_softmax_tangent = " + tangent +
         ";\n\n}  // namespace compiled_tables\n// clang-format on\n\n}  // namespace loom::derive\n";
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  if (!(out << text << std::flush)) stop("cannot write " + file.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: compile_tables FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  write(folder / "rewrite/compiled/canonical.hpp", rules("canonical", terms::canonical_rules, ""));
  write(folder / "rewrite/compiled/stable.hpp", rules("stable", terms::stable_rules, "canonical"));
  write(folder / "rewrite/compiled/expand.hpp", rules("expand", terms::expand_rules, "canonical"));
  write(folder / "rewrite/compiled/cheap.hpp", rules("cheap", terms::cheap_rules, "canonical"));
  write(folder / "derive/compiled_adjoints.hpp", adjoints());
}
