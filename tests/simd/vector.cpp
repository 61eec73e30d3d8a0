// SPDX-License-Identifier: BSL-1.0
// simd/vector.cpp — what vectors can do beside the language's arithmetic, lane by lane, on every target.
#include <cmath>
#include <limits>

#include "loom/loops/targets.hpp"

#define LOOM_EACH_TARGET "simd/vector_loops-inl.h"
#include "loom/simd/each_target.h"

#include "support/targets.hpp"

namespace {

using trial::on_every_target;

constexpr int most_lanes = 16;

template <class T>
struct lanes {
  T at[most_lanes];
};

constexpr float inf = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();

template <class T>
bool same(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

}  // namespace

TEMPLATE_TEST_CASE("lanes are counted from the first", "", float, double) {
  on_every_target([] {
    for (std::size_t count = 0; count <= most_lanes; ++count) {
      lanes<TestType> numbers{}, in_front{};
      const int width = LOOM_ON_TARGET(counted<TestType>(3, count, numbers.at, in_front.at));
      for (int i = 0; i < width; ++i) {
        CHECK(numbers.at[i] == static_cast<TestType>(3 + i));
        CHECK(in_front.at[i] == (static_cast<std::size_t>(i) < count ? 1 : 0));
      }
    }
  });
}

TEMPLATE_TEST_CASE("numbers are gathered from any places", "", float, double) {
  on_every_target([] {
    const TestType from[] = {5, -1, 7, 2.5, 0, 9, 11};
    lanes<TestType> numbers{};
    const int width = LOOM_ON_TARGET(gathered<TestType>(from, 7, numbers.at));
    for (int i = 0; i < width && width > 1; ++i) CHECK(numbers.at[i] == from[3 * i % 7]);
  });
}

TEMPLATE_TEST_CASE("the first lanes alone are loaded and stored", "", float, double) {
  on_every_target([] {
    lanes<TestType> from{};
    for (int i = 0; i < most_lanes; ++i) from.at[i] = static_cast<TestType>(i + 1);
    for (int count = 0; count <= most_lanes; ++count) {
      lanes<TestType> loaded{}, stored{};
      for (TestType& v : stored.at) v = -1;
      const int width = LOOM_ON_TARGET(
          partial<TestType>(from.at, static_cast<std::size_t>(count < most_lanes ? count : 0), loaded.at, stored.at));
      if (width == 1 || count >= width) continue;
      for (int i = 0; i < width; ++i) {
        CHECK(loaded.at[i] == (i < count ? from.at[i] : 0));
        CHECK(stored.at[i] == (i < count ? from.at[i] : -1));
      }
    }
  });
}

TEMPLATE_TEST_CASE("two halves make a vector", "", float, double) {
  on_every_target([] {
    lanes<TestType> from{}, swapped{};
    for (int i = 0; i < most_lanes; ++i) from.at[i] = static_cast<TestType>(i);
    const int width = LOOM_ON_TARGET(halves<TestType>(from.at, swapped.at));
    if (width > 1)
      for (int i = 0; i < width; ++i) CHECK(swapped.at[i] == from.at[(i + width / 2) % width]);
  });
}

TEMPLATE_TEST_CASE("signs, zeros and NaN have theirs too", "", float, double) {
  on_every_target([] {
    for (float x : {0.0F, -0.0F, 1.5F, -2.0F, inf, -inf})
      for (float y : {0.0F, -0.0F, 3.0F, -3.0F, -not_a_number}) {
        const auto a = static_cast<TestType>(x), b = static_cast<TestType>(y);
        lanes<TestType> as{}, bs{}, size{}, signed_as{}, negative{};
        for (int i = 0; i < most_lanes; ++i) as.at[i] = a, bs.at[i] = b;
        const int width = LOOM_ON_TARGET(signs<TestType>(as.at, bs.at, size.at, signed_as.at, negative.at));
        for (int i = 0; i < width; ++i) {
          CHECK(same(size.at[i], std::fabs(a)));
          CHECK(same(signed_as.at[i], std::copysign(a, b)));
          CHECK(negative.at[i] == (std::signbit(a) ? 1 : 0));
        }
      }
  });
}

TEMPLATE_TEST_CASE("min and max return the second operand if one is NaN", "", float, double) {
  on_every_target([] {
    for (float x : {1.0F, -2.0F, inf, not_a_number})
      for (float y : {0.5F, -inf, not_a_number}) {
        const auto a = static_cast<TestType>(x), b = static_cast<TestType>(y);
        lanes<TestType> as{}, bs{}, smaller{}, larger{}, nan{};
        for (int i = 0; i < most_lanes; ++i) as.at[i] = a, bs.at[i] = b;
        const int width = LOOM_ON_TARGET(extremes<TestType>(as.at, bs.at, smaller.at, larger.at, nan.at));
        for (int i = 0; i < width; ++i) {
          CHECK(same(smaller.at[i], a < b ? a : b));
          CHECK(same(larger.at[i], a > b ? a : b));
          CHECK(nan.at[i] == (std::isnan(a) ? 1 : 0));
        }
      }
  });
}

TEMPLATE_TEST_CASE("round goes to the nearest whole number, ties to even", "", float, double) {
  on_every_target([] {
    const TestType largest = std::numeric_limits<TestType>::max(), one = 1;
    for (TestType x :
         {TestType(0), TestType(0.25), TestType(0.5), TestType(1.5), TestType(2.5), TestType(3.75), TestType(8388607.5),
          TestType(1e30), largest, std::nextafter(one, 0 * one), TestType(inf), TestType(not_a_number)})
      for (TestType a : {x, -x}) {
        lanes<TestType> as{}, rounded{};
        for (TestType& v : as.at) v = a;
        const int width = LOOM_ON_TARGET(whole<TestType>(as.at, rounded.at));
        for (int i = 0; i < width; ++i) CHECK(same(rounded.at[i], std::nearbyint(a)));
      }
  });
}

TEMPLATE_TEST_CASE("one lane is enough for any", "", float, double) {
  on_every_target([] {
    lanes<TestType> from{};
    const int width = LOOM_ON_TARGET(whole<TestType>(from.at, from.at));
    for (int i = 0; i < width; ++i) {
      from = {};
      CHECK(!LOOM_ON_TARGET(any_above<TestType>(from.at, TestType(0.5))));
      from.at[i] = 1;
      CHECK(LOOM_ON_TARGET(any_above<TestType>(from.at, TestType(0.5))));
    }
  });
}

TEST_CASE("floats are widened and narrowed lane by lane") {
  on_every_target([] {
    lanes<float> from{}, twice{};
    for (int i = 0; i < most_lanes; ++i) from.at[i] = 0.1F * static_cast<float>(i + 1);
    const int width = LOOM_ON_TARGET(through_double<float>(from.at, twice.at));
    for (int i = 0; i < width; ++i) CHECK(twice.at[i] == 2 * from.at[i]);
  });
}
