// SPDX-License-Identifier: BSL-1.0
// Which outputs can hold a value unrounded, and the plans that depend on it.
#include "loom/call/storage.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using namespace loom::layers;

namespace {

using namespace loom;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
using with_gradient = compiler::compiled<-gather(log_softmax(x, axis<"C">), t).mean(), 1>;

/// A program whose gradient, output 1, is stored as `S`.
template <storage S> using with_output = call::in_memory<with_gradient, call::storages{0, call::storage_bits(1, S)}>;

}  // namespace

TEST_CASE("every output of a program is asked for its storage", "[call]") {
  STATIC_REQUIRE(call::exact_outputs({}) == ~output_set{0});
  for (int slot = 0; slot < max_outputs; ++slot) {
    CAPTURE(slot);
    CHECK(call::exact_outputs({0, call::storage_bits(slot, storage::bf16)}) == ~(output_set{1} << slot));
  }
}

TEST_CASE("programs that store the same outputs in 16 bits share a plan, and one that stores none has its own",
          "[call]") {
  CHECK(&with_output<storage::bf16>::schedule == &with_output<storage::f16>::schedule);
  CHECK(&with_output<storage::own>::schedule == &with_gradient::schedule);
  CHECK(&with_output<storage::bf16>::schedule != &with_gradient::schedule);
  STATIC_REQUIRE(with_gradient::schedule.kept == 1);
  STATIC_REQUIRE(with_output<storage::bf16>::schedule.kept == 0);
}

namespace {

/// The graph of a program, and no plan of it: whoever asks for one does not compile.
struct never_planned {
  static constexpr const ir::graph& simple = with_gradient::simple;
  static constexpr auto problem_with(const plan& p) { return p.problem; }
};

}  // namespace

TEST_CASE("a program whose outputs are stored in 16 bits is planned without the plan for exact ones", "[call]") {
  STATIC_REQUIRE(
      call::in_memory<never_planned, call::storages{0, call::storage_bits(1, storage::bf16)}>::schedule.kept == 0);
  STATIC_REQUIRE(call::in_memory<never_planned, call::storages{0, call::storage_bits(1, storage::bf16)}>::problem() ==
                 unplanned::none);
}
