// SPDX-License-Identifier: BSL-1.0
// compile.hpp — the compiler, stage by stage: the only place that knows the order.
// Each stage is a constexpr function from one graph to the next, so the same compiler runs while a program is compiled
// and inside a test, a tool or a debugger. Stabilize before differentiating (the gradient of log(0/0) is no help), and
// only then expand into shifts and branches (whose derivatives are wrong where branches meet). Second derivatives are
// those of the stable gradients; a call that asks for none has no such stage.
#pragma once

#include "loom/derive/gradient.hpp"
#include "loom/derive/second.hpp"
#include "loom/rewrite/rewriter.hpp"
#include "loom/rewrite/rules/canonical.hpp"
#include "loom/rewrite/rules/cheap.hpp"
#include "loom/rewrite/rules/expand.hpp"
#include "loom/rewrite/rules/stable.hpp"
#include "loom/rewrite/scatter.hpp"
#include "loom/rewrite/sink.hpp"
#include "loom/schedule/fuse.hpp"

namespace loom::inline LOOM_ABI::compiler::stage {

constexpr graph canonicalize(const graph& g) { return rewritten(g, canonical_rules); }
constexpr graph stabilize(const graph& g) { return rewritten(g, stable_rules); }
constexpr derived differentiate(const graph& g, const derivative_request& wanted) { return gradient(g, wanted); }
constexpr derived differentiate_twice(const graph& gradients, const derivative_request& wanted) { return second_derivatives(gradients, wanted); }
constexpr graph expand(const graph& g) { return rewritten(g, expand_rules); }
constexpr graph simplify(const graph& g) { return rewritten(scatter_sums(sink_gathers(g)), cheap_rules); }
constexpr plan schedule(const graph& g, output_set exact_outputs = ~output_set{0}) { return fuse(g, exact_outputs); }

}  // namespace loom::compiler::stage

namespace loom::inline LOOM_ABI::compiler {

/// graph -> plan in one call, for tools and tests.
constexpr plan compile(const graph& g, const derivative_request& wanted = {}) {
  const graph stable = stage::stabilize(stage::canonicalize(g));
  graph program = stage::stabilize(stage::differentiate(stable, wanted).program);
  if (wanted.second_order()) program = stage::stabilize(stage::differentiate_twice(program, wanted).program);
  return stage::schedule(stage::simplify(stage::expand(program)));
}

}  // namespace loom::compiler
