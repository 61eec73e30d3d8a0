// SPDX-License-Identifier: BSL-1.0
// ir/interpreter.hpp — the reference: a graph evaluated value by value, each an array over its axes.
// Slow and plain on purpose. It is the oracle of every test (in double, or in any wider number type), and it is what
// evaluates a call in a constant expression. It takes the graph of any stage, and any array: ir/interpret.hpp has it with
// std::vector.
// Layer 1 (ir).
#pragma once

#include <cstddef>

#include "loom/ir/chain.hpp"
#include "loom/ir/evaluate.hpp"
#include "loom/ir/graph.hpp"
#include "loom/ir/order.hpp"
#include "loom/ir/running.hpp"

namespace loom::inline LOOM_ABI::ir {

/// An array over a set of axes, row-major in the numbering of the axes.
template <class N, template <class...> class Array>
struct basic_dense {
  axis_set axes = 0;
  Array<N> entries;
};

/// The values of all nodes of a graph.
template <class N, template <class...> class Array>
class basic_interpreter {
 public:
  using dense = basic_dense<N, Array>;

  /// `extents` of every axis of g; `inputs` by slot, each over its axes in the numbering of the graph. Inputs that are read at
  /// another place need no entries of their own.
  constexpr basic_interpreter(const graph& g, const Array<std::ptrdiff_t>& extents, const Array<dense>& inputs)
      : g_(g), extents_(extents), values_(static_cast<std::size_t>(g.size())) {
    for (int i = 0; i < g.size(); ++i) at(i) = evaluate(g[i], inputs);
  }

  constexpr const Array<N>& operator[](int id) const { return values_[static_cast<std::size_t>(id)]; }

  /// Value `id` spread over a set of axes that includes its own.
  constexpr Array<N> broadcast(int id, axis_set over) const {
    Array<N> r(size_of(over), N(0));
    for (std::size_t p = 0; p < r.size(); ++p) r[p] = entry(id, over, p);
    return r;
  }

  /// Adds to a sum and keeps what rounding lost (Neumaier, 1974): an oracle's sums must not err with their length.
  static constexpr void add(N& sum, N& lost, const N& e) {
    const N total = sum + e;
    if (total < infinity() && total > -infinity()) {
      const bool larger = (sum < 0 ? N(-sum) : sum) >= (e < 0 ? N(-e) : e);
      lost += larger ? N((sum - total) + e) : N((e - total) + sum);
    }
    sum = total;
  }

 private:
  const graph& g_;
  const Array<std::ptrdiff_t>& extents_;
  Array<Array<N>> values_;

  constexpr Array<N>& at(int id) { return values_[static_cast<std::size_t>(id)]; }
  constexpr std::size_t extent(int axis) const {
    return static_cast<std::size_t>(extents_[static_cast<std::size_t>(axis)]);
  }

  constexpr std::size_t size_of(axis_set s) const {
    std::size_t n = 1;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(s, a)) n *= extent(a);
    return n;
  }

  /// Position p of an array over `from`, as a position of an array over `to`, a subset.
  constexpr std::size_t project(std::size_t p, axis_set from, axis_set to) const {
    if (from == to) return p;
    std::size_t r = 0, stride = 1;
    for (int a = g_.axes.size() - 1; a >= 0; --a) {
      if (!has(from, a)) continue;
      const std::size_t coordinate = p % extent(a);
      p /= extent(a);
      if (!has(to, a)) continue;
      r += coordinate * stride;
      stride *= extent(a);
    }
    return r;
  }
  constexpr std::size_t coordinate(std::size_t p, axis_set from, int axis) const {
    return project(p, from, only(axis));
  }

  constexpr N entry(int id, axis_set from, std::size_t p) const {
    return values_[static_cast<std::size_t>(id)][project(p, from, g_[id].axes)];
  }

  static constexpr void settle(Array<N>& sums, const Array<N>& lost) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      if (sums[i] < infinity() && sums[i] > -infinity()) sums[i] += lost[i];
  }

  static constexpr N infinity() { return N(__builtin_inf()); }
  static constexpr N not_a_number() { return N(__builtin_nan("")); }

  constexpr Array<N> evaluate(const node& n, const Array<dense>& inputs) const {
    if (is_input(n.code)) {
      const input_info& in = g_.inputs[static_cast<int>(n.bits)];
      if (in.is_place()) return placed(in, inputs[static_cast<std::size_t>(in.of)].entries);
      return inputs[static_cast<std::size_t>(n.bits)].entries;
    }
    if (n.code == op::last) return Array<N>(1, N(static_cast<double>(extent(first_axis(n.over()))) - 1 + n.offset()));
    if (n.code == op::constant) return Array<N>(1, N(n.constant_value()));
    if (n.code == op::extent) return Array<N>(1, N(static_cast<double>(size_of(n.over()))));
    if (is_reduction(n.code)) return reduce(n.code, n.operand[0], n.over());
    if (n.code == op::softmax || n.code == op::log_softmax) return row_function(n);
    if (n.code == op::scatter) return scattered(n);
    if (is_of_order(n.code)) return ordered(n);
    if (n.code == op::elsewhere) return elsewhere(n);
    if (is_running(n.code)) return running(n);
    if (is_chain(n.code)) return chain(n);
    Array<N> r(size_of(n.axes), N(0));
    for (std::size_t p = 0; p < r.size(); ++p) {
      if (n.code == op::gather) r[p] = gathered(n, p);
      else if (n.code == op::position) r[p] = N(static_cast<double>(p) + n.offset());
      else if (n.code == op::onehot)
        r[p] = N(entry(n.operand[0], n.axes, p) == N(static_cast<double>(coordinate(p, n.axes, first_axis(n.over()))))
                     ? 1
                     : 0);
      else r[p] = elementwise(n, p);
    }
    return r;
  }

  /// An input at another place.
  constexpr Array<N> placed(const input_info& in, const Array<N>& entries) const {
    const axis_order& axes = g_.inputs[in.of].axes;
    const axis_set own = as_set(in.axes);
    Array<N> r(size_of(own), N(0));
    for (std::size_t p = 0; p < r.size(); ++p) {
      std::size_t position = 0, stride = 1;
      bool inside = true;
      std::size_t here[max_axes]{};
      for (int a = 0; a < g_.axes.size(); ++a)
        if (has(own, a)) here[a] = coordinate(p, own, a);
      for (int a = g_.axes.size() - 1; a >= 0; --a)
        for (int k = 0; k < axes.size(); ++k) {
          if (axes[k] != a) continue;
          const ir::coordinate c = in.at[k];
          const auto n = static_cast<std::int64_t>(extent(a));
          const std::int64_t at = c.axis < 0 ? entry_read(c, n) : c.entry_at(here, extents_);
          inside = inside && at >= 0 && at < n;
          position += static_cast<std::size_t>(inside ? at : 0) * stride;
          stride *= extent(a);
        }
      r[p] = inside ? entries[position] : N(0);
    }
    return r;
  }

  constexpr N elementwise(const node& n, std::size_t p) const {
    N v[3] = {N(0), N(0), N(0)};
    for (int i = 0; i < arity(n.code); ++i) v[i] = entry(n.operand[i], n.axes, p);
    return ir::numbers::evaluate<N>(n.code, v[0], v[1], v[2]);
  }

  constexpr N gathered(const node& n, std::size_t p) const {
    const node& e = g_[n.operand[0]];
    const int axis = first_axis(n.over());
    const auto label = static_cast<std::ptrdiff_t>(entry(n.operand[1], n.axes, p));
    if (label < 0 || label >= extents_[static_cast<std::size_t>(axis)])
      return not_a_number();  // ignored, or refused before
    std::size_t position = 0, stride = 1;
    for (int a = g_.axes.size() - 1; a >= 0; --a) {
      if (!has(e.axes, a)) continue;
      position += (a == axis ? static_cast<std::size_t>(label) : coordinate(p, n.axes, a)) * stride;
      stride *= extent(a);
    }
    return values_[static_cast<std::size_t>(n.operand[0])][position];
  }

  constexpr Array<N> scattered(const node& n) const {
    const axis_set from = g_[n.operand[0]].axes | g_[n.operand[1]].axes, k = only(n.scattered_over());
    Array<N> r(size_of(n.axes), N(0)), lost(r.size(), N(0));
    std::size_t stride = 1;  // from one entry of the axis to the next
    for (int a = n.scattered_over() + 1; a < g_.axes.size(); ++a)
      if (has(n.axes, a)) stride *= extent(a);
    for (std::size_t p = 0; p < size_of(from); ++p) {
      const auto label = static_cast<std::ptrdiff_t>(entry(n.operand[1], from, p));
      if (label < 0 || label >= extents_[static_cast<std::size_t>(n.scattered_over())])
        continue;  // ignored, or refused before
      const std::size_t kept = project(p, from, without(n.axes, k));
      const std::size_t at = kept / stride * stride * extent(n.scattered_over()) +
                             static_cast<std::size_t>(label) * stride + kept % stride;
      add(r[at], lost[at], entry(n.operand[0], from, p));
    }
    settle(r, lost);
    return r;
  }

  /// Along axes that the operand has not, as those that differentiation sums over, it is repeated.
  constexpr Array<N> reduce(op code, int operand, axis_set over) const {
    const axis_set from = static_cast<axis_set>(g_[operand].axes | over), to = without(from, over);
    Array<N> e = broadcast(operand, from);
    if (reduction(code).entry != itself)
      for (N& v : e) v = ir::numbers::entry(code, v);
    if (!reduction(code).composed) return fold(code, e, from, to);
    const Array<N> m = fold(reduction(code).scale, e, from, to);
    for (std::size_t p = 0; p < e.size(); ++p) e[p] = ir::numbers::term(code, e[p], m[project(p, from, to)]);
    Array<N> r = fold(op::sum, e, from, to);
    for (std::size_t q = 0; q < r.size(); ++q) r[q] = ir::numbers::finish(code, m[q], r[q]);
    return r;
  }

  /// Entries over `from`, each folded into its place over `to`.
  constexpr Array<N> fold(op code, const Array<N>& e, axis_set from, axis_set to) const {
    const bool compensated = reduction(code).compensated;
    Array<N> r(size_of(to), N(identity(code))), lost(r.size(), N(0));
    for (std::size_t p = 0; p < e.size(); ++p) {
      const std::size_t q = project(p, from, to);
      if (compensated) add(r[q], lost[q], e[p]);
      else r[q] = ir::numbers::combine(code, r[q], e[p]);
    }
    for (std::size_t q = 0; q < r.size(); ++q) r[q] = ir::numbers::finish_sum(code, r[q], lost[q]);
    return r;
  }

  /// Entries of an array from one of an axis to the next; the first ones of its lines are those at coordinate 0.
  constexpr std::size_t stride_along(axis_set axes, int axis) const {
    std::size_t stride = 1;
    for (int a = axis + 1; a < g_.axes.size(); ++a)
      if (has(axes, a)) stride *= extent(a);
    return stride;
  }

  /// Positions in an order, each found by how many entries come before; or values at them, or back from them.
  constexpr Array<N> ordered(const node& n) const {
    const int axis = first_axis(n.over());
    const std::size_t entries = extent(axis), stride = stride_along(n.axes, axis);
    Array<N> r(size_of(n.axes), N(0));
    for (std::size_t first = 0; first < r.size(); ++first) {
      if (coordinate(first, n.axes, axis) != 0) continue;
      const auto operand = [&](int k, std::size_t place) {
        return entry(n.operand[k], n.axes, first + place * stride);
      };
      for (std::size_t t = 0; t < entries; ++t) {
        if (n.code != op::order) {
          const auto at = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(operand(1, t)));
          const bool back = n.code == op::unpermuted;
          r[first + (back ? at : t) * stride] = operand(0, back ? t : at);
          continue;
        }
        std::size_t before = 0;
        for (std::size_t u = 0; u < entries; ++u)
          before += comes_before(operand(0, u), u, operand(0, t), t, n.order().reverse);
        r[first + before * stride] = N(static_cast<double>(t));
      }
    }
    return r;
  }

  /// Beyond the ends 0, also of an operand that is constant along the axis.
  constexpr Array<N> elsewhere(const node& n) const {
    const axis_set from = g_[n.operand[0]].axes;
    const int axis = first_axis(n.over());
    const ir::coordinate c = n.read_at();
    Array<N> r(size_of(n.axes), N(0));
    for (std::size_t p = 0; p < r.size(); ++p) {
      std::size_t here[max_axes]{}, position = 0;
      for (int a = 0; a < g_.axes.size(); ++a)
        if (has(n.axes, a)) here[a] = coordinate(p, n.axes, a);
      const std::int64_t at = c.entry_at(here, extents_);
      if (at < 0 || at >= static_cast<std::int64_t>(extent(axis))) continue;
      here[axis] = static_cast<std::size_t>(at);
      for (int a = 0; a < g_.axes.size(); ++a)
        if (has(from, a)) position = position * extent(a) + here[a];
      r[p] = values_[static_cast<std::size_t>(n.operand[0])][position];
    }
    return r;
  }

  constexpr Array<N> running(const node& n) const {
    const int axis = first_axis(n.over());
    const std::size_t entries = extent(axis), stride = stride_along(n.axes, axis);
    Array<N> r(size_of(n.axes), N(0));
    for (std::size_t first = 0; first < r.size(); ++first) {
      if (coordinate(first, n.axes, axis) != 0) continue;
      running_value<N> so_far(n.code);
      for (std::size_t t = 0; t < entries; ++t) {
        const std::size_t p = first + (n.order().reverse ? entries - 1 - t : t) * stride;
        if (n.order().exclusive) r[p] = so_far.value();
        so_far.next(entry(n.operand[0], n.axes, p), arity(n.code) > 1 ? entry(n.operand[1], n.axes, p) : N(0));
        if (!n.order().exclusive) r[p] = so_far.value();
      }
    }
    return r;
  }

  /// Where the entries of a chain lie in an array over all of its axes.
  struct chain_strides {
    axis_set all = 0;
    std::size_t along = 1, to = 1, from = 1;
  };
  constexpr chain_strides strides_of(const node& n) const {
    const chain_axes c = n.chain();
    chain_strides r{n.over()};
    for (int k = 0; k < arity(n.code); ++k) r.all |= g_[n.operand[k]].axes;
    r.along = stride_along(r.all, c.along);
    r.to = stride_along(r.all, c.to);
    r.from = stride_along(r.all, c.from);
    return r;
  }
  /// What comes to state s at position p, of step t > 0, from the r-th before it; -inf, if a band has none there.
  template <class Before>
  constexpr N chain_score(const node& n, const chain_strides& at, std::size_t p, std::size_t s, std::size_t r,
                          const Before& before) const {
    const bool band = n.chain().band;
    if (band && r > s) return -infinity();
    return N(before(p - at.along - s * at.to + (band ? s - r : r) * at.to) +
             entry(n.operand[arity(n.code) - 1], at.all, p + r * at.from));
  }
  template <class Before>
  constexpr chain_sum<N> summed_scores(const node& n, const chain_strides& at, std::size_t p, std::size_t s,
                                       Array<N>& parts, const Before& before) const {
    chain_sum<N> sum(n.chain().best);
    for (std::size_t r = 0; r < parts.size(); ++r) sum.first(chain_score(n, at, p, s, r, before));
    for (std::size_t r = 0; r < parts.size(); ++r) parts[r] = sum.second(chain_score(n, at, p, s, r, before));
    return sum;
  }

  constexpr Array<N> chain(const node& n) const {
    const chain_axes c = n.chain();
    const chain_strides at = strides_of(n);
    const bool forwards = arity(n.code) == 2;
    const std::size_t steps = extent(c.along), states = extent(c.to);
    Array<N> r(size_of(n.axes), N(0)), parts(extent(c.from), N(0));
    const auto place = [&](std::size_t whole) { return project(whole, at.all, n.axes); };
    for (std::size_t first = 0; first < size_of(at.all); ++first) {
      if (coordinate(first, at.all, c.along) + coordinate(first, at.all, c.to) + coordinate(first, at.all, c.from) != 0)
        continue;
      for (std::size_t step = 0; step < steps; ++step)
        for (std::size_t s = 0; s < states; ++s) {
          const std::size_t t = forwards ? step : steps - 1 - step, p = first + t * at.along + s * at.to;
          const N& own = entry(n.operand[0], at.all, p);
          if (n.code != op::chain_moves) r[place(p)] += own;
          if (t == 0) continue;
          if (forwards) {
            r[place(p)] +=
                summed_scores(n, at, p, s, parts, [&](std::size_t whole) { return r[place(whole)]; }).value();
            continue;
          }
          const auto before = [&](std::size_t whole) { return entry(n.operand[1], at.all, whole); };
          const N sum = summed_scores(n, at, p, s, parts, before).sum();
          if (sum == N(0) || before(p) == -infinity()) continue;
          const N g = n.code == op::chain_back ? r[place(p)] : own;
          for (std::size_t k = 0; k < parts.size(); ++k) {
            if (parts[k] == N(0)) continue;
            const std::size_t from = p - at.along - s * at.to + (c.band ? s - k : k) * at.to;
            r[place(n.code == op::chain_back ? from : p + k * at.from)] += N(parts[k] / sum * g);
          }
        }
    }
    return r;
  }

  constexpr Array<N> row_function(const node& n) const {
    const axis_set from = n.axes, to = without(from, n.over());
    const Array<N> m = reduce(op::shift, n.operand[0], n.over());
    Array<N> r = values_[static_cast<std::size_t>(n.operand[0])], e = r;
    for (std::size_t p = 0; p < e.size(); ++p) {
      r[p] = N(r[p] - m[project(p, from, to)]);
      e[p] = ir::numbers::evaluate<op::exp>(r[p], r[p], r[p]);
    }
    const Array<N> s = fold(op::sum, e, from, to);
    for (std::size_t p = 0; p < e.size(); ++p) {
      const N& sum = s[project(p, from, to)];
      r[p] = n.code == op::softmax ? N(e[p] / sum) : N(r[p] - ir::numbers::evaluate<op::log>(sum, sum, sum));
    }
    return r;
  }
};

}  // namespace loom::ir
