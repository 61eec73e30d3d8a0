// SPDX-License-Identifier: BSL-1.0
// simd/trials.hpp — an elementary function of the loops against MPFR: every float type and target this machine has, at
// random points and at the special values. The bounds are those of ops.def.
#pragma once

#include <mpfr.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "loom/loops/targets.hpp"
#include "loom/rewrite/fact.hpp"
#include "loom/schedule/kernels.hpp"
#include "support/targets.hpp"

namespace trial {

/// A number of MPFR with room for the last bits of a cancelling argument.
struct big {
  mpfr_t v;
  explicit big(mpfr_prec_t bits = 140) { mpfr_init2(v, bits); }
  ~big() { mpfr_clear(v); }
  big(const big&) = delete;
  big& operator=(const big&) = delete;
};

/// y[i] = f(a[i], b[i]) for n a multiple of every number of lanes.
template <class T>
using loop = void (*)(const T* a, const T* b, T* y, std::size_t n);

/// A function of the loops, by float type, on the target of this thread.
struct function {
  loop<float> (*of_f32)();
  loop<double> (*of_f64)();
};

using reference = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using reference_of_two = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

struct range {
  double lo, hi;
};

/// How one op is measured: its loops, its reference (none: it is of two numbers), and where to look closely. The bounds are those of
/// ops.def. `scale`: f64 errors are in ulp of max(|y|, scale(x)), for functions whose roots are no floats. Arguments
/// x < from and |x| > limit, infinity apart, are not tried. `beyond`: the bound of ops.def holds inside the domain; outside,
/// f64 errors are this many ulp. `bounded`: what is measured is the function for a domain, there.
struct promise {
  loom::ir::op code;
  function f;
  reference exact;
  std::vector<range> ranges;
  double (*scale)(double) = nullptr;
  double limit = INFINITY, from = -INFINITY;
  double beyond = 0;
  const loom::schedule::bounded_function* bounded = nullptr;
  reference_of_two exact_of_two = nullptr;

  std::string name() const {
    return std::string(info(code).name) + (bounded != nullptr ? ", bounded" : from == 0 ? ", x > 0" : "");
  }
  template <class T>
  double bound() const {
    if (bounded != nullptr) return sizeof(T) == 4 ? bounded->ulp.f32 : bounded->ulp.f64;
    return sizeof(T) == 4 ? info(code).ulp.f32 : beyond > 0 ? beyond : info(code).ulp.f64;
  }
};

inline promise of_two(loom::ir::op code, function f, reference_of_two exact) {
  promise p{code, f, nullptr, {}};
  p.exact_of_two = exact;
  return p;
}

/// What is measured, by file.
const std::vector<promise>& of_math();
const std::vector<promise>& of_hyperbolic();
const std::vector<promise>& of_remainders();
const std::vector<promise>& of_circular();
const std::vector<promise>& of_error_function();
const std::vector<promise>& of_gamma();
const std::vector<promise>& of_bessel();

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

inline constexpr std::size_t multiple = 64;  // of every lane count

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
    p.exact_of_two(y.v, x.v, z.v, MPFR_RNDN);
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
    if (p.bounded != nullptr &&
        (a < static_cast<T>(p.bounded->domain.low) || a > static_cast<T>(p.bounded->domain.high)))
      return;
    s.a.push_back(a);
    s.b.push_back(b);
  };
  if (p.exact == nullptr) {
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
      add(between<T>(random, {-4, 4}), between<T>(random, {-4, 4}));
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

struct worst {
  double error = 0, a = 0, b = 0, y = 0;
  long double exact = 0;
};

inline std::string text(const worst& w) {
  char line[200];
  std::snprintf(line, sizeof line, "%.3g ulp at %.17g %.17g: got %.17g, want %.20Lg", w.error, w.a, w.b, w.y, w.exact);
  return line;
}

/// Calls `visit(target name)` once per target, with that target chosen.
template <class Visit>
void for_each_target(Visit visit) {
  for (loom::target each : targets()) {
    const loom::limit_target held(each);
    visit(loom::name(each).data());
  }
}

template <class T>
void apply(const promise& p, const std::vector<T>& a, const std::vector<T>& b, std::vector<T>& y) {
  if constexpr (sizeof(T) == 4) p.f.of_f32()(a.data(), b.data(), y.data(), y.size());
  else p.f.of_f64()(a.data(), b.data(), y.data(), y.size());
}

template <class T>
worst measure(const promise& p, const sample<T>& s) {
  std::vector<T> y(s.a.size());
  apply(p, s.a, s.b, y);
  worst w;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (const double e =
            ulps(y[i], s.exact[i], s.zero[i], sizeof(T) == 8 && p.scale ? p.scale(static_cast<double>(s.a[i])) : 0);
        e > w.error)
      w = {e, static_cast<double>(s.a[i]), static_cast<double>(s.b[i]), static_cast<double>(y[i]), s.exact[i]};
  return w;
}

/// The first result that is not where facts (rewrite/fact.hpp) say: each argument is taken as the end of an interval, and the
/// argument before it as the other end.
template <class T>
std::string outside_its_fact(const promise& p, const sample<T>& s) {
  namespace rewrite = loom::rewrite;
  if (p.exact == nullptr) return "";
  const loom::ir::interval domain = info(p.code).domain_a;
  std::vector<T> y(s.a.size());
  apply(p, s.a, s.b, y);
  double before = 1;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(s.a[i]), result = static_cast<double>(y[i]);
    if (!(x >= domain.low && x <= domain.high)) continue;
    rewrite::fact of_x = rewrite::facts::anything();
    for (const bool alone : {true, false}) {
      of_x.low = alone || x < before ? x : before;
      of_x.high = alone || x > before ? x : before;
      of_x.zero = of_x.low <= 0 && of_x.high >= 0;
      const rewrite::fact f = rewrite::facts::of_unary(p.code, of_x);
      const bool holds = result != result ? f.nan : result >= f.low && result <= f.high && (result != 0 || f.zero);
      if (holds) continue;
      char line[200];
      std::snprintf(line, sizeof line, "of [%.17g, %.17g]: %.17g is not in [%.17g, %.17g]", of_x.low, of_x.high, result,
                    f.low, f.high);
      return line;
    }
    before = x;
  }
  return "";
}

template <class T>
void check(const promise& p, std::size_t points) {
  const sample<T> s = draw<T>(p, points);
  for_each_target([&](const char* target) {
    const worst w = measure(p, s);
    INFO(p.name() << (sizeof(T) == 4 ? " f32 " : " f64 ") << target << ": " << text(w));
    CHECK(w.error <= p.bound<T>());
    CHECK(outside_its_fact(p, s) == "");
  });
}

#ifndef LOOM_TEST_POINTS
#define LOOM_TEST_POINTS 1000  // per range and float type
#endif
inline void check_all(const std::vector<promise>& promises) {
  for (const promise& p : promises) {
    check<float>(p, LOOM_TEST_POINTS);
    check<double>(p, LOOM_TEST_POINTS);
  }
}

/// Prints the measured maxima.
inline void report(const std::vector<promise>& promises) {
  constexpr std::size_t points = 5000;
  for (const promise& p : promises) {
    const sample<float> s = draw<float>(p, points);
    const sample<double> t = draw<double>(p, points);
    for_each_target([&](const char* target) {
      const worst v = measure(p, s), w = measure(p, t);
      std::printf("%-16s %-6s f32 %s\n%-16s %-6s f64 %s\n", p.name().c_str(), target, text(v).c_str(), p.name().c_str(),
                  target, text(w).c_str());
    });
  }
}

}  // namespace trial
