// SPDX-License-Identifier: BSL-1.0
// base/text_view.hpp — characters that lie elsewhere: names, mostly.
// What std::string_view is, and as good as one wherever one is there. But <string_view> brings iterators, ranges and hashing
// with it: of all that a user's file would read for Loom, it took the most time.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <cstddef>
#include <type_traits>

namespace loom::inline LOOM_ABI::base {

namespace detail {

/// std::string and std::string_view.
template <class T>
concept standard_text = requires(const T& t, const char*& data, std::size_t& size) {
  typename T::traits_type;
  data = t.data();
  size = t.size();
};

}  // namespace detail

class text_view {
 public:
  constexpr text_view() = default;
  constexpr text_view(const char* data, std::size_t size) : data_(data), size_(size) {}
  constexpr text_view(const char* text) : data_(text) {  // implicit, as all that follow: the same thing in another type
    while (text[size_] != '\0') ++size_;
  }
  constexpr text_view(const detail::standard_text auto& text) : data_(text.data()), size_(text.size()) {}
  template <detail::standard_text View>
    requires std::is_trivially_copyable_v<View>
  constexpr operator View() const {
    return {data_, size_};
  }

  constexpr const char* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const char* begin() const { return data_; }
  constexpr const char* end() const { return data_ + size_; }
  constexpr char operator[](std::size_t i) const { return data_[i]; }
  constexpr text_view substr(std::size_t from, std::size_t count) const { return {data_ + from, count}; }

  friend constexpr bool operator==(text_view a, text_view b) {
    if (a.size_ != b.size_) return false;  // most names differ in it
    for (std::size_t i = 0; i < a.size_; ++i)
      if (a.data_[i] != b.data_[i]) return false;
    return true;
  }
  friend constexpr bool operator==(text_view a, const detail::standard_text auto& b) { return a == text_view(b); }
  template <class Stream>
    requires requires(Stream& s, const char* data, std::ptrdiff_t size) { s.write(data, size); }
  friend Stream& operator<<(Stream& to, text_view t) {
    to.write(t.data_, static_cast<std::ptrdiff_t>(t.size_));
    return to;
  }

 private:
  const char* data_ = "";
  std::size_t size_ = 0;
};

}  // namespace loom::base
