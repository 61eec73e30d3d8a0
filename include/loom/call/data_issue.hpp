// SPDX-License-Identifier: BSL-1.0
// call/data_issue.hpp — what is wrong with the data of a call, as data; and how it is said: thrown at run time, or by the compiler.
// Layer 5 (call).
#pragma once

#include "loom/call/error.hpp"
#include "loom/ir/place_text.hpp"
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
  bool input;
  int slot;
};
inline constexpr operand no_operand{true, -1};

/// One thing that is wrong, and where.
struct finding {
  data_issue issue = data_issue::none;
  operand one = no_operand, two = no_operand;
  int axis = -1, next = -1;
  std::int64_t got = 0, wanted = 0;
  bool is_unsigned = false;  ///< `got` is the 64 bits of an unsigned number
  int rank = 0;
  std::ptrdiff_t at[max_rank]{};

  constexpr bool is_none() const { return issue == data_issue::none; }
};

namespace detail {

/// Writes the name of an operand, as a call binds it: x, direction(x), d(x), out or result<1>. `Places`: it may be read at a place.
template <bool Places>
[[gnu::noinline, gnu::cold]] constexpr void write_name(sentence& s, const plan& p, operand o) {
  if (o.input) {
    const input_info& in = p.program.inputs[o.slot];
    if constexpr (Places)
      if (in.is_place()) {
        s << in.name;
        return ir::write_place(s, p.program, in, [&](int axis) { return p.program.axes[axis].name; });
      }
    if (in.origin == input_origin::direction) s << "direction(" << in.name << ")";
    else s << in.name;
    return;
  }
  const output_info& result = p.program.outputs[o.slot];
  if (result.is_value()) s << result_name(result.result);
  else s << result.symbol() << "(" << p.program.inputs[result.input].name << ")";
}

/// A field goes by its first letter.
template <bool Places>
[[gnu::noinline, gnu::cold]] constexpr void write_field(sentence& s, char field, const plan& p, const finding& f) {
  switch (field) {
    case 'o': return write_name<Places>(s, p, f.one);
    case 't': return write_name<Places>(s, p, f.two);
    case 'a': s << p.program.axes[f.axis].name; break;
    case 'n': s << p.program.axes[f.next].name; break;
    case 'w': s << f.wanted; break;
    case 'g': f.is_unsigned ? s.number(static_cast<std::uint64_t>(f.got)) : s << f.got; break;
    default:
      for (int i = 0; i < f.rank; ++i) s << (i == 0 ? "" : ", ") << static_cast<std::int64_t>(f.at[i]);
  }
}

inline constexpr const char* sentences[] = {
    "",
#define LOOM_DATA_ISSUE(name, words) words,
#include "loom/call/data_issues.def"
};

}  // namespace detail

/// The sentence about a finding. `Places`: whether the program reads inputs at places.
template <bool Places>
[[gnu::noinline, gnu::cold]] constexpr sentence sentence_of(const plan& p, const finding& f) {
  sentence s;
  for (const char* c = detail::sentences[static_cast<int>(f.issue)]; *c != '\0'; ++c) {
    if (*c != '{') {
      s << text_view(c, 1);
      continue;
    }
    detail::write_field<Places>(s, c[1], p, f);
    while (*c != '}') ++c;
  }
  return s;
}

/// Throws the sentence about a finding.
template <bool Places>
[[noreturn, gnu::noinline, gnu::cold]] void fail(const plan& p, const finding& f) {
  fail(sentence_of<Places>(p, f));
}

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
