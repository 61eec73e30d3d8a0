// SPDX-License-Identifier: BSL-1.0
// tests/emit/comparison.hpp — printed functions, compiled and called beside the interpreter.
#pragma once

#include <initializer_list>

#include "emit/subjects.hpp"
#include "support/trial.hpp"

namespace printed {

/// One printed function, and how to call it.
struct function {
  const subject& what;
  loom::emit::element type;
  loom::emit::options wanted;
  std::string text;
};

/// The C linkage of its caller: extents, inputs by slot, scalars by slot, outputs by slot, the workspace and what is kept, strides by slot (those
/// of outputs behind those of inputs) and axis of the slot.
using entry_point = double(const std::ptrdiff_t*, const void* const*, const double*, void* const*,
                           const std::ptrdiff_t (*)[loom::ir::max_axes]);

/// What a compiled function computes of a call's data, which numbers of its type hold: its outputs. Inputs and outputs lie as those
/// of the interpreter do; extents are those of all max_axes axes.
std::vector<std::vector<double>> results(const function& f, entry_point* call,
                                         const std::vector<std::ptrdiff_t>& extents,
                                         const std::vector<loom::ir::dense<double>>& data);

/// A function with C linkage, call_`number`, that calls the printed one, `name`, with what it takes, in its order.
std::string caller(const function& f, const loom::emit::dialect& d, const std::string& name, std::size_t number);

/// Functions with their callers in files: in one of C++, each in a namespace of its own, or in one each, of C.
std::vector<std::string> in_one_file(const loom::emit::dialect& d, const std::vector<function>& functions);
std::vector<std::string> in_files_of_their_own(const loom::emit::dialect& d, const std::vector<function>& functions);

/// How code of a dialect is compiled.
struct toolchain {
  const loom::emit::dialect& language;
  std::string compiler;  ///< and its flags
  std::string extension;  ///< of a file
  std::vector<std::string> (*files)(const loom::emit::dialect&, const std::vector<function>&);
};
extern const toolchain cpp, c99;
/// The same toolchain with more flags.
toolchain with_flags(const toolchain& by, const std::string& flags);

/// Prints all subjects for float and for double, compiles them without a warning, and checks their results on data of
/// several sizes and regimes.
void check(const toolchain& by, const std::vector<subject>& all,
           std::initializer_list<trial::regime> logits = {trial::regime::normal},
           const loom::emit::options& wanted = {});

}  // namespace printed
