// SPDX-License-Identifier: BSL-1.0
// call/data_issue.hpp — what is wrong with the data of a call, as data; and how it is said: thrown at run time, or by the compiler.
// Layer 5 (call).
#pragma once

#include "loom/call/error.hpp"
#include "loom/lang/bindings.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::call {

enum class data_issue : std::uint8_t {
  none,
#define LOOM_DATA_ISSUE(name, sentence) name,
#include "loom/call/data_issues.def"
};

/// What a call binds: an input, or the buffer of an output. Its name is only written down for an error.
struct operand {
  bool input = true;
  int slot = -1;
};

/// One thing that is wrong, and where.
struct finding {
  data_issue issue = data_issue::none;
  operand one{}, other{};
  int axis = -1, next = -1;
  std::int64_t got = 0, wanted = 0;
  bool is_unsigned = false;  ///< `got` is the 64 bits of an unsigned number
  int rank = 0;
  std::ptrdiff_t at[max_rank]{};

  constexpr bool is_none() const { return issue == data_issue::none; }
};

namespace detail {

/// Writes the name of an operand, as a call binds it: x, direction(x), d(x), out or result<1>.
constexpr void write_name(sentence& s, const plan& p, operand o) {
  if (o.input) {
    const input_info& in = p.program.inputs[o.slot];
    if (in.what == input_info::role::direction) s << "direction(" << in.name << ")";
    else s << in.name;
    return;
  }
  const output_info& result = p.program.outputs[o.slot];
  if (result.is_value()) s << result_name(result.result);
  else s << result.symbol() << "(" << p.program.inputs[result.input].name << ")";
}

constexpr void write_field(sentence& s, text_view field, const plan& p, const finding& f) {
  if (field == "one") write_name(s, p, f.one);
  else if (field == "other") write_name(s, p, f.other);
  else if (field == "axis") s << p.program.axes[f.axis].name;
  else if (field == "next") s << p.program.axes[f.next].name;
  else if (field == "wanted") s << f.wanted;
  else if (field == "got" && f.is_unsigned) s.number(static_cast<std::uint64_t>(f.got));
  else if (field == "got") s << f.got;
  else
    for (int i = 0; i < f.rank; ++i) s << (i == 0 ? "" : ", ") << static_cast<std::int64_t>(f.at[i]);
}

constexpr text_view sentence_about(data_issue issue) {
  switch (issue) {
#define LOOM_DATA_ISSUE(name, words) \
  case data_issue::name: return words;
#include "loom/call/data_issues.def"
    case data_issue::none: break;
  }
  return {};
}

}  // namespace detail

/// The sentence about a finding.
constexpr sentence sentence_of(const plan& p, const finding& f) {
  const text_view words = detail::sentence_about(f.issue);
  sentence s;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t end = i;
    const bool is_field = words[i] == '{';
    while (end < words.size() && words[end] != (is_field ? '}' : '{')) ++end;
    const text_view piece(words.data() + i + (is_field ? 1 : 0), end - i - (is_field ? 1 : 0));
    if (is_field) detail::write_field(s, piece, p, f);
    else s << piece;
    i = end + (is_field ? 1 : 0);
  }
  return s;
}

/// Throws the sentence about a finding.
[[noreturn, gnu::noinline, gnu::cold]] inline void fail(const plan& p, const finding& f) { loom::detail::fail(sentence_of(p, f)); }

// ---- in a constant expression ----------------------------------------------------------------------------------------

/// No constant expression may call it: the compiler says so, with the name of the issue.
template <data_issue Issue>
void refused() {}

inline constexpr void (*refusal_of[])() = {
    nullptr,
#define LOOM_DATA_ISSUE(name, words) &refused<data_issue::name>,
#include "loom/call/data_issues.def"
};

/// A sentence as an argument, which clang prints: as texts of at most 36 characters, all of which can be printed.
struct printable {
  struct {
    char text[32];
  } piece[5]{};
  constexpr explicit printable(const sentence& s) {
    for (int i = 0; i < 5 * 31; ++i) piece[i / 31].text[i % 31] = i < s.size ? s.text[i] : ' ';
  }
};

/// Ends constant evaluation.
constexpr void refuse(data_issue issue, printable) { refusal_of[static_cast<int>(issue)](); }

}  // namespace loom::call
