// SPDX-License-Identifier: BSL-1.0
// call/check_data.cpp — what a call says when its data is wrong, word for word; and that nothing was written by then.
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::d;
using loom::out;
using loom::view;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto fixed = loom::tensor<"fixed[N,C=3]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto pairs = loom::index<"pairs[N,K]">;

constexpr auto nll = loom::loss<-gather(log_softmax(x, -1), t).mean()>;
constexpr auto rows = loom::loss<sum(x, -1)>;
constexpr auto product = loom::loss<sum(x* y)>;
constexpr auto of_declared = loom::loss<sum(fixed)>;
constexpr auto picked = loom::loss<sum(gather(x, t))>;
constexpr auto kept = loom::loss<sum(where(t != -100, gather(x, t), 0))>;
constexpr auto not_negative = loom::loss<sum(where(t >= 0, gather(x, t), 0))>;
constexpr auto kept_and_masked = loom::loss<sum(where(!(t == -100) && m, gather(x, t), 0))>;
constexpr auto picked_pairs = loom::loss<sum(gather(x, pairs))>;

constexpr float untouched = 77.0F;

/// Two rows of three, labels, and buffers that must keep what they hold when a call is refused.
struct data {
  std::array<float, 8> values{1, 2, 3, 4, 5, 6, 7, 8};
  std::array<float, 8> others{8, 7, 6, 5, 4, 3, 2, 1};
  std::array<int, 4> labels{0, 2, 1, 0};
  std::array<float, 8> buffer{};
  std::array<float, 8> second{};
  data() {
    buffer.fill(untouched);
    second.fill(untouched);
  }
  auto x23() const { return view(values.data(), 2, 3); }
  auto y23() const { return view(others.data(), 2, 3); }
  auto t2() const { return view(labels.data(), 2); }
  auto g23() { return view(buffer.data(), 2, 3); }
};

/// The words of the error that a call throws; the buffers must be as they were.
template <class Call>
std::string refusal(const data& of, const Call& call) {
  std::string said = "nothing";
  try {
    call();
  } catch (const loom::error& e) { said = e.what(); }
  for (float v : of.buffer) CHECK(v == untouched);
  for (float v : of.second) CHECK(v == untouched);
  return said;
}

}  // namespace

TEST_CASE("extents that disagree are named with both inputs and both numbers") {
  data a;
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = view(a.labels.data(), 3), d(x) = a.g23()); }) ==
        "axis N of t has 3 entries, but axis N of x has 2");
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(a.buffer.data(), 2, 4)); }) ==
        "axis C of d(x) has 4 entries, but axis C of x has 3");
  CHECK(refusal(a, [&] { rows(x = a.x23(), out = view(a.buffer.data(), 3)); }) ==
        "axis N of out has 3 entries, but axis N of x has 2");
}

TEST_CASE("an extent that differs from its declaration is named with both numbers") {
  data a;
  CHECK(refusal(a, [&] { of_declared(fixed = view(a.values.data(), 2, 4)); }) ==
        "axis C of fixed has 4 entries, but its declaration says 3");
  CHECK(of_declared(fixed = a.x23()) == 21);
}

TEST_CASE("a negative extent is refused") {
  data a;
  CHECK(refusal(a, [&] { rows(x = view(a.values.data(), -2, 3), out = view(a.buffer.data(), 2)); }) ==
        "axis N of x has the extent -2");
}

TEST_CASE("a label outside its axis is named with its input, row, axis and limit") {
  data a;
  a.labels[1] = 3;
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = a.g23()); }) ==
        "label 3 of t at row 1 is outside axis C, which has 3 entries");
  a.labels[1] = -1;
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = a.g23()); }) ==
        "label -1 of t at row 1 is outside axis C, which has 3 entries");
}

TEST_CASE("a label of a matrix is named with its row and column") {
  data a;
  CHECK(picked_pairs(x = a.x23(), pairs = view(a.labels.data(), 2, 2)) == 1 + 3 + 5 + 4);
  a.labels[2] = 7;
  CHECK(refusal(a, [&] { picked_pairs(x = a.x23(), pairs = view(a.labels.data(), 2, 2)); }) ==
        "label 7 of pairs at row 1, 0 is outside axis C, which has 3 entries");
}

TEMPLATE_TEST_CASE("labels may have any integer type", "", std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                   std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, long long, unsigned long long) {
  using limits = std::numeric_limits<TestType>;
  data a;
  std::array<TestType, 2> labels{0, 2};
  CHECK(picked(x = a.x23(), t = labels) == 1 + 6);
  labels[1] = limits::max();
  CHECK(refusal(a, [&] { picked(x = a.x23(), t = labels); }) ==
        "label " + std::to_string(limits::max()) + " of t at row 1 is outside axis C, which has 3 entries");
  if (limits::is_signed) {
    labels[1] = limits::min();
    CHECK(refusal(a, [&] { picked(x = a.x23(), t = labels); }) ==
          "label " + std::to_string(limits::min()) + " of t at row 1 is outside axis C, which has 3 entries");
  }
}

TEMPLATE_TEST_CASE("an axis may be longer than the type of its labels can count", "", std::int8_t, std::uint8_t,
                   std::int16_t, std::uint16_t) {
  using limits = std::numeric_limits<TestType>;
  const std::size_t columns = std::size_t{1}
                              << 8 * sizeof(TestType);  // the bits of -1, read as unsigned, are the last of them
  std::vector<float> entries(2 * columns);
  entries[limits::max()] = 3;
  std::array<TestType, 2> labels{limits::max(), 0};
  const auto long_rows = loom::view(entries.data(), 2, static_cast<std::ptrdiff_t>(columns));
  CHECK(picked(x = long_rows, t = labels) == 3);
  if (limits::is_signed) {
    labels[1] = static_cast<TestType>(-1);
    CHECK_THROWS_WITH(picked(x = long_rows, t = labels), Catch::Contains("label -1 of t at row 1 is outside axis C"));
  }
}

TEMPLATE_TEST_CASE("a label outside its axis is found wherever it stands, among as few or as many as vectors have", "",
                   std::int8_t, std::uint16_t, std::int32_t, std::uint64_t) {
  constexpr std::size_t most = 40;
  const std::vector<float> entries(3 * most, 1.0F);
  for (std::size_t count = 1; count <= most; ++count) {
    const auto count_of_rows = static_cast<std::ptrdiff_t>(count);
    const auto some_rows = view(entries.data(), count_of_rows, 3);
    std::vector<TestType> labels(count, TestType{2});
    CHECK(picked(x = some_rows, t = view(labels.data(), count_of_rows)) == static_cast<float>(count));
    for (std::size_t at = 0; at < count; ++at) {
      labels[at] = 3;
      CHECK_THROWS_WITH(picked(x = some_rows, t = view(labels.data(), count_of_rows)),
                        Catch::Contains("label 3 of t at row " + std::to_string(at) + " is outside axis C"));
      labels[at] = 2;
    }
  }
}

TEST_CASE("labels with a stride are checked where they lie") {
  data a;
  a.labels = {0, 9, 2, 9};
  CHECK(picked(x = a.x23(), t = view(a.labels.data(), {2}, {2})) == 1 + 6);
  CHECK(picked(x = a.x23(), t = view(a.labels.data() + 2, {2}, {-2})) == 3 + 4);
  CHECK(refusal(a, [&] { picked(x = a.x23(), t = view(a.labels.data() + 2, {2}, {-1})); }) ==
        "label 9 of t at row 1 is outside axis C, which has 3 entries");
}

TEST_CASE("a label that a where excludes may be anything") {
  data a;
  a.labels = {-100, 2};
  CHECK(kept(x = a.x23(), t = a.t2()) == 6);
  a.labels = {-99, 2};
  CHECK(refusal(a, [&] { kept(x = a.x23(), t = a.t2()); }) ==
        "label -99 of t at row 0 is outside axis C, which has 3 entries");
}

TEST_CASE("a where may exclude labels by order") {
  data a;
  a.labels = {-5, 2};
  CHECK(not_negative(x = a.x23(), t = a.t2()) == 6);
  a.labels = {-5, 3};
  CHECK(refusal(a, [&] { not_negative(x = a.x23(), t = a.t2()); }) ==
        "label 3 of t at row 1 is outside axis C, which has 3 entries");
}

TEST_CASE("a where may exclude labels by a negation and a mask") {
  data a;
  const std::array<bool, 2> both{true, true}, first{true, false};
  a.labels = {-100, 2};
  CHECK(kept_and_masked(x = a.x23(), t = a.t2(), m = both) == 6);
  CHECK(kept_and_masked(x = a.x23(), t = a.t2(), m = first) == 0);
  a.labels = {1, 3};
  CHECK(kept_and_masked(x = a.x23(), t = a.t2(), m = first) == 2);
  CHECK(refusal(a, [&] { kept_and_masked(x = a.x23(), t = a.t2(), m = both); }) ==
        "label 3 of t at row 1 is outside axis C, which has 3 entries");
}

TEST_CASE("null pointers are refused, unless there is nothing to point to") {
  data a;
  const float* none = nullptr;
  float* nowhere = nullptr;
  const int* no_labels = nullptr;
  CHECK(refusal(a, [&] { nll(x = view(none, 2, 3), t = a.t2(), d(x) = a.g23()); }) ==
        "the data bound to x is a null pointer");
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = view(no_labels, 2), d(x) = a.g23()); }) ==
        "the data bound to t is a null pointer");
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(nowhere, 2, 3)); }) ==
        "the buffer bound to d(x) is a null pointer");
  CHECK(refusal(a, [&] { rows(x = a.x23(), out = view(nowhere, 2)); }) == "the buffer bound to out is a null pointer");
  CHECK(std::isnan(nll(x = view(none, 0, 3), t = view(no_labels, 0), d(x) = view(nowhere, 0, 3))));
}

TEST_CASE("a result must not be written over an input") {
  data a;
  CHECK(refusal(a, [&] { nll(x = view(a.buffer.data(), 2, 3), t = a.t2(), d(x) = a.g23()); }) ==
        "the buffer bound to d(x) overlaps the data of x");
  CHECK(refusal(a, [&] { rows(x = view(a.buffer.data(), 2, 3), out = view(a.buffer.data() + 5, 2)); }) ==
        "the buffer bound to out overlaps the data of x");
  rows(x = view(a.values.data(), 2, 3), out = view(a.values.data() + 6, 2));  // just behind it
  CHECK(a.values[6] == 6);
  CHECK(a.values[7] == 15);
}

TEST_CASE("two results must not share memory") {
  data a;
  CHECK(refusal(a, [&] {
          product(x = a.x23(), y = a.y23(), d(x) = a.g23(), d(y) = view(a.buffer.data() + 2, 2, 3));
        }) == "the buffers bound to d(y) and d(x) overlap");
  CHECK(product(x = a.x23(), y = a.y23(), d(x) = a.g23(), d(y) = view(a.second.data(), 2, 3)) ==
        8 + 14 + 18 + 20 + 20 + 18);
  CHECK(a.buffer[0] == 8);
  CHECK(a.second[5] == 6);
}

TEST_CASE("the entries of a result must not share memory") {
  data a;
  const std::string said =
      "the buffer bound to d(x) overlaps itself: two of its entries are the same element of memory";
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(a.buffer.data(), {2, 3}, {0, 1})); }) == said);
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(a.buffer.data(), {2, 3}, {2, 1})); }) == said);
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(a.buffer.data() + 2, {2, 3}, {1, -1})); }) == said);
}

TEST_CASE("a result may lie between the rows of its input, and its strides may be any that tell its entries apart") {
  data a;
  std::array<float, 8> both{1, 2, untouched, untouched, 3, 4, untouched, untouched};
  const auto left = view(static_cast<const float*>(both.data()), {2, 2}, {4, 1});
  CHECK(product(x = left, y = view(a.others.data(), 2, 2), d(x) = view(both.data() + 2, {2, 2}, {4, 1})) ==
        8 + 14 + 18 + 20);
  CHECK(both == std::array<float, 8>{1, 2, 8, 7, 3, 4, 6, 5});
  CHECK(refusal(a, [&] {
          product(x = left, y = view(a.others.data(), 2, 2), d(x) = view(both.data() + 1, {2, 2}, {4, 1}));
        }) == "the buffer bound to d(x) overlaps the data of x");
  std::array<float, 8> crossed{};
  product(x = view(a.values.data(), 3, 2), y = view(a.others.data(), 3, 2),
          d(x) = view(crossed.data(), {3, 2}, {2, 3}));
  CHECK(crossed == std::array<float, 8>{8, 0, 6, 7, 4, 5, 0, 3});
}

TEST_CASE("data that is not aligned is refused") {
  data a;
  alignas(8) unsigned char bytes[64] = {};
  const auto* const floats = reinterpret_cast<const float*>(bytes + 1);
  CHECK(refusal(a, [&] { nll(x = view(floats, 2, 3), t = a.t2()); }) ==
        "the data bound to x is not aligned: its address is no multiple of 4");
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = view(reinterpret_cast<const std::int16_t*>(bytes + 1), 2)); }) ==
        "the data bound to t is not aligned: its address is no multiple of 2");
  CHECK(refusal(a, [&] { nll(x = a.x23(), t = a.t2(), d(x) = view(reinterpret_cast<float*>(bytes + 3), 2, 3)); }) ==
        "the buffer bound to d(x) is not aligned: its address is no multiple of 4");
}

TEST_CASE("extents and strides that no memory has are refused") {
  data a;
  constexpr std::ptrdiff_t huge = std::ptrdiff_t{1} << 40, far = std::ptrdiff_t{1} << 60;
  CHECK(refusal(a, [&] { rows(x = view(a.values.data(), {huge, huge}, {0, 0}), out = view(a.buffer.data(), huge)); }) ==
        "the axes of this loss have more than 2^60 entries together");
  CHECK(refusal(a, [&] { rows(x = view(a.values.data(), huge, huge), out = view(a.buffer.data(), huge)); }) ==
        "the axes of this loss have more than 2^60 entries together");
  CHECK(refusal(a, [&] { rows(x = view(a.values.data(), {2, 3}, {far, 1}), out = view(a.buffer.data(), 2)); }) ==
        "the strides of x reach further than 2^60 bytes");
}

TEST_CASE("an input may repeat itself") {
  data a;
  CHECK(picked(x = view(a.values.data(), {2, 3}, {0, 1}), t = a.t2()) == 1 + 3);
}

TEST_CASE("a mean over no rows is NaN, and nothing is written") {
  data a;
  CHECK(std::isnan(
      nll(x = view(a.values.data(), 0, 3), t = view(a.labels.data(), 0), d(x) = view(a.buffer.data(), 0, 3))));
  for (float v : a.buffer) CHECK(v == untouched);
}

TEST_CASE("rows without entries have sum 0 and no labels") {
  data a;
  rows(x = view(a.values.data(), 2, 0), out = view(a.buffer.data(), 2));
  CHECK(a.buffer[0] == 0);
  CHECK(a.buffer[1] == 0);
  CHECK(a.buffer[2] == untouched);
  CHECK(refusal(data(), [&] { picked(x = view(a.values.data(), 2, 0), t = a.t2()); }) ==
        "label 0 of t at row 0 is outside axis C, which has 0 entries");
}
