// SPDX-License-Identifier: BSL-1.0
// tests/support/weights.hpp — terms as polynomials: a rule whose left side is the larger polynomial, for all weights of its
// variables, cannot go on for ever (Lankford, 1979). Every op is a polynomial that grows with each of its operands; a
// variable, and a constant, weighs at least `least`.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "loom/rewrite/rule.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

/// A polynomial in what the variables of a rule weigh beyond the least; the keys are exponents.
class polynomial {
 public:
  using exponents = std::array<int, rewrite::terms::max_variables>;

  polynomial(long double number = 0) {  // implicit: 2 * x + 1
    if (number != 0) terms_[{}] = number;
  }
  static polynomial variable(std::uint64_t which, long double least) {
    polynomial p = least;
    exponents e{};
    e[which] = 1;
    p.terms_[e] = 1;
    return p;
  }

  friend polynomial operator+(polynomial a, const polynomial& b) {
    for (const auto& [e, c] : b.terms_) a.terms_[e] += c;
    return a;
  }
  friend polynomial operator*(const polynomial& a, const polynomial& b) {
    polynomial r;
    for (const auto& [e, c] : a.terms_)
      for (const auto& [f, d] : b.terms_) {
        exponents sum{};
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = e[i] + f[i];
        r.terms_[sum] += c * d;
      }
    return r;
  }
  friend polynomial operator-(const polynomial& a, const polynomial& b) { return a + polynomial(-1) * b; }

  bool is_zero() const {
    for (const auto& [e, c] : terms_)
      if (c != 0) return false;
    return true;
  }
  /// Positive for all weights: no coefficient is negative, and the constant one is not 0.
  bool is_positive() const {
    for (const auto& [e, c] : terms_)
      if (c < 0) return false;
    const auto constant = terms_.find({});
    return constant != terms_.end() && constant->second > 0;
  }
  /// All coefficients are whole and exact, in a mantissa of 64 bits.
  bool is_exact() const {
    for (const auto& [e, c] : terms_)
      if (!(c < 0x1p64L && c > -0x1p64L)) return false;
    return true;
  }

 private:
  std::map<exponents, long double> terms_;
};

/// The weight of a term; weight_of(code, operands) is that of an op.
template <class WeightOf>
polynomial weight(const rewrite::term& t, long double least, const WeightOf& weight_of) {
  std::vector<polynomial> w;
  for (const rewrite::term_node& n : t) {
    if (n.code == op::any) {
      w.push_back(polynomial::variable(n.bits, least));
      continue;
    }
    std::vector<polynomial> operands;
    for (int k = 0; k < arity(n.code); ++k) operands.push_back(w[static_cast<std::size_t>(n.operand[k])]);
    w.push_back(arity(n.code) == 0 ? polynomial(least) : weight_of(n.code, operands));
  }
  return w.back();
}

}  // namespace loom::test
