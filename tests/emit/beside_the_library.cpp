// SPDX-License-Identifier: BSL-1.0
// tests/emit/beside_the_library.cpp — printed running values and chains beside a call of the loss: the same arithmetic in double, rounded once
// to the type of the tensors. Running values have the same bits. A chain takes the exponentials of libm in place of those of the vector units
// and adds up in another order: a few ulp of double, of the largest entry, that the steps add up. In float the largest hides them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

#include "emit/shared_object.hpp"
#include "loom/code.hpp"
#include "support/catch.hpp"

namespace {

using loom::exclusive, loom::reverse;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto e = loom::tensor<"e[N,C,S]">;
constexpr auto moves = loom::tensor<"moves[R,S]">;
constexpr auto steps = loom::tensor<"steps[K,S]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
constexpr auto K = loom::axis<"K">;
constexpr std::ptrdiff_t rows = 5, columns = 67, states = 9, reach = 3;

template <class T>
std::vector<T> waves(std::ptrdiff_t n, double scale) {
  std::vector<T> v;
  for (std::ptrdiff_t i = 0; i < n; ++i) v.push_back(static_cast<T>(scale * std::sin(static_cast<double>(i * i + 1))));
  return v;
}

/// How many numbers of their type lie between two, at most.
template <class T>
double ulps(const std::vector<T>& got, const std::vector<T>& want) {
  using bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  const auto ordered = [](T v) {
    const bits b = std::bit_cast<bits>(v);
    return static_cast<double>(b < 0 ? std::numeric_limits<bits>::min() - b : b);
  };
  double most = 0;
  for (std::size_t i = 0; i < want.size(); ++i) most = std::max(most, std::fabs(ordered(got[i]) - ordered(want[i])));
  return most;
}
/// The largest difference, in ulp of the largest entry wanted.
template <class T>
double ulps_of_largest(const std::vector<T>& got, const std::vector<T>& want) {
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::fabs(static_cast<double>(want[i])));
    difference = std::max(difference, std::fabs(static_cast<double>(got[i]) - static_cast<double>(want[i])));
  }
  return difference / largest / std::numeric_limits<T>::epsilon();
}

/// The function that is printed for a loss, in C99.
template <class Function, class T, class Loss, class... Derivatives>
class compiled {
 public:
  explicit compiled(const Loss& loss, Derivatives... d)
      : object_(printed::c99_compiler, ".c", {loom::code<T>(loss, loom::c99, "printed", d...)}),
        function_(object_.template find<Function>("printed")) {
    REQUIRE(function_ != nullptr);
  }
  template <class... Arguments>
  auto operator()(Arguments... a) const {
    return function_(a...);
  }

 private:
  printed::shared_object object_;
  Function* function_;
};

template <auto Formula, class T>
double ulps_along_rows() {
  constexpr auto loss = loom::loss<Formula>;
  const std::vector<T> data = waves<T>(rows * columns, 0.9);
  std::vector<T> got(data.size()), want(data.size()), kept(16 * data.size());
  std::vector<double> room(1 << 16);
  loss(x = loom::view(data.data(), rows, columns), loom::out = loom::view(want.data(), rows, columns),
       loom::workspace = room);
  const compiled<void(std::ptrdiff_t, std::ptrdiff_t, const T*, T*, T*), T, decltype(loss)> printed(loss);
  printed(rows, columns, data.data(), got.data(), kept.data());
  return ulps(got, want);
}
template <auto Formula>
void has_the_same_bits() {
  CHECK(ulps_along_rows<Formula, float>() == 0);
  CHECK(ulps_along_rows<Formula, double>() == 0);
}

}  // namespace

TEST_CASE("printed running values have the bits of a call") {
  has_the_same_bits<cumsum(x, C)>();
  has_the_same_bits<cumsum(x, N, reverse)>();
  has_the_same_bits<cumprod(x, C, exclusive)>();
  has_the_same_bits<cummax(x, C, reverse)>();
  has_the_same_bits<recurrence(x, 0.9, C, reverse)>();
  has_the_same_bits<recurrence(x, x, N, exclusive)>();
  has_the_same_bits<logcumsumexp(x, C)>();
  has_the_same_bits<logcumsumexp(x, N, reverse, exclusive)>();
}

namespace {

template <auto Formula, class T>
double ulps_of_a_chain(std::ptrdiff_t extent, const auto& by) {
  constexpr auto loss = loom::loss<Formula>;
  const std::vector<T> data = waves<T>(rows * columns * states, 1.5), table = waves<T>(extent * states, 0.7);
  std::vector<T> got(data.size()), want(data.size()), kept(16 * data.size());
  std::vector<double> room(1 << 17), workspace(1 << 12);
  loss(e = loom::view(data.data(), rows, columns, states), by = loom::view(table.data(), extent, states),
       loom::out = loom::view(want.data(), rows, columns, states), loom::workspace = room);
  using function =
      void(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*, T*, double*);
  const compiled<function, T, decltype(loss)> printed(loss);
  printed(rows, columns, states, extent, data.data(), table.data(), got.data(), kept.data(), workspace.data());
  return ulps_of_largest(got, want);
}

template <auto Formula, class T>
void gradients_agree(std::ptrdiff_t extent, const auto& by, double most) {
  constexpr auto loss = loom::loss<Formula>;
  const std::vector<T> data = waves<T>(rows * columns * states, 1.5), table = waves<T>(extent * states, 0.7);
  std::vector<T> got_e(data.size()), want_e(data.size()), got_by(table.size()), want_by(table.size()),
      kept(16 * data.size());
  std::vector<double> room(1 << 18), workspace(1 << 13);
  const double want = static_cast<double>(
      loss(e = loom::view(data.data(), rows, columns, states), by = loom::view(table.data(), extent, states),
           d(e) = loom::view(want_e.data(), rows, columns, states), d(by) = loom::view(want_by.data(), extent, states),
           loom::workspace = room));
  using function =
      double(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*, T*, T*, double*);
  const compiled<function, T, decltype(loss), decltype(d(e)), decltype(d(by))> printed(loss, d(e), d(by));
  const double got = printed(rows, columns, states, extent, data.data(), table.data(), got_e.data(), got_by.data(),
                             kept.data(), workspace.data());
  CHECK(ulps_of_largest<T>({static_cast<T>(got)}, {static_cast<T>(want)}) <= most);
  CHECK(ulps_of_largest(got_e, want_e) <= most);
  CHECK(ulps_of_largest(got_by, want_by) <= most);
}

}  // namespace

TEST_CASE("printed chains of states are a few ulp from those of a call") {
  CHECK(ulps_of_a_chain<forward(e, moves, C, S = R), float>(states, moves) <= 0.5);
  CHECK(ulps_of_a_chain<forward(e, moves, C, S = R), double>(states, moves) <= 4);
  CHECK(ulps_of_a_chain<forward(e, steps, C, S = S - K), float>(reach, steps) <= 0.5);
  CHECK(ulps_of_a_chain<forward(e, steps, C, S = S - K), double>(reach, steps) <= 4);
  CHECK(ulps_of_a_chain<viterbi(e, moves, C, S = R), float>(states, moves) == 0);
  CHECK(ulps_of_a_chain<viterbi(e, steps, C, S = S - K), double>(reach, steps) == 0);
}
TEST_CASE("printed gradients of chains differ from those of a call by what their scores do") {
  constexpr auto field = logsumexp(forward(e, moves, C, S = R)(C = loom::last), S).mean();
  constexpr auto band = logsumexp(forward(e, steps, C, S = S - K)(C = loom::last), S).mean();
  constexpr auto best = viterbi(e, moves, C, S = R)(C = loom::last).max(S).mean();
  // Scores grow to 150, and an ulp of them is 150 of the exponentials that shares are: in double, where they differ by one.
  gradients_agree<field, float>(states, moves, 2);
  gradients_agree<field, double>(states, moves, 32);
  gradients_agree<band, double>(reach, steps, 32);
  gradients_agree<best, double>(states, moves, 0);
}
