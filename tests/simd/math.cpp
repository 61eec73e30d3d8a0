// SPDX-License-Identifier: BSL-1.0
// simd/math.cpp — the elementary functions of the kernels against MPFR.
// Every op with a vector version, float type and target this CPU has, at random points and at the
// special values. The bounds are those of ops.def.
// Run with the tag [report] to print the measured maxima instead.

#include "loom/loops/targets.hpp"

#define LOOM_EACH_TARGET "simd/math_loops-inl.h"
#include "loom/simd/each_target.h"

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
#include "support/layers.hpp"

namespace loom::tests {
using namespace layers;

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

int sign_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  return mpfr_zero_p(x) || mpfr_nan_p(x) ? mpfr_set(y, x, r) : mpfr_set_si(y, mpfr_sgn(x), r);
}

int erfcx_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
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

int lgamma_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  int sign;
  return mpfr_lgamma(y, &sign, x, r);
}

/// psi'(x): reflection below 0, recurrence up to 64, then the asymptotic series.
int trigamma_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
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
    trigamma_of(z.v, w.v, r);
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

struct range {
  double lo, hi;
};

/// How one function is measured: its reference, and where to look closely. `scale`: f64 errors are in ulp of
/// max(|y|, scale(x)), for functions whose roots are no floats. Arguments x < from and |x| > limit, infinity apart, are not
/// tried. `beyond`: the bound of ops.def holds inside the domain; outside, f64 errors are this many ulp.
struct promise {
  op f;
  reference exact;
  std::vector<range> ranges;
  double (*scale)(double) = nullptr;
  double limit = INFINITY, from = -INFINITY;
  double beyond = 0;

  std::string name() const { return std::string(info(f).name) + (from == 0 ? ", x > 0" : ""); }
  template <class T>
  double bound() const { return sizeof(T) == 4 ? info(f).ulp.f32 : beyond > 0 ? beyond : info(f).ulp.f64; }
};

double log_gamma_scale(double x) { return std::fmax(1, std::fabs(std::lgamma(std::fabs(x)))); }
double digamma_scale(double x) { return std::fmax(1, std::log(std::fabs(x))); }

const std::vector<promise>& promises() {
  static const std::vector<promise> all{
      {op::neg, mpfr_neg, {{-1, 1}}},
      {op::abs, mpfr_abs, {{-1, 1}}},
      {op::sign, sign_of, {{-1, 1}}},
      {op::square, mpfr_sqr, {{-1, 1}, {-1e19, 1e19}}},
      {op::sqrt, mpfr_sqrt, {{0, 1}, {0, 100}}},
      {op::exp, mpfr_exp, {{-1, 1}, {-104, 89}, {-746, 710}}},
      {op::expm1, mpfr_expm1, {{-1, 1}, {-20, 20}, {-40, 89}, {-40, 710}}},
      {op::log, mpfr_log, {{0.5, 2}, {0.98, 1.02}, {0, 100}}},
      {op::log1p, mpfr_log1p, {{-1, 1}, {-0.1, 0.1}, {0.3, 0.5}, {-1, 100}}},
      {op::tanh, mpfr_tanh, {{-1, 1}, {-20, 20}}},
      {op::sinh, mpfr_sinh, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {op::cosh, mpfr_cosh, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {op::pow, nullptr, {}},
      {op::sin, mpfr_sin, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::cos, mpfr_cos, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::tan, mpfr_tan, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::asin, mpfr_asin, {{-1, 1}, {0.4, 0.6}, {0.9, 1}}},
      {op::acos, mpfr_acos, {{-1, 1}, {0.4, 0.6}, {0.9, 1}, {-1, -0.9}}},
      {op::atan, mpfr_atan, {{-1, 1}, {0.4, 0.6}, {-10, 10}}},
      {op::asinh, mpfr_asinh, {{-1, 1}, {-10, 10}}},
      {op::acosh, mpfr_acosh, {{1, 1.1}, {1, 3}, {1, 100}}},
      {op::atanh, mpfr_atanh, {{-1, 1}, {0.2, 0.4}, {0.9, 1}}},
      {op::erf, mpfr_erf, {{-1, 1}, {0.9, 1.1}, {-6, 6}}},
      {op::erfc, mpfr_erfc, {{-1, 1}, {-6, 6}, {0, 11}, {0, 28}}},
      {op::erfcx, erfcx_of, {{-1, 1}, {-27, 10}, {0, 100}}},
      {op::lgamma, lgamma_of, {{0, 1}, {0.9, 1.1}, {1.9, 2.1}, {1, 10}, {0, 100}}, nullptr, INFINITY, 0},
      {op::lgamma, lgamma_of, {{-3, 0}, {-15, 0}, {-100, 100}}, log_gamma_scale},
      {op::digamma, mpfr_digamma, {{0, 1}, {1, 3}, {0, 100}}, digamma_scale, INFINITY, 0},
      {op::digamma, mpfr_digamma, {{-3, 0}, {-15, 0}, {-100, 100}}, digamma_scale, INFINITY, -INFINITY, 8},
      {op::trigamma, trigamma_of, {{0, 1}, {1, 7}, {0, 100}}, nullptr, INFINITY, 0},
      {op::trigamma, trigamma_of, {{-3, 0}, {-15, 0}, {-100, 100}}, nullptr, INFINITY, -INFINITY, 7},
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
long double evaluate(const promise& p, T a, T b, bool& zero) {
  thread_local big x(53), z(53), y;
  mpfr_set_d(x.v, static_cast<double>(a), MPFR_RNDN);
  if (p.exact != nullptr) {
    p.exact(y.v, x.v, MPFR_RNDN);
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
  if (p.f == op::pow) {
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
    s.exact.push_back(evaluate(p, s.a[i], s.b[i], zero));
    s.zero.push_back(zero);
  }
  return s;
}

/// y[i] = f(a[i], b[i]) on the target of this thread.
template <class T>
void apply(op f, const std::vector<T>& a, const std::vector<T>& b, std::vector<T>& y) {
  switch (loom::current_target()) {
#if LOOM_TARGETS >= 2
    case loom::target::avx512: CHECK(loom::avx512::apply(f, a.data(), b.data(), y.data(), y.size())); return;
#endif
#if LOOM_TARGETS >= 1
    case loom::target::avx2: CHECK(loom::avx2::apply(f, a.data(), b.data(), y.data(), y.size())); return;
#endif
    default: CHECK(loom::baseline::apply(f, a.data(), b.data(), y.data(), y.size())); return;
  }
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
  for (loom::target each : {loom::target::baseline, loom::target::avx2, loom::target::avx512}) {
    if (each > loom::loops::best_target()) break;
    const loom::limit_target held(each);
    visit(loom::name(each).data());
  }
}

constexpr std::size_t points = 1000;  // per range and float type

template <class T>
void check(const promise& p) {
  const sample<T> s = draw<T>(p, points);
  for_each_target([&](const char* target) {
    const worst w = measure(p, s);
    INFO(p.name() << (sizeof(T) == 4 ? " f32 " : " f64 ") << target << ": " << text(w));
    CHECK(w.error <= p.bound<T>());
  });
}

}  // namespace

TEST_CASE("every op of one number with a vector version is measured, and pow") {
  for (int i = 0; i < op_count; ++i) {
    const op code = static_cast<op>(i);
    if (code != op::pow && (info(code).kind != family::unary || info(code).cpp.empty())) continue;
    INFO(std::string(info(code).name));
    bool found = false;
    for (const promise& p : promises()) found = found || p.f == code;
    CHECK(found);
  }
}

TEST_CASE("every elementary function keeps its error bound and its special values on every target") {
  for (const promise& p : promises()) {
    check<float>(p);
    check<double>(p);
  }
}

TEST_CASE("sine, cosine and tangent refuse angles they cannot reduce") {
  const std::vector<double> a(multiple, 1.1e7), b(a);
  for (op f : {op::sin, op::cos, op::tan})
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
      std::printf("%-16s %-6s f32 %s\n%-16s %-6s f64 %s\n", p.name().c_str(), target, text(v).c_str(), p.name().c_str(), target,
                  text(w).c_str());
    });
  }
}

}  // namespace loom::tests
