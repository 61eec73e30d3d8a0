// SPDX-License-Identifier: BSL-1.0
// What every table of rules must satisfy as a whole: rewriting twice is rewriting once, and the order of the rows does
// not matter for what comes out.
#include "loom/ir/print.hpp"

#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>

#include "loom/collection/collection.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/random_formula.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// Calls f with the graph of every loss, as written, and its name in the collection.
template <class F>
void for_each_loss(const F& f) {
  hana::for_each(collection::losses, [&](const auto& entry) {
    using loss_type = std::remove_cvref_t<decltype(hana::second(entry))>;
    f(std::string(hana::to<const char*>(hana::first(entry))), loss_type::front::written.program);
  });
}

/// Every stage changes what the stage before left, and not what it left itself.
void check_fixed_points(const graph& written) {
  const graph canonical = stage::canonicalize(written);
  CHECK(same_program(stage::canonicalize(canonical), canonical));
  const graph stable = stage::stabilize(canonical);
  CHECK(same_program(stage::stabilize(stable), stable));
  const graph derived = stage::stabilize(stage::differentiate(stable, numbers_of(written)).program);
  CHECK(same_program(stage::stabilize(derived), derived));
  const graph expanded = stage::expand(derived);
  CHECK(same_program(stage::expand(expanded), expanded));
  const graph simple = stage::simplify(expanded);
  CHECK(same_program(stage::simplify(simple), simple));
}

TEST_CASE("rewriting twice is rewriting once: the collection", "[laws]") {
  for_each_loss([](const std::string& name, const graph& written) {
    CAPTURE(name);
    check_fixed_points(written);
  });
}

TEST_CASE("rewriting twice is rewriting once: random formulas", "[laws]") {
  for (int i = 0; i < 400; ++i) {
    points random(static_cast<std::uint64_t>(50000 + i));
    const graph written = formula_maker(random).make(1 + i % 5);
    CAPTURE(i, formula_text(written, written.outputs[0].id));
    check_fixed_points(written);
  }
}

TEST_CASE("the order of the rows does not matter for the collection", "[laws]") {
  points random(7);
  for (int round = 0; round < 20; ++round) {
    const shuffled canonical(canonical_rules, random);
    const shuffled stable(stable_rules, random);
    for_each_loss([&](const std::string& name, const graph& written) {
      CAPTURE(name, round);
      const graph ordered = stage::stabilize(stage::canonicalize(written));
      CHECK(same_program(rewritten(rewritten(written, canonical), stable), ordered));
      const graph derived = stage::differentiate(ordered, numbers_of(written)).program;
      CHECK(same_program(rewritten(derived, stable), stage::stabilize(derived)));
    });
  }
}

TEST_CASE("the order of the rows does not matter for random formulas", "[laws]") {
  points random(9);
  for (int round = 0; round < 4; ++round) {
    const shuffled canonical(canonical_rules, random);
    const shuffled stable(stable_rules, random);
    for (int i = 0; i < 300; ++i) {
      points own(static_cast<std::uint64_t>(70000 + i));
      const graph written = formula_maker(own).make(1 + i % 5);
      CAPTURE(round, i, formula_text(written, written.outputs[0].id));
      CHECK(same_program(rewritten(rewritten(written, canonical), stable),
                         stage::stabilize(stage::canonicalize(written))));
    }
  }
}

}  // namespace
