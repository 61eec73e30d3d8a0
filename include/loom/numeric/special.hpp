// SPDX-License-Identifier: BSL-1.0
// numeric/special.hpp — circular, error, Bessel and gamma functions: the second half of
// numeric/elementary.hpp, which says how the two evaluations are told apart.
// Coefficients with many digits are interpolations at Chebyshev nodes made for
// this file with 60-digit arithmetic; all others are Taylor or Bernoulli numbers.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <cstdint>  // whether the C library is glibc

#include "loom/numeric/elementary.hpp"

#if defined(__GLIBC__)
extern "C" double lgamma_r(double, int*) noexcept;  // of <math.h>
#endif

namespace loom::inline LOOM_ABI::numeric {
namespace detail {

// ---- circular ----

/// sin(r + lo), Taylor. Domain: |r| <= 0.8.
constexpr double sin_near_zero(double r, double lo) {
  const double z = r * r;
  const double tail = horner(z, 1.0 / 355687428096000.0, -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800,
                             1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6);
  return r + (r * z * tail + lo * (1 - 0.5 * z));
}

/// cos(r + lo), Taylor. Domain: |r| <= 0.8.
constexpr double cos_near_zero(double r, double lo) {
  const double z = r * r;
  const double tail = horner(z, 1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600, -1.0 / 3628800,
                             1.0 / 40320, -1.0 / 720, 1.0 / 24);
  const double w = 1 - 0.5 * z;
  return w + (((1 - w) - 0.5 * z) + (z * z * tail - r * lo));
}

/// x = quadrant * pi/2 + hi + lo (mod 2 pi), |hi| <= pi/4 (1 + 2^-20).
struct angle {
  int quadrant;
  double hi;
  double lo;
};

/// The first 1184 bits of 2/pi: enough for the largest double.
inline constexpr std::uint32_t two_over_pi[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046};

/// Exact product of the 53-bit x and the 224 bits of 2/pi that matter, modulo
/// whole turns; then the fraction times pi/2. Domain: 2^20 <= x < inf.
/// Source: Payne & Hanek, SIGNUM Newsletter 18(1), 1983.
constexpr angle reduce_large(double x) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  const int e = static_cast<int>(bits >> 52) - 1075;  // x = m * 2^e
  const std::uint64_t m = (bits & 0x000f'ffff'ffff'ffffU) | 0x0010'0000'0000'0000U;
  const int first = e < 2 ? 0 : (e - 2) / 32;  // words before it are whole turns
  std::uint32_t p[11] = {};                    // least significant first
  for (int half = 0; half < 2; ++half) {
    const std::uint64_t factor = half == 0 ? m & 0xffff'ffffU : m >> 32;
    std::uint64_t carry = 0;
    for (int i = 0; i < 7; ++i) {
      carry += p[i + half] + factor * two_over_pi[first + 6 - i];
      p[i + half] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    p[7 + half] = static_cast<std::uint32_t>(carry);
  }
  const int point = 32 * (first + 7) - e;  // bits of fraction in p
  std::uint64_t word[3] = {};              // fraction below 2^-64, fraction, quadrant
  for (int i = 0; i < 3; ++i) {
    const int at = (point - 128 + 64 * i) / 32;
    const int shift = (point - 128 + 64 * i) % 32;
    const std::uint64_t low = p[at] | static_cast<std::uint64_t>(p[at + 1]) << 32;
    word[i] = shift == 0 ? low : low >> shift | static_cast<std::uint64_t>(p[at + 2]) << (64 - shift);
  }
  int quadrant = static_cast<int>(word[2] & 3U);
  const bool above = (word[1] >> 63) != 0;
  if (above) {
    word[0] = ~word[0] + 1;
    word[1] = ~word[1] + (word[0] == 0 ? 1U : 0U);
    quadrant = (quadrant + 1) % 4;
  }
  const int zeros = std::countl_zero(word[1]);  // at most 62 for any double
  const std::uint64_t top = zeros == 0 ? word[1] : word[1] << zeros | word[0] >> (64 - zeros);
  const std::uint64_t next = top << 53 | (word[0] << zeros) >> 11;
  const double unit = (above ? -1.0 : 1.0) * power_of_two(-zeros);
  const twofold fraction{static_cast<double>(top >> 11) * 0x1p-53 * unit,
                         static_cast<double>(next >> 11) * 0x1p-106 * unit};
  const twofold r = product(fraction, {0.5 * pi, 0.5 * pi_lo});
  return {quadrant, r.hi, r.lo};
}

/// Domain: finite.
constexpr angle reduce(double x) {
  if (abs(x) <= 0.25 * pi) return {0, x, 0};
  if (abs(x) >= 0x1p20) {
    const angle a = reduce_large(abs(x));
    return x > 0 ? a : angle{(4 - a.quadrant) % 4, -a.hi, -a.lo};
  }
  // pi/2 in parts of 33 bits, so that k times each is exact.
  const int k = nearest(x * (2 / pi));
  const twofold a = two_sum(x - k * 0x1.921fb54400000p+0, -k * 0x1.0b4611a600000p-34);
  const twofold b = two_sum(a.hi, -k * 0x1.3198a2e000000p-69);
  const twofold r = fast_two_sum(b.hi, b.lo + (a.lo - k * 0x1.b839a252049c1p-104));
  return {k & 3, r.hi, r.lo};
}

constexpr double sin_of(angle a) {
  const double size = a.quadrant % 2 == 0 ? sin_near_zero(a.hi, a.lo) : cos_near_zero(a.hi, a.lo);
  return a.quadrant < 2 ? size : -size;
}

constexpr double cos_of(angle a) { return sin_of({(a.quadrant + 1) % 4, a.hi, a.lo}); }

constexpr double sin_constant(double x) {
  if (is_nan(x) || abs(x) < 0x1p-27) return x;
  return is_inf(x) ? not_a_number : sin_of(reduce(x));
}

constexpr double cos_constant(double x) {
  if (is_nan(x)) return x;
  return is_inf(x) ? not_a_number : cos_of(reduce(x));
}

constexpr double tan_constant(double x) {
  if (is_nan(x) || abs(x) < 0x1p-27) return x;
  if (is_inf(x)) return not_a_number;
  const angle a = reduce(x);
  return sin_of(a) / cos_of(a);
}

/// atan(j / 8).
inline constexpr twofold atan_eighths[] = {{0, 0},
                                           {0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
                                           {0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
                                           {0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
                                           {0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
                                           {0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
                                           {0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
                                           {0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
                                           {0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55}};

/// By the nearest j / 8 and the addition theorem; above 1 by pi/2 - atan(1/x).
constexpr double atan_constant(double x) {
  const double a = abs(x);
  if (is_nan(x) || a < 0x1p-27) return x;
  if (a > 0x1p60) return with_sign(0.5 * pi, x);
  const double u = a > 1 ? 1 / a : a;
  const int j = nearest(8 * u);
  const double c = 0.125 * j;
  const twofold base = atan_eighths[j];
  const double t = (u - c) / (1 + u * c);
  const double z = t * t;
  const double tail = t * z * horner(z, 1.0 / 13, -1.0 / 11, 1.0 / 9, -1.0 / 7, 1.0 / 5, -1.0 / 3);
  if (a <= 1) return with_sign(base.hi + (t + (tail + base.lo)), x);
  const twofold rest = fast_two_sum(0.5 * pi, -base.hi);
  return with_sign(rest.hi - (t + (tail + ((base.lo - 0.5 * pi_lo) - rest.lo))), x);
}

/// By the quotient of the shorter side; of two infinities, as of two ones, it is 1.
constexpr double atan2_constant(double y, double x) {
  if (is_nan(x) || is_nan(y)) return not_a_number;
  const double a = abs(y), b = abs(x), longer = a > b ? a : b, shorter = a > b ? b : a;
  const double quotient = longer == 0 || shorter == 0 ? 0
                          : longer == shorter         ? 1
                          : is_inf(longer)            ? 0
                                                      : shorter / longer;
  const double inner = atan_constant(quotient);
  const double first = a > b ? 0.5 * pi - (inner - 0.5 * pi_lo) : inner;
  return with_sign(is_negative(x) ? pi - (first - pi_lo) : first, y);
}

constexpr double asin_constant(double x) {
  if (is_nan(x) || abs(x) < 0x1p-27) return x;
  if (abs(x) > 1) return not_a_number;
  if (abs(x) == 1) return with_sign(0.5 * pi, x);
  return atan_constant(x / sqrt_constant((1 - x) * (1 + x)));
}

constexpr double acos_constant(double x) {
  if (is_nan(x)) return x;
  if (abs(x) > 1) return not_a_number;
  return x == -1 ? pi : 2 * atan_constant(sqrt_constant((1 - x) / (1 + x)));
}

// ---- error function ----

/// erfcx(x), by (1 + 2x) erfcx(x) in powers of (x - 3.75) / (x + 3.75). Domain: 0 <= x <= 1e9.
/// Source: the form is Shepherd & Laframboise, Math. Comp. 36(153), 1981.
constexpr double erfcx_positive(double x) {
  const double sum = horner(
      (x - 3.75) / (x + 3.75), 4.434959070009628e-10, 3.110310719839165e-10, -5.28428697963142e-09,
      -3.743568033634583e-09, 3.8965452548985966e-08, 2.3261913276696566e-08, -2.591069687796658e-07,
      -5.721597255990987e-08, 1.752057970166318e-06, -9.735619015182663e-07, -1.1444412439171722e-05,
      2.2384240314224437e-05, 5.1649211390702855e-05, -0.0002901540809795271, 0.0002937136342850081,
      0.0017556258530017257, -0.009746579552504244, 0.028362277418940665, -0.058693398590212366, 0.09230432116037876,
      -0.10880393014171785, 0.08227673849014516, 0.003585415485463775, -0.14024059858554697, 1.2375126308378275);
  return sum / (1 + 2 * x);
}

/// ierfcx(x), by (1 + 2x)^2 ierfcx(x) in powers of (x - 4) / (x + 4). Domain: 0 <= x <= 1e9.
constexpr double ierfcx_positive(double x) {
  const double sum =
      horner((x - 4) / (x + 4), -1.5426008647843956e-09, -3.5665967328206873e-09, 1.918643015477532e-08,
             4.2305239504875676e-08, -1.4742665875934668e-07, -2.7587884942365974e-07, 1.0188945705710867e-06,
             1.2183108758378249e-06, -7.062548529228312e-06, -1.3237836524297353e-06, 4.623275310333311e-05,
             -5.49406163533309e-05, -0.0002177999903825437, 0.0008150816222321126, -0.00040395184319675666,
             -0.004805187431613961, 0.019341293213035838, -0.04173665847603977, 0.05595570013634083,
             -0.031538315346236946, -0.05738465603637527, 0.19936247592426007, -0.32580481377820886, 0.3344285437716933,
             -0.15677345254426292, -0.1743758650610801, 1.311531996848369);
  return sum / (1 + 2 * x) / (1 + 2 * x);
}

/// Taylor, with 2/sqrt(pi) as 1 + 0.128... Domain: |x| <= 1/2.
constexpr double erf_near_zero(double x) {
  const double z = x * x;
  const double tail = z * horner(z, -1.0 / 918086400, 1.0 / 76204800, -1.0 / 6894720, 1.0 / 685440, -1.0 / 75600,
                                 1.0 / 9360, -1.0 / 1320, 1.0 / 216, -1.0 / 42, 1.0 / 10, -1.0 / 3);
  return x + x * (0.12837916709551256 + 1.1283791670955126 * tail);
}

constexpr double erfcx_constant(double x) {
  if (is_nan(x)) return x;
  if (x < -26.7) return infinity;
  const double a = abs(x);
  if (a > 1e9) return 0.5641895835477563 / a;
  const twofold square = two_product(a, a);
  if (a <= 0.5) return exp_scaled(square.hi, square.lo, 0) * (1 - erf_near_zero(x));
  const double y = erfcx_positive(a);
  return x > 0 ? y : exp_scaled(square.hi, square.lo, 1) - y;
}

constexpr double ierfcx_constant(double x) {
  if (is_nan(x)) return x;
  if (x < -26.7) return infinity;
  const double a = abs(x);
  if (a > 1e9) return 0.28209479177387814 / a / a;
  const double y = ierfcx_positive(a);
  if (x >= 0) return y;
  const twofold square = two_product(a, a);
  return exp_scaled(square.hi, square.lo, 1) * a + y;
}

constexpr double erfc_constant(double x) {
  if (is_nan(x)) return x;
  if (x < -6) return 2;
  if (x > 27.3) return 0;
  if (abs(x) <= 0.5) return 1 - erf_near_zero(x);
  const twofold square = two_product(x, x);
  const double y = exp_scaled(-square.hi, -square.lo, 0) * erfcx_positive(abs(x));
  return x > 0 ? y : 2 - y;
}

constexpr double erf_constant(double x) {
  if (is_nan(x)) return x;
  if (abs(x) <= 0.5) return erf_near_zero(x);
  return with_sign(1 - erfc_constant(abs(x)), x);
}

// ---- modified Bessel functions ----

/// (I0(sqrt z) - 1) / z and I1(sqrt z) / sqrt z. Domain: 0 <= z <= 64.
constexpr double i0_rest(double z) {
  return horner(z, 8.262779232988884e-37, 4.714684319191478e-34, 5.0068740039222045e-31, 3.83293601539906e-28,
                2.5984635385156403e-25, 1.4963027946524912e-22, 7.24226953458259e-20, 2.896903108742201e-17,
                9.385967043097218e-15, 2.4028075488238737e-12, 4.709502797132102e-10, 6.781684027773918e-08,
                6.781684027777918e-06, 0.00043402777777777754, 0.015625, 0.25);
}
constexpr double i1_quotient(double z) {
  return horner(z, 2.716505589516919e-35, 1.3808181584914298e-32, 1.408926251589232e-29, 9.956969230500738e-27,
                6.2370206832638684e-24, 3.2918259018287706e-21, 1.448455537254395e-18, 5.214425120919993e-16,
                1.5017547367976848e-13, 3.3639305668982475e-11, 5.651403356704746e-09, 6.781684027764357e-07,
                5.42534722222271e-05, 0.0026041666666666574, 0.06250000000000001, 0.5);
}

/// sqrt(x) e^(-x) I0(x), in powers of 16 / x - 1, and the same of I1. Domain: x >= 8.
constexpr double i0_far(double x) {
  return horner(16 / x - 1, -7.06893851181878e-11, -1.9216763724933513e-11, 5.181936971288284e-10,
                1.4672236659214398e-10, -1.7789375042917173e-09, -5.562201990080394e-10, 3.881151253996067e-09,
                1.497880830187091e-09, -6.188265090497361e-09, -3.4857887470034955e-09, 7.58022133915272e-09,
                7.540601378890834e-09, -5.4685974495866e-09, -1.3404241991980871e-08, -6.729724111923548e-09,
                7.553516470355896e-09, 2.1545177650836005e-08, 3.932602459703109e-08, 8.87225351128584e-08,
                2.973598432479169e-07, 1.4838475473607391e-06, 1.1143033791556743e-05, 0.00013621607439232746,
                0.003360551983667854, 0.4021765094450081);
}
constexpr double i1_far(double x) {
  return horner(16 / x - 1, -1.9677083272584384e-11, 6.135932778393812e-11, 1.417650842869536e-10,
                -4.6561597954216946e-10, -4.798751536934023e-10, 1.657764699456319e-09, 1.0715528639398075e-09,
                -3.75344338735913e-09, -1.992076551203188e-09, 6.202984113000443e-09, 3.803814960536081e-09,
                -7.863004697555056e-09, -7.816968266767898e-09, 5.963645798166707e-09, 1.408852075202545e-08,
                6.737493433374833e-09, -8.43880090582137e-09, -2.337446787242448e-08, -4.312778920167609e-08,
                -1.0001282610189342e-07, -3.4838567401229716e-07, -1.8349101357991557e-06, -1.5038547197358572e-05,
                -0.00021923576383382282, -0.009749577193235768, 0.38939845902587233);
}

constexpr double i0e_constant(double x) {
  if (is_nan(x)) return x;
  const double a = abs(x);
  if (is_inf(a)) return 0;
  return a < 8 ? exp_constant(-a) * (1 + a * a * i0_rest(a * a)) : i0_far(a) / sqrt_constant(a);
}

constexpr double i1e_constant(double x) {
  if (is_nan(x)) return x;
  const double a = abs(x);
  if (is_inf(a)) return with_sign(0, x);
  return with_sign(a < 8 ? exp_constant(-a) * i1_quotient(a * a) * a : i1_far(a) / sqrt_constant(a), x);
}

/// Near 0 by I0 - 1.
constexpr double log_i0_constant(double x) {
  if (is_nan(x)) return x;
  const double a = abs(x);
  if (is_inf(a)) return a;
  return a < 8 ? log1p_constant(a * a * i0_rest(a * a)) : a - log_constant(sqrt_constant(a) / i0_far(a));
}

// ---- gamma ----

/// log Gamma(1 + y), with its roots 0 and 1 taken out. Domain: 0 <= y <= 3/2.
constexpr double lgamma_near_roots(double y) {
  const double p = horner(y, 1.617450683823641e-06, 0.0006980166023666075, 0.021203176043154633, 0.20439108881700774,
                          0.8520513981541668, 1.70581416294524, 1.6127980988295134, 0.5772156649015329);
  const double q = horner(y, 0.0001821462808366695, 0.009078152769591183, 0.13188406729040505, 0.8203148799058525,
                          2.531159284096056, 4.0536681493160565, 3.218986559675325, 1.0);
  return y * (y - 1) * (p / q);
}

/// Domain: x > 0.
constexpr double lgamma_positive(double x) {
  if (x < 1) return lgamma_near_roots(x) - log_constant(x);
  if (x < 8) {
    double rising = 1;
    while (x > 2.5) rising *= --x;
    return log_constant(rising) + lgamma_near_roots(x - 1);
  }
  const double l = log_constant(x) - 1;
  if (x > 1e300 && l > __DBL_MAX__ / x) return infinity;
  const double v = 1 / x;
  const double z = v * v;
  const double tail = v * horner(z, -3617.0 / 122400, 1.0 / 156, -691.0 / 360360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260,
                                 -1.0 / 360, 1.0 / 12);
  return (x - 0.5) * l + (0.4189385332046727 + tail);  // log(2 pi) / 2 - 1/2
}

/// x - n for the nearest integer n, exactly. Domain: 0 <= x < 2^53.
constexpr double fraction_of(double x) {
  const double r = x - static_cast<double>(static_cast<std::int64_t>(x));
  return r > 0.5 ? r - 1 : r;
}

/// pi r, reduced. Domain: |r| <= 1/2.
constexpr angle half_turns(double r) {
  const double q = r > 0.25 ? r - 0.5 : r < -0.25 ? r + 0.5 : r;
  const twofold p = two_product(q, pi);
  return {r > 0.25 ? 1 : r < -0.25 ? 3 : 0, p.hi, p.lo + q * pi_lo};
}

constexpr bool is_pole_of_gamma(double x) { return x <= 0 && parity_of(x) != parity::fraction; }

constexpr double lgamma_constant(double x) {
  if (is_nan(x)) return x;
  if (is_inf(x) || is_pole_of_gamma(x)) return infinity;
  if (x > 0) return lgamma_positive(x);
  const double a = -x;
  if (a < 0.5) return lgamma_near_roots(1 - a) - log_constant(a * (1 - a));
  const double s = abs(sin_of(half_turns(fraction_of(a))));
  return log_constant(pi / (a * s)) - lgamma_positive(a);
}

/// digamma(1 + y), with its root taken out. Domain: 0 <= y <= 1.
constexpr double digamma_near_root(double y) {
  const double from_root = (y - 0.46163214496836236) + 1.5522348162858677e-17;
  const double p = horner(y, -5.255928232683594e-07, 4.8862711602068775e-05, 0.008578049712380615, 0.14385775347704502,
                          0.8009632637053631, 1.7395236015248232, 1.2503801375034054);
  const double q = horner(y, 0.0021092941228867614, 0.053737122083413066, 0.4338530757240686, 1.4569679082420655,
                          2.074742619717552, 1.0);
  return from_root * (p / q);
}

/// digamma(1 + a). Domain: a >= 0.
constexpr double digamma_after(double a) {
  double y = a;
  if (y <= 1) return digamma_near_root(y);
  double sum = 0;
  if (y < 10) {
    for (; y > 1; y -= 1) sum += 1 / y;
    return sum + digamma_near_root(y);
  }
  const double z = 1 / (a * a);
  const double tail =
      z * horner(z, -3617.0 / 8160, 1.0 / 12, -691.0 / 32760, 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120, 1.0 / 12);
  return log_constant(a) + (0.5 / a - tail);
}

constexpr double digamma_constant(double x) {
  if (is_nan(x) || x == infinity) return x;
  if (abs(x) <= 0x1p-1024) return with_sign(infinity, -x);
  if (abs(x) < 0x1p-60) return -1 / x;
  if (x >= 1e17) return log_constant(x);
  if (x >= 1) return digamma_after(x - 1);
  if (x > 0) return digamma_after(x) - 1 / x;
  if (x == -infinity || is_pole_of_gamma(x)) return not_a_number;
  const angle turn = half_turns(fraction_of(-x));
  return digamma_after(-x) + pi * cos_of(turn) / sin_of(turn);
}

/// Domain: x > 2^-60.
constexpr double trigamma_positive(double x) {
  double sum = 0;
  for (; x < 10; x += 1) sum += 1 / (x * x);
  const double v = 1 / x;
  const double z = v * v;
  const double tail =
      z * horner(z, -3617.0 / 510, 7.0 / 6, -691.0 / 2730, 5.0 / 66, -1.0 / 30, 1.0 / 42, -1.0 / 30, 1.0 / 6);
  return sum + (v + (0.5 * z + v * tail));
}

constexpr double trigamma_constant(double x) {
  if (is_nan(x)) return x;
  if (x == infinity) return 0;
  if (x == -infinity) return not_a_number;
  if (abs(x) <= 0x1p-512 || is_pole_of_gamma(x)) return infinity;
  if (abs(x) < 0x1p-60) return (1 / x) * (1 / x);
  if (x > 0) return trigamma_positive(x);
  const double cosecant = pi / sin_of(half_turns(fraction_of(-x)));
  return cosecant * cosecant - trigamma_positive(1 - x);
}

}  // namespace detail

/// Domain: finite, reduced exactly however large; NaN at +-inf.
/// Error:  <= 1 ulp.
constexpr double sin(double x) {
  return __builtin_is_constant_evaluated() ? detail::sin_constant(x) : __builtin_sin(x);
}

/// Domain: as sin.
/// Error:  <= 1 ulp.
constexpr double cos(double x) {
  return __builtin_is_constant_evaluated() ? detail::cos_constant(x) : __builtin_cos(x);
}

/// Domain: as sin.
/// Error:  <= 3 ulp.
constexpr double tan(double x) {
  return __builtin_is_constant_evaluated() ? detail::tan_constant(x) : __builtin_tan(x);
}

/// Domain: |x| <= 1; NaN outside.
/// Error:  <= 3 ulp.
constexpr double asin(double x) {
  return __builtin_is_constant_evaluated() ? detail::asin_constant(x) : __builtin_asin(x);
}

/// Domain: |x| <= 1; NaN outside.
/// Error:  <= 2 ulp.
constexpr double acos(double x) {
  return __builtin_is_constant_evaluated() ? detail::acos_constant(x) : __builtin_acos(x);
}

/// Domain: any; atan(+-inf) = +-pi/2.
/// Error:  <= 3 ulp.
constexpr double atan(double x) {
  return __builtin_is_constant_evaluated() ? detail::atan_constant(x) : __builtin_atan(x);
}

/// The angle of (x, y) from the axis of x.
/// Domain: any, as C99 F.9.1.4: atan2(+-0, x) is +-0 for x > 0 and +0, +-pi for x < 0 and -0.
/// Error:  <= 3 ulp.
constexpr double atan2(double y, double x) {
  return __builtin_is_constant_evaluated() ? detail::atan2_constant(y, x) : __builtin_atan2(y, x);
}

/// 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.
/// Domain: any.
/// Error:  <= 3 ulp.
constexpr double erf(double x) {
  return __builtin_is_constant_evaluated() ? detail::erf_constant(x) : __builtin_erf(x);
}

/// 1 - erf(x), without cancellation.
/// Domain: any.
/// Error:  <= 5 ulp.
constexpr double erfc(double x) {
  return __builtin_is_constant_evaluated() ? detail::erfc_constant(x) : __builtin_erfc(x);
}

/// e^(x^2) erfc(x), scaled not to underflow.
/// Domain: any; inf below -26.63.
/// Error:  <= 3 ulp, at run time too.
constexpr double erfcx(double x) { return detail::erfcx_constant(x); }

/// 1/sqrt(pi) - x erfcx(x), the integral of erfc from x on, scaled as erfcx is. The slope of erfcx is -2 of it.
/// Domain: any; inf below -26.6.
/// Error:  <= 8 ulp, at run time too.
constexpr double ierfcx(double x) { return detail::ierfcx_constant(x); }

/// e^(-|x|) I0(x), the modified Bessel function of order 0, scaled not to overflow.
/// Domain: any.
/// Error:  <= 4 ulp, at run time too.
constexpr double i0e(double x) { return detail::i0e_constant(x); }

/// e^(-|x|) I1(x).
/// Domain: any.
/// Error:  <= 4 ulp, at run time too.
constexpr double i1e(double x) { return detail::i1e_constant(x); }

/// log(I0(x)).
/// Domain: any.
/// Error:  <= 3 ulp, at run time too.
constexpr double log_i0(double x) { return detail::log_i0_constant(x); }

/// log |Gamma(x)|.
/// Domain: any; +inf at 0, -1, -2, ...
/// Error:  <= 6 ulp for x > 0; for x < 0, whose roots are not treated, <= 6 ulp of max(1, |lgamma(-x)|).
constexpr double lgamma(double x) {
  if (__builtin_is_constant_evaluated()) return detail::lgamma_constant(x);
#if defined(__GLIBC__)
  int sign = 0;
  return ::lgamma_r(x, &sign);  // std::lgamma writes the global signgam: a data race
#else
  return __builtin_lgamma(x);
#endif
}

/// d/dx log Gamma(x).
/// Domain: any; -inf at +0, +inf at -0, NaN at -1, -2, ...
/// Error:  <= 5 ulp for x > 0; for x < 0 <= 6 ulp of max(1, log |x|, |digamma(x)|). At run time too.
constexpr double digamma(double x) { return detail::digamma_constant(x); }

/// d/dx digamma(x).
/// Domain: any; +inf at 0, -1, -2, ...
/// Error:  <= 5 ulp, at run time too.
constexpr double trigamma(double x) { return detail::trigamma_constant(x); }

}  // namespace loom::numeric
