// SPDX-License-Identifier: BSL-1.0
// loops/tiles.cpp — the copies between rows in memory and tiles: transposes of every size, type and target, and copies past the caches.
#include "loom/loops/targets.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/catch.hpp"

namespace {

/// Numbers that differ, in more memory than they need.
template <class S>
std::vector<S> numbers(std::size_t count) {
  std::vector<S> v(count);
  for (std::size_t i = 0; i < count; ++i) v[i] = static_cast<S>(i % 251 + 1);
  return v;
}

/// The transposition of each target that this machine has, and that of any.
template <class S>
std::vector<loom::loops::transposition<S>> transpositions() {
  std::vector<loom::loops::transposition<S>> all = {&loom::loops::transpose<S>, &loom::baseline::transpose<S>};
#define LOOM_TEST_TARGET(name, function) \
  if (loom::loops::best_target() >= loom::target::name) all.push_back(&loom::name::function);
  LOOM_VECTOR_TARGETS(LOOM_TEST_TARGET, transpose<S>)
#undef LOOM_TEST_TARGET
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("a transpose moves every number and no other, in any size", "", std::uint16_t, float, double) {
  constexpr std::ptrdiff_t row = 39, column = 41;  // strides of memory and of the tile
  const std::vector<TestType> from = numbers<TestType>(row * 36);
  for (const auto transpose : transpositions<TestType>())
    for (std::ptrdiff_t rows = 0; rows <= 35; ++rows)
      for (std::ptrdiff_t columns = 0; columns <= 35; ++columns) {
        std::vector<TestType> to(column * 36, TestType(0));
        transpose(from.data(), row, rows, columns, to.data(), column);
        bool right = true;
        for (std::ptrdiff_t j = 0; j < 36; ++j)
          for (std::ptrdiff_t i = 0; i < column; ++i)
            right = right && to[static_cast<std::size_t>(j * column + i)] ==
                                 (i < rows && j < columns ? from[static_cast<std::size_t>(i * row + j)] : TestType(0));
        INFO(rows << " x " << columns);
        CHECK(right);
      }
}

TEMPLATE_TEST_CASE("a transpose to columns that lie side by side writes nothing behind them", "", std::uint16_t, float,
                   double) {
  const std::vector<TestType> from = numbers<TestType>(40 * 40);
  for (const auto transpose : transpositions<TestType>())
    for (std::ptrdiff_t rows = 1; rows <= 20; ++rows)
      for (std::ptrdiff_t columns = 1; columns <= 36; ++columns) {
        std::vector<TestType> to(1000, TestType(0));
        transpose(from.data(), 40, rows, columns, to.data(), rows);
        bool right = true;
        for (std::ptrdiff_t k = 0; k < 1000; ++k)
          right = right &&
                  to[static_cast<std::size_t>(k)] ==
                      (k < rows * columns ? from[static_cast<std::size_t>(k % rows * 40 + k / rows)] : TestType(0));
        INFO(rows << " x " << columns);
        CHECK(right);
      }
}

TEMPLATE_TEST_CASE("numbers move between any strides", "", std::uint16_t, float, double) {
  struct strides {
    std::ptrdiff_t from_row, from_column, to_row, to_column;
  };
  constexpr std::ptrdiff_t rows = 11, columns = 7;
  const std::vector<TestType> from = numbers<TestType>(400);
  for (const strides s : {strides{9, 1, 1, 13}, {1, 13, 9, 1}, {3, 33, 1, 13}, {21, 3, 7, 1}}) {
    std::vector<TestType> to(400, TestType(0));
    loom::loops::move<TestType>(&loom::loops::transpose<TestType>, from.data(), s.from_row, s.from_column, rows,
                                columns, to.data(), s.to_row, s.to_column);
    std::vector<TestType> expected(400, TestType(0));
    for (std::ptrdiff_t i = 0; i < rows; ++i)
      for (std::ptrdiff_t j = 0; j < columns; ++j)
        expected[static_cast<std::size_t>(i * s.to_row + j * s.to_column)] =
            from[static_cast<std::size_t>(i * s.from_row + j * s.from_column)];
    CHECK(to == expected);
  }
}

/// Of the targets that this machine has.
std::vector<loom::loops::sender> senders() {
  std::vector<loom::loops::sender> all{&loom::baseline::send};
#define LOOM_TEST_TARGET(name, function) \
  if (loom::loops::best_target() >= loom::target::name) all.push_back(&loom::name::function);
  LOOM_VECTOR_TARGETS(LOOM_TEST_TARGET, send)
#undef LOOM_TEST_TARGET
  return all;
}

TEMPLATE_TEST_CASE("copies with a look ahead and past the caches copy as others do", "", std::uint16_t, float, double) {
  const std::vector<TestType> from = numbers<TestType>(300);
  for (std::size_t begin : {0u, 1u, 5u})
    for (std::size_t count : {0u, 1u, 31u, 32u, 200u}) {
      std::vector<TestType> fetched(300, TestType(0)), sent(300, TestType(0)), expected(300, TestType(0));
      for (std::size_t i = 0; i < count; ++i) expected[begin + i] = from[i];
      loom::loops::fetch(from.data(), count, fetched.data() + begin);
      CHECK(fetched == expected);
      for (loom::loops::sender send : senders()) {
        std::fill(sent.begin(), sent.end(), TestType(0));
        send(reinterpret_cast<const unsigned char*>(from.data()), static_cast<std::ptrdiff_t>(count * sizeof(TestType)),
             reinterpret_cast<unsigned char*>(sent.data() + begin));
        loom::loops::finish_sending();
        CHECK(sent == expected);
      }
    }
}

TEST_CASE("a tile repeats the last row up to a whole vector, and gives back what it has") {
  loom::layout::sweep_layout data{};
  data.rows = 10;
  data.columns = 6;
  data.row_rank = 1;
  data.row_extents[0] = 10;
  const std::vector<float> from = numbers<float>(60);
  std::vector<float> back(60, 0);
  loom::layout::stream s{};
  s.column_stride = 1;
  s.row_strides[0] = 6;
  s.data = from.data();
  constexpr std::ptrdiff_t pitch = 16;
  std::vector<float> tile(6 * pitch, -1);
  loom::loops::load_tile<float>(&loom::loops::transpose<float>, data, s, static_cast<const float*>(s.data), 4, 5, 8,
                                pitch, tile.data());
  for (std::size_t j = 0; j < 6; ++j) {
    for (std::size_t i = 0; i < 8; ++i) CHECK(tile[j * pitch + i] == from[(4 + (i < 5 ? i : 4)) * 6 + j]);
    CHECK(tile[j * pitch + 8] == -1);
  }
  loom::layout::output_stream to{};
  to.column_stride = 1;
  to.row_strides[0] = 6;
  to.data = back.data();
  loom::loops::store_tile(data, to, 4, 5, pitch, static_cast<const float*>(tile.data()), &loom::baseline::send);
  for (std::size_t i = 0; i < 60; ++i) CHECK(back[i] == (i / 6 >= 4 && i / 6 < 9 ? from[i] : 0));
}
