// SPDX-License-Identifier: BSL-1.0
// examples/06_rules_of_your_own.cpp — a rewrite rule that Loom does not have: one line, held to the laws of Loom's own.
#include <loom/laws.hpp>
#include <loom/loom.hpp>
#include <loom/rules.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

// clang-format off
// [rules]
namespace mine {
using namespace loom::rule_notation;  // a b c d: any value; m: a mask; k: any set of axes
inline constexpr loom::rules rules({
    {"energy of a row", square(norm(a, k)), sum(square(a), k)},
    {"log of a product", log(a * b), log(a) + log(b), guards::both_nonnegative},
});
}  // namespace mine
// [/rules]

// [use]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto energy = loom::loss<square(norm(x, -1)).mean(), mine::rules>;
static_assert(energy.uses("energy of a row"));
// [/use]
// clang-format on

// The norm took three passes over a row: its largest entry, its sum, its gradient.
constexpr auto without = loom::loss<square(norm(x, -1)).mean()>;
static_assert(energy.plan(d(x)).row_passes < without.plan(d(x)).row_passes);

int main() {
  // [laws]
  const std::vector<std::string> broken = loom::broken_laws(mine::rules);  // a sentence for each rule that breaks one
  for (const std::string& sentence : broken) std::puts(sentence.c_str());
  // [/laws]

  const float rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  float gradient[2][3], other[2][3];
  const float value = energy(x = rows, d(x) = gradient);
  const float same = without(x = rows, d(x) = other);
  std::printf("with the rule %g, without %g; %d and %d passes over a row\n", static_cast<double>(value),
              static_cast<double>(same), energy.plan(d(x)).row_passes, without.plan(d(x)).row_passes);
  bool right = broken.empty() && std::fabs(value - 45.5f) < 1e-4f && std::fabs(same - 45.5f) < 1e-4f;
  for (int n = 0; n < 2; ++n)
    for (int c = 0; c < 3; ++c) right = right && std::fabs(gradient[n][c] - rows[n][c]) < 1e-5f;  // 2 x / N
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
