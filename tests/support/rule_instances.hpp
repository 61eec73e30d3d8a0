// SPDX-License-Identifier: BSL-1.0
// tests/support/rule_instances.hpp — instances of rules, random data for them, and tables in another order.
#pragma once

#include <algorithm>

#include "loom/rewrite/instances.hpp"
#include "support/layers.hpp"
#include "support/points.hpp"

namespace loom::test {
using namespace layers;
using namespace rewrite::samples;

/// The rows of a table, and of the one that it goes on with.
inline std::vector<rewrite::rule> rows_of(const rewrite::rule_table& table) {
  std::vector<rewrite::rule> rows;
  for (const rewrite::rule_table* t = &table; t != nullptr; t = t->more)
    rows.insert(rows.end(), t->rows.begin(), t->rows.end());
  return rows;
}

/// A table of the same rows in another order.
struct shuffled : rewrite::written_rules<1> {
  shuffled(const rewrite::rule_table& table, points& random) : written_rules({}) {
    for (const rewrite::rule& r : rows_of(table)) rows_.push_back(r);
    std::shuffle(rows_.begin(), rows_.end(), random.engine());
    index();
  }
};

/// Random data for an instance: numbers of a domain, labels, masks.
inline point data_for(const graph& g, points& random, domain d, const std::vector<std::ptrdiff_t>& extents) {
  point p{extents, {}};
  for (const input_info& in : g.inputs) {
    dense<double> e{as_set(in.axes), {}};
    for (std::size_t i = 0; i < size_of(e.axes, extents); ++i)
      e.entries.push_back(in.code == op::index  ? random.below(static_cast<int>(extents[axis_c]))
                          : in.code == op::mask ? random.below(2)
                                                : random.number(d));
    p.inputs.push_back(e);
  }
  return p;
}

}  // namespace loom::test
