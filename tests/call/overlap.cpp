// SPDX-License-Identifier: BSL-1.0
// tests/call/overlap.cpp — views share memory if and only if some byte is in both: compared with a list of all bytes.
#include "loom/call/overlap.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>
#include <vector>

#include "support/catch.hpp"

namespace {

using loom::call::element_type, loom::call::erased_shape;

struct random_view {
  erased_shape shape;
  int rank = 0;
  std::ptrdiff_t begin = 0;  // of its first entry, in bytes
};

random_view some_view(std::mt19937& random) {
  random_view v;
  v.shape.type = random() % 3 == 0 ? element_type::f64 : random() % 2 == 0 ? element_type::f16 : element_type::f32;
  v.rank = static_cast<int>(random() % 4);
  for (int i = 0; i < v.rank; ++i) {
    v.shape.extents[i] = static_cast<std::ptrdiff_t>(random() % 4);
    v.shape.strides[i] = static_cast<std::ptrdiff_t>(random() % 25) - 12;
  }
  v.begin = static_cast<std::ptrdiff_t>(random() % 100);
  return v;
}

std::vector<std::ptrdiff_t> offsets_of(const random_view& v) {
  std::vector<std::ptrdiff_t> all{0};
  for (int i = 0; i < v.rank; ++i) {
    std::vector<std::ptrdiff_t> more;
    for (std::ptrdiff_t o : all)
      for (std::ptrdiff_t k = 0; k < v.shape.extents[i]; ++k) more.push_back(o + k * v.shape.strides[i]);
    all = more;
  }
  return all;
}

std::set<std::ptrdiff_t> bytes_of(const random_view& v) {
  std::set<std::ptrdiff_t> all;
  for (std::ptrdiff_t o : offsets_of(v))
    for (std::ptrdiff_t b = 0; b < size_of(v.shape.type); ++b) all.insert(v.begin + o * size_of(v.shape.type) + b);
  return all;
}

}  // namespace

TEST_CASE("two views overlap if a byte is in both") {
  std::mt19937 random(7);
  std::vector<char> memory(4096);
  int apart_in_one_range = 0;
  for (int n = 0; n < 20000; ++n) {
    const random_view a = some_view(random), b = some_view(random);
    const std::set<std::ptrdiff_t> p = bytes_of(a), q = bytes_of(b);
    const bool meet = std::any_of(p.begin(), p.end(), [&](std::ptrdiff_t at) { return q.count(at) != 0; });
    const char* const middle = memory.data() + 2048;
    INFO("trial " << n);
    REQUIRE(loom::call::overlap(a.shape, middle + a.begin, a.rank, b.shape, middle + b.begin, b.rank) == meet);
    apart_in_one_range += !meet && !p.empty() && !q.empty() && *p.begin() <= *q.rbegin() && *q.begin() <= *p.rbegin();
  }
  CHECK(apart_in_one_range > 1000);
}

TEST_CASE("a view overlaps itself if two of its entries are one element") {
  std::mt19937 random(8);
  int apart_but_not_nested = 0;
  for (int n = 0; n < 20000; ++n) {
    const random_view v = some_view(random);
    std::vector<std::ptrdiff_t> offsets = offsets_of(v);
    if (offsets.empty()) continue;
    std::sort(offsets.begin(), offsets.end());
    const bool meet = std::adjacent_find(offsets.begin(), offsets.end()) != offsets.end();
    INFO("trial " << n);
    REQUIRE(loom::call::overlaps_itself(v.shape, v.rank) == meet);
    apart_but_not_nested += !meet && v.rank == 2 &&
                            std::abs(v.shape.strides[0]) < std::abs(v.shape.strides[1]) * (v.shape.extents[1] - 1) &&
                            std::abs(v.shape.strides[1]) < std::abs(v.shape.strides[0]) * (v.shape.extents[0] - 1);
  }
  CHECK(apart_but_not_nested > 10);
}

TEST_CASE("large views with the same strides are told apart quickly") {
  erased_shape left, right;
  left.type = right.type = element_type::f32;
  left.extents[0] = right.extents[0] = 1 << 20;
  left.extents[1] = right.extents[1] = 512;
  left.strides[0] = right.strides[0] = 1024;
  left.strides[1] = right.strides[1] = 1;
  CHECK_FALSE(loom::call::detail::overlap_at(512 * 4, left, 2, right, 2));
  CHECK(loom::call::detail::overlap_at(511 * 4, left, 2, right, 2));
  CHECK_FALSE(loom::call::detail::overlap_at((1024 * 7 + 512) * 4, left, 2, right, 2));
  CHECK(loom::call::detail::overlap_at((1024 * 7 + 513) * 4, left, 2, right, 2));
}
