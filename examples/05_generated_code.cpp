// SPDX-License-Identifier: BSL-1.0
// examples/05_generated_code.cpp — the loop that a formula becomes, as C++ or C to read or to copy, and the way there.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "loom/code.hpp"

// [formula]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
// [/formula]

int main() {
  // [print]
  const std::string code = loom::code(cross_entropy, "cross_entropy", d(x));
  const std::string why = loom::explain(cross_entropy, d(x));
  const std::string in_c =
      loom::code<double>(cross_entropy, loom::c99, "cross_entropy");  // the value alone, of doubles
  std::puts(code.c_str());
  std::puts(in_c.c_str());
  std::puts(why.c_str());
  // [/print]
  const bool as_promised = code.find("std::exp") != std::string::npos && why.find("softmax") != std::string::npos &&
                           in_c.find("const double* x") != std::string::npos && in_c.find("std::") == std::string::npos;
  return as_promised ? EXIT_SUCCESS : EXIT_FAILURE;
}
