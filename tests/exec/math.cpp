// SPDX-License-Identifier: BSL-1.0
// exec/math.cpp — the elementary functions of the kernels against MPFR.
// Every function, float type and target this CPU has, at random points and at the
// special values. The bounds in `functions` are those the headers document.
// Run with the tag [report] to print the measured maxima instead.

// The targets the library compiles for. Later Highway versions split AVX3 further:
// bits 3, 4 and 6 (AVX10.2, Sapphire Rapids, Zen 4), unnamed in 1.0.3.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | (1LL << 3) | (1LL << 4) | (1LL << 6))
// All attainable targets, so that the ones without FMA are tested under any -march.
#define HWY_COMPILE_ALL_ATTAINABLE

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "exec/math.cpp"
#include <hwy/foreach_target.h>

#include <loom/exec/math-inl.h>
#include <loom/exec/special-inl.h>

// One row per function of one argument: its name and its reference.
// clang-format off
#define LOOM_TEST_UNARY(X) \
  X(Exp, mpfr_exp) X(Expm1, mpfr_expm1) X(Log, mpfr_log) X(Log1p, mpfr_log1p) \
  X(Tanh, mpfr_tanh) X(Sinh, mpfr_sinh) X(Cosh, mpfr_cosh) \
  X(Sin, mpfr_sin) X(Cos, mpfr_cos) X(Tan, mpfr_tan) \
  X(Asin, mpfr_asin) X(Acos, mpfr_acos) X(Atan, mpfr_atan) \
  X(Asinh, mpfr_asinh) X(Acosh, mpfr_acosh) X(Atanh, mpfr_atanh) \
  X(Erf, mpfr_erf) X(Erfc, mpfr_erfc) X(Erfcx, erfcx) \
  X(LogGamma, log_gamma) X(Digamma, mpfr_digamma) X(Trigamma, trigamma)
// clang-format on

#ifndef LOOM_TESTS_EXEC_MATH_ONCE
#define LOOM_TESTS_EXEC_MATH_ONCE
namespace loom::tests {
enum class fn {
#define LOOM_TEST_ENUM(name, reference) name,
  LOOM_TEST_UNARY(LOOM_TEST_ENUM)
#undef LOOM_TEST_ENUM
      Pow
};
}  // namespace loom::tests
#endif

HWY_BEFORE_NAMESPACE();
namespace loom::tests {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace math = loom::HWY_NAMESPACE::math;

// One loop per function: compilers take minutes over all of them in one body.
#define LOOM_TEST_LOOP(name, arguments)                                            \
  template <class D, class T>                                                      \
  HWY_NOINLINE void Loop##name(D d, const T* x, const T* z, T* y, std::size_t n) { \
    for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {                            \
      const auto a = hn::LoadU(d, x + i);                                          \
      [[maybe_unused]] const auto b = hn::LoadU(d, z + i);                         \
      hn::StoreU(math::name arguments, d, y + i);                                  \
    }                                                                              \
  }
#define LOOM_TEST_UNARY_LOOP(name, reference) LOOM_TEST_LOOP(name, (d, a))
LOOM_TEST_UNARY(LOOM_TEST_UNARY_LOOP)
LOOM_TEST_LOOP(Pow, (d, a, b))
#undef LOOM_TEST_UNARY_LOOP
#undef LOOM_TEST_LOOP

/// y[i] = f(a[i], b[i]); n is a multiple of every lane count.
template <class D, class T>
void Apply(D d, fn f, const T* a, const T* b, T* y, std::size_t n) {
  switch (f) {
#define LOOM_TEST_CASE(name, reference) \
  case fn::name: return Loop##name(d, a, b, y, n);
    LOOM_TEST_UNARY(LOOM_TEST_CASE)
#undef LOOM_TEST_CASE
    case fn::Pow: return LoopPow(d, a, b, y, n);
  }
}

#if HWY_TARGET == HWY_EMU128
// Its loops over lanes are unrolled at great cost in compile time, and all lanes are alike.
template <class T>
using lanes = hn::CappedTag<T, 1>;
#else
template <class T>
using lanes = hn::ScalableTag<T>;
#endif

void ApplyF32(fn f, const float* a, const float* b, float* y, std::size_t n) { Apply(lanes<float>(), f, a, b, y, n); }
void ApplyF64(fn f, const double* a, const double* b, double* y, std::size_t n) {
  Apply(lanes<double>(), f, a, b, y, n);
}

/// Vectors of one lane, then of at most four: the functions that treat these differently.
template <class D>
void ApplyShort(D d, fn f, const float* a, const float* b, float* y, std::size_t n) {
  if (f == fn::Exp) LoopExp(d, a, b, y, n);
  else LoopPow(d, a, b, y, n);
}
void ApplyShortF32(fn f, const float* a, const float* b, float* y, std::size_t n) {
  ApplyShort(hn::CappedTag<float, 1>(), f, a, b, y, n / 2);
  ApplyShort(hn::CappedTag<float, 4>(), f, a + n / 2, b + n / 2, y + n / 2, n / 2);
}

}  // namespace HWY_NAMESPACE
}  // namespace loom::tests
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <mpfr.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace loom::tests {

HWY_EXPORT(ApplyF32);
HWY_EXPORT(ApplyF64);
HWY_EXPORT(ApplyShortF32);

namespace {

/// A number of MPFR with room for the last bits of a cancelling argument.
struct big {
  mpfr_t v;
  explicit big(mpfr_prec_t bits = 140) { mpfr_init2(v, bits); }
  ~big() { mpfr_clear(v); }
  big(const big&) = delete;
  big& operator=(const big&) = delete;
};

using reference = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

int erfcx(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (!mpfr_number_p(x)) return mpfr_inf_p(x) && mpfr_sgn(x) > 0 ? mpfr_set_zero(y, 1), 0 : mpfr_abs(y, x, r);
  big t(240), u(240);
  if (mpfr_cmp_d(x, 1e4) < 0) {
    mpfr_sqr(t.v, x, r);
    mpfr_exp(t.v, t.v, r);
    mpfr_erfc(u.v, x, r);
    return mpfr_mul(y, t.v, u.v, r);
  }
  // (1 - 1/(2 x^2) + 3/(4 x^4) - ...) / (x sqrt(pi)); the first term left out is below 1e-44
  mpfr_sqr(t.v, x, r);
  mpfr_d_div(t.v, -0.5, t.v, r);
  mpfr_set_d(u.v, 1, r);
  for (double odd : {9, 7, 5, 3, 1}) {
    mpfr_mul(u.v, u.v, t.v, r);
    mpfr_mul_d(u.v, u.v, odd, r);
    mpfr_add_d(u.v, u.v, 1, r);
  }
  mpfr_const_pi(t.v, r);
  mpfr_sqrt(t.v, t.v, r);
  mpfr_mul(t.v, t.v, x, r);
  return mpfr_div(y, u.v, t.v, r);
}

int log_gamma(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  int sign;
  return mpfr_lgamma(y, &sign, x, r);
}

/// psi'(x): reflection below 0, recurrence up to 64, then the asymptotic series.
int trigamma(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  big w(300), z(300), t(300), sum(300);
  if (mpfr_nan_p(x) || (mpfr_inf_p(x) && mpfr_sgn(x) < 0)) return mpfr_set_nan(y), 0;
  if (mpfr_inf_p(x)) return mpfr_set_zero(y, 1), 0;
  if (mpfr_sgn(x) <= 0) {
    mpfr_rint(t.v, x, r);
    mpfr_sub(t.v, x, t.v, r);
    if (mpfr_zero_p(t.v)) return mpfr_set_inf(y, 1), 0;
    mpfr_const_pi(z.v, r);
    mpfr_mul(t.v, t.v, z.v, r);
    mpfr_sin(t.v, t.v, r);
    mpfr_div(t.v, z.v, t.v, r);
    mpfr_sqr(t.v, t.v, r);
    mpfr_d_sub(w.v, 1, x, r);
    trigamma(z.v, w.v, r);
    return mpfr_sub(y, t.v, z.v, r);
  }
  mpfr_set(w.v, x, r);
  mpfr_set_zero(sum.v, 1);
  for (; mpfr_cmp_d(w.v, 64) < 0; mpfr_add_d(w.v, w.v, 1, r)) {
    mpfr_sqr(t.v, w.v, r);
    mpfr_d_div(t.v, 1, t.v, r);
    mpfr_add(sum.v, sum.v, t.v, r);
  }
  mpfr_d_div(w.v, 1, w.v, r);
  mpfr_sqr(z.v, w.v, r);
  mpfr_add(sum.v, sum.v, w.v, r);
  mpfr_div_d(t.v, z.v, 2, r);
  mpfr_add(sum.v, sum.v, t.v, r);
  // sum of B(2k) w^(2k+1), Bernoulli's numbers up to B(20) being exact ratios
  constexpr double bernoulli[][2] = {{1, 6},       {-1, 30}, {1, 42},      {-1, 30},     {5, 66},
                                     {-691, 2730}, {7, 6},   {-3617, 510}, {43867, 798}, {-174611, 330}};
  for (const auto& b : bernoulli) {
    mpfr_mul(w.v, w.v, z.v, r);
    mpfr_mul_d(t.v, w.v, b[0], r);
    mpfr_div_d(t.v, t.v, b[1], r);
    mpfr_add(sum.v, sum.v, t.v, r);
  }
  return mpfr_set(y, sum.v, r);
}

reference reference_of(fn f) {
  switch (f) {
#define LOOM_TEST_CASE(name, ref) \
  case fn::name: return ref;
    LOOM_TEST_UNARY(LOOM_TEST_CASE)
#undef LOOM_TEST_CASE
    case fn::Pow: break;
  }
  return nullptr;
}

struct range {
  double lo, hi;
};

/// What is promised of one function. `scale`: f64 errors are in ulp of max(|y|, scale(x)), for
/// functions whose roots are no floats. Arguments x < from and |x| > limit, infinity apart,
/// are not tried.
struct promise {
  const char* name;
  fn f;
  double ulp_f32, ulp_f64;
  std::vector<range> ranges;
  double (*scale)(double) = nullptr;
  double limit = INFINITY, from = -INFINITY;
};

double log_gamma_scale(double x) { return std::fmax(1, std::fabs(std::lgamma(std::fabs(x)))); }
double digamma_scale(double x) { return std::fmax(1, std::log(std::fabs(x))); }

const std::vector<promise>& promises() {
  static const std::vector<promise> all{
      {"Exp", fn::Exp, 1.5, 1.5, {{-1, 1}, {-104, 89}, {-746, 710}}},
      {"Expm1", fn::Expm1, 2, 2, {{-1, 1}, {-20, 20}, {-40, 89}, {-40, 710}}},
      {"Log", fn::Log, 1, 1, {{0.5, 2}, {0.98, 1.02}, {0, 100}}},
      {"Log1p", fn::Log1p, 1.5, 1.5, {{-1, 1}, {-0.1, 0.1}, {0.3, 0.5}, {-1, 100}}},
      {"Tanh", fn::Tanh, 3, 3, {{-1, 1}, {-20, 20}}},
      {"Sinh", fn::Sinh, 3, 3, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {"Cosh", fn::Cosh, 2, 2, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {"Pow", fn::Pow, 1, 2, {}},
      {"Sin", fn::Sin, 1, 1, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {"Cos", fn::Cos, 1, 1, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {"Tan", fn::Tan, 1, 3, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {"Asin", fn::Asin, 3, 3, {{-1, 1}, {0.4, 0.6}, {0.9, 1}}},
      {"Acos", fn::Acos, 2, 2, {{-1, 1}, {0.4, 0.6}, {0.9, 1}, {-1, -0.9}}},
      {"Atan", fn::Atan, 2.5, 2.5, {{-1, 1}, {0.4, 0.6}, {-10, 10}}},
      {"Asinh", fn::Asinh, 3, 3, {{-1, 1}, {-10, 10}}},
      {"Acosh", fn::Acosh, 3, 3, {{1, 1.1}, {1, 3}, {1, 100}}},
      {"Atanh", fn::Atanh, 3, 3, {{-1, 1}, {0.2, 0.4}, {0.9, 1}}},
      {"Erf", fn::Erf, 2, 2, {{-1, 1}, {0.9, 1.1}, {-6, 6}}},
      {"Erfc", fn::Erfc, 1, 5, {{-1, 1}, {-6, 6}, {0, 11}, {0, 28}}},
      {"Erfcx", fn::Erfcx, 1, 4, {{-1, 1}, {-27, 10}, {0, 100}}},
      {"LogGamma, x > 0",
       fn::LogGamma,
       1,
       4,
       {{0, 1}, {0.9, 1.1}, {1.9, 2.1}, {1, 10}, {0, 100}},
       nullptr,
       INFINITY,
       0},
      {"LogGamma", fn::LogGamma, 1, 4, {{-3, 0}, {-15, 0}, {-100, 100}}, log_gamma_scale},
      {"Digamma, x > 0", fn::Digamma, 1, 6, {{0, 1}, {1, 3}, {0, 100}}, digamma_scale, INFINITY, 0},
      {"Digamma", fn::Digamma, 1, 8, {{-3, 0}, {-15, 0}, {-100, 100}}, digamma_scale},
      {"Trigamma, x > 0", fn::Trigamma, 1, 4, {{0, 1}, {1, 7}, {0, 100}}, nullptr, INFINITY, 0},
      {"Trigamma", fn::Trigamma, 1, 7, {{-3, 0}, {-15, 0}, {-100, 100}}},
  };
  return all;
}

/// Error of `y` in ulp; 1e30 if it has the wrong kind (NaN, infinity, sign of zero).
template <class T>
double ulps(T y, long double exact, bool exact_zero, double scale) {
  using lim = std::numeric_limits<T>;
  constexpr double wrong = 1e30;
  if (std::isnan(exact) || std::isnan(y)) return std::isnan(exact) && std::isnan(y) ? 0 : wrong;
  if (exact_zero) return y == 0 && std::signbit(y) == std::signbit(exact) ? 0 : wrong;
  const long double largest = lim::max();
  int exponent = lim::min_exponent - 1;
  const long double size = std::fmax(std::fabs(exact), static_cast<long double>(scale));
  if (size > largest) exponent = lim::max_exponent - 1;
  else if (size > static_cast<long double>(lim::min())) exponent = std::ilogb(size);
  const long double ulp = std::ldexp(1.0L, exponent - lim::digits + 1);
  if (std::isinf(y)) {
    // As if infinity were the next float: what an overflowing result rounds to.
    if (std::signbit(y) != std::signbit(exact)) return wrong;
    const long double next = largest + ulp;
    return std::fabs(exact) >= next ? 0 : static_cast<double>((next - std::fabs(exact)) / ulp);
  }
  if (std::isinf(exact)) return wrong;
  return static_cast<double>(std::fabs(static_cast<long double>(y) - exact) / ulp);
}

constexpr std::size_t multiple = 64;  // of every lane count

/// Arguments for one function and their exact results.
template <class T>
struct sample {
  std::vector<T> a, b;
  std::vector<long double> exact;
  std::vector<bool> zero;
};

template <class T>
T any_float(std::mt19937_64& random) {
  using U = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const U bits = static_cast<U>(random());
  T x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

template <class T>
T between(std::mt19937_64& random, range r) {
  return static_cast<T>(std::uniform_real_distribution<double>(r.lo, r.hi)(random));
}

template <class T>
std::vector<T> special_values() {
  using lim = std::numeric_limits<T>;
  std::vector<T> v;
  for (T x : {T(0),
              lim::denorm_min(),
              lim::min() / 3,
              lim::min(),
              lim::epsilon() / 4,
              lim::epsilon(),
              T(1e-3),
              T(0.25),
              T(1) / 3,
              T(0.5),
              T(1) - lim::epsilon() / 2,
              T(1),
              T(1) + lim::epsilon(),
              T(1.5),
              T(2),
              T(2.5),
              T(3),
              T(4),
              T(10),
              T(20.5),
              T(33),
              T(88),
              T(89),
              T(100),
              T(127),
              T(128),
              T(171.5),
              T(709),
              T(710),
              T(711),
              T(745),
              T(1024),
              T(1e6),
              T(16777215),
              T(16777216),
              T(1e15),
              T(9007199254740991.0),
              T(1e19),
              T(1e38),
              lim::max() / 2,
              lim::max(),
              lim::infinity(),
              lim::quiet_NaN()})
    v.insert(v.end(), {x, -x});
  return v;
}

template <class T>
long double evaluate(fn f, T a, T b, bool& zero) {
  thread_local big x(53), z(53), y;
  mpfr_set_d(x.v, static_cast<double>(a), MPFR_RNDN);
  if (const reference ref = reference_of(f)) {
    ref(y.v, x.v, MPFR_RNDN);
  } else {
    mpfr_set_d(z.v, static_cast<double>(b), MPFR_RNDN);
    mpfr_pow(y.v, x.v, z.v, MPFR_RNDN);
  }
  zero = mpfr_zero_p(y.v);
  return mpfr_get_ld(y.v, MPFR_RNDN);
}

template <class T>
sample<T> draw(const promise& p, std::size_t count) {
  std::mt19937_64 random(20240229);
  sample<T> s;
  auto add = [&](T a, T b) {
    if (std::isfinite(a) && (std::fabs(a) > static_cast<T>(p.limit) || a < static_cast<T>(p.from))) return;
    s.a.push_back(a);
    s.b.push_back(b);
  };
  if (p.f == fn::Pow) {
    for (T a : special_values<T>())
      for (T b : special_values<T>()) add(a, b);
    for (std::size_t i = 0; i < count; ++i) {
      const T a = std::fabs(any_float<T>(random)), b = any_float<T>(random);
      add(a, b);
      // exponents that bring the result into range, and bases next to 1
      const T size = static_cast<T>(between<double>(random, {-1, 1}) * (sizeof(T) == 4 ? 150 : 1075));
      add(a, static_cast<T>(size / std::log2(a)));
      const T near = static_cast<T>(1 + std::ldexp(between<double>(random, {-1, 1}), -static_cast<int>(i % 24)));
      add(near, static_cast<T>(size / std::log2(near)));
      add(between<T>(random, {0.5, 2}), static_cast<T>(size * T(0.99)));
      add(between<T>(random, {-40, 40}), std::round(between<T>(random, {-30, 30})));
    }
  } else {
    for (T a : special_values<T>()) add(a, a);
    for (std::size_t i = 0; i < count; ++i) {
      add(any_float<T>(random), T(0));
      const T small = static_cast<T>(std::exp2(between<double>(random, {-40, 12})));
      add(i % 2 ? small : -small, T(0));
      for (const range& r : p.ranges) add(between<T>(random, r), T(0));
      // next to integers (poles) and to multiples of pi/2 (roots)
      add(std::round(between<T>(random, {-20, 20})) + (i % 4 ? small * small : T(0)), T(0));
      if (std::isfinite(p.limit))
        add(static_cast<T>(std::round(between<double>(random, {-6e6, 6e6})) * 1.57079632679489661923L), T(0));
    }
  }
  while (s.a.size() % multiple) s.a.push_back(T(1)), s.b.push_back(T(1));
  for (std::size_t i = 0; i < s.a.size(); ++i) {
    bool zero = false;
    s.exact.push_back(evaluate(p.f, s.a[i], s.b[i], zero));
    s.zero.push_back(zero);
  }
  return s;
}

void apply(fn f, const std::vector<float>& a, const std::vector<float>& b, std::vector<float>& y) {
  HWY_DYNAMIC_DISPATCH(ApplyF32)(f, a.data(), b.data(), y.data(), a.size());
}
void apply(fn f, const std::vector<double>& a, const std::vector<double>& b, std::vector<double>& y) {
  HWY_DYNAMIC_DISPATCH(ApplyF64)(f, a.data(), b.data(), y.data(), a.size());
}

struct worst {
  double error = 0, a = 0, b = 0, y = 0;
  long double exact = 0;
};

template <class T>
worst measure(const promise& p, const sample<T>& s) {
  std::vector<T> y(s.a.size());
  apply(p.f, s.a, s.b, y);
  worst w;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (const double e =
            ulps(y[i], s.exact[i], s.zero[i], sizeof(T) == 8 && p.scale ? p.scale(static_cast<double>(s.a[i])) : 0);
        e > w.error)
      w = {e, static_cast<double>(s.a[i]), static_cast<double>(s.b[i]), static_cast<double>(y[i]), s.exact[i]};
  return w;
}

std::string text(const worst& w) {
  char line[200];
  std::snprintf(line, sizeof line, "%.3g ulp at %.17g %.17g: got %.17g, want %.20Lg", w.error, w.a, w.b, w.y, w.exact);
  return line;
}

/// Calls `visit(target name)` once per target, with that target chosen.
template <class Visit>
void for_each_target(Visit visit) {
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    visit(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

constexpr std::size_t points = 1000;  // per range and float type

template <class T>
void check(const promise& p) {
  const sample<T> s = draw<T>(p, points);
  const double bound = sizeof(T) == 4 ? p.ulp_f32 : p.ulp_f64;
  for_each_target([&](const char* target) {
    const worst w = measure(p, s);
    INFO(p.name << (sizeof(T) == 4 ? " f32 " : " f64 ") << target << ": " << text(w));
    CHECK(w.error <= bound);
  });
}

}  // namespace

TEST_CASE("every elementary function keeps its error bound and its special values on every target") {
  for (const promise& p : promises()) {
    check<float>(p);
    check<double>(p);
  }
}

TEST_CASE("vectors shorter than the target's give the same accuracy") {
  for (const promise& p : promises()) {
    if (p.f != fn::Exp && p.f != fn::Pow) continue;
    const sample<float> s = draw<float>(p, 100);
    for_each_target([&](const char* target) {
      std::vector<float> y(s.a.size());
      HWY_DYNAMIC_DISPATCH(ApplyShortF32)(p.f, s.a.data(), s.b.data(), y.data(), y.size());
      double error = 0;
      for (std::size_t i = 0; i < y.size(); ++i) error = std::fmax(error, ulps(y[i], s.exact[i], s.zero[i], 0));
      INFO(p.name << ' ' << target);
      CHECK(error <= p.ulp_f32);
    });
  }
}

TEST_CASE("sine, cosine and tangent refuse angles they cannot reduce") {
  const std::vector<double> a(multiple, 1.1e7), b(a);
  for (fn f : {fn::Sin, fn::Cos, fn::Tan})
    for_each_target([&](const char* target) {
      std::vector<double> y(multiple);
      apply(f, a, b, y);
      INFO(target);
      CHECK(std::isnan(y[0]));
    });
}

constexpr std::size_t reported_points = 5000;

TEST_CASE("report of measured errors", "[.][report]") {
  for (const promise& p : promises()) {
    const sample<float> s = draw<float>(p, reported_points);
    const sample<double> t = draw<double>(p, reported_points);
    for_each_target([&](const char* target) {
      const worst v = measure(p, s), w = measure(p, t);
      std::printf("%-16s %-6s f32 %s\n%-16s %-6s f64 %s\n", p.name, target, text(v).c_str(), p.name, target,
                  text(w).c_str());
    });
  }
}

}  // namespace loom::tests

#endif  // HWY_ONCE
