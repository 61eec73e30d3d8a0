// SPDX-License-Identifier: BSL-1.0
#include "emit/comparison.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>
#include <set>
#include <sstream>
#include <utility>

#include "emit/shared_object.hpp"
#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "support/catch.hpp"

namespace printed {

namespace {

using loom::emit::element;

struct result {
  std::string output;
  double error = 0;  // largest difference
  double largest = 0;  // entry wanted
  bool finite_alike = true;
};

double scalar_named(std::string_view name) {
  const std::pair<std::string_view, double> usual[] = {{"e", 0.1}, {"gamma", 2}, {"z", 1e-3},
                                                       {"pw", 3},  {"delta", 1}, {"T", 2}};
  for (const auto& [key, value] : usual)
    if (key == name) return value;
  return 0.7;
}

/// An entry of the inputs; of masked logits some are -inf.
double entry(std::string_view name, trial::regime logits, std::mt19937& random) {
  const double v = trial::entry(std::string(name), logits, random);
  const bool masked = logits == trial::regime::masked && (name == "x" || name == "s") && random() % 5 == 0;
  return masked ? -std::numeric_limits<double>::infinity() : v;
}

/// Entry n of an array over `order` in row-major order, as a position in the interpreter's order of axes.
std::size_t interpreter_position(std::size_t n, const loom::ir::axis_order& order,
                                 const std::vector<std::ptrdiff_t>& extents) {
  std::size_t at[loom::ir::max_axes]{};
  for (int i = order.size() - 1; i >= 0; --i) {
    const auto extent = static_cast<std::size_t>(extents[static_cast<std::size_t>(order[i])]);
    at[order[i]] = n % extent;
    n /= extent;
  }
  std::size_t position = 0;
  for (int a = 0; a < loom::ir::max_axes; ++a)
    if (loom::ir::has(loom::ir::as_set(order), a))
      position = position * static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]) + at[a];
  return position;
}

/// Where the entries of an array lie: in row-major order side by side, or in column-major order with a gap behind each.
struct lattice {
  std::ptrdiff_t strides[loom::ir::max_axes]{};
  std::size_t size = 1;

  lattice(const loom::ir::axis_order& order, const std::vector<std::ptrdiff_t>& all_extents, bool strided)
      : order_(order), extents_(all_extents) {
    std::ptrdiff_t stride = strided ? 2 : 1;
    for (int i = 0; i < order.size(); ++i) {
      const int k = strided ? i : order.size() - 1 - i;
      strides[k] = stride;
      stride *= extent(k);
    }
    size = static_cast<std::size_t>(stride);
  }
  /// Of entry n in row-major order.
  std::size_t at(std::size_t n) const {
    std::size_t position = 0;
    for (int k = order_.size() - 1; k >= 0; --k) {
      position += n % static_cast<std::size_t>(extent(k)) * static_cast<std::size_t>(strides[k]);
      n /= static_cast<std::size_t>(extent(k));
    }
    return position;
  }

 private:
  loom::ir::axis_order order_;
  const std::vector<std::ptrdiff_t>& extents_;
  std::ptrdiff_t extent(int k) const { return extents_[static_cast<std::size_t>(order_[k])]; }
};

std::size_t entries(const loom::ir::axis_order& order, const std::vector<std::ptrdiff_t>& extents) {
  std::size_t n = 1;
  for (int a : order) n *= static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]);
  return n;
}

/// The entries of the axes that a label picks from: it must name one of each.
std::ptrdiff_t choices_of(const loom::ir::graph& g, int slot, const std::vector<std::ptrdiff_t>& extents) {
  std::ptrdiff_t least = std::numeric_limits<int>::max();
  for (const loom::ir::node& n : g.nodes) {
    if (n.code != loom::ir::op::gather && n.code != loom::ir::op::onehot) continue;
    const loom::ir::node& label = g[n.operand[n.code == loom::ir::op::gather ? 1 : 0]];
    if (static_cast<int>(label.bits) == slot)
      least = std::min(least, extents[static_cast<std::size_t>(loom::ir::first_axis(n.over()))]);
  }
  return least;
}
/// Whether the formula leaves out rows whose label is -100.
bool ignores(const loom::ir::graph& g, int slot) {
  for (const loom::ir::node& n : g.nodes)
    if (info(n.code).kind == loom::ir::family::compare)
      for (int k : {0, 1}) {
        const loom::ir::node &label = g[n.operand[k]], &other = g[n.operand[1 - k]];
        if (label.code == loom::ir::op::index && static_cast<int>(label.bits) == slot &&
            other.code == loom::ir::op::constant && other.constant_value() == -100)
          return true;
      }
  return false;
}

/// Data for a formula, as numbers of the type T.
template <class T>
std::vector<loom::ir::dense<double>> random_data(const function& f, const std::vector<std::ptrdiff_t>& extents,
                                                 trial::regime logits) {
  const loom::ir::graph& g = f.what.gradients;
  std::mt19937 random(static_cast<unsigned>(extents[0] * 1000 + extents[1]));
  std::vector<loom::ir::dense<double>> inputs(static_cast<std::size_t>(g.inputs.size()));
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& in = g.inputs[i];
    loom::ir::dense<double>& d = inputs[static_cast<std::size_t>(i)];
    if (in.is_place()) continue;
    d.axes = loom::ir::as_set(in.axes);
    const std::size_t n = entries(in.axes, extents);
    d.entries.assign(n, 0);
    if (in.code == loom::ir::op::scalar) d.entries[0] = scalar_named(in.name);
    for (std::size_t k = 0; in.code != loom::ir::op::scalar && k < n; ++k) {
      double& v = d.entries[interpreter_position(k, in.axes, extents)];
      if (in.code == loom::ir::op::tensor) v = static_cast<double>(static_cast<T>(entry(in.name, logits, random)));
      if (in.code == loom::ir::op::mask) v = random() % 3 != 0;
      if (in.code != loom::ir::op::index) continue;
      const auto classes = static_cast<unsigned>(choices_of(f.what.written, i, extents));
      v = ignores(f.what.written, i) && random() % 4 == 0 ? -100 : static_cast<int>(random() % classes);
    }
  }
  return inputs;
}

/// The numbers that a comment of the code says a buffer holds: "kept: 2 * N * C + N numbers, for ..."; -1: there is no such buffer.
std::ptrdiff_t stated_size(const function& f, const std::string& buffer, const std::vector<std::ptrdiff_t>& extents) {
  const loom::ir::graph& g = f.what.schedule.program;
  const std::size_t begin = f.text.rfind("// " + buffer + ": ");
  if (begin == std::string::npos) return -1;
  std::istringstream words(f.text.substr(begin + buffer.size() + 4));
  std::ptrdiff_t size = 0, term = 1;
  for (std::string w; words >> w && w != "numbers,";) {
    if (w == "*" || w == "//") continue;
    if (w == "+") {
      size += std::exchange(term, 1);
      continue;
    }
    std::ptrdiff_t factor = std::isdigit(static_cast<unsigned char>(w[0])) != 0 ? std::stol(w) : -1;
    for (int a = 0; a < g.axes.size(); ++a)
      if (g.axes[a].name == w) factor = extents[static_cast<std::size_t>(a)];
    INFO(w << " in the size of " << buffer);
    REQUIRE(factor >= 0);
    term *= factor;
  }
  return size + term;
}

/// A buffer of a stated size, and behind it numbers that must stay.
template <class T>
class guarded {
 public:
  explicit guarded(std::ptrdiff_t size) : all_(static_cast<std::size_t>(size < 0 ? 0 : size) + guards, before) {
    std::fill(all_.begin(), all_.end() - guards, std::numeric_limits<T>::quiet_NaN());
  }
  T* data() { return all_.data(); }
  bool is_intact() const {
    return std::all_of(all_.end() - guards, all_.end(), [](T v) { return v == before; });
  }

 private:
  static constexpr int guards = 16;
  static constexpr T before = 12345;
  std::vector<T> all_;
};

/// In a buffer that is added to: rounded beside it, a small gradient keeps its digits.
constexpr float there_before = 0x1p-12F;

template <class T>
std::vector<std::vector<double>> results_in(const function& f, entry_point* call,
                                            const std::vector<std::ptrdiff_t>& extents,
                                            const std::vector<loom::ir::dense<double>>& data) {
  const loom::ir::graph& g = f.what.gradients;
  std::vector<std::vector<T>> numbers(loom::ir::max_inputs);
  std::vector<std::vector<int>> labels(loom::ir::max_inputs);
  std::vector<std::vector<char>> masks(loom::ir::max_inputs);
  const void* inputs[loom::ir::max_inputs]{};
  double scalars[loom::ir::max_inputs]{};
  std::ptrdiff_t strides[loom::ir::max_inputs + loom::ir::max_outputs][loom::ir::max_axes]{};
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& in = g.inputs[i];
    if (in.is_place()) continue;
    const auto slot = static_cast<std::size_t>(i);
    const std::vector<double>& from = data[slot].entries;
    scalars[i] = from[0];
    const lattice place(in.axes, extents, f.wanted.strided);
    std::copy(std::begin(place.strides), std::end(place.strides), std::begin(strides[slot]));
    numbers[slot].resize(place.size);
    labels[slot].resize(place.size);
    masks[slot].resize(place.size);
    for (std::size_t k = 0; in.code != loom::ir::op::scalar && k < from.size(); ++k) {
      const double v = from[interpreter_position(k, in.axes, extents)];
      if (in.code == loom::ir::op::tensor) numbers[slot][place.at(k)] = static_cast<T>(v);
      if (in.code == loom::ir::op::mask) masks[slot][place.at(k)] = v != 0;
      if (in.code == loom::ir::op::index) labels[slot][place.at(k)] = static_cast<int>(v);
    }
    inputs[i] = in.code == loom::ir::op::tensor  ? static_cast<const void*>(numbers[slot].data())
                : in.code == loom::ir::op::index ? static_cast<const void*>(labels[slot].data())
                                                 : masks[slot].data();
  }
  std::vector<std::vector<T>> written;
  void* outputs[loom::ir::max_outputs + 2]{};
  for (int k = 0; k < g.outputs.size(); ++k) {
    const lattice place(output_axes(f.what.schedule, k), extents, f.wanted.strided);
    std::copy(std::begin(place.strides), std::end(place.strides), std::begin(strides[g.inputs.size() + k]));
    written.emplace_back(place.size, f.what.schedule.adds(k) ? T{there_before} : std::numeric_limits<T>::quiet_NaN());
  }
  for (int k = 0; k < g.outputs.size(); ++k) outputs[k] = written[static_cast<std::size_t>(k)].data();

  guarded<double> workspace(stated_size(f, "workspace", extents));
  guarded<T> kept(stated_size(f, "kept", extents));
  outputs[g.outputs.size()] = workspace.data();
  outputs[g.outputs.size() + 1] = kept.data();

  const double value = call(extents.data(), inputs, scalars, outputs, strides);
  CHECK(workspace.is_intact());
  CHECK(kept.is_intact());

  std::vector<std::vector<double>> all;
  for (int k = 0; k < g.outputs.size(); ++k) {
    const loom::ir::axis_order& order = output_axes(f.what.schedule, k);
    const lattice place(order, extents, f.wanted.strided);
    std::vector<double> r(entries(order, extents), value);
    const bool returned = k == 0 && g.result_axes.empty();
    for (std::size_t n = 0; n < r.size() && !returned; ++n)
      r[interpreter_position(n, order, extents)] =
          static_cast<double>(written[static_cast<std::size_t>(k)][place.at(n)]) -
          (f.what.schedule.adds(k) ? double{there_before} : 0);
    all.push_back(r);
  }
  return all;
}

/// Calls a printed function on random data beside the interpreter.
template <class T>
std::vector<result> compare(const function& f, entry_point* call, std::vector<std::ptrdiff_t> extents,
                            trial::regime logits) {
  const loom::ir::graph& g = f.what.gradients;
  extents.resize(loom::ir::max_axes, 1);
  for (int a = 0; a < g.axes.size(); ++a)  // those that derivatives count again
    if (g.axes[a].follows()) extents[static_cast<std::size_t>(a)] = -1;
  std::int64_t follows = 0;
  REQUIRE(loom::ir::follow_extents(g.axes, extents, follows) < 0);
  const std::vector<loom::ir::dense<double>> data = random_data<T>(f, extents, logits);
  const std::vector<std::vector<double>> results = results_in<T>(f, call, extents, data);

  const loom::ir::interpreter<double> oracle(g, extents, data);
  std::vector<result> all;
  for (int k = 0; k < g.outputs.size(); ++k) {
    const std::vector<double> wanted =
        oracle.broadcast(g.outputs[k].id, loom::ir::as_set(output_axes(f.what.schedule, k)));
    result r{loom::schedule::detail::output_text(g, k)};
    for (double w : wanted)
      if (std::isfinite(w)) r.largest = std::max(r.largest, std::fabs(w));
    for (std::size_t n = 0; n < wanted.size(); ++n) {
      const double v = results[static_cast<std::size_t>(k)][n], w = wanted[n];
      // What is no label's entry gets nothing from a one-hot: not NaN, where the interpreter multiplies an infinity with 0.
      if (!std::isfinite(v) || !std::isfinite(w))
        r.finite_alike = r.finite_alike && (std::isnan(w) ? !std::isfinite(v) : v == w);
      else r.error = std::max(r.error, std::fabs(v - w));
    }
    all.push_back(r);
  }
  // Second derivatives are differences of products of first ones: what cancels is judged beside them.
  for (int k = 0; k < g.outputs.size(); ++k)
    if (g.outputs[k].kind == loom::ir::derivative_kind::curvature ||
        g.outputs[k].kind == loom::ir::derivative_kind::product)
      for (const result& other : all)
        all[static_cast<std::size_t>(k)].largest = std::max(all[static_cast<std::size_t>(k)].largest, other.largest);
  return all;
}

/// Extents by axis: C the columns of a size, a formula of one axis all its entries, others the rows.
std::vector<std::ptrdiff_t> extents_of(const loom::ir::graph& g, std::ptrdiff_t rows, std::ptrdiff_t columns) {
  std::vector<std::ptrdiff_t> e;
  for (int a = 0; a < g.axes.size(); ++a)
    e.push_back(g.axes[a].extent != 0   ? g.axes[a].extent
                : g.axes.size() == 1    ? rows * columns
                : g.axes[a].name == "C" ? columns
                : g.axes[a].name == "N" ? rows
                                        : 2 + a);
  for (const loom::ir::input_info& in : g.inputs)  // an axis along which another is read
    for (int k = 0; k < in.at.size(); ++k)
      if (in.at[k].axis >= 0 && !in.at[k].is_sum())
        e[static_cast<std::size_t>(in.at[k].axis)] = e[static_cast<std::size_t>(g.inputs[in.of].axes[k])];
  for (const loom::ir::node& n : g.nodes)  // so are the states of one step and those of the one before
    if (is_chain(n.code) && !n.chain().band)
      e[static_cast<std::size_t>(n.chain().from)] = e[static_cast<std::size_t>(n.chain().to)];
  return e;
}

void check(const std::vector<function>& all, const shared_object& object,
           std::initializer_list<trial::regime> regimes) {
  CHECK(!all.empty());
  for (std::size_t k = 0; k < all.size(); ++k) {
    const function& f = all[k];
    const bool narrow = f.type == element::f32;
    const auto call = object.find<entry_point>("call_" + std::to_string(k));
    REQUIRE(call != nullptr);
    for (trial::regime logits : regimes)
      for (const auto& [rows, columns] : {std::pair<int, int>{1, 1}, {3, 7}, {5, 10}, {4, 100}}) {
        const std::vector<std::ptrdiff_t> extents = extents_of(f.what.written, rows, columns);
        for (const result& r :
             narrow ? compare<float>(f, call, extents, logits) : compare<double>(f, call, extents, logits)) {
          INFO(f.what.name << (narrow ? ", f32, " : ", f64, ") << r.output << ", " << rows << " x " << columns
                           << ", logits " << trial::name(logits) << "\n"
                           << f.text);
          CHECK(r.finite_alike);
          CHECK(r.error <= (narrow ? 2e-5 : 1e-10) * std::max(r.largest, 1e-30));
        }
      }
  }
}

std::vector<function> printed_by(const loom::emit::dialect& d, const std::vector<subject>& subjects,
                                 const loom::emit::options& wanted) {
  std::vector<function> all;
  for (const subject& s : subjects)
    for (element type : {element::f32, element::f64}) all.push_back({s, type, wanted, s.code(d, type, wanted)});
  return all;
}

}  // namespace

std::vector<std::vector<double>> results(const function& f, entry_point* call,
                                         const std::vector<std::ptrdiff_t>& extents,
                                         const std::vector<loom::ir::dense<double>>& data) {
  return f.type == element::f32 ? results_in<float>(f, call, extents, data)
                                : results_in<double>(f, call, extents, data);
}

std::string caller(const function& f, const loom::emit::dialect& d, const std::string& name, std::size_t number) {
  const loom::ir::graph& g = f.what.schedule.program;
  const std::string T = f.type == element::f32 ? "float" : "double";
  std::string arguments;
  const auto add = [&](const std::string& a) { arguments += (arguments.empty() ? "" : ", ") + a; };
  const auto add_strides = [&](int slot, int axes) {
    for (int k = 0; f.wanted.strided && k < axes; ++k)
      add("strides[" + std::to_string(slot) + "][" + std::to_string(k) + "]");
  };
  for (int a = 0; a < g.axes.size(); ++a)
    if (g.axes[a].extent == 0) add("extents[" + std::to_string(a) + "]");
  for (int i = 0; i < g.inputs.size(); ++i) {
    if (g.inputs[i].is_place()) continue;
    const std::string slot = "[" + std::to_string(i) + "]";
    if (g.inputs[i].code == loom::ir::op::scalar) add("scalars" + slot);
    else
      add("(const " +
          (g.inputs[i].code == loom::ir::op::tensor  ? T
           : g.inputs[i].code == loom::ir::op::index ? "int"
                                                     : "bool") +
          "*)inputs" + slot);
    add_strides(i, g.inputs[i].axes.size());
  }
  for (int k = g.result_axes.empty() ? 1 : 0; k < g.outputs.size(); ++k) {
    add("(" + T + "*)outputs[" + std::to_string(k) + "]");
    add_strides(g.inputs.size() + k, output_axes(f.what.schedule, k).size());
  }
  if (f.text.find("// kept: ") != f.text.npos) add("(" + T + "*)outputs[" + std::to_string(g.outputs.size() + 1) + "]");
  if (f.text.find("// workspace: ") != f.text.npos) add("(double*)outputs[" + std::to_string(g.outputs.size()) + "]");
  const std::string call = name + "(" + arguments + ")";
  return "double call_" + std::to_string(number) + "(const " + std::string(d.index) +
         "* extents, const void* const* inputs, const double* scalars, void* const* outputs,\n    const " +
         std::string(d.index) + " (*strides)[" + std::to_string(loom::ir::max_axes) + "]) {\n" +
         "  (void)extents, (void)inputs, (void)scalars, (void)outputs, (void)strides;\n" +
         (g.result_axes.empty() ? "  return " + call + ";\n" : "  " + call + ";\n  return 0;\n") + "}\n";
}

std::vector<std::string> in_one_file(const loom::emit::dialect& d, const std::vector<function>& functions) {
  std::set<std::string> includes;
  std::string body;
  for (std::size_t k = 0; k < functions.size(); ++k) {
    const std::string space = "f" + std::to_string(k);
    body += "namespace " + space + " {\n";
    std::istringstream text(functions[k].text);
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("#include")) includes.insert(line);
      else body += line + "\n";
    }
    body += "}\nextern \"C\" " + caller(functions[k], d, space + "::" + functions[k].what.name, k);
  }
  std::string s;
  for (const std::string& i : includes) s += i + "\n";
  return {s + body};
}

/// The functions have names of their own, too: they are linked into one object.
std::vector<std::string> in_files_of_their_own(const loom::emit::dialect& d, const std::vector<function>& functions) {
  std::vector<std::string> files;
  for (std::size_t k = 0; k < functions.size(); ++k) {
    const std::string& name = functions[k].what.name;
    files.push_back("#define " + name + " " + name + "_" + std::to_string(k) + "\n" + functions[k].text +
                    "#include <stdbool.h>\n#include <stddef.h>\n" + caller(functions[k], d, name, k));
  }
  return files;
}

const toolchain cpp = {loom::emit::cpp, cpp_compiler, ".cpp", in_one_file};
const toolchain c99 = {loom::emit::c99, c99_compiler, ".c", in_files_of_their_own};

toolchain with_flags(const toolchain& by, const std::string& flags) {
  return {by.language, by.compiler + flags + " ", by.extension, by.files};
}

void check(const toolchain& by, const std::vector<subject>& subjects, std::initializer_list<trial::regime> logits,
           const loom::emit::options& wanted) {
  const std::vector<function> all = printed_by(by.language, subjects, wanted);
  check(all, shared_object(by.compiler, by.extension, by.files(by.language, all)), logits);
}

}  // namespace printed
