// SPDX-License-Identifier: BSL-1.0
// tests/emit/shared_object.hpp — printed functions, compiled by the compiler under test and called beside the interpreter.
#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>

#include "emit/printed.hpp"
#include "support/trial.hpp"

namespace printed {

/// One printed function, and how to call it: extents, inputs by slot, scalars by slot, outputs by slot and the workspace.
struct function {
  subject what;
  loom::emit::element type;
  std::string text;
};
using entry_point = double(const std::ptrdiff_t*, const void* const*, const double*, void* const*);

/// A folder that is gone at the end.
class scratch {
 public:
  scratch() : path(std::filesystem::temp_directory_path() / ("loom_emit_" + std::to_string(::getpid()))) { std::filesystem::create_directories(path); }
  ~scratch() { std::filesystem::remove_all(path); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::filesystem::path path;
};

inline void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

/// Runs the compiler under test with every warning an error. True if it accepts.
inline bool compile(const std::string& arguments) {
  const std::string command = std::string(LOOM_TEST_COMPILER) + " -std=c++20 -O1 -Wall -Wextra -Wconversion -Wshadow -Werror " + arguments;
  return std::system(command.c_str()) == 0;
}

/// A function that calls the printed one with what it takes, in its order.
inline std::string caller(const function& f, int number) {
  const loom::ir::graph& g = f.what.schedule.program;
  const std::string T = f.type == loom::emit::element::f32 ? "float" : "double";
  std::string arguments;
  const auto add = [&](const std::string& a) { arguments += (arguments.empty() ? "" : ", ") + a; };
  for (int a = 0; a < g.axes.size(); ++a)
    if (g.axes[a].extent == 0) add("extents[" + std::to_string(a) + "]");
  for (int i = 0; i < g.inputs.size(); ++i) {
    const std::string slot = "[" + std::to_string(i) + "]";
    if (g.inputs[i].code == loom::ir::op::scalar) add("scalars" + slot);
    else add("static_cast<const " + (g.inputs[i].code == loom::ir::op::tensor ? T : g.inputs[i].code == loom::ir::op::index ? "int" : "bool") + "*>(inputs" + slot + ")");
  }
  for (int k = g.result_axes.empty() ? 1 : 0; k < g.outputs.size(); ++k) add("static_cast<" + T + "*>(outputs[" + std::to_string(k) + "])");
  if (!f.what.schedule.arrays.empty()) add("static_cast<double*>(outputs[" + std::to_string(g.outputs.size()) + "])");
  const std::string call = "f" + std::to_string(number) + "::" + f.what.name + "(" + arguments + ")";
  return "extern \"C\" double call_" + std::to_string(number) +
         "([[maybe_unused]] const std::ptrdiff_t* extents, [[maybe_unused]] const void* const* inputs, [[maybe_unused]] const double* scalars, "
         "[[maybe_unused]] void* const* outputs) {\n" +
         (g.result_axes.empty() ? "  return " + call + ";\n" : "  " + call + ";\n  return 0;\n") + "}\n";
}

/// All functions in one file: their #include lines first, each function in a namespace of its own.
inline std::string one_file(const std::vector<function>& functions) {
  std::set<std::string> includes;
  std::string body;
  for (std::size_t k = 0; k < functions.size(); ++k) {
    body += "namespace f" + std::to_string(k) + " {\n";
    std::istringstream text(functions[k].text);
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("#include")) includes.insert(line);
      else body += line + "\n";
    }
    body += "}\n" + caller(functions[k], static_cast<int>(k));
  }
  std::string s;
  for (const std::string& i : includes) s += i + "\n";
  return s + body;
}

/// Printed code, compiled and loaded.
class shared_object {
 public:
  explicit shared_object(const std::string& text) {
    const std::string source = folder_.path / "printed.cpp", object = folder_.path / "printed.so";
    write(source, text);
    if (!compile("-fPIC -shared " + source + " -o " + object)) throw std::runtime_error("the compiler refuses the printed code");
    handle_ = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
  }
  ~shared_object() { dlclose(handle_); }
  shared_object(const shared_object&) = delete;
  shared_object& operator=(const shared_object&) = delete;
  /// A function with C linkage.
  template <class F>
  F* find(const std::string& name) const { return reinterpret_cast<F*>(dlsym(handle_, name.c_str())); }

 private:
  scratch folder_;
  void* handle_ = nullptr;
};

struct result {
  std::string output;
  double error = 0;  // largest difference, over the largest entry wanted
  bool finite_alike = true;
};

inline double scalar_named(std::string_view name) {
  const std::pair<std::string_view, double> usual[] = {{"e", 0.1}, {"gamma", 2}, {"z", 1e-3}, {"pw", 3}, {"delta", 1}, {"T", 2}};
  for (const auto& [key, value] : usual)
    if (key == name) return value;
  return 0.7;
}

/// An entry of the inputs; of masked logits some are -inf.
inline double entry(std::string_view name, trial::regime logits, std::mt19937& random) {
  const double v = trial::entry(std::string(name), logits, random);
  const bool masked = logits == trial::regime::masked && (name == "x" || name == "s") && random() % 5 == 0;
  return masked ? -std::numeric_limits<double>::infinity() : v;
}

/// Entry n of an array over `order` in row-major order, as a position in the interpreter's order of axes.
inline std::size_t interpreter_position(std::size_t n, const loom::ir::axis_order& order, const std::vector<std::ptrdiff_t>& extents) {
  std::size_t at[loom::ir::max_axes]{};
  for (int i = order.size() - 1; i >= 0; --i) {
    const auto extent = static_cast<std::size_t>(extents[static_cast<std::size_t>(order[i])]);
    at[order[i]] = n % extent;
    n /= extent;
  }
  std::size_t position = 0;
  for (int a = 0; a < loom::ir::max_axes; ++a)
    if (loom::ir::has(loom::ir::as_set(order), a)) position = position * static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]) + at[a];
  return position;
}

inline std::size_t entries(const loom::ir::axis_order& order, const std::vector<std::ptrdiff_t>& extents) {
  std::size_t n = 1;
  for (int a : order) n *= static_cast<std::size_t>(extents[static_cast<std::size_t>(a)]);
  return n;
}

/// The entries of the axes that a label picks from: it must name one of each.
inline std::ptrdiff_t choices_of(const loom::ir::graph& g, int slot, const std::vector<std::ptrdiff_t>& extents) {
  std::ptrdiff_t least = std::numeric_limits<int>::max();
  for (const loom::ir::node& n : g.nodes) {
    if (n.code != loom::ir::op::gather && n.code != loom::ir::op::onehot) continue;
    const loom::ir::node& label = g[n.operand[n.code == loom::ir::op::gather ? 1 : 0]];
    if (static_cast<int>(label.bits) == slot) least = std::min(least, extents[static_cast<std::size_t>(loom::ir::first_axis(n.over()))]);
  }
  return least;
}
/// Whether the formula leaves out rows whose label is -100.
inline bool ignores(const loom::ir::graph& g, int slot) {
  for (const loom::ir::node& n : g.nodes)
    if (info(n.code).kind == loom::ir::family::compare)
      for (int k : {0, 1}) {
        const loom::ir::node &label = g[n.operand[k]], &other = g[n.operand[1 - k]];
        if (label.code == loom::ir::op::index && static_cast<int>(label.bits) == slot && other.code == loom::ir::op::constant && other.number() == -100) return true;
      }
  return false;
}

/// Calls a printed function on random data beside the interpreter.
template <class T>
std::vector<result> compare(const function& f, entry_point* call, std::vector<std::ptrdiff_t> extents, trial::regime logits) {
  const loom::ir::graph& g = f.what.gradients;
  extents.resize(loom::ir::max_axes, 1);
  std::mt19937 random(static_cast<unsigned>(extents[0] * 1000 + extents[1]));
  std::vector<std::vector<T>> numbers(loom::ir::max_inputs);
  std::vector<std::vector<int>> labels(loom::ir::max_inputs);
  std::vector<std::vector<char>> masks(loom::ir::max_inputs);
  const void* inputs[loom::ir::max_inputs]{};
  double scalars[loom::ir::max_inputs]{};
  std::vector<loom::ir::dense<double>> reference(static_cast<std::size_t>(g.inputs.size()));
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::ir::input_info& in = g.inputs[i];
    const auto slot = static_cast<std::size_t>(i);
    loom::ir::dense<double>& r = reference[slot];
    r.axes = loom::ir::as_set(in.axes);
    const std::size_t n = entries(in.axes, extents);
    r.entries.assign(n, 0);
    scalars[i] = scalar_named(in.name);
    if (in.code == loom::ir::op::scalar) r.entries[0] = scalars[i];
    numbers[slot].resize(n);
    labels[slot].resize(n);
    masks[slot].resize(n);
    for (std::size_t k = 0; in.code != loom::ir::op::scalar && k < n; ++k) {
      double& wanted = r.entries[interpreter_position(k, in.axes, extents)];
      if (in.code == loom::ir::op::tensor) wanted = static_cast<double>(numbers[slot][k] = static_cast<T>(entry(in.name, logits, random)));
      if (in.code == loom::ir::op::mask) wanted = masks[slot][k] = static_cast<char>(random() % 3 != 0);
      if (in.code != loom::ir::op::index) continue;
      const auto classes = static_cast<unsigned>(choices_of(f.what.written, i, extents));
      labels[slot][k] = ignores(f.what.written, i) && random() % 4 == 0 ? -100 : static_cast<int>(random() % classes);
      wanted = labels[slot][k];
    }
    inputs[i] = in.code == loom::ir::op::tensor ? static_cast<const void*>(numbers[slot].data()) : in.code == loom::ir::op::index ? static_cast<const void*>(labels[slot].data()) : masks[slot].data();
  }
  std::vector<std::vector<T>> results;
  void* outputs[loom::ir::max_outputs + 1]{};
  for (int k = 0; k < g.outputs.size(); ++k) results.emplace_back(entries(output_axes(f.what.schedule, k), extents), std::numeric_limits<T>::quiet_NaN());
  for (int k = 0; k < g.outputs.size(); ++k) outputs[k] = results[static_cast<std::size_t>(k)].data();

  std::vector<double> workspace(static_cast<std::size_t>(loom::layout::workspace_size(f.what.schedule, extents.data())), std::numeric_limits<double>::quiet_NaN());
  outputs[g.outputs.size()] = workspace.data();

  const double value = call(extents.data(), inputs, scalars, outputs);

  const loom::ir::interpreter<double> oracle(g, extents, reference);
  std::vector<result> all;
  for (int k = 0; k < g.outputs.size(); ++k) {
    const loom::ir::axis_order& order = output_axes(f.what.schedule, k);
    const std::vector<double> wanted = oracle.broadcast(g.outputs[k].id, loom::ir::as_set(order));
    const bool returned = k == 0 && g.result_axes.empty();
    result r{loom::schedule::detail::output_text(g, k)};
    double largest = 1e-30;
    for (double w : wanted)
      if (std::isfinite(w)) largest = std::max(largest, std::fabs(w));
    for (std::size_t n = 0; n < wanted.size(); ++n) {
      const double v = returned ? value : static_cast<double>(results[static_cast<std::size_t>(k)][n]);
      const double w = wanted[interpreter_position(n, order, extents)];
      if (!std::isfinite(v) || !std::isfinite(w)) r.finite_alike = r.finite_alike && ((std::isnan(v) && std::isnan(w)) || v == w);
      else r.error = std::max(r.error, std::fabs(v - w) / largest);
    }
    all.push_back(r);
  }
  return all;
}

}  // namespace printed
