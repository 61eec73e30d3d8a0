// SPDX-License-Identifier: BSL-1.0
// src/formula/parse.hpp — text -> graph: formulas in the notation of C++, read at run time.
// The checks and the sentences are those of the compiler (ir/checked_builder.hpp); beside them a mistake has a place here, and what
// was meant, where something of a similar name is known.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loom/ir/graph.hpp"

namespace loom::notation {

/// What is wrong with a text, and where.
struct failure {
  std::string sentence;  ///< without a full stop: "there is no function log_sofmax"
  std::string hint;  ///< "did you mean log_softmax?", or nothing
  std::string source;  ///< the text in question: the formula, or a declaration
  std::size_t at = 0;  ///< where in it, in bytes from its begin
  std::size_t length = 1;  ///< how many bytes are meant, at least 1

  bool failed() const { return !sentence.empty(); }
  std::size_t line() const;  ///< 1-based
  std::size_t column() const;  ///< 1-based, in bytes
  /// The sentence, the line of the source, and carets under what is meant; three lines or four.
  std::string text() const;
};

/// What the names in a graph are views of.
using kept_texts = std::shared_ptr<const std::deque<std::string>>;

/// A formula that was read.
struct formula {
  ir::graph written;  ///< of the constant 0 if something is wrong
  std::string name;  ///< of the loss, if the text gives it one: constexpr auto name = loss<...>
  std::vector<std::string>
      inferred;  ///< declarations that were not given: "t[N]"; for what is no tensor with its kind: "index t[N]"
  failure wrong;
  kept_texts texts;
};

/// Reads a formula.
///
/// text: statements of C++, the last of which is the formula: `p = softmax(x, C); -log(gather(p, t)).mean()`. Declarations
///   (`constexpr auto x = loom::tensor<"x[N,C]">;`), names for values and axes, comments, `loom::` and loss<...> are read as C++
///   would; a function is also called by the method of its name. An axis is its name, axis<"C">, or a negative position.
/// declarations: of inputs that the text does not declare: `x[N,C]`, `t[N]`, `p[N] in [0,1]`, `scalar gamma`, `index t[N]`,
///   `mask m[N]`. Without its kind a declaration with axes is that of an index if the formula uses it as one, of a mask likewise,
///   else of a tensor; one without axes is that of a scalar.
/// What is used and not declared is declared by its use: an index has the axes of what it picks from but the one it picks along; a mask
///   those of the values it chooses between. If nothing at all is declared, names are tensors over N, and C where the formula has rows.
/// Limits: 100,000 bytes, and 500 levels of nesting; beyond them the text is refused. Never throws but for lack of memory.
formula parse(std::string_view text, std::span<const std::string> declarations = {});

/// A value of a graph as a formula of the notation, which parse reads as the same value if the graph is one as written: ops without
/// a notation are printed by their names.
std::string text_of(const ir::graph& g, int id);
/// The text between the quotes of a declaration: tensor<"x[N,C=10]">, scalar<"pw >= 0">.
std::string declaration_text(const ir::graph& g, int slot);
/// The declaration of one input, as parse takes it: "x[N,C]", "index t[N]", "scalar gamma >= 0".
std::string declaration_of(const ir::graph& g, int slot);
/// Those of all inputs that a graph declares.
std::vector<std::string> declarations_of(const ir::graph& g);

/// The name in `known` that is most like `name`, or nothing if none is.
std::string closest(std::string_view name, std::span<const std::string> known);

}  // namespace loom::notation
