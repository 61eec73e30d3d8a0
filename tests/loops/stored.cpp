// SPDX-License-Identifier: BSL-1.0
// tests/loops/stored.cpp — flagships whose tensors are stored in 16 bits against the interpreter on the numbers they hold:
// a stored result is off by half an ulp of its type beside the error of a float.
#include "support/flagship_trials.hpp"

#include "loom/collection/collection.hpp"

using namespace loom::collection;

namespace {

constexpr auto own = loom::storage::own, brain = loom::storage::bf16, half = loom::storage::f16;

/// Inputs of both types in turn, outputs of another.
constexpr loom::call::storages mixed(loom::storage outputs) {
  return {0x6666666666666666u, trial::all_stored(own, outputs).outputs};
}

/// A vector of rows out of a matrix, in 16 bits all of them.
constexpr auto u = loom::tensor<"u[N]">;

template <auto Formula, loom::derive::input_set Gradients, loom::call::storages Memory>
void agrees(const char* what, trial::element_type scalar_results = trial::element_type::other) {
  for (loom::target target : trial::targets()) {
    const loom::limit_target limit(target);
    for (std::ptrdiff_t columns : {1, 10, 64, 161})
      for (trial::memory layout : {trial::memory::contiguous, trial::memory::padded_rows, trial::memory::every_third,
                                   trial::memory::transposed}) {
        trial::settings s;
        s.extents = {19, columns};
        s.layout = layout;
        s.scalars = trial::usual_scalars();
        s.scalar_results = scalar_results;
        s.condition = 4;
        trial::check<Formula, Gradients, float, Memory>(s, what);
      }
  }
}

}  // namespace

TEST_CASE("cross_entropy of bf16, with a gradient in float") {
  trial::flagship<float, true, trial::all_stored(brain, own)>(cross_entropy, "cross_entropy");
}

TEST_CASE("cross_entropy of f16, with a gradient in f16") {
  trial::flagship<float, true, trial::all_stored(half, half)>(cross_entropy, "cross_entropy");
}

TEST_CASE("focal_cross_entropy of floats, with a gradient in bf16") {
  trial::flagship<float, true, trial::all_stored(own, brain)>(focal_cross_entropy, "focal_cross_entropy");
}

TEST_CASE("weighted_cross_entropy of two kinds of 16 bits") {
  trial::flagship<float, true, mixed(own)>(weighted_cross_entropy, "weighted_cross_entropy");
}

TEST_CASE("losses of elements in 16 bits") {
  trial::flagship<float, true, mixed(half)>(binary_cross_entropy, "binary_cross_entropy");
  trial::flagship<float, true, mixed(brain)>(gaussian_nll, "gaussian_nll");
}

TEST_CASE("results of rows, and of scalars, in 16 bits") {
  agrees<logsumexp(x, C) + u, 0, trial::all_stored(half, brain)>("rows");
  agrees<mean(u * loom::collection::gamma * square(x)), 7, trial::all_stored(brain, half)>("scalars",
                                                                                           trial::element_type::bf16);
}

TEST_CASE("a value is never kept in an output of 16 bits") {
  using with_gradient = loom::compiler::compiled<-gather(log_softmax(x, C), t).mean(), 1>;
  STATIC_REQUIRE(with_gradient::schedule.kept == 1);
  STATIC_REQUIRE(loom::call::in_memory<with_gradient, trial::all_stored(brain, own)>::schedule.kept == 1);
  STATIC_REQUIRE(loom::call::in_memory<with_gradient, trial::all_stored(own, brain)>::schedule.kept == 0);
}

namespace {

/// Somebody else's bfloat16.
struct their_bfloat {
  std::uint16_t raw;
};

}  // namespace

template <> inline constexpr loom::storage loom::storage_of<their_bfloat> = loom::storage::bf16;

namespace {

constexpr auto nll = loom::loss<-gather(log_softmax(x, -1), t).mean()>;

/// The loss of three rows of two classes, stored as X, and its gradient, stored as G.
template <class X, class G>
constexpr float small_loss(float* gradient) {
  const float numbers[] = {0.5F, 2, -1, 3, 0.25F, 0};
  X logits[6]{};
  G g[6]{};
  for (int i = 0; i < 6; ++i) logits[i] = loom::numeric::stored<X>(numbers[i]);
  const int labels[] = {0, 1, 1};
  const float v = nll(x = loom::view(static_cast<const X*>(logits), 3, 2), t = labels, d(x) = loom::view(g, 3, 2));
  for (int i = 0; i < 6; ++i) gradient[i] = static_cast<float>(loom::numeric::loaded(g[i]));
  return v;
}

template <class X, class G>
void is_called_with() {
  float want[6], got[6];
  const float v = small_loss<float, float>(want);
  CHECK(small_loss<X, G>(got) == Approx(v));
  for (int i = 0; i < 6; ++i) CHECK(got[i] == Approx(want[i]).epsilon(0.005));
}

}  // namespace

TEST_CASE("every type of 16 bits can be bound, mixed with others") {
  is_called_with<loom::bf16, float>();
  is_called_with<float, loom::f16>();
  is_called_with<loom::f16, loom::bf16>();
  is_called_with<their_bfloat, their_bfloat>();
#ifdef LOOM_HAS_FLOAT16
  is_called_with<_Float16, _Float16>();
#endif
  const loom::bf16 factor(2);
  const float one[] = {1, 2};
  CHECK(loom::loss<mean(loom::collection::gamma * loom::collection::a)>(loom::collection::gamma = factor,
                                                                        loom::collection::a = one) == 3);
  CHECK(loom::loss<mean(loom::collection::gamma * loom::collection::a)>(loom::collection::gamma = loom::f16(2),
                                                                        loom::collection::a = one) == 3);
}

TEST_CASE("numbers of 16 bits in a call that is a constant") {
  constexpr float difference = [] {
    float own_type[6]{}, stored_type[6]{}, most = 0;
    const float off = small_loss<float, float>(own_type) - small_loss<loom::bf16, loom::f16>(stored_type);
    for (int i = 0; i < 6; ++i) most = std::max(most, own_type[i] - stored_type[i]);
    return std::max(most, off < 0 ? -off : off);
  }();
  STATIC_REQUIRE(difference < 1e-4F);
}
