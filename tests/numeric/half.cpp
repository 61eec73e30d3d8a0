// SPDX-License-Identifier: BSL-1.0
// tests/base/half.cpp — every pattern of 16 bits against the definition of its type, and the rounding between neighbours.
#include "loom/numeric/half.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

namespace {

using loom::numeric::loaded;
using loom::numeric::stored;

/// (-1)^sign 2^(exponent - bias) 1.fraction, as the standards write it.
double defined(unsigned bits, int fraction_bits, int bias) {
  const int exponent_bits = 15 - fraction_bits,
            exponent = static_cast<int>(bits >> fraction_bits & ((1u << exponent_bits) - 1u));
  const double fraction = static_cast<double>(bits & ((1u << fraction_bits) - 1u)),
               sign = (bits & 0x8000u) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  return sign * std::ldexp(1 + std::ldexp(fraction, -fraction_bits), exponent - bias);
}

bool same(float a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (static_cast<double>(a) == b && std::signbit(a) == std::signbit(b));
}

template <class H>
H pattern(unsigned bits) {
  return std::bit_cast<H>(static_cast<std::uint16_t>(bits));
}

template <class H>
void reads_and_rounds(int fraction_bits, int bias) {
  const unsigned infinity = ((1u << (15 - fraction_bits)) - 1u) << fraction_bits;
  long wrong = 0;
  for (unsigned bits = 0; bits < 0x10000u; ++bits) {
    const float v = loaded(pattern<H>(bits));
    wrong += !same(v, defined(bits, fraction_bits, bias));
    wrong += std::isnan(v) ? !std::isnan(loaded(stored<H>(v))) : stored<H>(v).bits != bits;
  }
  CHECK(wrong == 0);
  wrong = 0;
  for (unsigned sign : {0u, 0x8000u})
    for (unsigned bits = 0; bits + 1 < infinity;
         ++bits) {  // between neighbours: to the nearer, and in the middle to the even one
      const unsigned low = sign | bits, high = sign | (bits + 1u);
      const float a = loaded(pattern<H>(low)), b = loaded(pattern<H>(high)), middle = a + (b - a) / 2;
      wrong += stored<H>(middle).bits != ((bits & 1u) == 0 ? low : high);
      wrong += stored<H>(std::nextafter(middle, a)).bits != low || stored<H>(std::nextafter(middle, b)).bits != high;
    }
  CHECK(wrong == 0);
  const float largest = loaded(pattern<H>(infinity - 1)), before = loaded(pattern<H>(infinity - 2)),
              edge = largest + (largest - before) / 2;
  CHECK(stored<H>(std::nextafter(edge, 0.0F)).bits == infinity - 1);
  CHECK(stored<H>(edge).bits == infinity);
  CHECK(stored<H>(std::numeric_limits<float>::infinity()).bits == infinity);
  CHECK(stored<H>(-std::numeric_limits<float>::infinity()).bits == (0x8000u | infinity));
  CHECK(
      std::isnan(loaded(stored<H>(std::bit_cast<float>(0x7F800001u)))));  // a NaN whose upper half is that of infinity
  CHECK(std::isnan(loaded(stored<H>(-std::numeric_limits<float>::quiet_NaN()))));
}

/// A type that the compiler has, on every pattern.
template <class Theirs, class Ours>
void is_read_like() {
  long wrong = 0;
  for (unsigned bits = 0; bits < 0x10000u; ++bits) {
    wrong += !same(static_cast<float>(pattern<Theirs>(bits)), static_cast<double>(loaded(pattern<Ours>(bits))));
    wrong += !same(loaded(pattern<Theirs>(bits)), static_cast<double>(loaded(pattern<Ours>(bits))));
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("bf16 is the upper half of a float, rounded to nearest") { reads_and_rounds<loom::bf16>(7, 127); }

TEST_CASE("f16 is IEEE binary16, rounded to nearest") { reads_and_rounds<loom::f16>(10, 15); }

TEST_CASE("numbers of 16 bits in constant expressions") {
  LOOM_CHECK(loom::bf16(1.00390625F).bits == 0x3F80u);  // a tie
  LOOM_CHECK(loom::bf16(1.01171875F).bits == 0x3F82u);
  LOOM_CHECK(static_cast<float>(loom::f16(0x1p-25F)) == 0);
  LOOM_CHECK(static_cast<float>(loom::f16(0x1.8p-25F)) == 0x1p-24F);
  LOOM_CHECK(loom::f16(65519.996F).bits == 0x7BFFu);
  LOOM_CHECK(loom::f16(65520).bits == 0x7C00u);
  LOOM_CHECK(loom::f16(-2) + loom::bf16(3) == 1);
}

#ifdef LOOM_HAS_FLOAT16
TEST_CASE("_Float16 is f16, on every pattern and on random floats") {
  is_read_like<_Float16, loom::f16>();
  std::mt19937 random(1);
  long wrong = 0;
  for (int i = 0; i < 1000000; ++i) {
    const float v = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    const float far =
        i % 2 == 0 ? v
                   : std::ldexp(std::bit_cast<float>((std::bit_cast<std::uint32_t>(v) & 0x807FFFFFu) | 0x3F800000u),
                                static_cast<int>(random() % 44) - 27);
    wrong += !same(loaded(stored<loom::f16>(far)), static_cast<double>(static_cast<float>(static_cast<_Float16>(far))));
    wrong += !same(loaded(stored<_Float16>(far)), static_cast<double>(loaded(stored<loom::f16>(far))));
  }
  CHECK(wrong == 0);
}
#endif

#if defined(__BFLT16_MANT_DIG__) || (defined(__clang__) && defined(__SSE2__) && __clang_major__ >= 17)
TEST_CASE("__bf16 is bf16, on every pattern") { is_read_like<__bf16, loom::bf16>(); }
#endif
