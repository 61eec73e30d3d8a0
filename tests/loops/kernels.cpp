// SPDX-License-Identifier: BSL-1.0
// Every elementwise op that a plan can hold has a vector version, which is why plan::scalar_calls is a constant.
#include <utility>

#include "loom/ir/print.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"
#include "support/layers.hpp"

using namespace loom::layers;

namespace {

using namespace loom;
using loom::test::graph_of, loom::test::N;

/// Whether a rule of rules/expand.hpp removes an op before the plan.
constexpr bool is_spelled(op code) {
  switch (code) {
#define LOOM_UNARY_COMPOSED(name, ...) case op::name:
#define LOOM_BINARY_COMPOSED(name, ...) case op::name:
#include "loom/ir/ops.def"
    return true;
    default: return false;
  }
}

/// Ops with a kernel of their own; the other elementwise ops are the language's, on masks, or are removed by a rule.
constexpr bool needs_kernel(op code) {
  const family f = info(code).kind;
  return (f == family::unary || f == family::binary || f == family::compare) && code != op::stop_gradient &&
         !is_spelled(code);
}

#if LOOM_TARGETS >= 1
#if defined(__aarch64__)
namespace vectors = neon;
#else
namespace vectors = avx2;
#endif
template <int Code>
constexpr bool is_vectorized() {
  constexpr op code = static_cast<op>(Code);
  if constexpr (!needs_kernel(code)) {
    return true;
  } else {
    using V = vectors::vec<float>;
    using kernel = vectors::kernel<code>;
    if constexpr (arity(code) == 1) return sizeof(decltype(kernel::apply(V{}))) == sizeof(V);
    else return sizeof(decltype(kernel::apply(V{}, V{}))) == sizeof(V);
  }
}

template <int... Code>
constexpr bool all_are_vectorized(std::integer_sequence<int, Code...>) {
  return (is_vectorized<Code>() && ...);
}
static_assert(all_are_vectorized(std::make_integer_sequence<int, op_count>()));
#endif
static_assert(plan::scalar_calls == 0);

}  // namespace

TEST_CASE("no composed op reaches a plan: each becomes ops that have kernels", "[loops]") {
  int composed = 0;
  for (int k = 0; k < op_count; ++k) {
    const op code = static_cast<op>(k);
    if (!is_elementwise(code) || !is_spelled(code)) continue;
    ++composed;
    graph_of g;
    const value_id a = g.tensor("a", {N}), b = g.tensor("b", {N});
    g.returns(arity(code) == 1 ? g.unary(code, a) : g.binary(code, a, b), {N});
    const plan p = compiler::compile(g.view());
    REQUIRE(p.problem == unplanned::none);
    INFO(listing(p.program));
    for (const step& s : p.steps) CHECK(!is_spelled(p.program[s.id].code));
  }
  CHECK(composed > 4);
}
