// SPDX-License-Identifier: BSL-1.0
// emit/planned_stages.hpp — the stages of a program with running values or chains, each with a plan, and what everything is called: what
// printed code and explanations have in common. Products of matrices are sums here, as in a plan of the whole.
// Layer 5 (emit).
#pragma once

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "loom/emit/names.hpp"
#include "loom/emit/places.hpp"
#include "loom/schedule/stage_program.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// A program in stages, each with a plan.
struct planned_stages {
  stage_map map;
  std::vector<stage_program> programs;
  std::vector<plan> plans;
  std::vector<value_id> kept;
  std::string name[LOOM_MAX_NODES];  ///< of kept values
  bool possible = false;

  explicit planned_stages(const plan& whole) : map(map_stages(whole.program, false)) {
    for (int i = 0; i < map.program.size() && map.possible; ++i)
      if (map.kept[i]) kept.push_back(static_cast<value_id>(i));
  }
  /// Names what is kept beside what the program's own things are called, and plans the stages.
  void plan_stages(names& outer, output_set added) {
    outer_ = &outer;
    const auto words_from = std::make_unique<plan>(of_words());
    const auto words = std::make_unique<value_words>(*words_from);
    for (const value_id v : kept) name[v] = outer.take(words->of(v).empty() ? "number" : words->of(v));
    possible = map.possible;
    for (int s = 0; s < map.tiles.size() && possible; ++s) {
      programs.push_back(make_stage(map, s, 0));
      stage_program& made = programs.back();
      possible = !made.program.too_large && name_inputs(made);
      if (!possible) return;
      buffer_uses uses;
      for (int k = 0; k < made.outputs.size(); ++k)
        if (made.outputs[k].of_program >= 0 && (added >> made.outputs[k].of_program & 1) != 0)
          uses.added |= output_set{1} << k;
      plans.push_back(fuse(made.program, uses));
      possible = made.outputs.empty() || !plans.back().refused();
    }
  }
  /// The plan of a program without its loops: its inputs, outputs and axes.
  plan outline(output_set added) const {
    plan p;
    p.program = map.program;
    p.program.nodes = {};
    for (output_info& o : p.program.outputs) o.id = 0;
    p.added = added;
    return p;
  }

  bool is_array(value_id v) const { return map.program[v].axes != 0; }
  axis_order order(value_id v) const { return order_of(map.program, map.program[v].axes); }
  /// What a kept value is called, or an input or a number that a value is made of.
  std::string name_of(value_id v) const {
    const node& n = map.program[v];
    return n.code == op::constant                        ? ir::number_text(n.constant_value())
           : n.code == op::scalar || map.is_in_memory(v) ? outer_->input[n.bits]
                                                         : name[v];
  }
  /// "cumsum_x[N,T]"
  std::string shape(value_id v) const {
    std::string s;
    for (int a : order(v)) list(s, outer_->extent[a], ",");
    return s.empty() ? name[v] : name[v] + "[" + s + "]";
  }
  /// What is between stages: "cumsum_x[N,T]: cumsum of x along T, from the last entry on".
  std::string sentence_of(value_id v) const {
    const node& n = map.program[v];
    const std::string first = name_of(n.operand[0]);
    if (is_chain(n.code)) {
      const ir::chain_axes c = n.chain();
      const char* what = n.code == op::chain_back    ? "what comes back to the states"
                         : n.code == op::chain_moves ? "what comes back to the moves"
                         : c.best                    ? "the best way to each state"
                                                     : "the sum of all ways to each state";
      return fmt::format("{}: {}, of {} along {}, by {}{}", shape(v), what,
                         arity(n.code) > 2 ? first + " and " + name_of(n.operand[1]) : first, outer_->extent[c.along],
                         name_of(n.operand[arity(n.code) - 1]),
                         c.band ? " at most " + outer_->extent[c.from] + " - 1 states on" : "");
    }
    return fmt::format("{}: {} of {}{} along {}{}{}", shape(v), info(n.code).name, first,
                       arity(n.code) > 1 ? " by " + name_of(n.operand[1]) : "", outer_->extent[first_axis(n.over())],
                       n.order().reverse ? ", from the last entry on" : "",
                       n.order().exclusive ? ", without the entry itself" : "");
  }
  /// What a stage's outputs are called, and what they are; `value`: that of the program is returned.
  stage_text text_of(int s) const {
    const stage_program& made = programs[static_cast<std::size_t>(s)];
    stage_text text;
    for (int k = 0; k < made.inputs.size(); ++k)
      if (made.inputs[k].of_program < 0) text.contiguous_inputs |= std::uint32_t{1} << k;
    for (int k = 0; k < made.outputs.size(); ++k) {
      const stage_output& o = made.outputs[k];
      const bool returned =
          o.of_program == 0 && map.program.outputs[0].is_value() && map.program.outputs[0].axes.empty();
      text.outputs[k] = o.of_program < 0 ? name[o.value] : returned ? outer_->result : outer_->output[o.of_program];
      if (o.of_program >= 0) continue;
      text.contiguous_outputs |= output_set{1} << k;
      if (!is_array(o.value)) text.numbers |= output_set{1} << k;
    }
    return text;
  }

 private:
  const names* outer_ = nullptr;
  std::deque<std::string> texts_;  // that the stages' inputs are called by

  /// What the words of values are found in.
  plan of_words() const {
    plan p;
    p.program = map.program;
    for (int i = 0; i < p.program.size(); ++i)
      p.levels[i] = p.program[i].axes == 0 ? schedule::level::scalar : schedule::level::element;
    return p;
  }

  /// An input that is read at another place is one of the stage, too.
  bool name_inputs(stage_program& made) {
    graph& g = made.program;
    for (int k = 0; k < g.inputs.size(); ++k) {
      input_info& in = g.inputs[k];
      const int slot = made.inputs[k].of_program;
      if (!in.is_place()) {
        in.origin = input_origin::declared;
        in.name = named(slot < 0 ? name[made.inputs[k].value] : outer_->input[slot]);
        continue;
      }
      if (made.inputs[k].elsewhere) continue;
      const int of = map.program.inputs[slot].of;
      int found = -1;
      for (int other = 0; other < g.inputs.size(); ++other)
        if (made.inputs[other].of_program == of) found = other;
      if (found < 0) {
        found = g.inputs.size();
        if (!g.inputs.try_push(map.program.inputs[of]) ||
            !made.inputs.try_push({static_cast<std::int8_t>(of), no_value}))
          return false;
      }
      g.inputs[k].of = found;
    }
    return true;
  }
  text_view named(const std::string& s) {
    texts_.push_back(s);
    return text_view(std::string_view(texts_.back()));
  }
};

}  // namespace loom::emit::detail
