// SPDX-License-Identifier: BSL-1.0
// src/formula/scope.cpp — numbers, as a compiler of C++ computes them before they are part of a formula.
#include "formula/scope.hpp"

#include <cmath>

#include "loom/ir/evaluate.hpp"

namespace loom::notation::reading {

namespace {

/// A reduction, or a function of a row, of a single number.
double of_one_entry(op code, double v) {
  const double from_mean = v - v;  // NaN, if v is not finite
  switch (code) {
    case op::norm: return std::abs(v);
    case op::var: return from_mean * from_mean;
    case op::softmax: return 1 + from_mean;
    case op::log_softmax: return from_mean;
    default: return v;
  }
}

}  // namespace

std::optional<literal> scope::compute_number(node_id id) {
  const syntax::node& n = tree_[id];
  switch (n.kind) {
    case node_kind::number: return literal{n.value, n.integer, n.rounded, n.exact, n.large};
    case node_kind::name: {
      if (n.of_std) {
        for (const constant_word& c : constant_words)
          if (c.word == n.word) return literal{c.value, false, false, 0};
        fail_at_word(id, "std:: has no constant " + std::string(n.word) + " that a formula could use");
      }
      if (const auto d = definition(n.word, n.begin)) return number(*d);
      if (const constant_word* c = find_plain_constant(n.word); c != nullptr && input(n.word) == nullptr)
        return literal{c->value, false, false, 0};
      return {};
    }
    case node_kind::unary: {
      if (n.word == "!") return {};
      auto a = number(n.operands[0]);
      if (a && n.word == "-") {
        a->value = a->integer && a->value == 0 ? 0 : -a->value;
        a->exact = static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(a->exact));
      }
      return a;
    }
    case node_kind::binary: {
      const auto a = number(n.operands[0]);
      if (!a) return {};
      const auto b = number(n.operands[1]);
      if (!b) return {};
      if (std::string_view("+-*/").find(n.word) == std::string_view::npos)
        fail_at(id, "two numbers are compared; a mask compares data");
      return folded(id, *a, *b);
    }
    case node_kind::call: {
      // As the functions of <cmath> would compute it; std::exp(2.0) is one.
      if (const reduction_word* r = find_reduction(n.word); r != nullptr && n.operands.size() == 1 && !r->of_masks)
        if (const auto& v = number(n.operands[0])) return literal{of_one_entry(r->code, v->value), false, false, 0};
      const elementwise_word* f = find_elementwise(n.word);
      if (f == nullptr || n.operands.size() != static_cast<std::size_t>(f->operands)) return {};
      double v[3] = {};
      for (std::size_t k = 0; k < n.operands.size(); ++k) {
        const auto& operand = number(n.operands[k]);
        if (!operand) return {};
        v[k] = operand->value;
      }
      const double low_enough = v[0] > v[2] ? v[2] : v[0];
      if (f->code == op::clamp) return literal{v[0] < v[1] ? v[1] : low_enough};
      if (f->code == op::relu) return literal{v[0] <= 0 ? 0 : v[0]};
      if (f->code == op::log2) return literal{std::log2(v[0])};
      if (f->code == op::log10) return literal{std::log10(v[0])};
      if (f->code == op::where || info(f->code).kind == family::composite) return {};
      return literal{ir::numbers::evaluate<double>(f->code, v[0], v[1], 0.0)};
    }
    default: return {};
  }
}

/// As C++ computes with two literals: integers stay integers.
literal scope::folded(node_id at, const literal& a, const literal& b) {
  const char sign = tree_[at].word[0];
  if (!a.integer || !b.integer) {
    const double x = a.value, y = b.value;
    return {sign == '+' ? x + y : sign == '-' ? x - y : sign == '*' ? x * y : x / y, false, false, 0};
  }
  const auto about = [&](const std::string& what) { fail_at(at, what, "write 1.0 / 2 for a fraction"); };
  std::int64_t r = 0;
  bool fits = !a.large && !b.large;
  if (!fits) {
    // The sentence below.
  } else if (sign == '/') {
    if (b.exact == 0) about("an integer is divided by 0");
    if (b.exact != -1 && a.exact % b.exact != 0)
      about("C++ divides integers to an integer, and loses a remainder here");
    if (b.exact == -1) fits = !__builtin_sub_overflow(std::int64_t{0}, a.exact, &r);
    else r = a.exact / b.exact;
  } else {
    fits = !(sign == '+'   ? __builtin_add_overflow(a.exact, b.exact, &r)
             : sign == '-' ? __builtin_sub_overflow(a.exact, b.exact, &r)
                           : __builtin_mul_overflow(a.exact, b.exact, &r));
  }
  if (!fits) fail_at(at, "these integers, or what they give, take more than 63 bits; write 1e20 for a number as large");
  const double value = static_cast<double>(r);
  const bool rounded = !(value > -0x1p63 && value < 0x1p63 && static_cast<std::int64_t>(value) == r);
  return {value, true, rounded, r};
}

}  // namespace loom::notation::reading
