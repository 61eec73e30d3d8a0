// SPDX-License-Identifier: BSL-1.0
// tests/laws/contrastive.cpp — losses of pairs, with first and second derivatives, against their textbook spelling in 80 digits.
#include "loom/collection/contrastive.hpp"
#include "support/collection_trials.hpp"

namespace lc = loom::collection;

namespace {

template <auto Formula>
constexpr loom::derive::input_set named(std::initializer_list<std::string_view> names) {
  const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  loom::derive::input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    for (std::string_view name : names)
      if (g.inputs[i].name == name) s |= 1u << i;
  return s;
}

/// The curvatures of both embeddings are asked for in two calls. They are variances: what cancels in them are squares of 48, in float
/// with an error of 1e-4.
template <auto Formula>
void clip_obeys(loom::loss_function<Formula>) {
  collected::obeys<Formula, loom::derive::derivative_request(named<Formula>({"a", "b", "scale"}),
                                                             named<Formula>({"a"}))>("clip", {4e-14, 1e-4});
  collected::obeys<Formula, loom::derive::derivative_request(0, named<Formula>({"b", "scale"}))>("clip", {4e-14, 1e-4});
}

}  // namespace

TEST_CASE("losses of pairs agree with their textbook spelling in 80 digits, to the second derivative", "[laws]") {
  loom::hana::for_each(lc::contrastive_losses, [](auto named) {
    constexpr bool is_clip = std::is_same_v<std::remove_cvref_t<decltype(loom::hana::second(named))>,
                                            std::remove_cvref_t<decltype(lc::clip)>>;
    if constexpr (!is_clip) collected::obeys(loom::hana::second(named), loom::hana::first(named).c_str());
  });
}

TEST_CASE("CLIP agrees with its textbook spelling in 80 digits, to the second derivative of each input", "[laws]") {
  clip_obeys(lc::clip);
}
