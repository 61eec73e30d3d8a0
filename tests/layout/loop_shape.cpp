// SPDX-License-Identifier: BSL-1.0
// layout/loop_shape.cpp — which shape the loops of a sweep have: one case for each, and the plans that allow it.
#include "loom/layout/loop_shape.hpp"

#include <set>
#include <string>
#include <vector>

#include "loom/layout/shape_words.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::layout::loop_shape, loom::layout::choose_loop_shape, loom::layout::shape_choice;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto r = loom::tensor<"r[C]">;
constexpr auto k = loom::tensor<"k[N,C=1000]">;
constexpr auto first = loom::tensor<"first[N,C=1000,L]">;
constexpr auto few = loom::tensor<"few[N,C=10]">;
constexpr auto C = loom::axis<"C">;

template <auto Formula>
constexpr const loom::schedule::plan& plan_of = loom::compiler::compiled<Formula, 0>::schedule;
template <auto Formula, int Sweep = 0>
constexpr shape_choice choice = loom::layout::possible_loop_shapes(plan_of<Formula>, plan_of<Formula>.loops[Sweep]);

constexpr auto rows = logsumexp(x, C).mean();
constexpr auto entries = square(x).mean();
constexpr auto weighted = sum(v * x) / sum(v);

constexpr shape_choice of(std::initializer_list<loop_shape> shapes, std::ptrdiff_t longest_in_tile) {
  shape_choice c;
  c.longest_in_tile = longest_in_tile;
  for (loop_shape s : shapes) c.allow(s);
  return c;
}
constexpr bool is(const shape_choice& c, std::initializer_list<loop_shape> shapes) {
  return c.possible == of(shapes, 0).possible;
}

constexpr std::ptrdiff_t tile = 1024;  // columns of which a tile of 64 KiB holds a line

}  // namespace

TEST_CASE("long rows run along the row") {
  LOOM_CHECK(choose_loop_shape(choice<rows>, 100, 113, false) == loop_shape::along_row);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 1, 10, false) == loop_shape::along_row);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 1, 10, true) == loop_shape::along_row);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 0, 10, false) == loop_shape::along_row);
}

TEST_CASE("short rows run across rows, through a transposed tile") {
  LOOM_CHECK(choose_loop_shape(choice<rows>, 2, 112, false) == loop_shape::transposed_tile);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 2, 1, false) == loop_shape::transposed_tile);
  constexpr shape_choice stored = loom::layout::shape_choice_of<loom::compiler::compiled<rows, 1>, 0>;
  LOOM_CHECK(choose_loop_shape(stored, 2, 160, false) == loop_shape::transposed_tile);
  LOOM_CHECK(choose_loop_shape(stored, 2, 161, false) == loop_shape::along_row);
  LOOM_CHECK(choose_loop_shape(choice<entries>, 2, 27, false) == loop_shape::transposed_tile);
  LOOM_CHECK(choose_loop_shape(choice<entries>, 2, 28, false) == loop_shape::along_row);
  constexpr shape_choice of_doubles = loom::layout::of_numbers(stored, sizeof(double));
  LOOM_CHECK(choose_loop_shape(of_doubles, 2, 56, false) == loop_shape::transposed_tile);
  LOOM_CHECK(choose_loop_shape(of_doubles, 2, 57, false) == loop_shape::along_row);
}

TEST_CASE("labels and masks of entries have tiles, and what is read further on has none") {
  constexpr auto m = loom::mask<"m[N,C]">;
  constexpr auto t = loom::index<"t[N]">;
  constexpr auto masked = sum(where(m, x, 0), C).mean() + sum(number(t));
  LOOM_CHECK(choice<masked>.tiled == 0b11);
  LOOM_CHECK(choose_loop_shape(choice<masked>, 2, 112, false) == loop_shape::transposed_tile);
  constexpr auto differences = sum(abs(x - x(C = C - 1)), C).mean();
  LOOM_CHECK(choose_loop_shape(choice<differences>, 2, 10, false) == loop_shape::along_row);
  LOOM_CHECK(choose_loop_shape(choice<differences>, 100, 10, true) == loop_shape::copied_tile);
  constexpr auto before = sum(v(loom::axis<"N"> = loom::axis<"N"> - 1) * x);
  LOOM_CHECK(choose_loop_shape(choice<before>, 2, 10, false) == loop_shape::transposed_tile);
}

TEST_CASE("rows side by side run through a copied tile, and in place where they are too long for one") {
  LOOM_CHECK(choice<rows>.longest_in_tile == tile);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 100, 10, true) == loop_shape::copied_tile);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 100, tile, true) == loop_shape::copied_tile);
  LOOM_CHECK(choose_loop_shape(choice<rows>, 100, tile + 1, true) == loop_shape::in_place);
}

TEST_CASE("vectors abreast leave the tile, but where many entries are whole pages apart") {
  constexpr const loom::schedule::plan& p = plan_of<logsumexp(first, C).mean()>;
  const auto shape_of = [&](loop_shape shape, std::ptrdiff_t columns, std::ptrdiff_t stride, std::ptrdiff_t bytes) {
    loom::layout::sweep_layout data{};
    data.shape = shape;
    data.columns = columns;
    data.inputs[0].column_stride = stride;
    loom::layout::leave_tile(data, p, bytes);
    return data.shape;
  };
  CHECK(shape_of(loop_shape::copied_tile, 100, 1000, 4) == loop_shape::in_place);
  CHECK(shape_of(loop_shape::copied_tile, 100, 1024, 4) == loop_shape::copied_tile);
  CHECK(shape_of(loop_shape::copied_tile, 100, 512, 8) == loop_shape::copied_tile);
  CHECK(shape_of(loop_shape::copied_tile, 64, 1024, 4) == loop_shape::in_place);
  CHECK(shape_of(loop_shape::copied_tile, 513, 1024, 4) == loop_shape::in_place);
  CHECK(shape_of(loop_shape::transposed_tile, 100, 1000, 4) == loop_shape::transposed_tile);
}

TEST_CASE("what is computed entry by entry runs along memory, if its rows are one") {
  LOOM_CHECK(choose_loop_shape(choice<entries>, 1, 10, false) == loop_shape::along_memory);
  LOOM_CHECK(choose_loop_shape(choice<entries>, 1, 1 << 20, false) == loop_shape::along_memory);
  LOOM_CHECK(choose_loop_shape(choice<entries>, 100, 113, false) == loop_shape::along_row);
  LOOM_CHECK(!choice<rows>.allows(loop_shape::along_memory));
}

TEST_CASE("a sweep over row values has a shape of its own, however long the rows are") {
  using with_gradient = loom::compiler::compiled<sum(v * x) / sum(v), 2>;  // d(x) divides by a total over v
  STATIC_REQUIRE(with_gradient::schedule.loops[0].over == loom::schedule::level::row);
  constexpr shape_choice c = loom::layout::shape_choice_of<with_gradient, 0>;
  LOOM_CHECK(is(c, {loop_shape::row_values}));
  LOOM_CHECK(choose_loop_shape(c, 100, 10, false) == loop_shape::row_values);
  LOOM_CHECK(choose_loop_shape(c, 1, 1 << 20, false) == loop_shape::row_values);
  LOOM_CHECK(choose_loop_shape(c, 100, 10, true) == loop_shape::row_values);
}

TEST_CASE("only shapes that a plan can have are compiled") {
  using enum loop_shape;
  LOOM_CHECK(is(choice<rows>, {along_row, transposed_tile, copied_tile, in_place}));
  LOOM_CHECK(is(choice<entries>, {along_memory, along_row, transposed_tile, copied_tile, in_place}));
  LOOM_CHECK(is(choice<weighted>, {along_row, transposed_tile, copied_tile, in_place}));  // sum(v): once a row
  LOOM_CHECK(is(choice<square(r).mean()>, {along_memory}));                               // one row
  LOOM_CHECK(is(choice<logsumexp(r, C)>, {along_row}));  // the same, that waits for all of it
  LOOM_CHECK(is(choice<logsumexp(k, C).mean()>, {along_row}));  // 1000 columns, innermost
  LOOM_CHECK(is(choice<logsumexp(first, C).mean()>,
                {along_row, copied_tile, in_place}));  // 1000 columns, declared side by side
  LOOM_CHECK(choice<logsumexp(first, C).mean()>.vectors_abreast == loom::layout::vectors_abreast);
  LOOM_CHECK(choice<rows>.vectors_abreast == 1);
  constexpr auto masked = loom::mask<"masked[N,C,L]">;
  constexpr auto wide = loom::tensor<"wide[N,C,L]">;
  constexpr auto of_masks = sum(where(masked, wide, 0), C).mean();
  LOOM_CHECK(is(choice<of_masks>, {along_row, transposed_tile, copied_tile, in_place}));  // masks have tiles
  LOOM_CHECK(choice<of_masks>.vectors_abreast == 1);
  LOOM_CHECK(is(choice<logsumexp(few, C).mean()>, {along_row, transposed_tile, copied_tile}));
}

TEST_CASE("a shape that is chosen is one that is possible") {
  const struct {
    shape_choice choice;
    std::ptrdiff_t known_columns = 0;
    bool one_row = false;
  } plans[] = {{choice<rows>},
               {choice<entries>},
               {choice<weighted>},
               {choice<square(r).mean()>, 0, true},
               {choice<logsumexp(r, C)>, 0, true},
               {choice<logsumexp(k, C).mean()>, 1000},
               {choice<logsumexp(first, C).mean()>, 1000},
               {choice<logsumexp(few, C).mean()>, 10}};
  for (const auto& p : plans)
    for (std::ptrdiff_t n : {0, 1, 2, 100})
      for (std::ptrdiff_t columns : {0, 1, 10, 112, 113, 160, 161, 1000, 1024, 1025, 100000})
        for (bool side_by_side : {false, true})
          if ((!p.one_row || n == 1) && (p.known_columns == 0 || p.known_columns == columns))
            CHECK(p.choice.allows(choose_loop_shape(p.choice, n, columns, side_by_side)));
}

TEST_CASE("tiles share their bytes, and each has room for a vector of short rows") {
  using loom::layout::tile_bytes;
  LOOM_CHECK((tile_bytes(0) == 65536 && tile_bytes(1) == 65536 && tile_bytes(2) == 65536));
  LOOM_CHECK((tile_bytes(3) == 43648 && tile_bytes(32) == 4096 && tile_bytes(33) == 4096));
}

TEST_CASE("every shape has words of its own") {
  std::set<std::string> all;
  for (loop_shape s : loom::layout::all_loop_shapes) all.insert(std::string(words(s).data(), words(s).size()));
  CHECK(all.size() == std::size(loom::layout::all_loop_shapes));
}

TEST_CASE("a total of row values counts each row once, in a row of many parts too") {
  constexpr std::ptrdiff_t columns = 300000;
  const std::vector<float> ones(columns, 1), weight = {2};
  const auto matrix = loom::view(ones.data(), 1, columns);
  CHECK(loom::loss<mean(x) + sum(v)>(x = matrix, v = weight) == Approx(3));
  CHECK(loom::loss<weighted>(x = matrix, v = weight) == Approx(columns));
}

TEST_CASE("a vector may be partly empty where lanes can be left out, and no load waits for a store") {
  constexpr auto t = loom::index<"t[N]">;
  LOOM_CHECK(choice<entries>.part_of_vector == 4);
  LOOM_CHECK(choice<rows>.part_of_vector == 4);
  LOOM_CHECK(choice<gather(x, t).mean()>.part_of_vector == 1);
  const auto stored = [](loom::storage s) {
    return loom::layout::of_storage(choice<entries>, {0, loom::call::storage_bits(0, s)}).part_of_vector;
  };
  CHECK(stored(loom::storage::own) == 4);
  CHECK(stored(loom::storage::f16) == 1);
  loom::schedule::plan added = plan_of<entries>;
  added.added = 1;
  CHECK(loom::layout::possible_loop_shapes(added, added.loops[0]).part_of_vector == 2);
}
