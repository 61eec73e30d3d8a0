// SPDX-License-Identifier: BSL-1.0
// tests/loops/powers.cpp — powers by a scalar, which the loops have a shorter way to, are those of C's pow.
#include <cmath>
#include <limits>

#include "loom/loom.hpp"
#include "support/targets.hpp"

namespace {

constexpr auto a = loom::tensor<"a[N]">;
constexpr auto b = loom::scalar<"b">;
constexpr auto power = loom::loss<pow(a, b)>;
constexpr auto total = loom::loss<sum(pow(a, b))>;

template <class T>
void check_powers() {
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN(),
          least = std::numeric_limits<T>::denorm_min(), most = std::numeric_limits<T>::max();
  const std::vector<T> bases = {0,       -T(0), 1,    -1,  T(0.3), T(-0.3), 7, -7, T(1e-30),
                                T(3e30), least, most, inf, -inf,   nan,     2, 3};
  for (const double exponent : {0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, 1.5}) {
    std::vector<T> powers(bases.size()), slopes(bases.size());
    power(a = bases, b = exponent, loom::out = powers);
    total(a = bases, b = exponent, d(a) = slopes);
    for (std::size_t i = 0; i < bases.size(); ++i) {
      CAPTURE(exponent, bases[i]);
      const T expected = std::pow(bases[i], static_cast<T>(exponent));
      const auto same = [](T computed, T wanted, T ulps) {
        if (std::isnan(wanted)) return std::isnan(computed);
        if (std::isinf(wanted) || wanted == 0)
          return computed == wanted && std::signbit(computed) == std::signbit(wanted);
        return std::abs(computed - wanted) <= ulps * std::abs(wanted) * std::numeric_limits<T>::epsilon();
      };
      CHECK(same(powers[i], expected, 2));
      if (exponent == 1 || exponent == 2) CHECK(same(slopes[i], exponent == 1 ? T(1) : 2 * bases[i], 1));
    }
  }
}

}  // namespace

TEST_CASE("powers by a scalar are those of C", "[loops]") {
  trial::on_every_target([] {
    check_powers<float>();
    check_powers<double>();
  });
}
