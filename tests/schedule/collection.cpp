// SPDX-License-Identifier: BSL-1.0
// schedule/collection.cpp — the passes and the memory of every loss of the collection: its value, the gradients of all its tensors,
// and the diagonals of their Hessians beside those.
#include <boost/hana/for_each.hpp>
#include <map>
#include <string>

#include "loom/collection/collection.hpp"
#include "loom/ir/print.hpp"
#include "loom/schedule/verify.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

namespace {

using namespace loom;

using namespace loom::layers;

/// Sweeps over the data, sweeps over what has fewer axes, passes over a row in cache, arrays in the workspace.
struct passes {
  int sweeps = 0, prologues = 0, row_passes = 0, arrays = 0;
  bool operator==(const passes&) const = default;
  friend std::ostream& operator<<(std::ostream& to, const passes& p) {
    return to << p.sweeps << " " << p.prologues << " " << p.row_passes << " " << p.arrays;
  }
};

struct row {
  passes value, gradient, curvature;
};

const std::map<std::string, row> table = {
    {"cross_entropy", {{1, 0, 2, 0}, {1, 0, 3, 0}, {1, 0, 3, 0}}},
    {"weighted_cross_entropy", {{1, 0, 2, 0}, {2, 1, 6, 2}, {2, 1, 7, 6}}},  // of the weights as well
    {"focal_cross_entropy", {{1, 0, 2, 0}, {1, 0, 3, 0}, {1, 0, 3, 0}}},
    {"binary_cross_entropy", {{1, 0, 1, 0}, {1, 0, 1, 0}, {1, 0, 1, 0}}},
    {"distillation", {{1, 0, 2, 0}, {1, 0, 4, 0}, {1, 0, 4, 0}}},
    {"softmax_objective", {{1, 0, 2, 0}, {1, 0, 3, 0}, {1, 0, 3, 0}}},
    {"logistic_objective", {{1, 0, 1, 0}, {1, 0, 1, 0}, {1, 0, 1, 0}}},
    {"huber", {{1, 0, 1, 0}, {1, 0, 1, 0}, {1, 0, 1, 0}}},
    {"gaussian_nll", {{1, 0, 1, 0}, {1, 0, 1, 0}, {1, 0, 1, 0}}},
    {"pixel_cross_entropy", {{1, 0, 2, 0}, {1, 0, 3, 0}, {1, 0, 3, 0}}},
    {"dice", {{1, 0, 1, 0}, {1, 0, 2, 0}, {1, 0, 2, 0}}},
    {"image_dice", {{1, 0, 1, 0}, {1, 0, 2, 0}, {1, 0, 2, 0}}},
    {"class_dice", {{1, 1, 4, 3}, {2, 1, 8, 3}, {2, 1, 8, 3}}},
    {"info_nce", {{2, 1, 4, 2}, {3, 1, 6, 2}, {3, 1, 6, 2}}},
    {"clip", {{2, 2, 4, 4}, {3, 2, 6, 6}, {4, 2, 8, 10}}},
    {"triplet_margin", {{1, 0, 2, 0}, {1, 0, 3, 0}, {1, 0, 3, 0}}},
    {"cosine_embedding", {{1, 0, 1, 0}, {1, 0, 2, 0}, {1, 0, 2, 0}}},
    {"token_cross_entropy", {{1, 0, 2, 0}, {1, 1, 3, 0}, {1, 1, 3, 0}}},
    {"dpo", {{1, 1, 2, 2}, {2, 1, 5, 2}, {2, 1, 5, 2}}},
    {"grpo", {{1, 1, 2, 2}, {1, 2, 3, 4}, {1, 2, 3, 4}}},
};

input_set tensors_of(const graph& g) {
  input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == op::tensor) s |= 1u << i;
  return s;
}

input_set slots_of(const graph& g, std::initializer_list<std::string_view> names) {
  input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    for (std::string_view name : names)
      if (g.inputs[i].name == name) s |= 1u << i;
  return s;
}

passes passes_of(const plan& p) {
  if (p.problem != unplanned::none) return {};
  CHECK(plan_problem(p) == "");
  return {p.sweeps, p.prologues, p.row_passes, p.arrays.size()};
}

template <class F>
void for_each_loss(const F& f) {
  hana::for_each(collection::losses, [&](const auto& entry) {
    const std::string name = hana::to<const char*>(hana::first(entry));
    INFO(name);
    f(name, std::remove_cvref_t<decltype(hana::second(entry))>::front::written.program);
  });
}

}  // namespace

TEST_CASE("every loss passes over its data as often as the table says", "[schedule]") {
  int losses = 0;
  for_each_loss([&](const std::string& name, const graph& g) {
    ++losses;
    REQUIRE(table.count(name) == 1);
    const row& want = table.at(name);
    const input_set all = tensors_of(g);
    CHECK(passes_of(loom::compiler::compile(g)) == want.value);
    CHECK(passes_of(loom::compiler::compile(g, all)) == want.gradient);
    CHECK(passes_of(loom::compiler::compile(g, {all, all})) == want.curvature);
  });
  CHECK(losses == static_cast<int>(table.size()));
}

TEST_CASE("CLIP has the curvatures of one embedding, of both, and of all beside all gradients", "[schedule]") {
  const graph& g = std::remove_cvref_t<decltype(collection::clip)>::front::written.program;
  const input_set a = slots_of(g, {"a"}), b = slots_of(g, {"b"}), scale = slots_of(g, {"scale"}), all = a | b | scale;
  CHECK(passes_of(loom::compiler::compile(g, {all, a})) == passes{4, 2, 8, 8});
  CHECK(passes_of(loom::compiler::compile(g, {all, b})) == passes{4, 2, 8, 8});
  CHECK(passes_of(loom::compiler::compile(g, {all, scale})) == passes{4, 2, 7, 8});
  CHECK(passes_of(loom::compiler::compile(g, {0, a | b})) == passes{4, 2, 8, 8});
  CHECK(passes_of(loom::compiler::compile(g, {all, a | b})) == passes{4, 2, 8, 10});
}

TEST_CASE("nothing of the size of the data is made: arrays have fewer axes than logits and similarities",
          "[schedule]") {
  for_each_loss([](const std::string& name, const graph& g) {
    const bool of_pairs =
        name == "clip";  // its gradients are sums over the other rows, and have the size of the embeddings
    const input_set all = tensors_of(g);
    for (const derivative_request& wanted :
         {derivative_request(), derivative_request(all), derivative_request(all, of_pairs ? input_set{0} : all),
          derivative_request(0, all), derivative_request(all, slots_of(g, {"a"}))}) {
      const plan p = loom::compiler::compile(g, wanted);
      REQUIRE(p.problem == unplanned::none);
      for (const array_info& array : p.arrays) {
        const axis_set axes = as_set(array.axes);
        INFO("an array over " << axes_text(p.program, axes));
        bool smaller_than_data = false, is_an_embedding = false;
        for (const input_info& in : p.program.inputs) {
          smaller_than_data = smaller_than_data || (includes(as_set(in.axes), axes) && as_set(in.axes) != axes);
          is_an_embedding = is_an_embedding || (of_pairs && as_set(in.axes) == axes);
        }
        CHECK((smaller_than_data || is_an_embedding));
        CHECK(array.axes.size() <= (is_an_embedding ? 2 : 1));
      }
    }
  });
}
