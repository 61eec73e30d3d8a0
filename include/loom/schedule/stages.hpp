// SPDX-License-Identifier: BSL-1.0
// schedule/stages.hpp — a graph with products of matrices, cut into stages that each have a plan of their own.
// Between stages values are arrays in memory: of what products are made and what they give, and of running values, which are
// made of one array and are another. A product makes a tile: a value over two axes that is never in memory as a whole.
// The stage of a tile has it as an input, a block at a time; what multiplies the tile, a gradient, has its factor as an
// output of that stage. So loops see a tile as they see any matrix, and products see matrices and nothing of the formula.
//
//   stage 0      what the factors of the first products are computed from
//   stage 1      the first tile: its folds
//   stage 2      what is made of those
//   stage 3      the same tile again: its gradient
//   stage 4      what is made of products with that gradient
//   ...          even ones have no tile
//
// What a stage makes of a tile sees one block of it at a time, so what is made of a fold waits for a later stage.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/fuse.hpp"
#include "loom/schedule/mirror.hpp"
#include "loom/schedule/products.hpp"
#include "loom/schedule/tile_folds.hpp"

namespace loom::inline LOOM_ABI::schedule {

inline constexpr int max_stages = 16;

/// What is computed in which stage, and what is kept in memory between stages.
struct stage_map {
  graph program;  ///< with its products isolated
  matrix_products products;
  bool makes_tile[matrix_products::capacity()]{};  ///< of each product; else it multiplies one
  std::int8_t stage_of[LOOM_MAX_NODES]{};
  fixed_vector<axis_set, max_stages> tiles;  ///< by stage: the two axes of its tile, or 0
  value_set kept;  ///< values that later stages read: arrays, and numbers; factors and results of products among them
  value_images image_of{};  ///< of a fold of a tile that mirrors another one, which is kept: its number + 1; else 0
  std::uint32_t symmetric = 0;  ///< a bit for each stage whose tile, with what is made of it, is its own mirror image
  bool in_blocks = true;  ///< no stage reads a fold of its tile; else it takes whole rows
  bool possible = false;

  /// Whether a value is a fold of the tile of its stage.
  constexpr bool folds_tile(int id) const {
    const node& n = program[id];
    const int s = stage_of[id];
    return is_reduction(n.code) && s < tiles.size() && tiles[s] != 0 && program[n.operand[0]].axes == tiles[s];
  }
  /// The stage that writes an output.
  constexpr int stage_of_output(const output_info& o) const {
    return stage_of[o.id] + (in_blocks && folds_tile(o.id) ? 1 : 0);
  }
  /// The value whose array a value is: another one's, along another axis; or its own.
  constexpr value_id kept_as(value_id v) const {
    return image_of.items[v] == 0 ? v : static_cast<value_id>(image_of.items[v] - 1);
  }
  constexpr value_id mirrored_by(int fold) const {
    for (int i = 0; i < program.size(); ++i)
      if (image_of.items[i] == fold + 1) return static_cast<value_id>(i);
    return no_value;
  }
  constexpr bool is_symmetric(int stage) const { return (symmetric >> stage & 1) != 0; }
  constexpr int product_of(int id) const {
    for (int k = 0; k < products.size(); ++k)
      if (products[k].id == id) return k;
    return -1;
  }
  /// Whether no loop computes a value: it is a product, runs along an axis, mirrors another value, or is one that is read elsewhere,
  /// of which no array is asked for.
  constexpr bool is_made(int id) const {
    const op code = program[id].code;
    return code == op::elsewhere ? !kept[id] : runs_along(code) || product_of(id) >= 0 || image_of.items[id] != 0;
  }
  /// Whether a value is a tile that a product makes.
  constexpr bool makes(int id) const {
    const int k = product_of(id);
    return k >= 0 && makes_tile[k];
  }
  /// The factor of product k that is a tile, or no_value.
  constexpr value_id tile_of(int k) const {
    if (makes_tile[k]) return no_value;
    const matrix_product& p = products[k];
    const axis_set left = only(p.rows) | only(p.over);
    const int s = stage_of[p.left];
    return s < tiles.size() && tiles[s] == left ? p.left : p.right;
  }
  constexpr value_id other_of(int k) const {
    return tile_of(k) == products[k].left ? products[k].right : products[k].left;
  }
  /// Whether a value is an input that a product reads where it lies.
  constexpr bool is_in_memory(int id) const {
    const node& n = program[id];
    return n.code == op::tensor && n.axes != 0 && !program.inputs[static_cast<int>(n.bits)].is_shifted();
  }
  /// Whether a value is a number that is known from the start.
  constexpr bool is_given_number(int id) const {
    return program[id].code == op::constant || program[id].code == op::scalar;
  }
  /// The output that a product is written to as it is, or -1: its value is kept there.
  constexpr int direct_output(int id, output_set direct) const {
    for (int slot = 0; slot < program.outputs.size(); ++slot)
      if (program.outputs[slot].id == id && (direct >> slot & 1) != 0) return slot;
    return -1;
  }
  /// The outputs that products may be written to: they hold any value unrounded, and what is read again is not `added` to others.
  constexpr output_set direct_outputs(output_set exact, output_set added) const {
    output_set set = 0;
    for (int slot = 0; slot < program.outputs.size(); ++slot) {
      const int k = product_of(program.outputs[slot].id);
      if (k < 0 || makes_tile[k] || (exact >> slot & 1) == 0) continue;
      if ((added >> slot & 1) == 0 || is_output_alone(program.outputs[slot].id)) set |= output_set{1} << slot;
    }
    return set;
  }
  constexpr bool is_output_alone(int id) const {
    int uses = 0;
    for (const node& n : program.nodes)
      for (value_id o : n.operand) uses += o == id;
    for (const output_info& o : program.outputs) uses += o.id == id;
    return uses == 1;
  }
};

/// The axes of an array of a value: in the order that an input has them, or an output.
constexpr axis_order order_of(const graph& g, axis_set axes) {
  for (const input_info& in : g.inputs)
    if (as_set(in.axes) == axes) return in.axes;
  for (const output_info& o : g.outputs)
    if (as_set(o.axes) == axes) return o.axes;
  axis_order r;
  for (int a = 0; a < g.axes.size(); ++a)
    if (has(axes, a)) r.push_back(static_cast<std::int8_t>(a));
  return r;
}

/// The value that is kept, of one that is read elsewhere, maybe along one axis after the other.
constexpr value_id kept_for(const graph& g, value_id v) {
  while (g[v].code == op::elsewhere) v = g[v].operand[0];
  return v;
}

namespace detail {

/// Over which axes the folds go that a value is computed from, one entry after the other. For an entry of any other axis the same
/// folds would be done again.
struct fold_reach {
  axis_set axes = 0;
  std::int8_t stage = 0;  ///< of the last of them

  constexpr bool is_left_by(axis_set user) const { return axes != 0 && !includes(axes, user); }
  constexpr void join(const fold_reach& other) {
    axes |= other.axes;
    if (other.stage > stage) stage = other.stage;
  }
  constexpr void fold(const graph& g, int i, int at) {
    if (g[i].axes == 0 || g[i].type != kind::number) *this = {};
    else join({g[g[i].operand[0]].axes, static_cast<std::int8_t>(at)});
  }
};

/// Whether stages could save folds of a graph without products: it reads an input at two places, or folds entries, and does something
/// with the result for each entry of an axis that they do not have.
constexpr bool may_fold_apart(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.is_place()) return true;
  fold_reach reach[LOOM_MAX_NODES]{};
  for (int i = 0; i < g.size(); ++i) {
    for (value_id o : g[i].operand) {
      if (o == no_value) continue;
      if (reach[o].is_left_by(g[i].axes)) return true;
      reach[i].join(reach[o]);
    }
    if (is_reduction(g[i].code)) reach[i].fold(g, i, 0);
  }
  return false;
}

class stage_mapper {
 public:
  constexpr stage_mapper(const isolated_products& isolated, bool in_blocks, bool fold_apart) {
    m_.program = isolated.program;
    m_.products = isolated.products;
    m_.in_blocks = in_blocks;
    apart_ = fold_apart && m_.products.empty() && may_fold_apart(m_.program);
    m_.possible = (!m_.products.empty() || apart_ || needs_arrays_somewhere()) && !m_.program.too_large;
  }

  constexpr stage_map run() {
    if (m_.possible) {
      m_.tiles.push_back(0);
      if (apart_) {
        find_images_of_folds();
        for (const node& n : g().nodes)
          if (axis_count(n.axes) > widest_) widest_ = axis_count(n.axes);
      } else {
        find_images();
      }
      if (m_.in_blocks) find_shifts();
      for (const bool again : {false, true}) {  // once the tiles are known, what else lies over one goes to its stage
        knows_tiles_ = again;
        for (stage_space& there : spaces_) there = {};
        for (int i = 0; i < g().size() && m_.possible; ++i) place(i);
      }
      if (m_.tiles.size() == 1 && !needs_arrays_somewhere()) m_.possible = false;  // nothing is saved
      for (const output_info& o : g().outputs) add_stages(m_.stage_of_output(o));
      for (int k = 0; k < m_.products.size() && m_.possible; ++k) keep_factors(k);
      for (int i = 0; i < g().size() && m_.possible; ++i)
        if (needs_arrays(g()[i].code)) keep_running(i);
        else if (m_.image_of.items[i] != 0) keep_image(i);
      for (int s = m_.tiles.size() - 1; s >= 0 && m_.possible; --s) keep_for(s);
      for (int s = 0; s < m_.tiles.size() && m_.possible; ++s)
        if (is_symmetric(s)) m_.symmetric |= std::uint32_t{1} << s;
    }
    return m_;
  }

 private:
  stage_map m_;
  value_set seen_;
  value_set own_image_;  ///< values over the tile of a batch against itself
  axis_set mirrored_ = 0;  ///< such a tile
  value_set before_shifted_fold_;  ///< what sees the shift of a fold of the same block, and such folds
  bool knows_tiles_ = false;
  bool apart_ = false;  ///< there is no product, and what folds entries is kept for loops over more axes
  fold_reach reach_[LOOM_MAX_NODES]{};
  struct stage_space {
    axis_set row = 0;  ///< of the first of the widest folds of a stage
    fixed_vector<axis_set, 8> spaces;  ///< of all of them
  };
  stage_space spaces_[max_stages];  ///< by half the number of a stage
  int widest_ = 2;

  constexpr const graph& g() const { return m_.program; }
  constexpr bool needs_arrays_somewhere() const {
    for (const node& n : g().nodes)
      if (needs_arrays(n.code)) return true;
    return false;
  }
  constexpr int stage_of(int id) const { return m_.stage_of[id]; }
  constexpr bool has_tile(int s) const { return s < m_.tiles.size() && m_.tiles[s] != 0; }

  /// The tile of a batch against itself is its own mirror image, and so the folds of its columns are those of its rows: they are
  /// read as arrays, once all rows are done. Half of the tile is enough for both, if each fold has an image.
  constexpr void find_images() {
    for (const matrix_product& p : m_.products) {
      const axis_set tile = g()[p.id].axes;
      if (tile != (only(p.rows) | only(p.columns))) continue;
      mirror m(g(), p.rows, p.columns);
      if (m.image_of(p.id) != p.id) continue;
      mirrored_ = tile;
      const int size = g().size();
      for (int i = 0; i < size; ++i) {
        const node& n = g()[i];
        if (n.axes == tile && m.image_of(i) == i) own_image_.insert(i);
        if (!is_reduction(n.code) || n.type != kind::number || axis_count(n.axes) != 1 ||
            g()[n.operand[0]].axes != tile)
          continue;
        const value_id image = m_.in_blocks ? m.new_image_of(i) : m.image_of(i);
        if (image == no_value || image == i) continue;
        if (image < i) m_.image_of.items[i] = static_cast<value_id>(image + 1);
        else if (image >= size) m_.image_of.items[image] = static_cast<value_id>(i + 1);
      }
      if (m_.in_blocks && !m.with_images().too_large) {
        const auto outputs = m_.program.outputs;
        m_.program = m.with_images();
        m_.program.outputs = outputs;
      }
      return;
    }
  }
  /// Whether half of a tile will do: all that is made of it has its image there.
  constexpr bool is_symmetric(int s) const {
    if (!m_.in_blocks || m_.tiles[s] == 0 || m_.tiles[s] != mirrored_) return false;
    for (const output_info& o : g().outputs)
      if (m_.stage_of_output(o) == s) return false;
    for (int i = 0; i < g().size(); ++i)
      if (m_.kept[i] && stage_of(i) == s && !m_.is_made(i) && m_.mirrored_by(i) == no_value &&
          !is_total_of_own_image(i))
        return false;
    for (int k = 0; k < m_.products.size(); ++k)
      if (!m_.makes_tile[k] && stage_of(m_.tile_of(k)) == s && !own_image_[m_.tile_of(k)]) return false;
    return true;
  }

  /// Whether a value is the sum of a tile that is its own mirror image: that of half of it, and of its image.
  constexpr bool is_total_of_own_image(int i) const {
    const node& n = g()[i];
    return n.code == op::sum && n.axes == 0 && own_image_[n.operand[0]];
  }

  constexpr void find_shifts() {
    for (int i = 0; i < g().size(); ++i) {
      if (!is_reduction(g()[i].code)) continue;
      const fold_shift shift = shift_of(g(), i);
      if (shift.is_none()) continue;
      for (int v = 0; v < i; ++v)
        if (shift.between[v]) before_shifted_fold_.insert(v);
      before_shifted_fold_.insert(i);
    }
  }

  static constexpr int later(int s, int t) { return s > t ? s : t; }
  /// The first stage that may read a value to compute another one.
  constexpr int ready(value_id v, int reader) const {
    const bool is_partial = m_.folds_tile(v) || (before_shifted_fold_[v] && has_tile(stage_of(v)));
    return stage_of(v) + (m_.in_blocks && is_partial && !before_shifted_fold_[reader] ? 1 : 0);
  }

  /// Where an input is read along another axis, folds along the one are those along the other.
  constexpr void find_images_of_folds() {
    axis_set seen[max_axes]{};
    for (const input_info& in : g().inputs)
      for (int k = 0; k < in.at.size(); ++k) {
        const int one = g().inputs[in.of].axes[k], other = in.at[k].axis;
        if (other < 0 || other == one || in.at[k].is_sum() || has(seen[one], other)) continue;
        seen[one] |= only(other);
        find_images_of_folds(one, other);
      }
  }
  constexpr void find_images_of_folds(int one, int other) {
    mirror m(g(), one, other);
    for (int i = 0; i < g().size(); ++i) {
      const node& n = g()[i];
      if (!is_reduction(n.code) || n.type != kind::number || m_.image_of.items[i] != 0 || has(n.axes, one) ||
          !has(n.axes, other))
        continue;
      const value_id image = m.image_of(i);
      if (image == no_value || image >= i || !lie_alike(image, i, one, other)) continue;
      m_.image_of.items[i] = static_cast<value_id>(m_.kept_as(image) + 1);
    }
  }
  /// Whether the array of v is that of its image with one axis called the other.
  constexpr bool lie_alike(value_id image, int v, int one, int other) const {
    const axis_order a = order_of(g(), g()[image].axes), b = order_of(g(), g()[v].axes);
    for (int k = 0; k < a.size(); ++k)
      if ((a[k] == one ? other : a[k]) != b[k]) return false;
    return a.size() == b.size();
  }

  constexpr void place(int i) {
    const node& n = g()[i];
    int s = 0;
    if (m_.image_of.items[i] != 0) {
      s = stage_of(m_.kept_as(static_cast<value_id>(i))) + 1;
      s += s % 2;
    } else if (const int k = m_.product_of(i); k >= 0) {
      s = place_product(k);
    } else if (needs_arrays(n.code)) {
      s = place_running(n);
    } else {
      for (value_id o : n.operand)
        if (o != no_value) s = later(s, ready(o, i));
      if (apart_) s = after_folds(i, s);
      if (has_tile(s) && !includes(m_.tiles[s], n.axes)) ++s;
      if (!is_leaf(n.code)) s = with_its_tile(n.axes, s);
    }
    add_stages(s);
    m_.stage_of[i] = static_cast<std::int8_t>(s);
  }

  /// The stage from s on in which a value is no longer computed for axes that what it folds knows nothing of.
  constexpr int after_folds(int i, int s) {
    reach_[i] = {};
    for (value_id o : g()[i].operand) {
      if (o == no_value || reach_[o].axes == 0) continue;
      if (reach_[o].is_left_by(g()[i].axes)) s = s < reach_[o].stage + 2 ? reach_[o].stage + 2 : s;
      else reach_[i].join(reach_[o]);
    }
    if (!is_reduction(g()[i].code)) return s;
    s = in_its_space(i, s);
    reach_[i].fold(g(), i, s);
    return s;
  }
  /// The stage from s on for one of the widest folds. Those of one stage share the axis of its rows, or lie over the same entries:
  /// pairs, and counts along an axis of their own, are walked apart.
  constexpr int in_its_space(int i, int s) {
    const axis_set space = g()[g()[i].operand[0]].axes, over = g()[i].over();
    if (axis_count(space) < widest_ || space == over) return s;
    for (; s < 2 * max_stages; s += 2) {
      stage_space& there = spaces_[s / 2];
      if (there.row == 0) there.row = over;
      if (there.row == over || there.spaces.contains(space)) {
        if (!there.spaces.contains(space)) there.spaces.try_push(space);
        return s;
      }
    }
    return s;
  }

  /// The first stage from s on whose tile has these axes, one more if there is a tile of them before; or s.
  constexpr int with_its_tile(axis_set axes, int s) {
    bool before = false;
    for (int k = 0; k < m_.tiles.size(); ++k) {
      if (m_.tiles[k] == 0 || m_.tiles[k] != axes) continue;
      if (k >= s) return knows_tiles_ || before ? k : s;
      before = true;
    }
    if (!before) return s;
    int k = s | 1;
    while (has_tile(k)) k += 2;
    add_stages(k);
    if (m_.possible) m_.tiles[k] = axes;
    return k;
  }
  constexpr void add_stages(int last) {
    while (m_.tiles.size() <= last && m_.possible)
      if (!m_.tiles.try_push(0)) m_.possible = false;
  }

  /// The stage that a running value is there for.
  constexpr int place_running(const node& n) const {
    int s = 0;
    for (value_id o : n.operand) {
      if (o == no_value) continue;
      const bool is_array = m_.is_made(o) && g()[o].code != op::elsewhere;
      const bool is_there = m_.is_in_memory(o) || m_.is_given_number(o) || is_array;
      const int ready = stage_of(o) + (is_there ? 0 : 1);
      if (ready > s) s = ready;
    }
    return s + s % 2;
  }

  constexpr int place_product(int k) {
    const matrix_product& p = m_.products[k];
    for (const bool left : {true, false}) {
      const value_id tile = left ? p.left : p.right, other = left ? p.right : p.left;
      const int s = stage_of(tile);
      if (!has_tile(s) || m_.tiles[s] != g()[tile].axes) continue;
      for (value_id v : {other, p.between})
        if (v != no_value && (stage_of(v) > s || (stage_of(v) == s && !m_.is_in_memory(v)))) m_.possible = false;
      if (g()[p.id].code == op::norm) m_.possible = false;  // of blocks of its entries it is no sum
      return s + 1;
    }
    // A factor that is computed over the axes of a tile is part of its stage, once tiles are known.
    for (value_id f : {p.left, p.right})
      for (int t = stage_of(f); !knows_tiles_ && !m_.is_in_memory(f) && t < m_.tiles.size(); ++t)
        if (m_.tiles[t] == g()[f].axes) return t + 1;
    m_.makes_tile[k] = true;
    const axis_set tile = static_cast<axis_set>(only(p.rows) | only(p.columns));
    int s = later(stage_of(p.left), stage_of(p.right));
    if (p.between != no_value) s = later(s, stage_of(p.between));
    s = (s + 1) | 1;  // past the factors
    while (has_tile(s) && m_.tiles[s] != tile) s += 2;
    if (knows_tiles_ && s != stage_of(p.id)) m_.possible = false;
    add_stages(s);
    if (m_.possible) m_.tiles[s] = tile;
    return s;
  }

  /// An array over these axes is no larger than the data that the caller brings.
  constexpr bool is_within_data(axis_set axes) const {
    if (axis_count(axes) < 2) return true;
    for (const input_info& in : g().inputs)
      if (includes(as_set(in.axes), axes)) return true;
    for (const output_info& o : g().outputs)
      if (includes(as_set(o.axes), axes)) return true;
    return false;
  }
  constexpr void keep(int id, bool any_size = false) {
    const int s = stage_of(id);
    if (g()[id].type != kind::number || (!any_size && !is_within_data(g()[id].axes)) ||
        (has_tile(s) && (includes(g()[id].axes, m_.tiles[s]) || (m_.in_blocks && !can_join(id)))))
      m_.possible = false;
    m_.kept.insert(id);
    if (m_.in_blocks && m_.folds_tile(id))
      if (const fold_shift by = shift_of(g(), id); !by.is_none()) m_.kept.insert(by.shift);
  }
  /// Whether what blocks of a tile leave of a value can be joined.
  constexpr bool can_join(int id) const {
    const node& n = g()[id];
    if (!m_.folds_tile(id)) return false;
    if (n.axes == 0) return true;
    if (n.code == op::rest) {  // which part has the largest entry, only its shift knows
      const fold_shift by = shift_of(g(), id);
      if (by.is_none() || stage_of(by.shift) != stage_of(id)) return false;
    }
    return axis_count(n.axes) == 1 && includes(m_.tiles[stage_of(id)], n.axes);
  }
  constexpr void keep_factors(int k) {
    const matrix_product& p = m_.products[k];
    for (value_id f : {p.left, p.right, p.between})
      if (f != no_value && !m_.is_in_memory(f) && f != m_.tile_of(k)) keep(f);
    if (!m_.makes_tile[k]) keep(p.id);
  }

  /// A chain needs all its states at once, and all its moves, whatever they are made of. What is read elsewhere is kept once.
  constexpr void keep_running(int i) {
    if (g()[i].code == op::elsewhere) {
      const value_id of = kept_for(g(), static_cast<value_id>(i));
      if (!is_leaf(g()[of].code)) keep(of);
      return;
    }
    const bool any_size = is_chain(g()[i].code);
    for (value_id o : g()[i].operand)
      if (o != no_value && !m_.is_in_memory(o) && !m_.is_given_number(o)) keep(o, any_size);
    keep(i, any_size);
  }

  constexpr void keep_image(int i) {
    keep(m_.kept_as(static_cast<value_id>(i)));
    m_.kept.insert(i);
  }

  /// What stage s computes: the outputs and the kept values that are due, and the factors of products.
  constexpr void keep_for(int s) {
    seen_ = {};
    for (const output_info& o : g().outputs)
      if (m_.stage_of_output(o) == s) visit(o.id, s);
    for (int i = 0; i < g().size(); ++i)
      if (m_.kept[i] && stage_of(i) == s) visit_operands(i, s);
    for (int k = 0; k < m_.products.size(); ++k)
      if (!m_.makes_tile[k] && stage_of(m_.tile_of(k)) == s) visit(m_.tile_of(k), s);
  }
  constexpr void visit_operands(int v, int s) {
    if (m_.is_made(v)) return;
    for (value_id o : g()[v].operand)
      if (o != no_value) visit(o, s);
  }
  /// Marks what stage s reads of the stages before it. Operations on entries are done again; what folds entries is kept.
  constexpr void visit(int v, int s) {
    if (seen_[v] || is_leaf(g()[v].code)) return;
    seen_.insert(v);
    if (const int k = m_.product_of(v); k >= 0) {
      if (m_.makes_tile[k] && m_.tiles[s] != g()[v].axes) m_.possible = false;  // a tile is gone when its stage is over
      return;
    }
    if (m_.is_made(v)) return;
    if (stage_of(v) < s) {
      if (m_.kept[v]) return;
      if (is_folded(g()[v]) || (has_tile(s) && is_worth_an_array(v, m_.tiles[s]))) {
        keep(v);
        return;
      }
      if (has_tile(stage_of(v)) && g()[v].axes == m_.tiles[stage_of(v)] && m_.tiles[s] != g()[v].axes)
        m_.possible = false;
    }
    visit_operands(v, s);
  }
  /// Whether a value of rows, or of columns, would cost more at each entry of a tile than an array of it.
  constexpr bool is_worth_an_array(int v, axis_set tile) const {
    const node& n = g()[v];
    return m_.in_blocks && n.type == kind::number && axis_count(n.axes) == 1 && includes(tile, n.axes) &&
           !has_tile(stage_of(v)) && costs(v);
  }
  constexpr bool costs(int v) const {
    const node& n = g()[v];
    if (is_leaf(n.code) || m_.kept[v] || m_.is_made(v)) return false;
    if (info(n.code).cost > 1) return true;
    for (value_id o : n.operand)
      if (o != no_value && costs(o)) return true;
    return false;
  }
  static constexpr bool is_folded(const node& n) {
    return n.type == kind::number && (is_reduction(n.code) || n.code == op::scatter);
  }
};

}  // namespace detail

/// In blocks if that can be; else without sums of functions of pairs; else by whole rows of tiles. Without products they are sums as any
/// other ones, and no stage has a tile.
constexpr stage_map map_stages(const graph& g, bool with_products = true) {
  isolated_products isolated;
  if (with_products) isolated = isolate_products(g);
  else isolated.program = g;
  stage_map in_blocks = detail::stage_mapper(isolated, true, with_products).run();
  if (in_blocks.possible) return in_blocks;
  if (isolated.has_pairs()) {
    isolated = isolate_products(g, false);
    in_blocks = detail::stage_mapper(isolated, true, true).run();
  }
  return in_blocks.possible || isolated.products.empty() ? in_blocks
                                                         : detail::stage_mapper(isolated, false, with_products).run();
}

/// Whether a graph may have stages: a quick look, for most have one.
constexpr bool may_have_stages(const graph& g) {
  if (may_have_products(g)) return true;
  for (const node& n : g.nodes)
    if (needs_arrays(n.code)) return true;
  return detail::may_fold_apart(g);
}

/// Whether a call may run a program in stages, a graph with this plan: one that needs a workspace; or that has one, and products.
constexpr bool may_run_in_stages(const graph& g, const plan& p, bool has_workspace) {
  return p.arrays.empty() && !p.refused() ? has_workspace && may_have_products(g) : may_have_stages(g);
}
/// Whether its stages serve such a call.
constexpr bool run_in_stages(const stage_map& m, const plan& p) {
  return m.possible && !(p.arrays.empty() && !p.refused() && m.products.empty());
}

}  // namespace loom::schedule
