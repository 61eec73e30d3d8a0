// SPDX-License-Identifier: BSL-1.0
// tests/docs/safe.cpp — the loss of docs/how-to/prove-a-loss-safe.md, before its domain is declared and after, and the texts of hazards that the page shows.
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

namespace shown {
constexpr auto x = loom::tensor<"x[N]">;
constexpr auto y = loom::tensor<"y[N]">;
constexpr auto gamma_functions = loom::loss<(lgamma(x + 1) - lgamma(x)).mean()>;
constexpr auto cosines = loom::loss<(1 - cos(x) * cos(y)).mean()>;

constexpr auto logit = loom::tensor<"a[N]">;
constexpr auto pw = loom::scalar<"pw">;
constexpr auto yes = 1 / (1 + exp(-logit));
constexpr auto weighted = loom::loss<-(pw * y * log(yes) + (1 - y) * log(1 - yes)).mean()>;

constexpr auto a = loom::tensor<"a[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto p = loom::tensor<"p[N,C]">;
constexpr auto C = loom::axis<"C">;
constexpr auto variance = loom::loss<(sum(w * square(a), C) / sum(w, C) - square(sum(w * a, C) / sum(w, C))).mean()>;
constexpr auto product = loom::loss<log(prod(p, C)).mean()>;

bool said(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }
}  // namespace shown
// clang-format on

int main() {
  using shown::said;
  const std::string text = loom::explain(before::distillation);
  const std::size_t begin = text.find("Hazards\n");
  if (begin == std::string::npos) return EXIT_FAILURE;
  const std::string hazards = text.substr(begin, text.find("\n\n", begin) - begin);
  std::puts(hazards.c_str());
  // What else the page shows.
  const bool as_shown =
      said(loom::explain(shown::gamma_functions), "\n  lgamma(x + 1) - lgamma(x) may cancel\n") &&
      said(loom::explain(shown::weighted),
           "\n  mul0(pw * y, softplus(-a)) + mul0(1 - y, softplus(a)) may cancel, but for pw * y >= 0\n") &&
      said(loom::explain(shown::cosines), "\n  1 - cos(x) * cos(y) may cancel\n") &&
      said(loom::explain(shown::variance),
           "Rules that nearly fit\n  variance in two passes fits sum(w * square(a), C) / sum(w, C) - square(sum(w * a, "
           "C) / "
           "sum(w, C)), if w\n    >= 0\n") &&
      said(loom::explain(shown::product),
           "Rules that nearly fit\n  log of a product over a row fits log(prod(p, C)), if p >= 0\n");
  if (!as_shown) std::puts("the page shows other texts");
  return as_shown && hazards == "Hazards\n  s / T is invalid, but for T != 0\n  x / T is invalid, but for T != 0"
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
