// SPDX-License-Identifier: BSL-1.0
// loops/matrices.cpp — products of matrices, and sums of functions of pairs, of every target, type and layout against plain loops in long double.
#include "loom/loops/matrices.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "support/targets.hpp"

namespace {

using loom::call::element_type;
using loom::loops::matrix_buffer;
using loom::loops::matrix_view;
using loom::loops::product_options;

using generator = std::minstd_rand;

/// The numbers that the scratch memory of a product must hold.
template <class T>
constexpr std::ptrdiff_t product_scratch(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth) {
  using loom::loops::scratch_of, loom::loops::blocks_of;
  return std::max(scratch_of<T>(blocks_of<T>(rows, columns, depth)), scratch_of<T>(blocks_of<T>(columns, rows, depth)));
}

std::ptrdiff_t one_of(generator& g, std::initializer_list<std::ptrdiff_t> choices) {
  return *(choices.begin() + g() % choices.size());
}

/// A matrix in memory of its own, of any type and layout.
struct stored_matrix {
  std::vector<double> memory;  // bytes that are aligned for any number
  matrix_view view{};

  stored_matrix(generator& g, element_type type, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    std::ptrdiff_t row = 0, column = 0;
    switch (g() % 6) {
      case 0: row = columns, column = 1; break;
      case 1: row = 1, column = rows; break;
      case 2: row = columns + 5, column = 1; break;
      case 3: row = 2, column = 2 * rows + 3; break;
      case 4: row = -columns, column = 1; break;
      default: row = one_of(g, {0, 1, -3}), column = one_of(g, {0, 1, -1, 7}); break;
    }
    const std::ptrdiff_t last_row = row * std::max<std::ptrdiff_t>(rows - 1, 0),
                         last_column = column * std::max<std::ptrdiff_t>(columns - 1, 0);
    const std::ptrdiff_t first = -std::min<std::ptrdiff_t>(last_row, 0) - std::min<std::ptrdiff_t>(last_column, 0);
    const std::ptrdiff_t count = std::abs(last_row) + std::abs(last_column) + 1;
    memory.resize(static_cast<std::size_t>(count));
    for (std::ptrdiff_t i = 0; i < count; ++i)
      loom::call::store_number(bytes() + i * loom::call::size_of(type), type,
                               std::uniform_real_distribution<double>(-2, 2)(g));
    view = {bytes() + first * loom::call::size_of(type), type, row, column};
  }
  unsigned char* bytes() { return reinterpret_cast<unsigned char*>(memory.data()); }
  void set(std::ptrdiff_t i, std::ptrdiff_t j, double v) const {
    const std::ptrdiff_t at = (i * view.row_stride + j * view.column_stride) * loom::call::size_of(view.type);
    loom::call::store_number(const_cast<unsigned char*>(static_cast<const unsigned char*>(view.data)) + at, view.type,
                             v);
  }
};

/// An entry, as a product in T reads it.
template <class T>
long double entry(const matrix_view& m, std::ptrdiff_t i, std::ptrdiff_t j) {
  const double v = loom::call::load_number(m.data, i * m.row_stride + j * m.column_stride, m.type);
  return static_cast<long double>(static_cast<T>(v));
}

/// Where the numbers of a result lie, between others.
struct layout {
  std::ptrdiff_t row, column, first, count;
};
layout any_layout(generator& g, std::ptrdiff_t rows, std::ptrdiff_t columns) {
  const std::ptrdiff_t wide = std::max<std::ptrdiff_t>(columns, 1), tall = std::max<std::ptrdiff_t>(rows, 1);
  switch (g() % 5) {
    case 0: return {wide, 1, 0, wide * tall};
    case 1: return {1, tall, 0, wide * tall};
    case 2: return {wide + 3, 1, 2, (wide + 3) * tall + 2};
    case 3: return {-2 * wide, 2, 2 * wide * (tall - 1), 2 * wide * tall};
    default: return {1, -tall - 1, (tall + 1) * (wide - 1), (tall + 1) * wide};
  }
}

/// Parts in another order, by which no bit changes.
constexpr loom::loops::executor backwards{[](void*, int count, void (*task)(void*, int), void* argument) {
  for (int i = count; i-- > 0;) task(argument, i);
}};

// ---- what is added up --------------------------------------------------------------------------------------------------

/// A sum over K of a function of x[I,K] and y[K,J], or of x times one of y and z[I,J].
enum class what : std::uint8_t { product, distance, squared_distance, norm, scaled_difference };

constexpr loom::ir::axis_order order_of(std::int8_t first, std::int8_t second) {
  loom::ir::axis_order r;
  r.push_back(first);
  r.push_back(second);
  return r;
}
constexpr loom::schedule::isolated_products isolated(what kind) {
  using namespace loom::ir;
  graph like;
  for (const char* name : {"I", "J", "K"}) like.axes.push_back({name});
  like.inputs.push_back({"x", op::tensor, order_of(0, 2)});
  like.inputs.push_back({"y", op::tensor, order_of(2, 1)});
  like.inputs.push_back({"z", op::tensor, order_of(0, 1)});
  builder out(like);
  const value_id x = out.input(0), y = out.input(1), z = out.input(2), difference = out.binary(op::sub, x, y);
  const value_id entry = kind == what::distance           ? out.unary(op::abs, difference)
                         : kind == what::squared_distance ? out.unary(op::square, difference)
                         : kind == what::norm             ? difference
                                                          : out.binary(op::mul, x, out.binary(op::sub, y, z));
  const value_id sum = out.reduce(kind == what::norm ? op::norm : op::sum, entry, axis_set{4});
  out.add_output({derivative_kind::value, -1, sum, 0, order_of(0, 1)});
  return loom::schedule::isolate_products(out.result);
}
/// In which x is the first factor of the loops, or the second one.
template <what Kind, bool Turned>
struct term {
  static constexpr loom::schedule::isolated_products made = isolated(Kind);
  static_assert(made.products.size() == 1 && made.has_pairs());
  static constexpr const loom::ir::graph& program = made.program;
  static constexpr const loom::schedule::matrix_product& product = made.products[0];
  static constexpr bool left_is_x = !Turned;
};
template <what Kind, bool Turned>
using term_of = std::conditional_t<Kind == what::product, loom::loops::plain_product, term<Kind, Turned>>;

template <what Kind, class T>
std::vector<T> combined(const matrix_view& x, const matrix_view& y, const layout& l, const std::vector<T>& before,
                        std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth, product_options options,
                        bool turned) {
  std::vector<T> c = before;
  const auto size = static_cast<std::size_t>(product_scratch<T>(rows, columns, depth));
  const T mark = 12345;
  std::vector<T> scratch(size + 1, std::numeric_limits<T>::quiet_NaN());
  scratch[size] = mark;
  const matrix_buffer<T> to{c.data() + l.first, l.row, l.column};
  if (turned)
    loom::loops::combine<term_of<Kind, true>, T>(transposed(y), transposed(x), transposed(to), columns, rows, depth,
                                                 options, scratch.data());
  else loom::loops::combine<term_of<Kind, false>, T>(x, y, to, rows, columns, depth, options, scratch.data());
  CHECK(scratch[size] == mark);
  return c;
}

template <class T>
struct trial_of {
  stored_matrix x, y, z;
  layout l;
  std::vector<T> before;
  std::ptrdiff_t rows, columns, depth;

  trial_of(generator& g, element_type type_of_x, element_type type_of_y, std::ptrdiff_t m, std::ptrdiff_t n,
           std::ptrdiff_t d)
      : x(g, type_of_x, m, d),
        y(g, type_of_y, d, n),
        z(g, type_of_x, m, n),
        l(any_layout(g, m, n)),
        before(static_cast<std::size_t>(l.count)),
        rows(m),
        columns(n),
        depth(d) {
    for (T& v : before) v = std::uniform_real_distribution<T>(-2, 2)(g);
  }
  template <what Kind = what::product>
  [[nodiscard]] std::vector<T> run(product_options options, bool turned = false) const {
    if (Kind == what::scaled_difference) options.between = turned ? transposed(z.view) : z.view;
    return combined<Kind>(x.view, y.view, l, before, rows, columns, depth, options, turned);
  }
  [[nodiscard]] std::size_t at(std::ptrdiff_t i, std::ptrdiff_t j) const {
    return static_cast<std::size_t>(l.first + i * l.row + j * l.column);
  }
  /// Every entry is within the bound that `combine` states, and nothing else was written.
  template <what Kind = what::product>
  void check(product_options options, bool turned = false) const {
    const std::vector<T> c = run<Kind>(options, turned);
    const auto u = static_cast<long double>(std::numeric_limits<T>::epsilon()) / 2;
    const auto steps = static_cast<long double>(std::min<std::ptrdiff_t>(depth, 256) + (depth + 255) / 256 +
                                                (Kind == what::product ? 0 : 2));
    std::vector<bool> written(c.size());
    bool near = true, kept = true;
    for (std::ptrdiff_t i = 0; i < rows; ++i)
      for (std::ptrdiff_t j = 0; j < columns; ++j) {
        long double sum = options.add ? static_cast<long double>(before[at(i, j)]) : 0, size = std::abs(sum);
        for (std::ptrdiff_t k = 0; k < depth; ++k) {
          const long double a = entry<T>(x.view, i, k), b = entry<T>(y.view, k, j), d = std::abs(a - b);
          if (options.skip_zeros_of_x && a == 0) continue;
          const long double one = Kind == what::product             ? a * b
                                  : Kind == what::scaled_difference ? a * (b - entry<T>(z.view, i, j))
                                  : Kind == what::distance          ? d
                                                                    : d * d;
          sum += one;
          size += std::abs(one);
        }
        if (Kind == what::norm) size = sum = std::sqrt(sum);
        const auto got = static_cast<long double>(c[at(i, j)]);
        near = near && (std::isfinite(sum) ? std::abs(got - sum) <= 1.001L * steps * u * size
                        : std::isnan(sum)  ? std::isnan(got)
                                           : got == sum);
        written[at(i, j)] = true;
      }
    for (std::size_t i = 0; i < c.size(); ++i) kept = kept && (written[i] || c[i] == before[i]);
    CHECK(near);
    CHECK(kept);
    options.on = backwards;
    const std::vector<T> again = run<Kind>(options, turned);
    CHECK(std::memcmp(again.data(), c.data(), c.size() * sizeof(T)) == 0);
  }
};

constexpr element_type types[] = {element_type::f32, element_type::f64, element_type::bf16, element_type::f16};

}  // namespace

TEMPLATE_TEST_CASE("a product of matrices of any type and layout is the sum of products", "", float, double) {
  trial::on_every_target([] {
    generator g(1);
    for (int count = 0; count < 200; ++count) {
      const element_type a = types[g() % 4], b = types[g() % 4];
      const std::ptrdiff_t m = one_of(g, {0, 1, 2, 4, 5, 11, 12, 13, 23, 50}),
                           n = one_of(g, {0, 1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 65}),
                           d = one_of(g, {0, 1, 2, 3, 5, 16, 63, 64, 67, 130, 255, 256, 257});
      const trial_of<TestType> t(g, a, b, m, n, d);
      INFO(m << " x " << n << " x " << d << ", types " << static_cast<int>(a) << " and " << static_cast<int>(b)
             << ", strides " << t.x.view.row_stride << ' ' << t.x.view.column_stride << ", " << t.y.view.row_stride
             << ' ' << t.y.view.column_stride << ", " << t.l.row << ' ' << t.l.column);
      t.check({count % 2 == 0, count % 3 == 0});
    }
  });
}

TEMPLATE_TEST_CASE("a product of matrices that need several blocks each way", "", float, double) {
  trial::on_every_target([] {
    generator g(2);
    const auto own = loom::call::type_of<TestType>();
    trial_of<TestType>(g, own, own, 401, 70, 513).check({});
    trial_of<TestType>(g, own, own, 30, 1051, 300).check({.add = true});
    trial_of<TestType>(g, own, own, 3, 2300, 64).check({});
    trial_of<TestType>(g, own, own, 9000, 1, 30).check({.add = true});
  });
}

TEMPLATE_TEST_CASE("a zero of x adds nothing where that is asked for, and NaN elsewhere", "", float, double) {
  trial::on_every_target([] {
    generator g(3);
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    for (int count = 0; count < 60; ++count) {
      const auto own = loom::call::type_of<TestType>();
      const std::ptrdiff_t m = one_of(g, {1, 5, 13, 30}), n = one_of(g, {1, 9, 33, 70}), d = one_of(g, {1, 10, 300});
      const trial_of<TestType> t(g, own, own, m, n, d);
      for (std::ptrdiff_t some = 0; some < 1 + m * d / 2; ++some)
        t.x.set(static_cast<std::ptrdiff_t>(g()) % m, static_cast<std::ptrdiff_t>(g()) % d, some % 2 == 0 ? 0.0 : -0.0);
      if (count % 4 != 0)
        for (const double special : {inf, -inf, nan})
          t.y.set(static_cast<std::ptrdiff_t>(g()) % d, static_cast<std::ptrdiff_t>(g()) % n, special);
      t.check({count % 2 == 0, true});
      t.check({count % 2 == 0, false});
    }
  });
}

namespace {

template <what Kind, class T>
void combines_as_stated(double number) {
  generator g(5);
  for (int count = 0; count < 60; ++count) {
    const std::ptrdiff_t m = one_of(g, {0, 1, 4, 5, 12, 13, 50}), n = one_of(g, {1, 3, 8, 16, 17, 33, 65}),
                         d = one_of(g, {0, 1, 3, 64, 67, 257, 600});
    const trial_of<T> t(g, types[g() % 4], types[g() % 4], m, n, d);
    if (m * d > 0) t.x.set(static_cast<std::ptrdiff_t>(g()) % m, static_cast<std::ptrdiff_t>(g()) % d, number);
    INFO(m << " x " << n << " x " << d << ", number " << number);
    t.template check<Kind>({.add = Kind != what::norm && count % 2 == 0}, count % 3 == 0);
  }
  const trial_of<T> shared(g, types[g() % 4], types[g() % 4], 220, 301, 130);
  shared.x.set(211, 7, number);
  shared.template check<Kind>({});
}

}  // namespace

TEMPLATE_TEST_CASE("functions of rows and columns, whichever comes first", "", float, double) {
  trial::on_every_target([] {
    for (const double number :
         {1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      combines_as_stated<what::distance, TestType>(number);
      combines_as_stated<what::squared_distance, TestType>(number);
      combines_as_stated<what::norm, TestType>(number);
      combines_as_stated<what::scaled_difference, TestType>(number);
    }
  });
}

TEST_CASE("zeros of x that are skipped do not change the sums of finite numbers") {
  trial::on_every_target([] {
    generator g(4);
    trial_of<float> t(g, element_type::f32, element_type::f32, 40, 70, 300);
    for (std::ptrdiff_t i = 0; i < 40; ++i) t.x.set(i, i, 0);
    const std::vector<float> finite = t.run({.skip_zeros_of_x = true});
    CHECK(finite == t.run({}));
  });
}

TEST_CASE("scratch memory of products is bounded, and small for small ones") {
  std::ptrdiff_t most = 0;
  for (const std::ptrdiff_t m : {1, 100, 192, 1000, 100000})
    for (const std::ptrdiff_t n : {1, 100, 192, 1000, 100000})
      for (const std::ptrdiff_t d : {1, 64, 100, 257, 100000}) {
        most = std::max({most, 4 * product_scratch<float>(m, n, d), 8 * product_scratch<double>(m, n, d)});
        CHECK(product_scratch<float>(m, n, d) == product_scratch<float>(n, m, d));
      }
  CHECK(most <= 712 << 10);
  CHECK(product_scratch<float>(16, 16, 16) <= 2048);
}
