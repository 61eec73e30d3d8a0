// SPDX-License-Identifier: BSL-1.0
// tests/emit/printed.hpp — formulas compiled at run time, for the tests of what is printed for them.
#pragma once

#include <string>
#include <vector>

#include "loom/code.hpp"
#include "loom/collection/collection.hpp"

#include <boost/hana/for_each.hpp>

namespace printed {

/// The stages of a formula with some of its gradients.
struct subject {
  std::string name;
  loom::ir::graph written, rewritten, gradients;  // gradients: what the interpreter takes
  loom::plan schedule;

  std::string cpp(loom::emit::element type) const { return loom::emit::cpp(schedule, name, type); }
  std::string explain() const { return loom::emit::explain({written, rewritten, gradients, schedule}); }
};

inline subject compiled(const std::string& name, const loom::ir::graph& written, loom::derive::input_set wanted) {
  namespace stage = loom::compiler::stage;
  subject s{name, written, stage::stabilize(stage::canonicalize(written)), {}, {}};
  s.gradients = stage::stabilize(stage::differentiate(s.rewritten, wanted).program);
  s.schedule = stage::schedule(stage::simplify(stage::expand(s.gradients)));
  return s;
}

/// Every tensor but the weights of classes, whose gradient sums over rows.
inline loom::derive::input_set differentiable(const loom::ir::graph& g) {
  loom::derive::input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == loom::ir::op::tensor && g.inputs[i].name != "w") s |= 1u << i;
  return s;
}

template <auto Formula>
const loom::ir::graph& written(const loom::loss_function<Formula>&) { return loom::compiler::source<Formula>::written.program; }

/// Every loss of a map with all those gradients, and, if asked for, without any.
template <class Map>
std::vector<subject> subjects_of(const Map& losses, bool values_too) {
  std::vector<subject> all;
  boost::hana::for_each(losses, [&](auto pair) {
    const std::string name = boost::hana::first(pair).c_str();
    const loom::ir::graph& g = written(boost::hana::second(pair));
    all.push_back(compiled(name, g, differentiable(g)));
    if (values_too) all.push_back(compiled(name + "_value", g, 0));
  });
  return all;
}
inline std::vector<subject> flagships(bool values_too) { return subjects_of(loom::collection::flagships, values_too); }

}  // namespace printed
