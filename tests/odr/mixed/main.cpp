// SPDX-License-Identifier: BSL-1.0
// odr/mixed/main.cpp — compares what two copies of library.cpp compute in one process: two files of this program, or, with
// two arguments, two shared objects. Both must give the same bits, and the right ones.
#include "loom/loom.hpp"

#include <cmath>
#include <cstdio>

#ifdef LOOM_TEST_LINKED
extern "C" void first(double* to);
extern "C" void second(double* to);
#else
#include <dlfcn.h>
#endif

using entry = void (*)(double*);

namespace {

/// Value and size of the gradient: cross entropy, binary cross entropy; the mean square. Computed apart.
constexpr double expected[5] = {6.64112418, 1.84428534, 1.74210177, 0.50670063, 13.35336538};

bool throws(entry f) {
  try {
    f(nullptr);
  } catch (const loom::error&) { return true; }
  return false;
}

bool compare(entry one, entry other) {
  double a[5]{}, b[5]{};
  one(a);
  other(b);
  bool right = throws(one) && throws(other);
  for (int i = 0; i < 5; ++i) {
    right = right && a[i] == b[i] && std::abs(a[i] - expected[i]) < 1e-5 * expected[i];
    std::printf("%.9g %.9g\n", a[i], b[i]);
  }
  return right;
}

}  // namespace

#ifdef LOOM_TEST_LINKED
int main() { return compare(&first, &second) ? 0 : 1; }
#else
int main(int, char** argv) {
  // The symbols of the first are offered to the second, as they are to everything a program is linked with.
  void* const one = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  void* const other = dlopen(argv[2], RTLD_NOW | RTLD_GLOBAL);
  if (one == nullptr || other == nullptr) {
    std::printf("%s\n", dlerror());
    return 2;
  }
  return compare(reinterpret_cast<entry>(dlsym(one, "first")), reinterpret_cast<entry>(dlsym(other, "second"))) ? 0 : 1;
}
#endif
