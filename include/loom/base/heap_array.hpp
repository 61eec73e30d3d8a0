// SPDX-License-Identifier: BSL-1.0
// base/heap_array.hpp — an array whose size is known when it is made, for constant evaluation.
// Every call carries an interpreter, for constant expressions; <vector> in it would be read and instantiated for each of them.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <cstddef>

namespace loom::inline LOOM_ABI::base {

template <class T>
class heap_array {
 public:
  constexpr heap_array() = default;
  constexpr explicit heap_array(std::size_t size, const T& value = T()) : items_(new T[size]), size_(size) {
    for (T& item : *this) item = value;
  }
  constexpr heap_array(const heap_array& other) : heap_array(other.size_) {
    for (std::size_t i = 0; i < size_; ++i) items_[i] = other.items_[i];
  }
  constexpr heap_array(heap_array&& other) noexcept { swap(other); }
  constexpr heap_array& operator=(heap_array other) noexcept {
    swap(other);
    return *this;
  }
  constexpr ~heap_array() { delete[] items_; }

  constexpr std::size_t size() const { return size_; }
  constexpr const T& operator[](std::size_t i) const { return items_[i]; }
  constexpr T& operator[](std::size_t i) { return items_[i]; }
  constexpr T* begin() { return items_; }
  constexpr T* end() { return items_ + size_; }

 private:
  T* items_ = nullptr;
  std::size_t size_ = 0;

  constexpr void swap(heap_array& other) noexcept {
    T* const items = items_;
    const std::size_t size = size_;
    items_ = other.items_;
    size_ = other.size_;
    other.items_ = items;
    other.size_ = size;
  }
};

}  // namespace loom::base
