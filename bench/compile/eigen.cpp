// SPDX-License-Identifier: BSL-1.0
// bench/compile/eigen.cpp — the yardstick: a header that everybody has compiled.
#include <Eigen/Dense>
