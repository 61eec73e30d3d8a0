// SPDX-License-Identifier: BSL-1.0
// base/fixed_vector.hpp — a vector with inline storage, for data that lives from constant evaluation on.
// std::vector cannot outlive constant evaluation, and costs twice the steps inside it.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include "loom/base/assert.hpp"

namespace loom::inline LOOM_ABI::base {

/// Types of which a vector has many places have no default member initializers: clang would evaluate them for every place of
/// every vector that it constructs.
template <class T, int Capacity>
struct fixed_vector {
  T items[Capacity]{};
  int count = 0;

  static constexpr int capacity() { return Capacity; }
  constexpr int size() const { return count; }
  constexpr bool empty() const { return count == 0; }
  constexpr const T& operator[](int i) const { return items[i]; }
  constexpr T& operator[](int i) { return items[i]; }
  constexpr const T* begin() const { return items; }
  constexpr const T* end() const { return items + count; }
  constexpr T* begin() { return items; }
  constexpr T* end() { return items + count; }
  constexpr const T& back() const { return items[count - 1]; }

  /// For what always fits: one too many is a mistake in Loom.
  constexpr void push_back(const T& value) {
    if (count == Capacity) limit::too_many_elements_for_a_fixed_vector();
    items[count++] = value;
  }
  /// The same for what an input decides: false if there is no place left.
  constexpr bool try_push(const T& value) {
    if (count == Capacity) return false;
    items[count++] = value;
    return true;
  }
  constexpr bool contains(const T& value) const {
    for (int i = 0; i < count; ++i)
      if (items[i] == value) return true;
    return false;
  }
  constexpr void insert_once(const T& value) {
    if (!contains(value)) push_back(value);
  }
};

}  // namespace loom::base
