// SPDX-License-Identifier: BSL-1.0
// src/compile_tables.cpp — the tables of rules and of adjoints, as constants that a compiler only has to read.
// They are written in the notation of formulas (rewrite/rules/*.hpp, and the adjoints of ir/ops.def). To evaluate that notation in every
// file that includes Loom would be a quarter of what its header costs, so it is done here, once.
// Usage: compile_tables rules | adjoints; prints include/loom/rewrite/compiled_rules.hpp or derive/compiled_adjoints.hpp.
// `./run tables` makes both again; a test compares them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
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

[[noreturn]] void stop(const char* why) {
  std::fprintf(stderr, "compile_tables: %s\n", why);
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
  LOOM_NAME(a_may_be_negative)
  LOOM_NAME(c_nonnegative)
  LOOM_NAME(b_positive)
  LOOM_NAME(ratio_of_exponentials)
  LOOM_NAME(unmasked_zero_times_logarithm)
  LOOM_NAME(not_both_zero)
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
        if (t.size() == size && find(t) == nodes_.end()) nodes_.insert(nodes_.end(), t.begin(), t.end());
  }
  /// A term as a place in the array.
  std::string place(const term& t) const {
    if (t.size() == 0) return "{}";
    return "{" + name_ + " + " + std::to_string(find(t) - nodes_.begin()) + ", " + std::to_string(t.size()) + "}";
  }
  std::string text() const {
    listing nodes;
    for (const term_node& n : nodes_) {
      char bits[40];
      std::snprintf(bits, sizeof bits, n.bits < 10 ? "%lluu" : "0x%llxu", static_cast<unsigned long long>(n.bits));
      nodes.add("{op::" + std::string(name_of(n.code)) + ", {" + std::to_string(n.operand[0]) + ", " +
                std::to_string(n.operand[1]) + ", " + std::to_string(n.operand[2]) + "}, " + bits + "}");
    }
    return "inline constexpr term_node " + name_ + "[] = {\n" + nodes.text() + "};\n";
  }

 private:
  std::string name_;
  std::vector<term_node> nodes_;

  std::vector<term_node>::const_iterator find(const term& t) const {
    return std::search(nodes_.begin(), nodes_.end(), t.begin(), t.end());
  }
};

/// The head of a compiled file; `what` it has, and where that is `written`.
std::string head(const std::string& file, const std::string& what, const std::string& written, const std::string& layer,
                 const std::string& includes, const std::string& space) {
  return "// SPDX-License-Identifier: BSL-1.0\n// " + file + " — " + what + ".\n// Compiled from " + written +
         " by src/compile_tables.cpp; `./run tables` makes it again.\n// Layer " + layer + ".\n#pragma once\n\n" +
         includes + "\nnamespace loom::inline LOOM_ABI::" + space + " {\n\n// clang-format off\n" +
         "static_assert(op_count == " + std::to_string(op_count) +
         ", \"ops were added or removed: ./run tables\");\n\nnamespace compiled_tables {\n\n";
}

class rule_compiler {
 public:
  explicit rule_compiler(const std::vector<const rule_table*>& tables) : terms_("rule_terms", terms_of(tables)) {}

  void add(const std::string& name, const rule_table& table) {
    std::string rows;
    for (const rule& r : table.rows) rows += row(r);
    text_ += "inline constexpr rule " + name + "_rows[] = {\n" + rows + "};\n";
    listing sums, first, with;
    for (int i = 0, of_sums = 0; i < table.rows.size(); ++i)
      if (table.rows[i].parts.count != 0) sums.add(std::to_string(table.of_sums[of_sums++]));
    for (int i = 0; i < op_count; ++i) {
      first.add(std::to_string(table.first[i]));
      char bits[40];
      std::snprintf(bits, sizeof bits, "0x%llx", static_cast<unsigned long long>(table.sums_with[i]));
      with.add(bits);
    }
    text_ += "inline constexpr std::int16_t " + name + "_sums[] = {\n" + sums.text() + "};\n";
    text_ += "inline constexpr std::int16_t " + name + "_first[] = {\n" + first.text() + "};\n";
    text_ += "inline constexpr std::uint64_t " + name + "_sums_with[] = {\n" + with.text() + "};\n\n";
    tables_ += "inline constexpr rule_table " + name + "_rules{{compiled_tables::" + name + "_rows, " +
               std::to_string(table.rows.size()) + "}, " + std::to_string(table.own) + ", false, " +
               (table.spells_ops ? "true" : "false") + ", compiled_tables::" + name +
               "_first, compiled_tables::" + name + "_sums, compiled_tables::" + name + "_sums_with};\n";
  }
  std::string text() const {
    return head("rewrite/compiled_rules.hpp", "the tables of rewrite/rules", "them", "2 (rewrite)",
                "#include \"loom/rewrite/guards.hpp\"\n", "rewrite") +
           terms_.text() + text_ + "}  // namespace compiled_tables\n\n" + tables_ +
           "// clang-format on\n\n}  // namespace loom::rewrite\n";
  }

 private:
  compiled_terms terms_;
  std::string text_, tables_;

  static std::vector<term> terms_of(const std::vector<const rule_table*>& tables) {
    std::vector<term> terms;
    for (const rule_table* table : tables)
      for (const rule& r : table->rows) terms.insert(terms.end(), {r.lhs, r.rhs});
    return terms;
  }
  std::string row(const rule& r) const {
    const std::string name(r.name.begin(), r.name.end());
    std::string text = "  {{\"" + name + "\", " + std::to_string(name.size()) + "}, " + terms_.place(r.lhs);
    text += ", " + terms_.place(r.rhs) + ", " + name_of(r.holds) + ", " + std::to_string(r.readings);
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
};

std::string rules() {
  rule_compiler c({&terms::canonical_rules, &terms::stable_rules, &terms::expand_rules, &terms::cheap_rules});
  c.add("canonical", terms::canonical_rules);
  c.add("stable", terms::stable_rules);
  c.add("expand", terms::expand_rules);
  c.add("cheap", terms::cheap_rules);
  return c.text();
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
              "#include \"loom/derive/adjoint_row.hpp\"\n", "derive") +
         terms.text() + "inline constexpr adjoint_row adjoint_rows[] = {\n" + rows +
         "};\ninline constexpr term log_softmax_tangent = " + tangent +
         ";\n\n}  // namespace compiled_tables\n// clang-format on\n\n}  // namespace loom::derive\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view which = argc == 2 ? argv[1] : "";
  if (which != "rules" && which != "adjoints") {
    std::fprintf(stderr, "usage: compile_tables rules | adjoints\n");
    return 2;
  }
  const std::string text = which == "rules" ? rules() : adjoints();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
