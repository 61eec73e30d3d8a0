// SPDX-License-Identifier: BSL-1.0
// emit/products.hpp — the products of matrices of a formula, in words.
// Layer 5 (emit).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loom/emit/text.hpp"
#include "loom/schedule/joined_axes.hpp"
#include "loom/schedule/stage_program.hpp"
#include "loom/schedule/walks.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

/// A tile, how often loops walk it, and what it is multiplied for.
inline std::string tile_text(const stage_map& m, const plan& p, const stage_program& stage, int s) {
  const graph& g = m.program;
  const tile_roles roles = roles_in(p, stage, m.tiles[s]);
  int walks = 0;
  for (const sweep& loop : p.loops) walks += meets_tile(p, stage, loop, m.tiles[s]);
  std::string products, functions, gradients;
  const auto add_axis = [&](std::string& to, int k, const char* begin) {
    to += (to.empty() ? begin : ", ") + std::string(g.axes[m.products[k].over].name);
  };
  for (const stage_input& in : stage.inputs)
    if (in.value != no_value && m.makes(in.value)) {
      const int k = m.product_of(in.value);
      if (m.products[k].is_of_pairs()) add_axis(functions, k, "functions of pairs over ");
      else add_axis(products, k, "products over ");
    }
  for (int k = 0; k < m.products.size(); ++k)
    if (!m.makes_tile[k] && m.stage_of[m.tile_of(k)] == s) add_axis(gradients, k, "");
  std::string text = std::string(g.axes[roles.rows].name) + " x " + std::string(g.axes[roles.columns].name) + ": " +
                     products + (products.empty() || functions.empty() ? "" : ", ") + functions + ", made " +
                     (m.in_blocks ? "block by block" : "some whole rows at a time") +
                     (m.is_symmetric(s) ? " on one side of the diagonal" : "") + ", for " + counted(walks, "sweep") +
                     " with " + counted(p.exponentials, "exponential") + " an entry";
  return gradients.empty() ? text : text + "; multiplied again, over " + gradients;
}

}  // namespace detail

namespace detail {

/// Calls f(map, stage, its program, its plan) for the stages of a program that a call runs in stages, or would with a workspace. False if
/// it does not.
template <class F>
bool for_each_stage(const plan& whole, bool with_workspace, const F& f, bool with_products = false) {
  if (!may_run_in_stages(whole.program, whole, with_workspace)) return false;
  const auto m = std::make_unique<stage_map>(map_stages(whole.program));
  if (!run_in_stages(*m, whole) || (with_products && m->products.empty())) return false;
  std::vector<std::unique_ptr<stage_program>> programs;
  std::vector<std::unique_ptr<plan>> plans;
  for (int s = 0; s < m->tiles.size(); ++s) {
    programs.push_back(std::make_unique<stage_program>(make_stage(*m, s, m->direct_outputs(~output_set{0}, 0))));
    plans.push_back(std::make_unique<plan>(fuse(programs.back()->program)));
    if (!can_run(*plans.back(), *programs.back(), m->tiles[s], m->in_blocks)) return false;
  }
  for (std::size_t s = 0; s < plans.size(); ++s) f(*m, static_cast<int>(s), *programs[s], *plans[s]);
  return true;
}

}  // namespace detail

namespace detail {

/// A program with axes joined that no value tells apart, which then have the names of all.
class with_axes_joined {
 public:
  explicit with_axes_joined(const plan& whole) {
    if (!schedule::may_join_axes(whole.program)) return;
    *joined_ = schedule::join_axes(whole.program);
    if (joined_->pairs.empty()) return;
    plan_ = std::make_unique<plan>(fuse(joined_->program));
    for (const schedule::axis_pair& p : joined_->pairs) {
      auto& axes = plan_->program.axes;
      names_.push_back(
          std::make_unique<std::string>(std::string(axes[p.first].name) + ", " + std::string(axes[p.second].name)));
      axes[p.first].name = *names_.back();
    }
  }
  /// As for_each_stage, if products of matrices come of it.
  template <class F>
  bool for_each_stage(bool with_workspace, const F& f) const {
    return plan_ != nullptr && detail::for_each_stage(*plan_, with_workspace, f, true);
  }
  [[nodiscard]] const schedule::axis_pairs& pairs() const { return joined_->pairs; }

 private:
  std::unique_ptr<schedule::joined_graph> joined_ = std::make_unique<schedule::joined_graph>();
  std::unique_ptr<plan> plan_;
  std::vector<std::unique_ptr<std::string>> names_;
};

}  // namespace detail

/// A line for each tile of a program that a call with a workspace runs in stages; none if it does not.
inline std::vector<std::string> tiles_of(const plan& whole) {
  std::vector<std::string> lines;
  const auto add = [&](const stage_map& m, int s, const stage_program& stage, const plan& p) {
    if (m.tiles[s] != 0 && !stage.outputs.empty()) lines.push_back(detail::tile_text(m, p, stage, s));
  };
  detail::for_each_stage(whole, true, add, true) || detail::with_axes_joined(whole).for_each_stage(true, add);
  return lines;
}

/// What a call walks if it runs in stages; else nothing.
inline schedule::walk_list walks_in_stages(const plan& whole) {
  schedule::walk_list walks;
  const auto add = [&](const stage_map& m, int s, const stage_program&, const plan& p) {
    schedule::add_walks(walks, m, s, p);
  };
  if (detail::for_each_stage(whole, false, add, true)) return walks;
  const detail::with_axes_joined joined(whole);
  if (joined.for_each_stage(false, add)) {
    for (schedule::walk_facts& w : walks) w.over = schedule::with_axes_apart(joined.pairs(), w.over);
    return walks;
  }
  detail::for_each_stage(whole, false, add);
  return walks;
}

}  // namespace loom::emit
