// SPDX-License-Identifier: BSL-1.0
// odr/main.cpp — two files that use a formula of a header share its function, its plan and its results.
#include <cstdio>

#include "formula.hpp"

int main() {
  const seen a = seen_by_a(), b = seen_by_b();
  const float scores[] = {1, 2, 3, 6, 5, 4};
  const int labels[] = {0, 2};
  float of_a[6]{}, of_b[6]{};
  const float value_a = a.evaluate(scores, labels, of_a), value_b = b.evaluate(scores, labels, of_b);
  bool same = a.evaluate == b.evaluate && a.loss == b.loss && a.plan == b.plan && value_a == value_b;
  for (int i = 0; i < 6; ++i) same = same && of_a[i] == of_b[i];
  std::printf("%s: %.6f %.6f\n", same ? "the same" : "different", static_cast<double>(value_a),
              static_cast<double>(value_b));
  return same ? 0 : 1;
}
