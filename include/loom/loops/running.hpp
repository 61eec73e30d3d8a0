// SPDX-License-Identifier: BSL-1.0
// loops/running.hpp — running values of arrays: one array is read, or two, and another one written.
// All is added up in double, and sums of doubles keep what rounding loses. Neighbours along another axis go side by side, whichever axis
// it is that the value runs along: so compilers find vectors, and a single chain of sums is not waited for. What is read and written is
// copied to and from a few of such lanes at a time; what is computed knows no types. Sums and recurrences of a few rows, all of the
// tensors' own type, are done where they lie: there the copies would be most of the work.
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <type_traits>

#include "loom/ir/graph.hpp"
#include "loom/ir/running.hpp"
#include "loom/numeric/half.hpp"

namespace loom::inline LOOM_ABI::loops {

/// The entries of the axis that a value runs along, and of the others.
struct running_extents {
  std::ptrdiff_t along = 0;
  int rank = 0;  ///< how many others there are
  std::ptrdiff_t outer[max_rank]{};
};
/// An array: where its first entry lies, and from there how far apart the entries are; 0 where it is constant.
template <class T>
struct running_array {
  T* data = nullptr;
  std::ptrdiff_t along = 0;
  std::ptrdiff_t outer[max_rank]{};
};

namespace running {

/// Values side by side: few where they lie far apart, whose sums stay in registers; many where they are neighbours in memory.
inline constexpr int few = 8, many = 64;
/// Entries along the axis that are at hand together, of all values.
inline constexpr int at_hand = 512;

/// So many running values side by side, in the middle of their axis. `sum` and `lost` belong to logarithms of sums and to sums.
template <int Lanes>
struct lanes {
  double y[Lanes], sum[Lanes], lost[Lanes];

  explicit lanes(op code) {
    for (int i = 0; i < Lanes; ++i) y[i] = running_identity(code), sum[i] = lost[i] = 0;
  }
};

inline bool is_finite(double v) { return v - v == 0; }

/// One more entry v of a running value, and the factor a of what was before. `Kept`: what a sum loses.
template <op Code, bool Kept, int Lanes>
inline void next(lanes<Lanes>& s, int i, double v, [[maybe_unused]] double a) {
  double& y = s.y[i];
  if constexpr (Code == op::cumsum && Kept) {  // Knuth's two-sum
    const double total = y + v, part = total - y;
    s.lost[i] += (y - (total - part)) + (v - part);
    y = total;
  } else if constexpr (Code == op::cumsum) {
    y += v;
  } else if constexpr (Code == op::cumprod) {
    y *= v;
  } else if constexpr (Code == op::cummax) {
    y = y != y || y > v ? y : v;
  } else if constexpr (Code == op::recurrence) {
    const double kept = a * y;
    y = v + (a == 0 ? 0 : kept);
  } else {
    // Of two equal infinities the difference is NaN, and they count as equals; any other NaN stays.
    const double less = v > y ? y - v : v == y ? 0 : v - y, e = __builtin_exp(less);
    s.sum[i] = v > y ? s.sum[i] * e + 1 : s.sum[i] + e;
    y = v > y || v != v ? v : y;
  }
}
template <op Code, bool Kept, int Lanes>
inline double value(const lanes<Lanes>& s, int i) {
  if constexpr (Code == op::cumsum && Kept) return is_finite(s.y[i]) ? s.y[i] + s.lost[i] : s.y[i];
  else if constexpr (Code == op::logcumsumexp) return is_finite(s.y[i]) ? s.y[i] + __builtin_log(s.sum[i]) : s.y[i];
  else return s.y[i];
}

/// Runs on over the entries v, which become the running values; `a` the factors of a recurrence.
template <op Code, bool Exclusive, bool Kept, int Lanes>
[[gnu::noinline]] inline void run(lanes<Lanes>& state, double* v, const double* a, int steps) {
  std::conditional_t<(Lanes > few), lanes<Lanes>&, lanes<Lanes>> s = state;  // a copy may stay in registers
  for (int t = 0; t < steps; ++t, v += Lanes, a += Lanes)
    for (int i = 0; i < Lanes; ++i) {
      const double entry = v[i];
      if (Exclusive) v[i] = value<Code, Kept>(s, i);
      next<Code, Kept>(s, i, entry, a[i]);
      if (!Exclusive) v[i] = value<Code, Kept>(s, i);
    }
  if constexpr (Lanes <= few) state = s;
}
/// The same of exactly so many, where their entries are; `across` is how far apart they lie.
template <op Code, bool Exclusive, int Lanes, class T>
[[gnu::noinline]] inline void run_rows(std::ptrdiff_t entries, const running_array<const T>& b, std::ptrdiff_t b_across,
                                       const running_array<const T>& a, std::ptrdiff_t a_across,
                                       const running_array<T>& result, std::ptrdiff_t result_across) {
  constexpr bool kept = sizeof(T) == sizeof(double);
  lanes<Lanes> s(Code);
  for (std::ptrdiff_t t = 0; t < entries; ++t) {
    double v[Lanes], factors[Lanes]{};
    const T *const from = b.data + t * b.along, *const factor = a.data + t * a.along;
    T* const to = result.data + t * result.along;
    // All are read before any is written, which may be the same entries.
#pragma GCC unroll 8
    for (int i = 0; i < Lanes; ++i) v[i] = static_cast<double>(from[i * b_across]);
    if constexpr (Code == op::recurrence) {
#pragma GCC unroll 8
      for (int i = 0; i < Lanes; ++i) factors[i] = static_cast<double>(factor[i * a_across]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Lanes; ++i) {
      const double before = value<Code, kept>(s, i);
      next<Code, kept>(s, i, v[i], factors[i]);
      to[i * result_across] = static_cast<T>(Exclusive ? before : value<Code, kept>(s, i));
    }
  }
}

/// Sums of many, which wait for nothing but adds: by vectors of any machine, whose compilers see no loop in `next`.
template <bool Exclusive, bool Kept, int Lanes>
[[gnu::noinline]] inline void run_sums(lanes<Lanes>& state, double* v, int steps) {
  using V [[gnu::vector_size(16)]] = double;  // that wide on every machine
  constexpr int width = 2, at_once = (Lanes < few ? Lanes : few) / width;
  for (int i = 0; i < Lanes; i += at_once * width) {
    V y[at_once], lost[at_once];
    __builtin_memcpy(y, state.y + i, sizeof y);
    __builtin_memcpy(lost, state.lost + i, sizeof lost);
    for (int t = 0; t < steps; ++t) {
      double* const at = v + t * Lanes + i;
#pragma GCC unroll 4
      for (int k = 0; k < at_once; ++k) {
        V entry, all;
        __builtin_memcpy(&entry, at + k * width, sizeof entry);
        const V before = y[k], total = before + entry, part = total - before;  // Knuth's two-sum
        all = Exclusive ? before : total;
        if (Kept && Exclusive) all = before - before == 0 ? before + lost[k] : before;
        if (Kept) lost[k] += (before - (total - part)) + (entry - part);
        y[k] = total;
        if (Kept && !Exclusive) all = total - total == 0 ? total + lost[k] : total;
        __builtin_memcpy(at + k * width, &all, sizeof all);
      }
    }
    __builtin_memcpy(state.y + i, y, sizeof y);
    __builtin_memcpy(state.lost + i, lost, sizeof lost);
  }
}

/// Copies entries between an array and lanes, in the order in which they lie nearest in the array.
template <int Lanes, class F>
inline void for_each(int steps, int count, std::ptrdiff_t along, std::ptrdiff_t across, const F& f) {
  const std::ptrdiff_t size_along = along < 0 ? -along : along, size_across = across < 0 ? -across : across;
  if (size_across <= size_along) {
    for (int t = 0; t < steps; ++t)
      for (int i = 0; i < count; ++i) f(t * along + i * across, t * Lanes + i);
  } else {
    for (int i = 0; i < count; ++i)
      for (int t = 0; t < steps; ++t) f(t * along + i * across, t * Lanes + i);
  }
}
template <int Lanes, class T>
[[gnu::noinline]] inline void load(const T* from, std::ptrdiff_t along, std::ptrdiff_t across, int steps, int count,
                                   double* to) {
  const auto copy = [&](std::ptrdiff_t at, int k) { to[k] = static_cast<double>(numeric::loaded(from[at])); };
  if (across == 1) for_each<Lanes>(steps, count, along, 1, copy);
  else for_each<Lanes>(steps, count, along, across, copy);
}
template <int Lanes, class T>
[[gnu::noinline]] inline void store(const double* from, std::ptrdiff_t along, std::ptrdiff_t across, int steps,
                                    int count, T* to) {
  const auto copy = [&](std::ptrdiff_t at, int k) { to[at] = numeric::stored<T>(from[k]); };
  if (across == 1) for_each<Lanes>(steps, count, along, 1, copy);
  else for_each<Lanes>(steps, count, along, across, copy);
}

template <bool Exclusive, bool Kept, int Lanes>
inline void run(op code, lanes<Lanes>& s, double* v, const double* a, int steps) {
  switch (code) {
    case op::cumsum:
      if constexpr (Lanes > 1) return run_sums<Exclusive, Kept>(s, v, steps);
      else return run<op::cumsum, Exclusive, Kept>(s, v, a, steps);
    case op::cumprod: return run<op::cumprod, Exclusive, false>(s, v, a, steps);
    case op::cummax: return run<op::cummax, Exclusive, false>(s, v, a, steps);
    case op::recurrence: return run<op::recurrence, Exclusive, false>(s, v, a, steps);
    default: return run<op::logcumsumexp, Exclusive, false>(s, v, a, steps);
  }
}

/// `count` running values, at most as many as there are lanes; the pointers are where the first of them begins.
template <int Lanes, class B, class A, class R>
inline void run_lanes(op code, bool exclusive, std::ptrdiff_t entries, int count, const running_array<const B>& b,
                      std::ptrdiff_t b_across, const running_array<const A>& a, std::ptrdiff_t a_across,
                      const running_array<R>& result, std::ptrdiff_t result_across) {
  lanes<Lanes> s(code);
  constexpr int most_steps = at_hand / Lanes;
  double v[at_hand], factors[at_hand];
  const int used = Lanes * static_cast<int>(entries < most_steps ? entries : most_steps);
  if (count < Lanes) __builtin_memset(v, 0, static_cast<std::size_t>(used) * sizeof(double));  // lanes that are none
  if (count < Lanes || a.data == nullptr) __builtin_memset(factors, 0, static_cast<std::size_t>(used) * sizeof(double));
  for (std::ptrdiff_t t = 0; t < entries; t += most_steps) {
    const int steps = static_cast<int>(entries - t < most_steps ? entries - t : most_steps);
    load<Lanes>(b.data + t * b.along, b.along, b_across, steps, count, v);
    if (a.data != nullptr) load<Lanes>(a.data + t * a.along, a.along, a_across, steps, count, factors);
    constexpr bool kept = sizeof(R) == sizeof(double);
    exclusive ? run<true, kept>(code, s, v, factors, steps) : run<false, kept>(code, s, v, factors, steps);
    store<Lanes>(v, result.along, result_across, steps, count, result.data + t * result.along);
  }
}

/// `Lanes` running values where their entries lie; false where these types and this op have no such way.
template <int Lanes, class B, class A, class R>
inline bool run_in_place(op code, bool exclusive, std::ptrdiff_t entries, const running_array<const B>& b,
                         std::ptrdiff_t b_across, const running_array<const A>& a, std::ptrdiff_t a_across,
                         const running_array<R>& result, std::ptrdiff_t result_across) {
  if constexpr ((Lanes == few || Lanes == 1) && std::is_same_v<B, R> && std::is_same_v<A, R>) {
    const auto run = [&]<op Code>(std::integral_constant<op, Code>) {
      const auto rows = exclusive ? &run_rows<Code, true, Lanes, R> : &run_rows<Code, false, Lanes, R>;
      rows(entries, b, b_across, a, a_across, result, result_across);
      return true;
    };
    if (code == op::cumsum) return run(std::integral_constant<op, op::cumsum>{});
    if (code == op::recurrence) return run(std::integral_constant<op, op::recurrence>{});
  }
  return false;
}

}  // namespace running

/// The running values of b along one axis of `n`, and of the factors a of a recurrence, which only that has (its data is null elsewhere).
/// Lifetime: result may be b, or a, if it lies as that does; else they must not overlap.
template <class B, class A, class R>
[[gnu::noinline]] inline void run_along(op code, running_order order, const running_extents& n,
                                        running_array<const B> b, running_array<const A> a, running_array<R> result) {
  if (n.along <= 0) return;
  std::ptrdiff_t count = 1;
  int across = -1;  // the axis whose entries go side by side: where they lie nearest
  const auto size = [](std::ptrdiff_t step) { return step < 0 ? -step : step; };
  for (int k = 0; k < n.rank; ++k) {
    count *= n.outer[k] > 0 ? n.outer[k] : 0;
    if (n.outer[k] > 1 && (across < 0 || size(result.outer[k]) < size(result.outer[across]))) across = k;
  }
  if (count == 0) return;
  const auto moved = [&](auto& array, std::ptrdiff_t by) {
    if (array.data != nullptr) array.data += by;
  };
  if (order.reverse) {
    moved(b, (n.along - 1) * b.along), moved(a, (n.along - 1) * a.along), moved(result, (n.along - 1) * result.along);
    b.along = -b.along, a.along = -a.along, result.along = -result.along;
  }
  const std::ptrdiff_t side = across < 0 ? 1 : n.outer[across];
  const bool near = across >= 0 && size(result.outer[across]) < size(result.along);
  std::ptrdiff_t at[max_rank]{};  // of the other axes
  for (std::ptrdiff_t done = 0; done < count; done += side) {
    running_array<const B> b_here = b;
    running_array<const A> a_here = a;
    running_array<R> to = result;
    for (int k = 0; k < n.rank; ++k)
      moved(b_here, at[k] * b.outer[k]), moved(a_here, at[k] * a.outer[k]), moved(to, at[k] * result.outer[k]);
    std::ptrdiff_t left = side;
    while (left > 0) {
      const std::ptrdiff_t b_step = across < 0 ? 0 : b.outer[across], a_step = across < 0 ? 0 : a.outer[across],
                           to_step = across < 0 ? 0 : result.outer[across];
      const auto lanes = [&]<int Lanes>(std::integral_constant<int, Lanes>) {
        const int taken = static_cast<int>(left < Lanes ? left : Lanes);
        if (taken < Lanes ||
            !running::run_in_place<Lanes>(code, order.exclusive, n.along, b_here, b_step, a_here, a_step, to, to_step))
          running::run_lanes<Lanes>(code, order.exclusive, n.along, taken, b_here, b_step, a_here, a_step, to, to_step);
        moved(b_here, taken * b_step), moved(a_here, taken * a_step), moved(to, taken * to_step);
        left -= taken;
      };
      if (left > 3 * running::few && near) lanes(std::integral_constant<int, running::many>{});
      else if (left > 2) lanes(std::integral_constant<int, running::few>{});
      else if (left > 1) lanes(std::integral_constant<int, 2>{});
      else lanes(std::integral_constant<int, 1>{});
    }
    for (int k = n.rank - 1; k >= 0; --k) {
      if (k == across) continue;
      if (++at[k] < n.outer[k]) break;
      at[k] = 0;
    }
  }
}

}  // namespace loom::loops
