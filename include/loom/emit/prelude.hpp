// SPDX-License-Identifier: BSL-1.0
// emit/prelude.hpp — the few functions that printed code calls and the dialect's library lacks; printed only where called.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>

#include "loom/emit/dialect.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// The types that a function of the prelude has versions of.
enum class versions { any_type, real, one };  // real: double, and float by way of it

struct prelude_function {
  std::string_view name;
  versions of;
  std::string_view comment;
  std::string_view text;  ///< C++, as spelled() takes it; T is the type, if there is one for any
};

inline constexpr prelude_function prelude[] = {
    {"fill_n", versions::one, "", R"(void fill_n(double* p, std::ptrdiff_t n, double value) {
  for (std::ptrdiff_t k = 0; k < n; ++k) p[k] = value;
}
)"},
    {"sign", versions::any_type, "// -1, 0 or 1; NaN stays NaN.\n",
     R"(T sign(T x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
)"},
    {"minimum", versions::any_type, "// The smaller; NaN if either is NaN.\n",
     R"(T minimum(T a, T b) { return a != a || a < b ? a : b; }
)"},
    {"maximum", versions::any_type, "// The larger; NaN if either is NaN.\n",
     R"(T maximum(T a, T b) { return a != a || a > b ? a : b; }
)"},
    {"erfcx", versions::real,
     "// exp(x^2) erfc(x); beyond 25, where the factors leave the range of double, its asymptotic series.\n",
     R"(double erfcx(double x) {
  if (!(x > 25)) return std::exp(x * x) * std::erfc(x);
  const double z = 0.5 / x / x;
  return 0.5641895835477563 / x * (1 - z * (1 - 3 * z * (1 - 5 * z * (1 - 7 * z * (1 - 9 * z)))));
}
)"},
    {"ierfcx", versions::real, "// 1 / sqrt(pi) - x exp(x^2) erfc(x); beyond 2 by the continued fraction of erfc.\n",
     R"(double ierfcx(double x) {
  if (!(x > 2)) return 0.5641895835477563 - x * (std::exp(x * x) * std::erfc(x));
  double k = 0;
  for (int n = 120; n > 0; --n) k = 0.5 * n / (x + k);
  return 0.5641895835477563 / (x + k) * k;
}
)"},
    {"exprel_2", versions::real, "// 2 (exp(x) - 1 - x) / x^2; its series near 0.\n",
     R"(double exprel_2(double x) {
  if (x == -infinity) return 0;
  if (x == infinity) return x;
  if (x > 60) {
    const double half = std::exp(x / 2) / x;
    return 2 * half * half;
  }
  if (!(x > -2 && x < 1)) return (std::expm1(x) - x) / x * (2 / x);
  double y = 1;
  for (int k = 24; k > 2; --k) y = 1 + x / k * y;
  return y;
}
)"},
    {"log1prel_2", versions::real,
     "// 2 (x - log(1 + x)) / x^2; near 0 by log(1 + x) = 2 atanh(s) and the series of that.\n",
     R"(double log1prel_2(double x) {
  if (x == infinity) return 0;
  if (!(x > -0.6 && x < 1.5)) return (x - std::log1p(x)) / x * (2 / x);
  const double d = 2 + x, s = x / d, z = s * s;
  double p = 0;
  for (int k = 49; k > 1; k -= 2) p = 1.0 / k + z * p;
  return 2 / d * (1 - 2 * s / d * p);
}
)"},
    {"exprel_3", versions::real, "// 6 (exp(x) - 1 - x - x^2 / 2) / x^3; its series near 0.\n",
     R"(double exprel_3(double x) {
  if (x == -infinity) return 0;
  if (x == infinity) return x;
  if (x > 60) {
    const double half = std::exp(x / 2) / x;
    return half / x * (half * 6);
  }
  if (!(x > -2 && x < 3)) return ((std::expm1(x) - x) / x * (2 / x) - 1) / x * 3;
  double y = 1;
  for (int k = 30; k > 3; --k) y = 1 + x / k * y;
  return y;
}
)"},
    {"log1prel_3", versions::real,
     "// 3 (log(1 + x) - x + x^2 / 2) / x^3; near 0 by log(1 + x) = 2 atanh(s) and the series of that.\n",
     R"(double log1prel_3(double x) {
  if (x == infinity) return 0;
  if (!(x > -0.6 && x < 1.5)) return 1.5 * ((1 - (x - std::log1p(x)) / x * (2 / x)) / x);
  const double d = 2 + x, s = x / d, z = s * s, c = 2 / d;
  double p = 0;
  for (int k = 49; k > 1; k -= 2) p = 1.0 / k + z * p;
  return 0.75 * c * (1 + c * c * p);
}
)"},
    {"i0e", versions::real, "// exp(-|x|) I0(x): the power series, then the asymptotic one.\n",
     R"(double i0e(double x) {
  const double a = std::fabs(x);
  double term = 1, sum = 1;
  if (a < 20) {
    for (int k = 1; k < 60; ++k) sum += term *= a / (2.0 * k) * (a / (2.0 * k));
    return std::exp(-a) * sum;
  }
  for (int k = 1; k < 30; ++k) sum += term *= (2 * k - 1) * ((2 * k - 1) / (8.0 * k)) / a;
  return 0.3989422804014327 * sum / std::sqrt(a);
}
)"},
    {"i1e", versions::real, "// exp(-|x|) I1(x), in the same way.\n", R"(double i1e(double x) {
  const double a = std::fabs(x);
  double term = 1, sum = 1;
  if (a < 20) {
    for (int k = 1; k < 60; ++k) sum += term *= a / (2.0 * k) * (a / (2.0 * (k + 1)));
    return std::exp(-a) * sum * (0.5 * x);
  }
  for (int k = 1; k < 30; ++k) sum += term *= (2 * k - 3) * ((2 * k + 1) / (8.0 * k)) / a;
  return 0.3989422804014327 * (x < 0 ? -sum : sum) / std::sqrt(a);
}
)"},
    {"log_i0", versions::real, "// log(I0(x)), by I0(x) - 1 or by the asymptotic series.\n",
     R"(double log_i0(double x) {
  const double a = std::fabs(x);
  double term = 1, sum = 0;
  if (a == infinity) return a;
  if (a < 20) {
    for (int k = 1; k < 60; ++k) sum += term *= a / (2.0 * k) * (a / (2.0 * k));
    return std::log1p(sum);
  }
  for (int k = 1; k < 30; ++k) sum += term *= (2 * k - 1) * ((2 * k - 1) / (8.0 * k)) / a;
  return a + (std::log1p(sum) - 0.5 * std::log(a) - 0.9189385332046727);
}
)"},
    {"digamma", versions::real,
     "// d/dx log Gamma(x): reflected to x > 0, raised to x >= 10, then its asymptotic series.\n",
     R"(double digamma(double x) {
  if (x == 0) return -1 / x;
  if (x < 0) {
    if (x == std::floor(x)) return not_a_number;
    return digamma(1 - x) - 3.141592653589793 / std::tan(3.141592653589793 * (x - std::round(x)));
  }
  double sum = 0;
  for (; x < 10; x += 1) sum -= 1 / x;
  const double z = 1 / x / x;
  const double tail = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 - z / 12))))));
  return sum + (std::log(x) - 0.5 / x - tail);
}
)"},
    {"trigamma", versions::real, "// d/dx digamma(x), in the same way.\n", R"(double trigamma(double x) {
  if (x <= 0) {
    if (x == std::floor(x)) return x == -infinity ? not_a_number : infinity;
    const double cosecant = 3.141592653589793 / std::sin(3.141592653589793 * (x - std::round(x)));
    return cosecant * cosecant - trigamma(1 - x);
  }
  double sum = 0;
  for (; x < 10; x += 1) sum += 1 / x / x;
  const double z = 1 / x / x;
  const double tail = z / x * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730 - z * 7.0 / 6))))));
  return sum + (1 / x + 0.5 * z + tail);
}
)"},
};

/// A text with every T that is a word of its own replaced.
inline std::string of_type(std::string_view text, std::string_view type) {
  std::string s;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const bool word =
        text[k] == 'T' && (k == 0 || !is_word(text[k - 1])) && (k + 1 == text.size() || !is_word(text[k + 1]));
    s += word ? type : text.substr(k, 1);
  }
  return s;
}

/// The functions of the prelude that the code calls, and an empty line after each. Tensors are of `type`.
inline std::string prelude_of(const dialect& d, std::string_view code, element type) {
  std::string all;
  for (const prelude_function& f : prelude) {
    const std::string wide = function_name(d, f.name, false, element::f64),
                      narrow = function_name(d, f.name, false, element::f32);
    const bool calls_narrow = type == element::f32 && f.of != versions::one && mentions(code, narrow + "(");
    const bool calls_wide = mentions(code, wide + "(");
    if (!calls_narrow && !calls_wide) continue;
    all += f.comment;
    const auto version = [&](element t) {
      return std::string(d.helper) + spelled(d, of_type(f.text, type_name(t)), t);
    };
    if (f.of == versions::any_type && !d.generic.empty()) {
      all += std::string(d.generic) + spelled(d, f.text, element::f64);
    } else if (f.of == versions::any_type) {
      if (calls_narrow) all += version(element::f32);
      if (calls_wide) all += version(element::f64);
    } else {
      all += version(element::f64);
      const std::string call = wide + "(" + cast(d, element::f64, std::string("x")).text + ")";
      if (calls_narrow)
        all += std::string(d.helper) + "float " + narrow + "(float x) { return " + cast(d, element::f32, call).text +
               "; }\n";
    }
    all += "\n";
  }
  return all;
}

}  // namespace loom::emit::detail
