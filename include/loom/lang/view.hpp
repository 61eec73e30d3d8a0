// SPDX-License-Identifier: BSL-1.0
// lang/view.hpp — data as a call sees it: pointer, extents, strides. Never owned, never copied.
// Layer 2 (lang).
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

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
  std::size_t stride = 1;  // extents that overflow it are refused by the call
  for (int i = rank - 1; i >= 0; --i) {
    v.strides[i] = static_cast<std::ptrdiff_t>(stride);
    stride *= static_cast<std::size_t>(v.extents[i]);
  }
  return v;
}

/// Data with strides of its own: view(p, {n, c}, {stride_n, stride_c}), in elements.
template <class T, int Rank>
constexpr strided_view<T, Rank> view(T* data, const std::ptrdiff_t (&extents)[Rank],
                                     const std::ptrdiff_t (&strides)[Rank]) {
  strided_view<T, Rank> v{data, {}, {}};
  for (int i = 0; i < Rank; ++i) {
    v.extents[i] = extents[i];
    v.strides[i] = strides[i];
  }
  return v;
}

/// An array of arrays, built-in or std::array; during constant evaluation its rows cannot be walked with one pointer.
template <class T, std::size_t Columns, class Row = T[Columns]>
struct rows_view {
  static constexpr bool is_view = true;
  static constexpr int rank = 2;
  using element = T;

  Row* rows = nullptr;
  std::ptrdiff_t extents[2]{};

  constexpr T& at(const std::ptrdiff_t* position) const {
    return rows[position[0]][static_cast<std::size_t>(position[1])];
  }
  operator strided_view<T, 2>() const {
    return lang::view(rows == nullptr ? nullptr : &rows[0][0], extents[0], extents[1]);
  }
};

/// What could not be bound: it was refused where it was, and the call says nothing more.
struct refused_view {
  static constexpr bool is_view = true;
  static constexpr int rank = 0;
  using element = double;
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

template <class T>
concept ready_view = requires { std::remove_cvref_t<T>::is_view; };
template <class T>
concept mdspan_like = requires(T& v) {
  v.data_handle();
  v.extent(0);
  v.stride(0);
  std::remove_cvref_t<T>::rank();
};
template <class T>
concept contiguous_range = requires(T& v) {
  v.data();
  v.size();
} && !mdspan_like<T>;
template <class T>
concept matrix_like = requires(T& m) {
  m.data();
  m.rows();
  m.cols();
};
template <class T>
concept torch_like = requires(T& t) {
  t.template data_ptr<float>();
  t.size(0);
};

/// A row of numbers side by side: T[C], or a class like std::array<T, C>.
template <class Row> struct row_of {
  static constexpr std::size_t columns = 0;
};
template <class T, std::size_t C>
  requires is_number<T>
struct row_of<T[C]> {
  static constexpr std::size_t columns = C;
  using element = T;
};
template <template <class, std::size_t> class Array, class T, std::size_t C>
  requires(
      is_number<T> && sizeof(Array<T, C>) == C * sizeof(T) &&
      requires(Array<T, C>& a) {
        typename Array<T, C>::value_type;
        a.data();
        a[0];
      } && !requires { typename Array<T, C>::element_type; })  // which a span has
struct row_of<Array<T, C>> {
  static constexpr std::size_t columns = C;
  using element = T;
};
template <class Row>
  requires(row_of<Row>::columns > 0 && !std::is_array_v<Row>)
struct row_of<const Row> {
  static constexpr std::size_t columns = row_of<Row>::columns;
  using element = const typename row_of<Row>::element;
};

/// Whether an element is itself a container, and not a row of numbers.
template <class T>
inline constexpr bool is_container = row_of<T>::columns == 0 && (std::is_array_v<T> || requires(T& e) {
                                       e.data();
                                       e.size();
                                     });

/// Why data cannot be bound; lang/data.def has the sentences.
enum class fault { none, holds_containers, matrix, torch, unknown };

template <class Data>
constexpr fault find_fault() {
  using plain = std::remove_reference_t<Data>;
  if constexpr (ready_view<plain> || is_number<std::remove_cv_t<plain>> || mdspan_like<plain>) return fault::none;
  else if constexpr (std::is_array_v<plain>)
    return is_container<std::remove_extent_t<plain>> ? fault::holds_containers : fault::none;
  else if constexpr (contiguous_range<plain>)
    return is_container<std::remove_reference_t<decltype(*std::declval<plain&>().data())>> ? fault::holds_containers
                                                                                           : fault::none;
  else return matrix_like<plain> ? fault::matrix : torch_like<plain> ? fault::torch : fault::unknown;
}
template <class Data> inline constexpr fault fault_of = find_fault<Data>();

/// Elements side by side: numbers, or rows of numbers.
template <class T>
constexpr auto view_of_elements(T* data, std::size_t count) {
  using row = row_of<T>;
  if constexpr (row::columns > 0)
    return rows_view<typename row::element, row::columns, T>{
        data, {static_cast<std::ptrdiff_t>(count), static_cast<std::ptrdiff_t>(row::columns)}};
  else return view(data, static_cast<std::ptrdiff_t>(count));
}
template <class T, std::size_t N> constexpr auto view_of_array(T (&a)[N]) { return view_of_elements(&a[0], N); }

/// What a user binds, as a view: views, arithmetic lvalues, arrays, mdspans, contiguous ranges.
template <class Data>
constexpr auto as_view(Data& data) {
  using plain = std::remove_cvref_t<Data>;
  if constexpr (fault_of<Data> != fault::none) return refused_view{};
  else if constexpr (ready_view<Data>) return plain(data);
  else if constexpr (is_number<plain>) return strided_view<Data, 0>{&data, {}, {}};
  else if constexpr (std::is_array_v<plain>) return view_of_array(data);
  else if constexpr (mdspan_like<Data>) {
    strided_view<std::remove_pointer_t<decltype(data.data_handle())>, static_cast<int>(plain::rank())> v{
        data.data_handle(), {}, {}};
    for (int i = 0; i < v.rank; ++i) {
      v.extents[i] = static_cast<std::ptrdiff_t>(data.extent(static_cast<std::size_t>(i)));
      v.strides[i] = static_cast<std::ptrdiff_t>(data.stride(static_cast<std::size_t>(i)));
    }
    return v;
  } else {
    return view_of_elements(data.data(), static_cast<std::size_t>(data.size()));
  }
}

}  // namespace detail

}  // namespace loom::lang
