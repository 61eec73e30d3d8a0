// SPDX-License-Identifier: BSL-1.0
// lang/view.hpp — data as a call sees it: pointer, extents, strides. Never owned, never copied.
// Layer 2 (lang).
#pragma once

#include <cstddef>
#include <type_traits>

#include "loom/numeric/half.hpp"

namespace loom::inline LOOM_ABI::lang {

/// `Rank`-dimensional data; strides count elements and may be anything, 0 and negative included.
template <class T, int Rank>
struct strided_view {
  static constexpr bool is_view = true;
  static constexpr int rank = Rank;
  using element = T;

  T* data = nullptr;
  std::ptrdiff_t extents[Rank > 0 ? Rank : 1]{};
  std::ptrdiff_t strides[Rank > 0 ? Rank : 1]{};

  /// The element at a position of `Rank` coordinates.
  constexpr T& at(const std::ptrdiff_t* position) const {
    std::ptrdiff_t offset = 0;
    for (int i = 0; i < Rank; ++i) offset += position[i] * strides[i];
    return data[offset];
  }
};

/// Row-major data: view(p, n, c) is n rows of c elements.
template <class T, class... Extents>
  requires(std::is_convertible_v<Extents, std::ptrdiff_t> && ...)
constexpr strided_view<T, static_cast<int>(sizeof...(Extents))> view(T* data, Extents... extents) {
  constexpr int rank = static_cast<int>(sizeof...(Extents));
  strided_view<T, rank> v{data, {static_cast<std::ptrdiff_t>(extents)...}, {}};
  std::ptrdiff_t stride = 1;
  for (int i = rank - 1; i >= 0; --i) {
    v.strides[i] = stride;
    stride *= v.extents[i];
  }
  return v;
}

/// Data with strides of its own: view(p, {n, c}, {stride_n, stride_c}), in elements.
template <class T, int Rank>
constexpr strided_view<T, Rank> view(T* data, const std::ptrdiff_t (&extents)[Rank], const std::ptrdiff_t (&strides)[Rank]) {
  strided_view<T, Rank> v{data, {}, {}};
  for (int i = 0; i < Rank; ++i) {
    v.extents[i] = extents[i];
    v.strides[i] = strides[i];
  }
  return v;
}

/// A built-in array of arrays; during constant evaluation its rows cannot be walked with one pointer.
template <class T, std::size_t Columns>
struct rows_view {
  static constexpr bool is_view = true;
  static constexpr int rank = 2;
  using element = T;

  T (*rows)[Columns] = nullptr;
  std::ptrdiff_t extents[2]{};

  constexpr T& at(const std::ptrdiff_t* position) const { return rows[position[0]][position[1]]; }
  operator strided_view<T, 2>() const { return lang::view(&rows[0][0], extents[0], extents[1]); }
};

/// A number given at the call, held by value.
template <class T>
struct number_view {
  static constexpr bool is_view = true;
  static constexpr int rank = 0;
  using element = const T;
  T value{};
  constexpr const T& at(const std::ptrdiff_t*) const { return value; }
};

namespace detail {

template <class T> concept ready_view = requires { std::remove_cvref_t<T>::is_view; };
template <class T> concept mdspan_like = requires(T& v) { v.data_handle(); v.extent(0); v.stride(0); std::remove_cvref_t<T>::rank(); };
template <class T> concept contiguous_range = requires(T& v) { v.data(); v.size(); } && !mdspan_like<T>;

template <class T, std::size_t N> constexpr auto view_of_array(T (&a)[N]) { return view(&a[0], static_cast<std::ptrdiff_t>(N)); }
template <class T, std::size_t N, std::size_t C> constexpr auto view_of_array(T (&a)[N][C]) {
  return rows_view<T, C>{a, {static_cast<std::ptrdiff_t>(N), static_cast<std::ptrdiff_t>(C)}};
}

/// What a user binds, as a view: views, arithmetic lvalues, arrays, mdspans, contiguous ranges.
template <class Data>
constexpr auto as_view(Data& data) {
  using plain = std::remove_cvref_t<Data>;
  if constexpr (ready_view<Data>) return plain(data);
  else if constexpr (is_number<plain>) return strided_view<Data, 0>{&data, {}, {}};
  else if constexpr (std::is_array_v<plain>) return view_of_array(data);
  else if constexpr (mdspan_like<Data>) {
    strided_view<std::remove_pointer_t<decltype(data.data_handle())>, static_cast<int>(plain::rank())> v{data.data_handle(), {}, {}};
    for (int i = 0; i < v.rank; ++i) {
      v.extents[i] = static_cast<std::ptrdiff_t>(data.extent(static_cast<std::size_t>(i)));
      v.strides[i] = static_cast<std::ptrdiff_t>(data.stride(static_cast<std::size_t>(i)));
    }
    return v;
  } else {
    static_assert(contiguous_range<Data>, "loom: this cannot be bound; bind a loom::view, a contiguous range, an mdspan or a number");
    return view(data.data(), static_cast<std::ptrdiff_t>(data.size()));
  }
}

}  // namespace detail

}  // namespace loom::lang
