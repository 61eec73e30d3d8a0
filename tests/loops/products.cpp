// SPDX-License-Identifier: BSL-1.0
// loops/products.cpp — sums of logarithms as the logarithm of a product, against 80 digits.
#include "loom/loops/products.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "support/numbers.hpp"

namespace {

namespace test = loom::test;

double sum_of_logarithms(const std::vector<double>& less_one) {
  return loom::loops::logarithm_of_product(less_one.data(), static_cast<int>(less_one.size()));
}

}  // namespace

TEST_CASE("the logarithm of a product keeps the digits of factors of any size, near 1 too") {
  std::mt19937_64 random(24);
  for (const double least : {-1000.0, -60.0, -3.0, 40.0})
    for (const double most : {-50.0, 0.0, 3.0, 930.0})
      for (int count = 1; count <= 16 && least < most; ++count) {
        std::uniform_real_distribution<double> exponent(least, most);
        std::vector<double> less_one;
        test::real exact = 0;
        for (int i = 0; i < count; ++i) {
          less_one.push_back(std::exp2(exponent(random)));
          exact += log1p(test::real(less_one.back()));
        }
        INFO("2^" << least << " to 2^" << most << ", " << count << " factors");
        CHECK(std::abs(static_cast<double>((test::real(sum_of_logarithms(less_one)) - exact) / exact)) <= 4 * 0x1p-53);
      }
}

TEST_CASE("a thousand factors do not overflow") {
  CHECK(sum_of_logarithms(std::vector<double>(1000, 0x1p900)) == Approx(1000 * 900 * std::log(2.0)).epsilon(1e-15));
  CHECK(sum_of_logarithms(std::vector<double>(1000, 0.999)) == Approx(1000 * std::log(1.999)).epsilon(1e-13));
}

TEST_CASE("a factor of 0 and factors that are no numbers are seen in the logarithm of a product") {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(sum_of_logarithms({0.5, -1, 7}) == -inf);
  CHECK(sum_of_logarithms({0.5, inf, 7}) == inf);
  CHECK(std::isnan(sum_of_logarithms({0.5, nan, 7})));
  CHECK(std::isnan(sum_of_logarithms({nan, inf})));
  CHECK(std::isnan(sum_of_logarithms({-1, inf})));
  CHECK(sum_of_logarithms({0, 0}) == 0);
  CHECK(sum_of_logarithms({loom::loops::no_factors, loom::loops::no_factors}) == 0);
}
