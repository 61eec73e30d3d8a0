// SPDX-License-Identifier: BSL-1.0
// call/check_data.hpp — is the data of a call what the formula needs? Everything is found before anything is written, at run time
// and in a constant expression by the same code.
// Layer 5 (call).
#pragma once

#include "loom/call/data_issue.hpp"
#include "loom/call/erased_view.hpp"
#include "loom/call/overlap.hpp"
#include "loom/call/placed.hpp"
#include "loom/ir/extents.hpp"
#include "loom/ir/labels.hpp"
#include "loom/ir/order.hpp"

namespace loom::inline LOOM_ABI::call {

/// The numbers that the arrays of a plan take in the workspace, for the extents of a call.
constexpr std::ptrdiff_t workspace_size(const plan& p, const std::ptrdiff_t* extents) {
  std::ptrdiff_t size = 0;
  for (const array_info& a : p.arrays) {
    std::ptrdiff_t entries = 1;
    for (int axis : a.axes)
      if (__builtin_mul_overflow(entries, extents[axis], &entries)) entries = PTRDIFF_MAX;
    if (__builtin_add_overflow(size, entries, &size)) size = PTRDIFF_MAX;
  }
  return size;
}

namespace detail {

/// Whether no label is beyond `last`, of contiguous ones: one pass without branches, the rule in every call that is right. Of a few labels
/// it does not say.
template <class Unsigned>
bool within(const void* labels, std::ptrdiff_t count, std::uint64_t last) {
  const Unsigned* from = static_cast<const Unsigned*>(labels);
  const auto most = static_cast<Unsigned>(last);
  if constexpr (sizeof(Unsigned) < 8) {
    using lanes [[gnu::vector_size(16)]] = Unsigned;
    using halves [[gnu::vector_size(16)]] = std::uint64_t;
    constexpr std::ptrdiff_t width = 16 / sizeof(Unsigned);
    if (count < width) return false;
    lanes beyond{};
    for (std::ptrdiff_t n = 0; n < count; n += width) {  // the last vector has some labels of the one before
      lanes some;
      __builtin_memcpy(&some, from + (n + width < count ? n : count - width), 16);
      beyond |= reinterpret_cast<lanes>(some > most);
    }
    const auto found = reinterpret_cast<halves>(beyond);
    return (found[0] | found[1]) == 0;
  } else {  // of 64 bits few machines compare several
    bool outside = false;
    LOOM_SHORT_LOOP
    for (std::ptrdiff_t n = 0; n < count; ++n) outside |= from[n] > most;
    return !outside;
  }
}
/// Whether they all lie on an axis. A negative label, read as unsigned, is beyond every label that its type can hold: so one loop
/// serves both types of a size, and `last` is at most the largest label of the type.
[[gnu::noinline]] inline bool within(const erased_view& b, std::ptrdiff_t count, std::ptrdiff_t limit) {
  if (limit == 0) return count == 0;
  const std::ptrdiff_t bits = 8 * size_of(b.type) - is_signed(b.type);
  const std::uint64_t largest = ~std::uint64_t{0} >> (64 - bits), wanted = static_cast<std::uint64_t>(limit) - 1,
                      last = wanted < largest ? wanted : largest;
  switch (size_of(b.type)) {
    case 1: return within<std::uint8_t>(b.data, count, last);
    case 2: return within<std::uint16_t>(b.data, count, last);
    case 4: return within<std::uint32_t>(b.data, count, last);
    default: return within<std::uint64_t>(b.data, count, last);
  }
}

inline bool is_aligned(const void* data, element_type t) {
  return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(alignment_of(t)) == 0;
}

/// The position of entry n in the order of the axes.
struct coordinates {
  std::ptrdiff_t at[max_rank]{};
  [[gnu::noinline]] constexpr coordinates(const erased_shape& b, int rank, std::ptrdiff_t n) {
    for (int i = rank - 1; i >= 0; --i) {
      at[i] = n % b.extents[i];
      n /= b.extents[i];
    }
  }
  constexpr coordinates() = default;
};

constexpr std::ptrdiff_t offset_at(const erased_shape& b, int rank, const std::ptrdiff_t* at) {
  std::ptrdiff_t offset = 0;
  for (int i = 0; i < rank; ++i) offset += at[i] * b.strides[i];
  return offset;
}

/// The bits of the label, or of the mask, at a position; a negative label has those of its 64-bit number.
[[gnu::noinline]] constexpr std::uint64_t label_bits(const erased_view& b, int rank, const std::ptrdiff_t* at) {
  if (__builtin_is_constant_evaluated()) {
    std::ptrdiff_t offset = 0;
    for (int i = 0; i < rank; ++i) offset += b.constant.steps[i] * at[i];
    return b.constant.labels[offset];
  }
  return load_bits(b.data, offset_at(b, rank, at), b.type);
}
constexpr std::int64_t label_of(std::uint64_t bits, element_type t) {
  return t == element_type::u64 ? saturated(bits) : static_cast<std::int64_t>(bits);
}

/// An operand that lies in memory.
struct bound_operand {
  operand name;
  const erased_shape* shape;
  const axis_order* axes;
  const void* data;

  constexpr int rank() const { return axes->size(); }
  constexpr std::ptrdiff_t stride(int axis) const { return stride_along(*shape, *axes, axis); }
};

constexpr bool meet(const bound_operand& a, const bound_operand& b) {
  return overlap(*a.shape, a.data, a.rank(), *b.shape, b.data, b.rank());
}

/// What the checks are about, beside extents, strides and labels.
struct checked_facts {
  bool places;  ///< inputs are read at places
  bool in_place;  ///< a buffer may be the data of an input
  bool extents_follow;  ///< extents may follow from others
  bool ignores_labels;  ///< there are labels that nothing is read by
};
/// Of a program that is not known before it runs, and writes over none of its inputs.
inline constexpr checked_facts checked_at_run_time{true, false, true, true};

/// The checks. They are in every user's file, so none is inlined: a compiler takes longer over one large function than over its
/// parts.
template <checked_facts Has>
class data_check {
 public:
  axis_extents extents;
  finding found;

  [[gnu::noinline]] constexpr data_check(const plan& p, const operands& bound) : p_(p), g_(p.program), bound_(bound) {
    for (int a = 0; a < max_axes; ++a) {
      extents[a] = a < g_.axes.size() && g_.axes[a].extent > 0 ? g_.axes[a].extent : -1;
      learned_from_[a] = no_operand;
    }
    for (int i = 0; i < g_.inputs.size(); ++i)
      if (g_.inputs[i].code != op::scalar)
        all_[count_++] = {{true, i}, &bound.inputs[i], &g_.inputs[i].axes, bound.inputs[i].data};
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (bound.outputs[s].is_bound())
        all_[count_++] = {{false, s}, &bound.outputs[s], &output_axes(p, s), bound.outputs[s].data};
  }

  [[gnu::noinline]] constexpr bool operands_are_good() {
    for (int i = 0; i < count_; ++i)
      if (!extents_agree(all_[i])) return false;
    if constexpr (Has.extents_follow)
      if (!extents_follow()) return false;
    if (!entries_can_be_counted()) return false;
    for (int i = 0; i < count_; ++i)
      if (!can_be_accessed(all_[i])) return false;
    for (int i = 0; i < count_; ++i)
      if (!all_[i].name.input && !is_apart(i)) return false;
    return true;
  }

  /// Every entry that is read at a place is one of its axis.
  [[gnu::noinline]] constexpr bool places_are_good() {
    for (const input_info& in : g_.inputs)
      for (int k = 0; k < in.at.size(); ++k) {
        const std::int64_t extent = bound_.inputs[in.of].extents[k], entry = entry_read(in.at[k], extent);
        if (in.at[k].axis >= 0 || (entry >= 0 && entry < extent)) continue;
        found.axis = g_.inputs[in.of].axes[k];
        found.got = entry;
        found.wanted = extent;
        return fails(data_issue::entry_is_outside_its_axis, {true, in.of});
      }
    return true;
  }

  /// The states before those of a chain are as many.
  [[gnu::noinline]] constexpr bool chains_are_good() {
    for (const node& n : g_.nodes) {
      const ir::chain_axes c = n.chain();
      if (!is_chain(n.code) || c.band || extents[c.from] == extents[c.to]) continue;
      found.axis = c.from;
      found.next = c.to;
      found.got = extents[c.from];
      found.wanted = extents[c.to];
      return fails(data_issue::states_of_a_chain_disagree);
    }
    return true;
  }

  /// The positions of an order are numbers of the loops, which in float are exact up to 2^24.
  [[gnu::noinline]] constexpr bool orders_are_good() {
    for (int i = 0; i < count_; ++i)
      if (all_[i].shape->type == element_type::f64) return true;
    for (const node& n : g_.nodes) {
      if (n.code != op::order || extents[first_axis(n.over())] <= std::int64_t{1} << 24) continue;
      found.axis = first_axis(n.over());
      found.got = extents[found.axis];
      return fails(data_issue::order_of_too_many);
    }
    return true;
  }

  /// The loops walk all axes of a row with one stride.
  [[gnu::noinline]] constexpr bool columns_are_contiguous() {
    for (int k = 0; k + 1 < p_.column_order.size(); ++k) {
      found.axis = p_.column_order[k];
      found.next = p_.column_order[k + 1];
      if (extents[found.axis] <= 1) continue;
      for (int i = 0; i < count_; ++i)
        if (has(as_set(*all_[i].axes), found.axis) &&
            all_[i].stride(found.axis) != all_[i].stride(found.next) * extents[found.next])
          return fails(data_issue::axes_reduced_together_are_not_contiguous);
    }
    return true;
  }

  /// Every number lies where its declaration says, the ends rounded as the number is.
  [[gnu::noinline]] constexpr bool numbers_are_good() {
    for (int slot = 0; slot < g_.inputs.size(); ++slot) {
      const input_info& in = g_.inputs[slot];
      if (!in.is_place() && in.domain != number_domain() && !numbers_lie_in(in.domain, slot)) return false;
    }
    return true;
  }

  [[gnu::noinline]] constexpr bool labels_are_good(const label_use_list& labels) {
    for (const label_use& use : labels)
      if (!labels_lie_on_axis(use)) return false;
    return true;
  }

  /// In a constant expression: the interpreter keeps labels as double.
  constexpr bool labels_are_constants() {
    for (int k = 0; k < count_; ++k) {
      const bound_operand& o = all_[k];
      if (!o.name.input || g_.inputs[o.name.slot].code != op::index || is_place(o)) continue;
      for (std::ptrdiff_t n = 0; n < entries_of(*o.shape, o.rank()); ++n) {
        const std::int64_t label = label_of(o.shape->constant.labels[n], o.shape->type);
        if (label > std::int64_t{1} << 53 || label < -(std::int64_t{1} << 53))
          return fails_at(data_issue::label_is_too_large_for_a_constant, o.name.slot,
                          coordinates(*o.shape, o.rank(), n), o.shape->constant.labels[n]);
      }
    }
    return true;
  }

  [[gnu::noinline]] constexpr bool workspace_is_good(std::ptrdiff_t size) {
    const erased_buffer& w = bound_.workspace;
    if (size == 0) return true;
    found.got = w.extents[0];
    found.wanted = size;
    if (w.data == nullptr) return fails(data_issue::workspace_is_a_null_pointer, {true, 0});
    if (w.strides[0] != 1) return fails(data_issue::workspace_is_not_contiguous);
    if (w.extents[0] < size) return fails(data_issue::workspace_is_too_small);
    found.wanted = alignof(double);
    if (!__builtin_is_constant_evaluated() && !is_aligned(w.data, w.type))
      return fails(data_issue::workspace_is_not_aligned);
    for (int i = 0; i < count_; ++i)
      if (!is_place(all_[i]) && overlap(*all_[i].shape, all_[i].data, all_[i].rank(), w, w.data, 1))
        return fails(
            all_[i].name.input ? data_issue::workspace_overlaps_an_input : data_issue::workspace_overlaps_a_buffer,
            all_[i].name);
    return true;
  }

 private:
  const plan& p_;
  const graph& g_;
  const operands& bound_;
  bound_operand all_[max_inputs + max_outputs];  // inputs, then outputs; no more of them are set than there are
  int count_ = 0;
  operand learned_from_[max_axes];

  /// Whether a buffer is the data of its input, and should be.
  constexpr bool is_over(const bound_operand& buffer, const bound_operand& o) const {
    return Has.in_place && p_.is_in_place(buffer.name.slot) && o.name.input &&
           g_.outputs[buffer.name.slot].input == o.name.slot;
  }
  constexpr bool is_place(const bound_operand& o) const {
    return Has.places && o.name.input && g_.inputs[o.name.slot].is_place();
  }

  [[gnu::noinline, gnu::cold]] constexpr bool fails(data_issue issue, operand one = no_operand,
                                                    operand two = no_operand) {
    found.issue = issue;
    found.one = one;
    found.two = two;
    return false;
  }

  /// Learns the extent of each axis from the first operand that has it, and holds the others against it.
  [[gnu::noinline]] constexpr bool extents_agree(const bound_operand& o) {
    for (int i = 0; i < o.rank(); ++i) {
      const int axis = (*o.axes)[i];
      if constexpr (Has.places)
        if (o.name.input && g_.inputs[o.name.slot].has_other_extent(axis)) continue;
      const std::ptrdiff_t extent = o.shape->extents[i];
      if (extent >= 0 && extents[axis] < 0) {
        extents[axis] = extent;
        learned_from_[axis] = o.name;
      } else if (extent < 0 || extents[axis] != extent) {
        found.axis = axis;
        found.got = extent;
        found.wanted = extents[axis];
        const bool declared = learned_from_[axis].slot < 0;
        return fails(extent < 0 ? data_issue::extent_is_negative
                     : declared ? data_issue::extent_differs_from_its_declaration
                                : data_issue::extents_of_an_axis_disagree,
                     o.name, learned_from_[axis]);
      }
    }
    return true;
  }

  /// Extents that follow from others are there, or are those of the data that has the axis.
  [[gnu::noinline]] constexpr bool extents_follow() {
    found.axis = ir::follow_extents(g_.axes, extents.of, found.wanted);
    if (found.axis < 0) return true;
    found.got = found.wanted < 0 ? found.wanted : extents[found.axis];
    return fails(found.wanted < 0 ? data_issue::extent_that_follows_is_negative
                                  : data_issue::extent_differs_from_what_it_follows_from);
  }

  /// Then no product of extents overflows. In double: rounding is nothing here.
  [[gnu::noinline]] constexpr bool entries_can_be_counted() {
    double entries = 1;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (extents[a] > 0) entries *= static_cast<double>(extents[a]);
    return entries <= 0x1p60 || fails(data_issue::axes_have_too_many_entries);
  }

  [[gnu::noinline]] constexpr bool can_be_accessed(const bound_operand& o) {
    if (is_empty(*o.shape, o.rank())) return true;
    if (o.data == nullptr)
      return fails(o.name.input ? data_issue::data_is_a_null_pointer : data_issue::buffer_is_a_null_pointer, o.name);
    double reach = 1;
    for (int i = 0; i < o.rank(); ++i) {
      const double step = static_cast<double>(o.shape->strides[i]) * static_cast<double>(o.shape->extents[i] - 1);
      reach += step < 0 ? -step : step;
    }
    if (reach * static_cast<double>(size_of(o.shape->type)) > 0x1p60)
      return fails(data_issue::strides_reach_too_far, o.name);
    if (__builtin_is_constant_evaluated() || is_aligned(o.data, o.shape->type)) return true;
    found.wanted = alignment_of(o.shape->type);
    return fails(o.name.input ? data_issue::data_is_not_aligned : data_issue::buffer_is_not_aligned, o.name);
  }

  /// Operand k is a buffer: it shares no memory with an input, an output before it, or itself.
  [[gnu::noinline]] constexpr bool is_apart(int k) {
    const bound_operand& buffer = all_[k];
    if (is_empty(*buffer.shape, buffer.rank())) return true;
    if (overlaps_itself(*buffer.shape, buffer.rank())) return fails(data_issue::buffer_overlaps_itself, buffer.name);
    for (int i = 0; i < k; ++i)  // a place is a part of its input
      if (!is_place(all_[i]) && !is_over(buffer, all_[i]) && meet(buffer, all_[i]))
        return fails(all_[i].name.input ? data_issue::buffer_overlaps_an_input : data_issue::buffers_overlap,
                     buffer.name, all_[i].name);
    return true;
  }

  [[gnu::noinline, gnu::cold]] constexpr bool fails_at(data_issue issue, int slot, const coordinates& c,
                                                       std::uint64_t bits) {
    found.is_unsigned = bound_.inputs[slot].type == element_type::u64;
    found.got = static_cast<std::int64_t>(bits);
    found.rank = g_.inputs[slot].axes.size();
    for (int i = 0; i < found.rank; ++i) found.at[i] = c.at[i];
    return fails(issue, {true, slot});
  }

  constexpr bool numbers_lie_in(const number_domain& domain, int slot) {
    const erased_view& b = bound_.inputs[slot];
    const int rank = g_.inputs[slot].axes.size();
    const double low = rounded(domain.low, b.type), high = rounded(domain.high, b.type);
    for (std::ptrdiff_t n = 0, count = entries_of(b, rank); n < count; ++n) {
      const coordinates c(b, rank, n);
      const double v = number_at(b, rank, n, c);
      if ((domain.above_low ? v > low : v >= low) && (domain.below_high ? v < high : v <= high)) continue;
      return fails_at(rank == 0 ? data_issue::number_is_outside_its_domain : data_issue::entry_is_outside_its_domain,
                      slot, c, 0);
    }
    return true;
  }
  static constexpr double number_at(const erased_view& b, int rank, std::ptrdiff_t n, const coordinates& c) {
    if (__builtin_is_constant_evaluated()) return b.constant.numbers[n];
    if (rank == 0) return b.number;
    return load_number(b.data, offset_at(b, rank, c.at), b.type);
  }

  /// Whether the label at a position is one that the use ignores.
  constexpr bool is_ignored(const label_use& use, const coordinates& c, std::int64_t label) const {
    const axis_order& axes = g_.inputs[use.input].axes;
    for (const label_clause& clause : use.ignored_if) {
      if (clause.mask < 0) {
        if (clause.holds(label)) return true;
        continue;
      }
      const axis_order& order = g_.inputs[clause.mask].axes;
      coordinates of_mask;
      for (int k = 0; k < order.size(); ++k)
        for (int i = 0; i < axes.size(); ++i)
          if (order[k] == axes[i]) of_mask.at[k] = c.at[i];
      if (clause.holds(static_cast<std::int64_t>(label_bits(bound_.inputs[clause.mask], order.size(), of_mask.at))))
        return true;
    }
    return false;
  }

  [[gnu::noinline]] constexpr bool labels_lie_on_axis(const label_use& use) {
    const erased_view& b = bound_.inputs[use.input];
    const std::ptrdiff_t limit = extents[use.axis];
    const int rank = g_.inputs[use.input].axes.size();
    std::ptrdiff_t count = 1;
    bool contiguous = true;
    for (int i = rank - 1; i >= 0; --i) {
      contiguous = contiguous && (b.extents[i] == 1 || b.strides[i] == count);
      count *= b.extents[i];
    }
    return __builtin_is_constant_evaluated() || !(contiguous && within(b, count, limit))
               ? every_label_is_good(use, b, rank, count, limit)
               : true;
  }
  /// The same, label by label.
  [[gnu::noinline]] constexpr bool every_label_is_good(const label_use& use, const erased_view& b, int rank,
                                                       std::ptrdiff_t count, std::ptrdiff_t limit) {
    for (std::ptrdiff_t n = 0; n < count; ++n) {
      const coordinates c(b, rank, n);
      const std::uint64_t bits = label_bits(b, rank, c.at);
      const std::int64_t label = label_of(bits, b.type);
      if (label >= 0 && label < limit) continue;
      if constexpr (Has.ignores_labels)
        if (is_ignored(use, c, label)) continue;
      found.axis = use.axis;
      found.wanted = limit;
      return fails_at(data_issue::label_is_outside_its_axis, use.input, c, bits);
    }
    return true;
  }
};

}  // namespace detail

/// What is wrong with the data of a call, if anything; else the extents of its axes.
struct checked_data {
  finding found;
  axis_extents extents;
};

constexpr bool declares_domains(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.domain != number_domain()) return true;
  return false;
}

constexpr bool has_extents_that_follow(const graph& g) {
  for (const ir::axis_info& a : g.axes)
    if (a.follows()) return true;
  return false;
}

constexpr bool ignores_some(const label_use_list& labels) {
  for (const label_use& use : labels)
    if (!use.ignored_if.empty()) return true;
  return false;
}

constexpr bool has_chains(const graph& g) {
  for (const node& n : g.nodes)
    if (is_chain(n.code)) return true;
  return false;
}

/// Checks the data of a call. What a program does not have is not looked for: no other check is compiled into its file.
/// `workspace`: the numbers that it must have for the extents of the axes. `MayBeSmall`: or it is not used.
template <class Program, bool HasWorkspace, bool MayBeSmall = false>
constexpr checked_data check_data(const operands& bound, std::ptrdiff_t (*workspace)(const std::ptrdiff_t*)) {
  constexpr const plan& p = Program::schedule;
  constexpr const label_use_list& labels = Program::front::labels;
  constexpr detail::checked_facts has{reads_places(p.program), p.in_place != 0, has_extents_that_follow(p.program),
                                      ignores_some(labels)};
  detail::data_check<has> c(p, bound);
  [[maybe_unused]] bool good = true;  // if not, something was found
  if constexpr (has.places) good = c.places_are_good();
  good = good && c.operands_are_good();
  if constexpr (has_chains(p.program)) good = good && c.chains_are_good();
  if constexpr (p.refused() && has_orders(p.program)) good = good && c.orders_are_good();
  if constexpr (p.column_order.size() > 1) good = good && c.columns_are_contiguous();
  if (__builtin_is_constant_evaluated()) good = good && c.labels_are_constants();
  if constexpr (declares_domains(p.program))
    if (bound.domains_checked) good = good && c.numbers_are_good();
  if constexpr (!labels.empty()) good = good && c.labels_are_good(labels);
  if constexpr (HasWorkspace) {
    const std::ptrdiff_t size = good ? workspace(c.extents.of) : 0;
    if (!MayBeSmall || bound.workspace.extents[0] >= size) good = good && c.workspace_is_good(size);
  }
  return {c.found, c.extents};
}

/// The same for a program whose workspace holds the arrays of its plan.
template <class Program>
constexpr checked_data check_data(const operands& bound) {
  constexpr const plan& p = Program::schedule;
  return check_data<Program, !p.arrays.empty()>(
      bound, [](const std::ptrdiff_t* extents) { return workspace_size(Program::schedule, extents); });
}

}  // namespace loom::call
