// SPDX-License-Identifier: BSL-1.0
// emit/products.hpp — the products of matrices of a formula, in words.
// Layer 5 (emit).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loom/emit/text.hpp"
#include "loom/schedule/apart_axis.hpp"
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

/// How a program came to have axes less than what was written.
struct fewer_axes {
  std::vector<schedule::axis_pair> joined;  ///< or an axis that was taken apart, twice
  std::string each;  ///< "for each B, "

  [[nodiscard]] axis_set as_written(axis_set over) const {
    for (std::size_t k = joined.size(); k-- > 0;)
      if (joined[k].first == joined[k].second || has(over, joined[k].first)) over |= only(joined[k].second);
    return over;
  }
};

/// Calls f(map, stage, its program, its plan, axes) for the stages of a program with tiles, whose axes may be joined or apart. False if it has none.
template <class F>
bool for_each_stage_of_tiles(const plan& whole, bool with_workspace, const fewer_axes& axes, const F& f) {
  const auto with_axes = [&](const stage_map& m, int s, const stage_program& stage, const plan& p) {
    f(m, s, stage, p, axes);
  };
  if (for_each_stage(whole, with_workspace, with_axes, true)) return true;
  if (!schedule::may_join_axes(whole.program)) return false;
  const auto joined = std::make_unique<schedule::joined_graph>(schedule::join_axes(whole.program));
  if (!joined->pairs.empty()) {
    const auto p = std::make_unique<plan>(fuse(joined->program));
    fewer_axes fewer = axes;
    std::vector<std::unique_ptr<std::string>> names;
    for (const schedule::axis_pair& pair : joined->pairs) {
      auto& infos = p->program.axes;
      names.push_back(std::make_unique<std::string>(std::string(infos[pair.first].name) + ", " +
                                                    std::string(infos[pair.second].name)));
      infos[pair.first].name = *names.back();
      fewer.joined.push_back(pair);
    }
    if (for_each_stage_of_tiles(*p, with_workspace, fewer, f)) return true;
  }
  const auto apart = std::make_unique<schedule::apart_graph>(schedule::take_axis_apart(whole.program));
  if (apart->is_none()) return false;
  fewer_axes fewer = axes;
  const auto axis = static_cast<std::int8_t>(apart->axis);
  fewer.joined.push_back({axis, axis});
  fewer.each += "for each " + std::string(whole.program.axes[axis].name) + ", ";
  return for_each_stage_of_tiles(*std::make_unique<plan>(fuse(apart->program)), with_workspace, fewer, f);
}

}  // namespace detail

/// A line for each tile of a program that a call with a workspace runs in stages; none if it does not.
inline std::vector<std::string> tiles_of(const plan& whole) {
  std::vector<std::string> lines;
  detail::for_each_stage_of_tiles(
      whole, true, {},
      [&](const stage_map& m, int s, const stage_program& stage, const plan& p, const detail::fewer_axes& axes) {
        if (m.tiles[s] != 0 && !stage.outputs.empty()) lines.push_back(axes.each + detail::tile_text(m, p, stage, s));
      });
  return lines;
}

/// What a call walks if it runs in stages; else nothing.
inline schedule::walk_list walks_in_stages(const plan& whole) {
  schedule::walk_list walks;
  const auto add = [&](const stage_map& m, int s, const stage_program&, const plan& p) {
    schedule::add_walks(walks, m, s, p);
  };
  const bool in_tiles = detail::for_each_stage_of_tiles(
      whole, false, {},
      [&](const stage_map& m, int s, const stage_program& stage, const plan& p, const detail::fewer_axes& axes) {
        const int before = walks.size();
        add(m, s, stage, p);
        for (int k = before; k < walks.size(); ++k) walks[k].over = axes.as_written(walks[k].over);
      });
  if (!in_tiles) detail::for_each_stage(whole, false, add);
  return walks;
}

}  // namespace loom::emit
