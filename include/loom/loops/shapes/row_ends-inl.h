// SPDX-License-Identifier: BSL-1.0
// loops/shapes/row_ends-inl.h — the ends of rows: what is computed, added up and stored once the passes over a row are over. Where that is
// dear, the loops along rows put it off until there are as many rows as a vector has lanes; then lane i is row i, as in the loops across
// rows. A logarithm takes no longer for 16 rows than for one, and no row waits for that of the row before.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

#if LOOM_TARGET_BYTES == 0  // a single lane does not wait for others

template <class Along, int Sweep> inline constexpr bool row_ends_wait = false;
template <class Along, int Sweep> class row_ends;

#else

template <class R, int Sweep> struct passes;
/// The same under a name that a class may use to call its own `passes`: with -march, LOOM_TARGET is no name that could be qualified.
template <class R, int Sweep> using passes_of_sweep = passes<R, Sweep>;

/// Whether the rows that registers `Along` walk along are ended together.
template <class Along, int Sweep>
inline constexpr bool row_ends_wait = schedule::row_ends_wait<typename Along::program, Sweep, has_products<Along>>;

template <class Along, int Sweep>
class row_ends {
  using R = registers<typename Along::program, typename Along::number, across_rows>;
  using passes = passes_of_sweep<R, Sweep>;
  using V = typename R::V;
  static constexpr const auto& used = schedule::row_end_values<typename R::program, Sweep>;
  static constexpr step_range last = schedule::row_end_of(passes::S);
  static constexpr std::size_t lane_count = R::lane_count;
  using each = std::make_integer_sequence<int, used.count>;

 public:
  explicit LOOM_INLINE row_ends(const Along* row) : r_(row->data, row->part, row->scalars, row->results) {
    r_.repeated_rows = 0;
    r_.in_one_line = row->data.row_rank == 1;
    for (std::ptrdiff_t& begin : r_.input_begin) begin = 0;
    for (std::ptrdiff_t& begin : r_.array_begin) begin = 0;
    for (int k = 0; k < R::outputs; ++k) {
      r_.output_row[k] = row->data.outputs[k].data;
      r_.output_step[k] = 0;
    }
    passes::template begin<0, passes::S.row_totals>(r_);
  }
  /// Takes what the end of a row needs of it, and ends the rows that wait if they fill a vector, or if it is the last one.
  LOOM_INLINE void add(const Along& row) {
    keep(row, each());
    if (++count_ < lane_count && row.row + 1 < row.part.row_end) return;
    r_.row = r_.row_in_block = row.row + 1 - static_cast<std::ptrdiff_t>(count_);
    r_.active = count_;
    r_.new_rows = first_lanes<V>(count_);
    recall(each());
    passes::template steps<last.begin>(std::make_integer_sequence<int, last.size()>(), r_);
    count_ = 0;
  }
  LOOM_INLINE void end() { passes::template end<0, passes::S.row_totals>(r_); }

 private:
  R r_;
  std::size_t count_ = 0;  // rows that wait
  alignas(64) typename R::number kept_[used.count + 1][lane_count] =
      {};  // some lanes of the last rows hold those of earlier ones, or 0

  template <int... I>
  LOOM_INLINE void keep(const Along& row, std::integer_sequence<int, I...>) {
    ((kept_[I][count_] = first_lane(counted<used[I]>(row))), ...);
  }
  template <int... I>
  LOOM_INLINE void recall(std::integer_sequence<int, I...>) {
    (recall_one<used[I]>(load<V>(kept_[I])), ...);
  }
  template <int Id>
  LOOM_INLINE void recall_one(V v) {
    if constexpr (R::P.program[Id].type == kind::mask) r_.mask[Id] = v != V{};
    else r_.value[Id] = v;
  }
};

#endif

/// Where each row is ended by itself.
struct no_row_ends {
  explicit no_row_ends(const void*) {}
};

}  // namespace loom::LOOM_TARGET
