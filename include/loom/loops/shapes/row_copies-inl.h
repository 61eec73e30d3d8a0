// SPDX-License-Identifier: BSL-1.0
// loops/shapes/row_copies-inl.h — which pieces of rows are copied (loops/pieces.hpp), so that the loops along rows see contiguous entries only.
// An operand whose entries lie apart is copied by blocks, on the way in and out. An output that is larger than the caches is written to a
// piece of memory that the nearest cache holds, and sent from there past the caches: memory is not read before it is overwritten, and
// what is parked in an output never leaves the cache.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Where the entries of an operand's row are: entry j is at[j - first].
template <class Pointer>
struct entries_at {
  Pointer at;
  std::ptrdiff_t first;
};

/// Operands are numbered: inputs, then outputs. A single lane takes entries where they are.
template <class R, int Sweep>
struct row_copies {
  static constexpr const plan& P = R::P;
  static constexpr const sweep& S = P.loops[Sweep];
  static constexpr int operands = R::inputs + R::outputs;
  static constexpr std::ptrdiff_t block = 4 * accumulation_block * R::lane_count;  ///< the most entries of one
  static constexpr std::ptrdiff_t parked_bytes = 16384;  ///< the longest row that is one

  /// The operands that steps use as entries, a bit of each: tensors that are loaded, outputs that something is done to.
  static constexpr unsigned used(int begin, int end, action what) {
    unsigned found = 0;
    for (int i = begin; i < end && R::lane_count > 1; ++i) {
      const step& it = P.steps[i];
      const node& n = P.program[it.id];
      if (it.kind != what) continue;
      if (what != action::compute)
        found |= output_level(P, it.slot) == level::element ? 1u << (R::inputs + it.slot) : 0;
      else if (n.code == op::tensor && P.levels[it.id] == level::element) found |= 1u << n.bits;
    }
    return found;
  }
  struct uses {
    unsigned loaded, parked, recalled, stored;
    constexpr uses(int begin, int end)
        : loaded(used(begin, end, action::compute)),
          parked(used(begin, end, action::park)),
          recalled(used(begin, end, action::recall)),
          stored(used(begin, end, action::store)) {}
    constexpr unsigned all() const { return loaded | parked | recalled | stored; }
  };
  static constexpr uses of_sweep{S.hoisted.begin, end_of(S)};
  template <int Pass> static constexpr uses of_pass{S.passes[Pass].body.begin, S.passes[Pass].body.end};
  static constexpr bool has(unsigned set, int operand) { return (set >> operand & 1u) != 0; }

  template <int Operand>
  static constexpr std::ptrdiff_t size_of() {
    if constexpr (Operand < R::inputs) return sizeof(typename R::template Input<Operand>);
    else return sizeof(typename R::template Output<Operand - R::inputs>);
  }
  using all = std::make_integer_sequence<int, operands>;

  // ---- memory: a block of every operand, of an output that a value is parked in a row of it
  template <int Operand>
  static constexpr std::ptrdiff_t bytes_of() {
    return !has(of_sweep.all(), Operand)   ? 0
           : has(of_sweep.parked, Operand) ? parked_bytes
                                           : block * size_of<Operand>();
  }
  template <int... K>
  static constexpr std::ptrdiff_t sum(std::integer_sequence<int, K...>) {
    return (bytes_of<K>() + ... + 0);
  }
  static constexpr std::ptrdiff_t bytes = sum(all());

  // ---- a call
  template <int... K>
  static LOOM_INLINE void begin(R& r, unsigned char* memory, std::integer_sequence<int, K...>) {
    r.rows_copied = r.blocks_copied = false;
    (begin_one<K>(r, memory), ...);
  }
  template <int Operand>
  static LOOM_INLINE void begin_one(R& r, unsigned char* memory) {
    if constexpr (has(of_sweep.all(), Operand)) {
      if (loops::begin_piece(r.pieces[Operand], memory + sum(std::make_integer_sequence<int, Operand>()),
                             size_of<Operand>(), stride_of<Operand>(r), has(of_sweep.stored, Operand),
                             has(of_sweep.parked, Operand) ? parked_bytes : 0, r.data.rows, r.data.columns))
        (r.pieces[Operand].whole_rows ? r.rows_copied : r.blocks_copied) = true;
    }
  }
  template <int Operand>
  static LOOM_INLINE std::ptrdiff_t stride_of(const R& r) {
    if constexpr (Operand < R::inputs) return r.data.inputs[Operand].column_stride;
    else return r.data.outputs[Operand - R::inputs].column_stride;
  }
  static LOOM_INLINE void end(const R& r) {
    if (of_sweep.stored != 0 && (r.rows_copied || r.blocks_copied)) loops::finish_sending();
  }

  // ---- a row
  template <int... K>
  static LOOM_INLINE void begin_row(R& r, std::integer_sequence<int, K...>) {
    (begin_row_of<K>(r), ...);
  }
  template <int Operand>
  static LOOM_INLINE void begin_row_of(R& r) {
    if constexpr (has(of_sweep.all(), Operand)) {
      if constexpr (Operand < R::inputs) r.input_entries[Operand] = {r.input_row[Operand], 0};
      else r.output_entries[Operand - R::inputs] = {r.output_row[Operand - R::inputs], 0};
      if (!r.rows_copied && !r.blocks_copied) [[likely]]
        return;
      if constexpr (Operand < R::inputs)
        loops::begin_row(r.pieces[Operand], const_cast<void*>(r.input_row[Operand]));  // which is only read
      else loops::begin_row(r.pieces[Operand], r.output_row[Operand - R::inputs]);
      find<Operand>(r);
    }
  }
  template <int Operand>
  static LOOM_INLINE void find(R& r) {
    const loops::piece& p = r.pieces[Operand];
    if constexpr (Operand < R::inputs) r.input_entries[Operand] = {p.at, p.first};
    else r.output_entries[Operand - R::inputs] = {p.at, p.first};
  }
  static LOOM_INLINE void end_row(const R& r) {
    if constexpr ((of_sweep.parked & of_sweep.stored) != 0)
      if (r.rows_copied) [[unlikely]]
        loops::end_block(r.pieces, of_sweep.parked & of_sweep.stored, true, 0, r.data.columns, &send);
  }

  // ---- a block of a pass
  template <int Pass, int... K>
  static LOOM_INLINE void begin_block(R& r, std::ptrdiff_t column, std::ptrdiff_t count,
                                      std::integer_sequence<int, K...>) {
    if (!r.blocks_copied) [[likely]]
      return;
    constexpr uses u = of_pass<Pass>;
    loops::begin_block(r.pieces, u.all(), u.loaded | u.recalled, column, count);
    (find_used<Pass, K>(r), ...);
  }
  template <int Pass, int Operand>
  static LOOM_INLINE void find_used([[maybe_unused]] R& r) {
    if constexpr (has(of_pass<Pass>.all(), Operand)) find<Operand>(r);
  }
  template <int Pass>
  static LOOM_INLINE void end_block(const R& r, std::ptrdiff_t column, std::ptrdiff_t count) {
    constexpr uses u = of_pass<Pass>;
    if constexpr ((u.parked | u.stored) != 0)
      if (r.blocks_copied) [[unlikely]]
        loops::end_block(r.pieces, u.parked | u.stored, false, column, count, &send);
  }
};

}  // namespace loom::LOOM_TARGET
