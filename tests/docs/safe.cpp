// SPDX-License-Identifier: BSL-1.0
// tests/docs/safe.cpp — the loss of docs/how-to/prove-a-loss-safe.md, before its domain is declared and after; prints its hazards.
#include <loom/code.hpp>
#include <loom/loom.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

// clang-format off
namespace before {
// [before]
constexpr auto s = loom::tensor<"s[N,C]">;  // logits of the teacher
constexpr auto x = loom::tensor<"x[N,C]">;  // and of the student
constexpr auto T = loom::scalar<"T">;
constexpr auto C = loom::axis<"C">;

constexpr auto teacher = exp(s / T) / sum(exp(s / T), C);
constexpr auto student = exp(x / T) / sum(exp(x / T), C);
constexpr auto distillation = loom::loss<square(T) * sum(teacher * log(teacher / student), C).mean()>;

static_assert(!distillation.safe(d(x)));  // T may be 0
// [/before]
}  // namespace before

namespace after {
using before::s, before::x, before::C;
constexpr auto T = loom::scalar<"T > 0">;
constexpr auto teacher = exp(s / T) / sum(exp(s / T), C);
constexpr auto student = exp(x / T) / sum(exp(x / T), C);
constexpr auto distillation = loom::loss<square(T) * sum(teacher * log(teacher / student), C).mean()>;
static_assert(distillation.safe(d(x)));
}  // namespace after
// clang-format on

int main() {
  const std::string text = loom::explain(before::distillation);
  const std::size_t begin = text.find("Hazards\n");
  if (begin == std::string::npos) return EXIT_FAILURE;
  const std::string hazards = text.substr(begin, text.find("\n\n", begin) - begin);
  std::puts(hazards.c_str());
  return hazards == "Hazards\n  s / T is invalid, but for T != 0\n  x / T is invalid, but for T != 0" ? EXIT_SUCCESS
                                                                                                      : EXIT_FAILURE;
}
