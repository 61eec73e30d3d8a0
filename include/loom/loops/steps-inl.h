// SPDX-License-Identifier: BSL-1.0
// loops/steps-inl.h — how one step of a plan is performed: a function for each instruction.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The logarithm among the terms of value Id that is; no_value if there is none.
template <int Id, class R>
inline constexpr value_id log_in = Id >= 0 && has_products<R> ? log_term(R::P, Id) : value_id{no_value};

/// Sum Id of terms, but for the logarithm among them.
template <int Id, class R>
LOOM_INLINE typename R::V without_log(const R& r) {
  constexpr node n = R::P.program[Id];
  if constexpr (R::P.log_sums[Id]) {
    return typename R::V{};
  } else if constexpr (n.code == op::neg) {
    return -without_log<n.operand[0]>(r);
  } else {
    constexpr bool is_in_first = R::P.log_parts[n.operand[0]];
    constexpr value_id part = n.operand[is_in_first ? 0 : 1];
    const auto other = counted<n.operand[is_in_first ? 1 : 0]>(r);
    if constexpr (R::P.log_sums[part]) return n.code == op::sub && is_in_first ? -other : other;
    else if constexpr (n.code == op::add) return without_log<part>(r) + other;
    else return is_in_first ? without_log<part>(r) - other : other - without_log<part>(r);
  }
}

template <int Log, class R>
LOOM_INLINE void begin_product(R& r) {
  for (int part = 0; part < R::product_parts; ++part) r.product[Log][part] = typename R::factor{} + loops::no_factors;
}

/// Adds the logarithm of a product to a total, and begins the next one.
template <int Id, class R>
LOOM_INLINE void end_product(R& r) {
  constexpr value_id a = R::P.program[Id].operand[0], l = log_in<a, R>;
  constexpr int count = R::shape::along ? 1 : R::lane_count;
  alignas(64) double factors[count];
  if constexpr (R::shape::along) factors[0] = r.product[l][0];
  else
    for (int part = 0; part < R::product_parts; ++part)
      store(r.product[l][part], factors + part * width<typename R::VD>);
  const double sum = loops::logarithm_of_product(factors, count);
  r.total_logarithm[l] = r.total_logarithm[l] + (log_is_subtracted(R::P, a) ? -sum : sum);
  begin_product<l>(r);
}
/// A total of rows, whose logarithms are added up as those of products less 1.
template <int Id, lanes Which, class R>
LOOM_INLINE void add_to_product(R& r) {
  using VD = typename R::VD;
  constexpr value_id a = R::P.program[Id].operand[0], l = log_in<a, R>;
  const auto row = r.value[R::P.program[l].operand[0]];
  bool large;
  if constexpr (R::shape::along) {
    const double u = first_lane(row);
    r.product[l][0] = r.product[l][0] + (u + r.product[l][0] * u);
    large = !(r.product[l][0] < 0x1p800);
  } else {
    const auto u = R::shape::template counted_once<level::row, Which>(r, row, typename R::V{});
    const VD lower = widen(lower_half(u)), upper = widen(upper_half(u)), one = constant<VD>(1);
    r.product[l][0] = fma(r.product[l][0], one + lower, lower);
    r.product[l][1] = fma(r.product[l][1], one + upper, upper);
    large = !all_below(r.product[l][0] + r.product[l][1], constant<VD>(0x1p800));
  }
  if (large) [[unlikely]]
    end_product<Id>(r);
}

/// Knuth's two-sum: adds only, so contraction cannot touch it.
template <int Id, class R>
LOOM_INLINE void add_compensated(R& r, typename R::VD v) {
  const typename R::VD before = r.total[Id][0], sum = before + v, added = sum - before;
  r.compensation[Id] = r.compensation[Id] + ((before - (sum - added)) + (v - added));
  r.total[Id][0] = sum;
}

/// Totals are accumulated in double, and those of doubles with what rounding loses: their error does not grow with the number
/// of rows.
template <int Id, lanes Which, class R>
LOOM_INLINE void add_to_total(R& r) {
  constexpr op code = R::P.program[Id].code;
  constexpr value_id a = R::P.program[Id].operand[0];
  constexpr level at = R::P.levels[a];
  if constexpr (code == op::sum && R::is_wide(a))
    return add_wide<a>(r, r.total[Id], R::shape::template counted_lanes<at, Which>(r));
  typename R::V v;
  if constexpr (at == level::row && log_in<a, R> != no_value) {
    add_to_product<Id, Which>(r);
    if constexpr (R::P.log_sums[a]) return;
    v = without_log<a>(r);
  } else {
    v = entry_of<code>(counted<a>(r));
  }
  v = R::shape::template counted_once<at, Which>(r, v, identity<code, typename R::V>());
  if constexpr (sizeof(typename R::number) == 8 && reduction(code).compensated) {
    add_compensated<Id>(r, v);
  } else if constexpr (sizeof(typename R::number) == 8) {
    r.total[Id][0] = fold<code>::combine(r.total[Id][0], v);
  } else if constexpr (R::lane_count == 1) {
    r.total[Id][0] = fold<code>::combine(r.total[Id][0], widen(v));
  } else {
    r.total[Id][0] = fold<code>::combine(r.total[Id][0], widen(lower_half(v)));
    if constexpr (lanes_differ<a, R>) r.total[Id][1] = fold<code>::combine(r.total[Id][1], widen(upper_half(v)));
  }
}

/// Within a block, entries are added up in the type of the data, those of logarithms as a product.
template <int Id, class R>
LOOM_INLINE void add_to_block(R& r, accumulator<typename R::V>* acc) {
  using V = typename R::V;
  constexpr value_id a = R::P.program[Id].operand[0], l = log_in<a, R>;
  if constexpr (l == no_value) {
    acc[Id].acc = acc[Id].acc + entry_of<op::sum>(counted<a>(r));
  } else {
    const V u = r.value[R::P.program[l].operand[0]];
    if constexpr (R::P.program[l].code == op::log) multiply(r.entries_product[l], u);
    else acc[l].acc = fma(acc[l].acc, constant<V>(1) + u, u);
    if constexpr (l != a) acc[Id].acc = acc[Id].acc + without_log<a>(r);
  }
}

/// Folds a vector into numbers of an array that lie one after the other.
template <class Fold, class R>
LOOM_INLINE void fold_lanes_into(typename R::V v, double* to) {
  using VD = typename R::VD;
  if constexpr (sizeof(typename R::number) == 8) {
    store(Fold::combine(load<VD>(to), v), to);
  } else if constexpr (R::lane_count == width<VD>) {
    store(Fold::combine(load<VD>(to), widen(v)), to);
  } else {
    store(Fold::combine(load<VD>(to), widen(lower_half(v))), to);
    to += width<VD>;
    store(Fold::combine(load<VD>(to), widen(upper_half(v))), to);
  }
}

/// Folds entries, or a row value, into the array of a reduction. What is contiguous goes by vectors.
template <int Id, lanes Which, class R>
LOOM_INLINE void add_to_array(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr bool per_column = folds_entries(R::P, Id), wide = n.code == op::sum && R::is_wide(n.operand[0]);
  constexpr level at = per_column ? level::element : level::row;
  constexpr int array = R::P.array_of[Id] - 1;
  const output_stream& s = r.data.arrays[array];
  const std::ptrdiff_t column = per_column ? j : 0;
  const typename R::V v = entry_of<n.code>(counted<n.operand[0]>(r));
  if constexpr (n.code != op::scatter && per_column && R::shape::along && Which != lanes::some &&
                !R::is_wide(n.operand[0])) {
    if (s.column_stride == 1) [[likely]]
      return fold_lanes_into<fold<n.code>, R>(v, static_cast<double*>(s.data) + r.array_begin[array] + j);
  }
  if constexpr (n.code != op::scatter && !R::shape::along) {
    const std::ptrdiff_t from_row_to_row = R::shape::stride_of_rows(r, s);
    double* const to = static_cast<double*>(s.data) + r.array_begin[array] + column * s.column_stride;
    if constexpr (n.code == op::sum) {
      if (r.in_one_line && from_row_to_row == 0) {  // rows share the entry
        typename R::VD sum[2]{};
        if constexpr (wide) {
          add_wide<n.operand[0]>(r, sum, R::shape::template counted_lanes<at, Which>(r));
        } else {
          const auto own = R::shape::template counted_once<at, Which>(r, v, typename R::V{});
          if constexpr (sizeof(typename R::number) == 8) {
            sum[0] = own;
          } else {
            sum[0] = widen(lower_half(own));
            sum[1] = widen(upper_half(own));
          }
        }
        *to += across_lanes<op::sum>(sum[0] + sum[1]);
        return;
      }
    }
    if constexpr (!wide) {
      if (r.in_one_line && from_row_to_row == 1 && r.active == R::lane_count)  // each has its own
        return fold_lanes_into<fold<n.code>, R>(
            R::shape::template counted_once<at, Which>(r, v, identity<n.code, typename R::V>()), to + r.row_in_block);
    }
  }
  alignas(64) std::conditional_t<wide, double, typename R::number> buffer[R::lane_count];
  if constexpr (wide) store_parts<n.operand[0]>(r, buffer);
  else store(v, buffer);
  const std::size_t first = R::shape::repeated(r),
                    count = (R::shape::lanes_differ(at) ? R::shape::template lanes_in_use<Which>(r) : 1) - first;
  const std::ptrdiff_t row = r.row + static_cast<std::ptrdiff_t>(first);
  if constexpr (n.code == op::scatter) {
    alignas(64) typename R::TI label[R::lane_count];
    store(r.index[n.operand[1]], label);
    loops::scatter_into_array(r.data, array, r.data.extents[n.scattered_over()], row, column, R::shape::along, count,
                              label + first, buffer + first);
  } else {
    loops::store_into_array(n.code, r.data, s, row, column, R::shape::along, count, buffer + first);
  }
}

/// Whether an operand of sum or product `id` is 0 for entries that no label names.
constexpr bool is_of_zero(const plan& p, int id) {
  const node& n = p.program[id];
  if (p.zero_unlabelled[id]) return true;
  if (n.code != op::add && n.code != op::sub) return false;
  return p.zero_unlabelled[n.operand[0]] || p.zero_unlabelled[n.operand[1]];
}
/// Its value there.
template <int Id, class R>
LOOM_INLINE typename R::V unlabelled(const R& r) {
  constexpr node n = R::P.program[Id];
  if constexpr (R::P.zero_unlabelled[Id]) return typename R::V{};
  else if constexpr (R::P.zero_unlabelled[n.operand[1]]) return r.value[n.operand[0]];
  else if constexpr (n.code == op::add) return r.value[n.operand[1]];
  else return -r.value[n.operand[1]];
}

/// 0 if a number is finite, else NaN.
template <class V> LOOM_INLINE V less_itself(V v) { return v - v; }

// ---- instructions ------------------------------------------------------------------------------------------------------

/// How an instruction is performed: for value Id, output Slot if it has to do with one, the lanes Which of entry j.
template <instruction> struct perform;

#define LOOM_STEP                                                                                       \
  template <int Id, int Slot, lanes Which, class R>                                                     \
  static LOOM_INLINE void step([[maybe_unused]] R& r, [[maybe_unused]] accumulator<typename R::V>* acc, \
                               [[maybe_unused]] std::ptrdiff_t j)

template <> struct perform<instruction::load_constant> {
  LOOM_STEP { r.value[Id] = constant<typename R::V>(R::P.program[Id].constant_value()); }
};
template <> struct perform<instruction::load_scalar> {
  LOOM_STEP { r.value[Id] = constant<typename R::V>(r.scalars[Id]); }
};
template <> struct perform<instruction::load_scalar_mask> {
  LOOM_STEP { r.mask[Id] = constant<typename R::V>(r.scalars[Id]) != typename R::V{}; }
};
template <> struct perform<instruction::load_scalar_index> {
  LOOM_STEP {
    r.index[Id] =
        broadcast<typename R::VI>(static_cast<typename R::TI>(whole_lane<sizeof(typename R::TI)>(r.scalars[Id])));
  }
};
template <> struct perform<instruction::load_input> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    constexpr int slot = static_cast<int>(n.bits);
    if constexpr (R::P.program.inputs[slot].is_shifted()) load_shifted<Id, Which>(r, j);
    else if constexpr (n.code == op::tensor) r.value[Id] = R::shape::template load_tensor<Id, slot, Which>(r, j);
    else load_integers<Id, Which>(r, j);
  }
};
template <> struct perform<instruction::load_array> {
  LOOM_STEP { load_from_array<Id, Which>(r, j); }
};
template <> struct perform<instruction::gather> {
  LOOM_STEP { gather_input<Id>(r); }
};
template <> struct perform<instruction::look_up> {
  LOOM_STEP { look_up<Id, Which>(r, j); }
};
template <> struct perform<instruction::onehot> {
  LOOM_STEP {
    if constexpr (Which == lanes::unlabelled && R::P.zero_unlabelled[Id]) {
      r.value[Id] = typename R::V{};
      return;
    }
    r.value[Id] = masked(position_along<Id>(r, j) == r.index[R::P.program[Id].operand[0]], constant<typename R::V>(1));
  }
};
template <> struct perform<instruction::position> {
  LOOM_STEP { r.index[Id] = moved_position<Id>(r, j); }
};
template <> struct perform<instruction::number> {
  LOOM_STEP { r.value[Id] = number_of<Id, Which>(r, j); }
};
template <> struct perform<instruction::where> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.value[Id] = select(r.mask[n.operand[0]], r.value[n.operand[1]], r.value[n.operand[2]]);
  }
};
template <> struct perform<instruction::logical_and> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.mask[Id] = r.mask[n.operand[0]] & r.mask[n.operand[1]];
  }
};
template <> struct perform<instruction::logical_or> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.mask[Id] = r.mask[n.operand[0]] | r.mask[n.operand[1]];
  }
};
template <> struct perform<instruction::logical_not> {
  LOOM_STEP { r.mask[Id] = r.mask[R::P.program[Id].operand[0]] == 0; }
};
template <> struct perform<instruction::compare> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.mask[Id] = kernel<n.code>::apply(r.value[n.operand[0]], r.value[n.operand[1]]);
  }
};
template <> struct perform<instruction::compare_labels> {
  LOOM_STEP { r.mask[Id] = compare_labels<Id, Which>(r, j); }
};
template <> struct perform<instruction::unary> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.value[Id] = kernel<n.code>::apply(r.value[n.operand[0]]);
    if constexpr (R::P.tied[Id]) keep_apart(r.value[Id]);
  }
};
template <> struct perform<instruction::bounded> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.value[Id] = bounded_kernel<n.code>::apply(r.value[n.operand[0]]);
  }
};
template <> struct perform<instruction::exp_of_guess> {
  LOOM_STEP { r.value[Id] = exp_of_guess(r.value[R::P.program[Id].operand[0]]); }
};
template <> struct perform<instruction::binary> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    if constexpr (Which == lanes::unlabelled && is_of_zero(R::P, Id)) r.value[Id] = unlabelled<Id>(r);
    else r.value[Id] = kernel<n.code>::apply(r.value[n.operand[0]], r.value[n.operand[1]]);
    if constexpr (R::P.tied[Id]) keep_apart(r.value[Id]);
  }
};
template <> struct perform<instruction::by_number> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    r.value[Id] = kernel_by_number<n.code>::apply(r.value[n.operand[0]], r.value[n.operand[1]]);
    if constexpr (R::P.tied[Id]) keep_apart(r.value[Id]);
  }
};
template <> struct perform<instruction::reduce> {
  LOOM_STEP {
    constexpr node n = R::P.program[Id];
    if constexpr (R::is_wide(Id))
      return add_wide<n.operand[0]>(r, r.wide_sum[Id], {0, lanes_in_use<n.operand[0], Which>(r)});
    typename R::V v = entry_of<n.code>(counted<n.operand[0]>(r));
    if constexpr (Which == lanes::some)
      v = select(first_lanes<typename R::V>(r.active), v, identity<n.code, typename R::V>());
    if constexpr (Which == lanes::unlabelled && is_guarded(R::P, Id)) acc[Id].others = acc[Id].others + v;
    else add_entries<n.code>(acc[Id], v);
  }
};
template <> struct perform<instruction::add_to_total> {
  LOOM_STEP {
    if constexpr (Which == lanes::block) add_to_block<Id>(r, acc);
    else add_to_total<Id, Which>(r);
  }
};
template <> struct perform<instruction::add_to_array> {
  LOOM_STEP { add_to_array<Id, Which>(r, j); }
};
template <> struct perform<instruction::recall> {
  LOOM_STEP { r.value[Id] = R::shape::template load_output<Slot, Which>(r, j); }
};
template <> struct perform<instruction::store_entry> {
  LOOM_STEP { R::shape::template store_output<Slot, Which>(r, r.value[Id], j); }
};
template <> struct perform<instruction::store_row_value> {
  LOOM_STEP {
    if constexpr (output_level(R::P, Slot) == level::scalar) {  // the one row of a formula without row axes
      r.results[row_results_before(R::P, Slot)] = static_cast<double>(first_lane(r.value[Id]));
    } else {
      if constexpr (!R::shape::along && lanes_differ<Id, R>)
        if (r.in_one_line && R::shape::stride_of_rows(r, r.data.outputs[Slot]) == 1 && r.active == R::lane_count)
          return R::shape::template store_output<Slot, Which>(r, r.value[Id], 0);
      alignas(64) typename R::number buffer[R::lane_count];
      store(r.value[Id], buffer);
      using E = typename R::template Output<Slot>;
      // Rows that a vector repeats are done: their sums are, and the data of those that are overwritten is gone.
      const std::size_t first = R::P.adds(Slot) || R::P.in_place != 0 ? R::shape::repeated(r) : 0,
                        count = lanes_in_use<Id, lanes::all>(r) - first;
      const std::ptrdiff_t row = r.row + static_cast<std::ptrdiff_t>(first);
      loops::store_row_values<E, R::P.adds(Slot)>(r.data, r.data.outputs[Slot], row, count, buffer + first);
    }
  }
};

template <> struct perform<instruction::log_part> {
  LOOM_STEP {
    if constexpr (!has_products<R> || (R::P.levels[Id] != level::row && Which != lanes::block))
      perform<loops::operation_of(R::P, Id)>::template step<Id, Slot, Which>(r, acc, j);
  }
};
template <> struct perform<instruction::wide> {
  LOOM_STEP {
    if constexpr (R::is_wide(Id)) compute_wide<Id>(r);
    else perform<loops::operation_of(R::P, Id)>::template step<Id, Slot, Which>(r, acc, j);
  }
};

#undef LOOM_STEP

}  // namespace loom::LOOM_TARGET
