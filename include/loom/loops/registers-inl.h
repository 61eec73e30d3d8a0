// SPDX-License-Identifier: BSL-1.0
// loops/registers-inl.h — the values of a program while its loops run. There is one slot for each value, named by a
// constant, so that after inlining the slots are registers, not memory.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The registers of a shape (loops/shapes), beside what the shape has to know of the rows it is at.
template <class Program, class T, class Shape>
struct registers
    : Shape::template place<Program::schedule.program.inputs.size(), Program::schedule.program.outputs.size(),
                            Program::schedule.arrays.size(), vec<T>> {
  using place =
      typename Shape::template place<Program::schedule.program.inputs.size(), Program::schedule.program.outputs.size(),
                                     Program::schedule.arrays.size(), vec<T>>;
  static constexpr const plan& P = Program::schedule;
  static constexpr int values = P.program.size();
  static constexpr int inputs = P.program.inputs.size();
  static constexpr int outputs = P.program.outputs.size();
  static constexpr int arrays = P.arrays.size();
  static constexpr bool rows_of_axes = P.row_order.size() > 1;  ///< whether several axes may count rows
  using input_numbers = std::make_integer_sequence<int, inputs>;
  using output_numbers = std::make_integer_sequence<int, outputs>;
  using array_numbers = std::make_integer_sequence<int, arrays>;

  using shape = Shape;
  using number = T;
  using V = vec<T>;
  using VI = ints_of<V>;
  using TI = lane<VI>;
  using VD = vec<double>;
  using M = mask_of<V>;
  static constexpr int lane_count = width<V>;
  static constexpr int total_parts = width<V> / width<VD>;  // vectors of double to a vector of T
  using factor = std::conditional_t<Shape::along, double, VD>;  // of one row, or of each row of a vector
  static constexpr int product_parts = Shape::along ? 1 : total_parts;
  static constexpr bool is_wide(int id) { return sizeof(T) == 4 && P.wide[id]; }
  static constexpr int wide_values = sizeof(T) == 4 && P.wide.any() ? values : 1;
  static constexpr call::storages memory = call::memory_of<Program>;
  template <int Slot> using Input = call::element<memory.input(Slot), T>;  // as stored
  template <int Slot> using Output = call::element<memory.output(Slot), T>;
  using program = Program;

  const sweep_layout& data;
  const layout::part& part;
  const double* scalars;  // by value
  const loops::row_shift*
      shifts;  // of inputs that are read further on; apart, as what other functions write is in no register
  const loops::window* windows;  // of those that are read along several axes, where lanes run across rows
  double* results;        // of the part
  V value[values];
  M mask[values];
  VI index[values];
  VD total[values][total_parts];
  VD wide[wide_values][total_parts];  // of a value that is computed in double
  VD wide_sum[wide_values][total_parts];
  factor product[values][product_parts];  // less 1, of factors whose logarithms a total adds up
  double total_logarithm[values];  // of those that are done
  entry_product<V> entries_product[values], product_before[values];  // of a block
  VD compensation[values];  // what rounding took from a total of doubles
  std::ptrdiff_t row = 0;   // of the first lane
  bool guess_failed = false;  // for this row, or for one of a vector's
  M guess_served;  // the rows that it did not fail
  // Where the row begins, or the block of rows; null for what is not read or written entry by entry.
  const void* input_row[inputs + 1];
  void* output_row[outputs + 1];

  LOOM_INLINE registers(const sweep_layout& call, const layout::part& some, const double* known, double* left)
      : data(call), part(some), scalars(known), results(left) {}
};

/// Whether logarithms are added up as factors of products. Of rows, the product is one of doubles: data in double leaves no room in it.
template <class R>
inline constexpr bool has_products = R::P.log_sums.any() && sizeof(typename R::number) == 4 && R::lane_count > 1;

/// Whether the lanes of a value are different entries, or rows; else every lane is the same.
template <int Id, class R>
inline constexpr bool lanes_differ = R::shape::lanes_differ(R::P.levels[Id]);

/// Lanes of a vector of differing values that are entries, or rows.
template <int Id, lanes Which, class R>
LOOM_INLINE std::size_t lanes_in_use(const R& r) {
  if constexpr (lanes_differ<Id, R>) return R::shape::template lanes_in_use<Which>(r);
  else return 1;
}

/// Finds where the row, or the block of rows, begins in each array.
template <class R, int... K>
LOOM_INLINE void find_arrays(R& r, std::integer_sequence<int, K...>) {
  ((r.array_begin[K] = R::shape::row_begin(r, r.data.arrays[K])), ...);
}

/// Whether sweep `Sweep` reads an input further on.
template <class R, int Sweep>
constexpr bool is_read_shifted(int slot) {
  return R::P.program.inputs[slot].is_shifted() && reads_input(R::P, R::P.loops[Sweep], slot);
}
/// Finds how far on it reads its inputs.
template <int Sweep, int Slot, class R>
LOOM_INLINE void find_shift([[maybe_unused]] const R& r, [[maybe_unused]] loops::row_shift* shifts) {
  if constexpr (is_read_shifted<R, Sweep>(Slot)) {
    static constexpr ir::coordinates at = R::P.program.inputs[Slot].at;
    static constexpr loops::row_reading reading = loops::reading_of(R::P, R::P.program.inputs[Slot]);
    loops::find_shift(r.data, Slot, at, reading, innermost_column(R::P), R::lane_count, shifts[Slot]);
  }
}
template <int Sweep, class R, int... I>
LOOM_INLINE void find_shifts(const R& r, loops::row_shift* shifts, std::integer_sequence<int, I...>) {
  (find_shift<Sweep, I>(r, shifts), ...);
}

/// The column of an entry; 0 of a row value.
template <int Id, class R>
LOOM_INLINE std::ptrdiff_t column_of(std::ptrdiff_t j) {
  return R::P.levels[Id] == level::element ? j : 0;
}

/// Numbers of a buffer as the lanes of a value: one each, or the first in every lane.
template <int Id, class R, class V>
LOOM_INLINE V spread(const lane<V>* buffer) {
  if constexpr (lanes_differ<Id, R>) return load<V>(buffer);
  else return broadcast<V>(buffer[0]);
}

}  // namespace loom::LOOM_TARGET
