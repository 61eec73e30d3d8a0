// SPDX-License-Identifier: BSL-1.0
// src/tool/evaluate.cpp — files in, the plan or its loops run, files and a report out.
#include "tool/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "loom/call/check_data.hpp"
#include "loom/schedule/run.hpp"
#include "tool/files.hpp"
#include "tool/loops.hpp"
#include "tool/npy.hpp"
#include "tool/numbers.hpp"

namespace loom::tool {

notation::wanted wanted_of(const evaluation_request& r) {
  notation::wanted w;
  for (const binding& b : r.gradients) w.gradients.push_back(b.name);
  for (const binding& b : r.curvatures) w.curvatures.push_back(b.name);
  for (const binding& b : r.gauss_newton) w.gauss_newton.push_back(b.name);
  return w;
}

namespace {

/// A request that cannot be met.
struct refusal {
  std::string sentence, hint;
};

bool is_float(element_type t) { return t == element_type::f16 || t == element_type::f32 || t == element_type::f64; }
bool is_integer(element_type t) { return t >= element_type::i8 && t <= element_type::u64; }

std::string shape_text(const std::vector<std::ptrdiff_t>& shape) {
  std::string r;
  for (const std::ptrdiff_t n : shape) r += (r.empty() ? "" : " x ") + std::to_string(n);
  return r.empty() ? "a number" : r;
}

/// Calls f(n, coordinates) for entry n of an array over `order`, in row-major order.
template <class F>
void for_each_entry(const ir::axis_order& order, const std::ptrdiff_t* extents, const F& f) {
  std::ptrdiff_t at[ir::max_axes]{};
  for (const int axis : order)
    if (extents[axis] == 0) return;
  for (std::size_t n = 0;; ++n) {
    f(n, at);
    int i = order.size() - 1;
    for (; i >= 0 && ++at[order[i]] == extents[order[i]]; --i) at[order[i]] = 0;
    if (i < 0) return;
  }
}

std::size_t entries_over(const ir::axis_order& order, const std::ptrdiff_t* extents) {
  std::size_t n = 1;
  for (const int axis : order) n *= static_cast<std::size_t>(extents[axis]);
  return n;
}

/// A position in an array over a set of axes, row-major in their numbering: as the interpreter has it.
std::size_t numbered_position(ir::axis_set axes, const std::ptrdiff_t* extents, const std::ptrdiff_t* at) {
  std::ptrdiff_t r = 0;
  for (int a = 0; a < ir::max_axes; ++a)
    if (ir::has(axes, a)) r = r * extents[a] + at[a];
  return static_cast<std::size_t>(r);
}

/// An output that is to be written.
struct destination {
  int slot = 0;
  std::string file, what;
  element_type type = element_type::other;
};

class evaluator {
 public:
  evaluator(const notation::program& p, const evaluation_request& r)
      : p_(p), r_(r), g_(p.written), planned_(p.plan.program) {}

  std::string run() {
    if (!p_.wrong.empty()) throw refusal{p_.wrong, {}};
    if (!r_.type.empty() && r_.type != "float" && r_.type != "double")
      throw refusal{"there is no type " + shown(r_.type) + " to compute in: float and double are", {}};
    bind_inputs();
    choose_type();
    find_destinations();
    check();
    if (r_.compile) run_loops();
    else run_interpreter();
    write_files();
    return r_.json ? json() : text();
  }

  /// For what memory was asked.
  const std::string& purpose() const { return purpose_; }

 private:
  struct bound {
    array data;
    std::string source;
  };

  const notation::program& p_;
  const evaluation_request& r_;
  const ir::graph &g_, &planned_;
  std::vector<bound> inputs_;
  bool of_float_ = false;
  std::ptrdiff_t extents_[ir::max_axes]{};
  std::vector<destination> destinations_;
  std::vector<std::vector<double>> outputs_;  ///< by slot, row-major in the order of their axes
  std::string purpose_ = "this call";

  std::string name(const ir::input_info& in) const { return std::string(in.name); }
  std::string declaration(int slot) const { return notation::declaration_of(g_, slot); }

  // ---- inputs ----------------------------------------------------------------------------------------------------------
  int slot_of(const std::string& wanted, const char* of) const {
    std::vector<std::string> names;
    for (int i = 0; i < g_.inputs.size(); ++i) {
      names.push_back(name(g_.inputs[i]));
      if (names.back() == wanted) return i;
    }
    const std::string near = notation::closest(wanted, names);
    throw refusal{shown(wanted) + " is bound" + of + ", but the formula has no such input",
                  near.empty() ? "" : "did you mean " + near + "?"};
  }

  void bind_inputs() {
    inputs_.resize(static_cast<std::size_t>(g_.inputs.size()));
    for (const binding& b : r_.inputs) {
      const int slot = slot_of(b.name, "");
      bound& in = inputs_[static_cast<std::size_t>(slot)];
      if (!in.source.empty()) throw refusal{b.name + " is bound twice", {}};
      if (b.value.empty()) throw refusal{"nothing is bound to " + b.name, {}};
      purpose_ = b.name;
      in.source = b.value;
      in.data = data_of(slot, b.value);
    }
    for (int i = 0; i < g_.inputs.size(); ++i)
      if (!g_.inputs[i].is_place() && inputs_[static_cast<std::size_t>(i)].source.empty()) {
        const std::string n = name(g_.inputs[i]);
        throw refusal{"the input " + declaration(i) + " is not bound; add " + n +
                          (g_.inputs[i].axes.empty() ? "=NUMBER" : "=FILE.npy"),
                      {}};
      }
  }

  array data_of(int slot, const std::string& value) const {
    const ir::input_info& in = g_.inputs[slot];
    if (in.axes.empty())
      if (const std::optional<array> number = number_of(in.code, value)) return *number;
    if (!in.axes.empty() && number_of(ir::op::tensor, value))
      throw refusal{name(in) + " has axes, " + declaration(slot) + ": bind a file of NumPy, not the number " + value,
                    {}};
    read_array r = read_npy(value);
    if (!r.wrong.empty()) throw refusal{r.wrong, {}};
    check_type(in, r.data.type, value);
    if (static_cast<int>(r.data.shape.size()) != in.axes.size())
      throw refusal{
          fmt::format("the data bound to {} has {} axes, its declaration {}: {} is {}, and {} is declared", name(in),
                      r.data.shape.size(), in.axes.size(), shown(value), shape_text(r.data.shape), declaration(slot)),
          likely_declaration(slot, r.data.shape.size())};
    return std::move(r.data);
  }

  /// A declaration with as many axes as the data has.
  std::string likely_declaration(int slot, std::size_t rank) const {
    if (rank == 0) return {};
    std::string r = "declare it as it is: '";
    const std::string word = declaration(slot);
    if (g_.inputs[slot].code != ir::op::tensor) r += word.substr(0, word.find(' ') + 1);
    r += name(g_.inputs[slot]);
    for (std::size_t i = 0; i < rank; ++i) r += std::string(i == 0 ? "[" : ",") + std::string("NCDE").substr(i, 1);
    return r + "]'";
  }

  static void check_type(const ir::input_info& in, element_type t, const std::string& file) {
    const auto refuse = [&](const char* what, const char* numpy) {
      throw refusal{fmt::format("{} is {}, but {} has entries of {}; convert them with .astype(\"{}\")", in.name, what,
                                shown(file), name_of(t), numpy),
                    {}};
    };
    if (in.code == ir::op::tensor && !is_float(t)) refuse("a tensor", "float32");
    if (in.code == ir::op::index && !is_integer(t)) refuse("an index", "int64");
    if (in.code == ir::op::mask && t != element_type::boolean) refuse("a mask", "bool");
  }

  /// A number of the command line as an array without axes; nothing if it is none.
  static std::optional<array> number_of(ir::op code, const std::string& text) {
    const auto made = [](element_type t, const void* from) {
      array a{t, {}, false, std::vector<std::byte>(static_cast<std::size_t>(call::size_of(t)))};
      std::memcpy(a.bytes.data(), from, a.bytes.size());
      return a;
    };
    const char *begin = text.data(), *end = begin + text.size();
    if (code == ir::op::mask) {
      const bool truth = text == "true" || text == "True" || text == "1";
      if (!truth && text != "false" && text != "False" && text != "0") return {};
      return made(element_type::boolean, &truth);
    }
    if (code == ir::op::index) {
      std::int64_t label = 0;
      const auto [stop, wrong] = std::from_chars(begin, end, label);
      if (wrong != std::errc() || stop != end) return {};
      return made(element_type::i64, &label);
    }
    double number = 0;
    if (!read_number(text, number)) return {};
    return made(element_type::f64, &number);
  }

  void choose_type() {
    bool narrow = false, wide = false;
    for (int i = 0; i < g_.inputs.size(); ++i) {
      if (g_.inputs[i].code != ir::op::tensor || g_.inputs[i].is_place()) continue;
      const bool is_number =
          g_.inputs[i].axes.empty() && inputs_[static_cast<std::size_t>(i)].data.type == element_type::f64;
      if (is_number) continue;  // of the command line, or as good as one
      (inputs_[static_cast<std::size_t>(i)].data.type == element_type::f64 ? wide : narrow) = true;
    }
    of_float_ = r_.type.empty() ? narrow && !wide : r_.type == "float";
  }
  element_type type() const { return of_float_ ? element_type::f32 : element_type::f64; }

  // ---- outputs ---------------------------------------------------------------------------------------------------------
  void find_destinations() {
    const auto is_seed = [](const ir::input_info& in) { return in.origin == ir::input_origin::seed; };
    if (std::any_of(planned_.inputs.begin(), planned_.inputs.end(), is_seed))
      throw refusal{"the formula is not a scalar: reduce it, with .mean() or .sum(), before derivatives are asked for",
                    {}};
    find_derivatives(r_.gradients, ir::derivative_kind::gradient);
    find_derivatives(r_.curvatures, ir::derivative_kind::curvature);
    find_derivatives(r_.gauss_newton, ir::derivative_kind::gauss_newton);
    for (const binding& b : r_.results) {
      const auto is_meant = [&](const ir::output_info& out) {
        return out.is_value() && std::string(lang::result_name(out.result)) == b.name;
      };
      const int slot = find_slot(is_meant);
      if (slot < 0) throw refusal{shown(b.name) + " is bound to a file, but the formula has no such result", {}};
      add_destination({slot, b.value, b.name, type()});
    }
  }
  template <class F>
  int find_slot(const F& is_meant) const {
    for (int s = 0; s < planned_.outputs.size(); ++s)
      if (is_meant(planned_.outputs[s])) return s;
    return -1;
  }
  void find_derivatives(const std::vector<binding>& wanted, ir::derivative_kind kind) {
    const std::string symbol = std::string(ir::output_info{kind}.symbol()) + "(";
    for (const binding& b : wanted) {
      const int input = slot_of(b.name, " to a derivative");
      const int slot = find_slot([&](const ir::output_info& out) { return out.kind == kind && out.input == input; });
      if (slot < 0) throw refusal{symbol + b.name + ") is not in the program", {}};
      const element_type own = inputs_[static_cast<std::size_t>(input)].data.type;
      add_destination({slot, b.value, symbol + b.name + ")", r_.type.empty() && is_float(own) ? own : type()});
    }
  }
  void add_destination(destination d) {
    if (d.file.empty()) throw refusal{"no file is named for " + d.what, {}};
    for (const destination& other : destinations_) {
      if (other.slot == d.slot) throw refusal{d.what + " is bound twice", {}};
      if (same_file(other.file, d.file))
        throw refusal{other.what + " and " + d.what + " are bound to one file, " + shown(d.file), {}};
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (!inputs_[i].source.empty() && same_file(inputs_[i].source, d.file))
        throw refusal{"the file bound to " + d.what + " is that of the input " + name(g_.inputs[static_cast<int>(i)]),
                      {}};
    destinations_.push_back(std::move(d));
  }

  // ---- checks ----------------------------------------------------------------------------------------------------------
  /// Those of a call.
  void check() {
    purpose_ = "the checks of the data";
    call::erased_view views[ir::max_inputs];
    const call::erased_buffer none[ir::max_outputs];
    for (int i = 0; i < g_.inputs.size(); ++i) {
      if (g_.inputs[i].is_place()) continue;
      const array& a = inputs_[static_cast<std::size_t>(i)].data;
      call::erased_view& v = views[i];
      v.type = a.type;
      v.data = a.bytes.data();
      const std::vector<std::ptrdiff_t> strides = a.strides();
      std::copy(a.shape.begin(), a.shape.end(), v.extents);
      std::copy(strides.begin(), strides.end(), v.strides);
      if (a.shape.empty()) v.number = call::load_number(a.bytes.data(), 0, a.type);
    }
    call::place_inputs(planned_, views);
    const call::operands all{views, none, {}, true};  // which the checks refer to
    call::detail::data_check<call::detail::checked_at_run_time> c(p_.plan, all);
    if (!c.places_are_good() || !c.operands_are_good() || !c.numbers_are_good() ||
        !c.labels_are_good(ir::label_uses(g_)))
      throw refusal{std::string(base::text_view(call::sentence_of<true>(p_.plan, c.found).text)), {}};
    for (int a = 0; a < ir::max_axes; ++a) extents_[a] = std::max<std::ptrdiff_t>(c.extents[a], 0);
  }

  // ---- the computation -------------------------------------------------------------------------------------------------
  double entry(const array& a, std::ptrdiff_t offset, ir::op code) const {
    const double v = call::load_number(a.bytes.data(), offset, a.type);
    return code == ir::op::tensor && of_float_ && a.type == element_type::f64
               ? static_cast<double>(static_cast<float>(v))
               : v;
  }
  /// Calls f(n, offset, coordinates) for entry n of an input, in the order of its declaration.
  template <class F>
  void for_each_of(int slot, const F& f) const {
    const std::vector<std::ptrdiff_t> strides = inputs_[static_cast<std::size_t>(slot)].data.strides();
    const ir::axis_order& order = g_.inputs[slot].axes;
    for_each_entry(order, extents_, [&](std::size_t n, const std::ptrdiff_t* at) {
      std::ptrdiff_t offset = 0;
      for (int i = 0; i < order.size(); ++i) offset += at[order[i]] * strides[static_cast<std::size_t>(i)];
      f(n, offset, at);
    });
  }

  void run_interpreter() {
    std::vector<ir::dense<double>> inputs;
    for (int i = 0; i < g_.inputs.size(); ++i) {
      const ir::input_info& in = g_.inputs[i];
      const array& a = inputs_[static_cast<std::size_t>(i)].data;
      if (in.is_place()) {
        inputs.emplace_back();
        continue;
      }
      purpose_ = name(in) + " as doubles";
      ir::dense<double> d{ir::as_set(in.axes), std::vector<double>(entries_over(in.axes, extents_))};
      for_each_of(i, [&](std::size_t, std::ptrdiff_t offset, const std::ptrdiff_t* at) {
        if (in.code == ir::op::index) refuse_long_label(i, call::load_bits(a.bytes.data(), offset, a.type), at);
        d.entries[numbered_position(d.axes, extents_, at)] = entry(a, offset, in.code);
      });
      inputs.push_back(std::move(d));
    }
    purpose_ = "the results as doubles";
    const std::vector<std::ptrdiff_t> extents(extents_, extents_ + ir::max_axes);
    if (p_.in_stages()) {
      const ir::interpreter<double> known(planned_, extents, inputs);
      for (const ir::output_info& o : planned_.outputs) outputs_.push_back(known.broadcast(o.id, ir::as_set(o.axes)));
    } else {
      outputs_ = schedule::run_plan(p_.plan, extents, inputs);
    }
    for (int s = 0; s < planned_.outputs.size(); ++s) {
      const ir::axis_order& order = planned_.outputs[s].axes;
      const ir::axis_set axes = ir::as_set(order);
      std::vector<double>& of = outputs_[static_cast<std::size_t>(s)];
      if (std::is_sorted(order.begin(), order.end())) continue;
      std::vector<double> ordered(of.size());
      for_each_entry(order, extents_, [&](std::size_t n, const std::ptrdiff_t* at) {
        ordered[n] = of[numbered_position(axes, extents_, at)];
      });
      of = std::move(ordered);
    }
  }
  /// The interpreter keeps labels as doubles.
  void refuse_long_label(int slot, std::uint64_t bits, const std::ptrdiff_t* at) const {
    const array& a = inputs_[static_cast<std::size_t>(slot)].data;
    const std::uint64_t size = a.type != element_type::u64 && static_cast<std::int64_t>(bits) < 0 ? 0 - bits : bits;
    if (size <= std::uint64_t{1} << 53) return;
    std::string position;
    for (const int axis : g_.inputs[slot].axes) position += (position.empty() ? "" : ", ") + std::to_string(at[axis]);
    throw refusal{
        fmt::format("label {}{} of {} at row {} is beyond 2^53, which the interpreter cannot hold; --compile can",
                    size == bits ? "" : "-", size, g_.inputs[slot].name, position),
        {}};
  }

  /// The types of the data that the loops are given.
  element_type type_of_slot(int slot) const {
    const ir::op code = g_.inputs[slot].code;
    if (code == ir::op::tensor) return type();
    return code == ir::op::scalar ? element_type::f64 : inputs_[static_cast<std::size_t>(slot)].data.type;
  }

  void run_loops() {
    std::vector<element_type> types;
    std::vector<std::vector<double>> inputs(inputs_.size());  // of doubles, for their alignment
    const void* pointers[ir::max_inputs]{};
    for (int i = 0; i < g_.inputs.size(); ++i) {
      const array& a = inputs_[static_cast<std::size_t>(i)].data;
      purpose_ = name(g_.inputs[i]) + " in the order of its declaration";
      types.push_back(type_of_slot(i));
      if (g_.inputs[i].is_place()) continue;
      const element_type to = types.back();
      const auto size = static_cast<std::size_t>(call::size_of(to));
      std::vector<double>& room = inputs[static_cast<std::size_t>(i)];
      room.resize((entries_over(g_.inputs[i].axes, extents_) * size + sizeof(double) - 1) / sizeof(double) + 1);
      auto* const bytes = reinterpret_cast<std::byte*>(room.data());
      for_each_of(i, [&](std::size_t n, std::ptrdiff_t offset, const std::ptrdiff_t*) {
        if (to == a.type) std::memcpy(bytes + n * size, a.bytes.data() + offset * call::size_of(to), size);
        else call::store_number(bytes + n * size, to, call::load_number(a.bytes.data(), offset, a.type));
      });
      pointers[i] = room.data();
    }
    loaded_loops loops = load_loops(source_of_loops(p_, types, of_float_));
    if (!loops.wrong.empty()) throw refusal{loops.wrong, {}};

    purpose_ = "the results";
    std::vector<std::vector<float>> floats(static_cast<std::size_t>(planned_.outputs.size()));
    outputs_.resize(floats.size());
    void* buffers[ir::max_outputs]{};
    for (int s = 0; s < planned_.outputs.size(); ++s) {
      const std::size_t count = entries_over(planned_.outputs[s].axes, extents_), k = static_cast<std::size_t>(s);
      if (of_float_) floats[k].resize(count + 1);
      else outputs_[k].resize(count + 1);
      buffers[s] = of_float_ ? static_cast<void*>(floats[k].data()) : outputs_[k].data();
    }
    double value = 0;
    char sentence[error::longest + 1]{};
    if (loops.call(extents_, pointers, buffers, &value, sentence, sizeof sentence) != 0) throw refusal{sentence, {}};
    purpose_ = "the results as doubles";
    for (int s = 0; s < planned_.outputs.size(); ++s) {
      const auto k = static_cast<std::size_t>(s);
      if (of_float_) outputs_[k].assign(floats[k].begin(), floats[k].end());
      outputs_[k].pop_back();
      if (planned_.outputs[s].is_value() && planned_.outputs[s].result == 0 && planned_.outputs[s].axes.empty())
        outputs_[k] = {value};
    }
  }

  // ---- what is written -------------------------------------------------------------------------------------------------
  std::vector<std::ptrdiff_t> shape_of(int slot) const {
    std::vector<std::ptrdiff_t> shape;
    for (const int axis : planned_.outputs[slot].axes) shape.push_back(extents_[axis]);
    return shape;
  }

  /// All are complete before the first one appears.
  void write_files() {
    std::deque<output_file> files;
    for (const destination& d : destinations_) {
      purpose_ = d.what;
      const std::vector<double>& entries = outputs_[static_cast<std::size_t>(d.slot)];
      array a{d.type, shape_of(d.slot), false, {}};
      a.bytes.resize(entries.size() * static_cast<std::size_t>(call::size_of(d.type)));
      for (std::size_t i = 0; i < entries.size(); ++i) store(a, i, entries[i]);
      output_file& file = files.emplace_back(d.file);
      file.write(npy_header(a));
      if (const std::string& wrong = file.write(a.bytes.data(), a.bytes.size()); !wrong.empty())
        throw refusal{wrong, {}};
    }
    for (output_file& file : files)
      if (const std::string& wrong = file.complete(); !wrong.empty()) throw refusal{wrong, {}};
  }
  static void store(array& a, std::size_t i, double v) {
    call::store_number(a.bytes.data() + i * static_cast<std::size_t>(call::size_of(a.type)), a.type, v);
  }

  // ---- the report ------------------------------------------------------------------------------------------------------
  std::string axes_text() const {
    std::string r;
    for (int a = 0; a < planned_.axes.size(); ++a)
      r += fmt::format("{}{} = {}", r.empty() ? "" : ", ", planned_.axes[a].name, extents_[a]);
    return r;
  }
  std::string order_text(const ir::axis_order& order) const {
    std::string r;
    for (const int axis : order) r += (r.empty() ? "[" : ",") + std::string(planned_.axes[axis].name);
    return r.empty() ? r : r + "]";
  }
  std::string name_of_result(const ir::output_info& out) const {
    return out.result == 0 ? p_.name : std::string(lang::result_name(out.result));
  }

  std::string text() const {
    constexpr std::size_t shown_entries = 8;
    std::string r;
    for (int s = 0; s < planned_.outputs.size(); ++s) {
      const ir::output_info& out = planned_.outputs[s];
      if (!out.is_value()) continue;
      const std::vector<double>& entries = outputs_[static_cast<std::size_t>(s)];
      r += name_of_result(out) + order_text(out.axes) + " = ";
      for (std::size_t i = 0; i < std::min(entries.size(), shown_entries); ++i)
        r += (i == 0 ? "" : ", ") + number_text(entries[i], of_float_ && r_.compile);
      if (entries.empty()) r += "(no entries)";
      if (entries.size() > shown_entries) r += fmt::format(", ... ({} entries)", entries.size());
      r += "\n";
    }
    if (planned_.axes.size() > 0) r += "  " + axes_text() + "\n";
    for (const destination& d : destinations_)
      r += fmt::format("  {}: {}, {} of {}\n", shown(d.file), d.what + order_text(planned_.outputs[d.slot].axes),
                       shape_text(shape_of(d.slot)), name_of(d.type));
    return r;
  }

  nlohmann::ordered_json value_json(int slot) const {
    constexpr std::size_t most = 1000;
    const std::vector<double>& entries = outputs_[static_cast<std::size_t>(slot)];
    const ir::axis_order& order = planned_.outputs[slot].axes;
    if (order.empty()) return json_number(entries[0]);
    nlohmann::ordered_json axes = nlohmann::ordered_json::array(), some = axes;
    for (const int axis : order) axes.push_back(std::string(planned_.axes[axis].name));
    for (std::size_t i = 0; i < std::min(entries.size(), most); ++i) some.push_back(json_number(entries[i]));
    return {{"axes", axes}, {"entries", some}};
  }
  std::string json() const {
    nlohmann::ordered_json r{{"loss", p_.name}}, values = nlohmann::ordered_json::array();
    for (int s = 0; s < planned_.outputs.size(); ++s)
      if (planned_.outputs[s].is_value()) values.push_back(value_json(s));
    if (values.size() == 1) r["value"] = values[0];
    else r["values"] = values;
    r["axes"] = nlohmann::ordered_json::object();
    for (int a = 0; a < planned_.axes.size(); ++a) r["axes"][std::string(planned_.axes[a].name)] = extents_[a];
    r["type"] = of_float_ ? "float" : "double";
    r["by"] = r_.compile ? "loops" : "interpreter";
    r["written"] = nlohmann::ordered_json::array();
    for (const destination& d : destinations_)
      r["written"].push_back(
          {{"file", d.file}, {"what", d.what}, {"type", std::string(name_of(d.type))}, {"shape", shape_of(d.slot)}});
    return json_text(r);
  }
};

}  // namespace

evaluation evaluate(const notation::program& p, const evaluation_request& r) {
  evaluator e(p, r);
  try {
    return {e.run(), {}, {}};
  } catch (const refusal& why) { return {{}, why.sentence, why.hint}; } catch (const std::bad_alloc&) {
    return {{}, "there is not enough memory for " + e.purpose(), {}};
  } catch (const std::length_error&) { return {{}, "there is not enough memory for " + e.purpose(), {}}; }
}

}  // namespace loom::tool
