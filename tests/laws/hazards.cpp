// SPDX-License-Identifier: BSL-1.0
// Random formulas: where Loom names no hazard, value and gradients are finite in binary32 wherever they are in 80 digits.
#include "loom/rewrite/hazards.hpp"

#include "loom/compile.hpp"

#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/numbers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

TEST_CASE("a formula without hazards stays finite, value and gradients", "[laws]") {
  int safe = 0, with_hazards = 0, compared = 0, lost = 0;
  for (int number = 0; number < 3000; ++number) {
    points random(static_cast<std::uint64_t>(900000 + number));
    const graph written = formula_maker(random).make(1 + number % 4);
    const input_set all = numbers_of(written);
    const graph stable = in_form(compiler::form::stable_gradients, written, {all}).program;
    const graph simple = in_form(compiler::form::simple, written, {all}).program;
    if (stable.too_large || simple.too_large) continue;
    bool named = false;  // sums that may cancel stay finite
    for (const rewrite::hazard& h : rewrite::hazards_of(stable))
      named = named || h.kind == rewrite::hazard_kind::overflow || h.kind == rewrite::hazard_kind::invalid;
    (named ? with_hazards : safe) += 1;
    for (const test::domain d : {test::domain::any, test::domain::wide}) {
      const point p = data_for(written, random, d, {3, 4});
      CAPTURE(number, formula_text(written, written.outputs[0].id), formula_text(stable, stable.outputs[0].id));
      for (const output_info& o : simple.outputs) {
        const axis_set axes = o.is_value() ? axis_set{0} : as_set(written.inputs[o.input].axes);
        const std::vector<real> exact = value_at<real>(simple, p, o.id, axes);
        const std::vector<single> got = value_at<single>(simple, p, o.id, axes);
        for (std::size_t i = 0; i < exact.size(); ++i) {
          if (!is_finite(exact[i]) || magnitude(exact[i]) > 1e20) continue;
          const bool finite = got[i].v - got[i].v == 0;
          if (named) {
            lost += !finite;
            continue;
          }
          ++compared;
          CAPTURE(o.input, i, exact[i].str(20), got[i].v);
          CHECK(finite);
        }
      }
    }
  }
  CAPTURE(safe, with_hazards, compared, lost);
  CHECK(safe > 300);
  CHECK(with_hazards > 300);
  CHECK(compared > 10000);
  CHECK(lost > 0);  // or there would be nothing to name
}

}  // namespace
