// SPDX-License-Identifier: BSL-1.0
// loops/shapes/row_copies-inl.h — which pieces of rows are copied (loops/pieces.hpp), so that the loops along rows see contiguous entries only.
// An operand whose entries lie apart is copied by blocks, on the way in and out. An output that is larger than the caches is written to a
// piece of memory that the nearest cache holds, and sent from there past the caches: memory is not read before it is overwritten, and
// what is parked in an output never leaves the cache.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

#if LOOM_TARGET_BYTES == 0  // a single lane takes entries where they are

template <class R, int Sweep>
struct row_copies {
  static constexpr std::ptrdiff_t bytes = 0;
  static constexpr int operands = 0;
};

#else

/// Operands are numbered: inputs, then outputs.
template <class R, int Sweep>
struct row_copies {
  static constexpr const plan& P = R::P;
  using copies = loops::copies;
  static constexpr const sweep& S = P.loops[Sweep];
  static constexpr int operands = R::inputs + R::outputs;
  static constexpr std::ptrdiff_t block = 4 * accumulation_block * R::lane_count;  ///< the most entries of one
  static constexpr std::ptrdiff_t row_bytes = 16384;  ///< of the longest row that values are parked in

  /// The operands that steps use as entries, a bit of each: tensors that are loaded, outputs that something is done to.
  static constexpr layout::operand_set used(int begin, int end, action what) {
    layout::operand_set found = 0;
    for (int i = begin; i < end; ++i) {
      const step& it = P.steps[i];
      const node& n = P.program[it.id];
      if (it.kind != what) continue;
      if (what != action::compute)
        found |= output_level(P, it.slot) == level::element ? layout::operand_set{1} << (R::inputs + it.slot) : 0;
      else if (n.code == op::tensor && P.levels[it.id] == level::element &&
               !P.program.inputs[static_cast<int>(n.bits)].is_shifted())  // which is not read where its row lies
        found |= layout::operand_set{1} << n.bits;
    }
    return found;
  }
  struct uses {
    layout::operand_set loaded, parked, recalled, stored;
    constexpr uses(int begin, int end)
        : loaded(used(begin, end, action::compute)),
          parked(used(begin, end, action::park)),
          recalled(used(begin, end, action::recall)),
          stored(used(begin, end, action::store)) {}
    constexpr layout::operand_set all() const { return loaded | parked | recalled | stored; }
    constexpr layout::operand_set added() const {
      return stored & static_cast<layout::operand_set>(P.added) << R::inputs;
    }
  };
  static constexpr uses of_sweep{S.hoisted.begin, end_of(S)};
  template <int Pass> static constexpr uses of_pass{S.passes[Pass].body.begin, S.passes[Pass].body.end};
  static constexpr bool has(layout::operand_set set, int operand) { return (set >> operand & 1) != 0; }

  template <int Operand>
  static constexpr std::ptrdiff_t size_of() {
    if constexpr (Operand < R::inputs) return sizeof(typename R::template Input<Operand>);
    else return sizeof(typename R::template Output<Operand - R::inputs>);
  }
  using all = std::make_integer_sequence<int, operands>;

  // ---- memory: a block of every operand, of an output that values are parked in a row
  struct use_table {
    loops::piece_use of[operands + 1];
    std::ptrdiff_t bytes = 0;
  };
  template <int... K>
  static constexpr use_table list(std::integer_sequence<int, K...>) {
    use_table table{};
    (add<K>(table), ...);
    return table;
  }
  template <int Operand>
  static constexpr void add(use_table& table) {
    if (!has(of_sweep.all(), Operand)) return;
    constexpr std::ptrdiff_t size = size_of<Operand>();
    const bool is_parked = has(of_sweep.parked, Operand), is_stored = has(of_sweep.stored, Operand);
    const std::ptrdiff_t room = is_parked ? row_bytes : block * size;
    const bool is_sent = is_stored && !has(of_sweep.added(), Operand);  // else it is read, and may as well stay
    table.of[Operand] = {size, table.bytes, room, is_parked, is_sent, &loops::copy_entries<size>};
    table.bytes += room;
  }
  static constexpr use_table uses_of_sweep = list(all());
  static constexpr std::ptrdiff_t bytes = uses_of_sweep.bytes;

  // ---- a call
  static LOOM_INLINE void begin(R& r, loops::piece* pieces, unsigned char* memory) {
    r.pieces = pieces;
    r.copied = loops::begin_pieces(pieces, uses_of_sweep.of, R::inputs, operands, r.data, memory);
  }
  static LOOM_INLINE void end(const R& r) {
    if (of_sweep.stored != 0 && r.copied != copies::none) loops::end_pieces(r.pieces, operands, &send);
  }

  // ---- a row
  template <int... I, int... O>
  static LOOM_INLINE void begin_row(R& r, std::integer_sequence<int, I...> inputs,
                                    std::integer_sequence<int, O...> outputs) {
    ((r.input_entries[I] = r.input_row[I]), ...);
    ((r.output_entries[O] = r.output_row[O]), ...);
    if (r.copied != copies::none) [[unlikely]] {
      loops::begin_pieces_of_row(r.pieces, operands, r.data, r.row, &send);
      find<of_sweep.all()>(r, inputs, outputs);
    }
  }
  template <layout::operand_set Used, int... I, int... O>
  static LOOM_INLINE void find(R& r, std::integer_sequence<int, I...>, std::integer_sequence<int, O...>) {
    ((has(Used, I) ? void(r.input_entries[I] = r.pieces[I].at) : void()), ...);
    ((has(Used, R::inputs + O) ? void(r.output_entries[O] = r.pieces[R::inputs + O].at) : void()), ...);
  }

  // ---- a block of a pass
  template <int Pass>
  static LOOM_INLINE void begin_block(R& r, std::ptrdiff_t column, std::ptrdiff_t count) {
    if (r.copied != copies::of_blocks) [[likely]]
      return;
    constexpr uses u = of_pass<Pass>;
    loops::begin_block(r.pieces, u.all(), u.loaded | u.recalled | u.added(), column, count);
    find<u.all()>(r, typename R::input_numbers(), typename R::output_numbers());
  }
  template <int Pass>
  static LOOM_INLINE void end_block(const R& r, std::ptrdiff_t column, std::ptrdiff_t count) {
    constexpr uses u = of_pass<Pass>;
    if constexpr ((u.parked | u.stored) != 0)
      if (r.copied == copies::of_blocks) [[unlikely]]
        loops::end_block(r.pieces, u.parked | u.stored, column, count, &send);
  }
};

#endif

}  // namespace loom::LOOM_TARGET
