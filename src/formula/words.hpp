// SPDX-License-Identifier: BSL-1.0
// src/formula/words.hpp — the words of the notation, functions, reductions, operators, kinds of inputs, from the tables of the library;
// and sentences that more than one file says.
#pragma once

#include <limits>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loom/ir/op.hpp"
#include "loom/ir/sentence.hpp"

namespace loom::notation {

struct elementwise_word {
  std::string_view word;
  ir::op code;
  int operands;
};

inline constexpr elementwise_word elementwise_words[] = {
#define LOOM_AS_function(name, operands) {#name, ir::op::name, operands},
#define LOOM_AS_symbol(name, operands)
#define LOOM_AS_internal(name, operands)
#define LOOM_UNARY(name, cost, text, notation, ...) LOOM_AS_##notation(name, 1)
#define LOOM_UNARY_COMPOSED(name, notation, ...) LOOM_AS_##notation(name, 1)
#define LOOM_BINARY(name, cost, text, notation, ...) LOOM_AS_##notation(name, 2)
#define LOOM_BINARY_COMPOSED(name, notation, ...) LOOM_AS_##notation(name, 2)
#include "loom/ir/ops.def"
#undef LOOM_AS_function
#undef LOOM_AS_symbol
#undef LOOM_AS_internal
    {"relu", ir::op::relu, 1},         {"stop_gradient", ir::op::stop_gradient, 1},
    {"clamp", ir::op::clamp, 3},       {"log2", ir::op::log2, 1},
    {"log10", ir::op::log10, 1},       {"isnan", ir::op::isnan, 1},
    {"isfinite", ir::op::isfinite, 1}, {"lbeta", ir::op::lbeta, 2},
    {"where", ir::op::where, 3},       {"number", ir::op::number, 1},
};

struct reduction_word {
  std::string_view word;
  ir::op code;
  bool of_masks = false;
  bool also_elementwise = false;  ///< max(a, b) and max(x, C)
  bool keeps_shape = false;
};

inline constexpr reduction_word reduction_words[] = {
    {"sum", ir::op::sum},
    {"mean", ir::op::mean},
    {"prod", ir::op::prod},
    {"max", ir::op::reduce_max, false, true},
    {"min", ir::op::reduce_min, false, true},
    {"logsumexp", ir::op::logsumexp},
    {"norm", ir::op::norm},
    {"var", ir::op::var},
    {"stddev", ir::op::stddev},
    {"count", ir::op::count, true},
    {"any", ir::op::any_of, true},
    {"all", ir::op::all_of, true},
    {"softmax", ir::op::softmax, false, false, true},
    {"log_softmax", ir::op::log_softmax, false, false, true},
    {"argmax", ir::op::argmax},
    {"argmin", ir::op::argmin},
    {"rank", ir::op::rank, false, false, true},
};

/// A running value: its operands, an axis, and how it runs along that.
struct running_word {
  std::string_view word;
  ir::op code;
  std::string_view takes;
};

inline constexpr running_word running_words[] = {
    {"cumsum", ir::op::cumsum, "cumsum(e, axis) takes a value and the one axis it runs along"},
    {"cumprod", ir::op::cumprod, "cumprod(e, axis) takes a value and the one axis it runs along"},
    {"cummax", ir::op::cummax, "cummax(e, axis) takes a value and the one axis it runs along"},
    {"logcumsumexp", ir::op::logcumsumexp, "logcumsumexp(e, axis) takes a value and the one axis it runs along"},
    {"recurrence", ir::op::recurrence, "recurrence(b, a, axis) takes two values and the one axis it runs along"},
    {"order", ir::op::order, "order(e, axis) takes a value and the one axis it sorts along"},
};

/// A chain of states.
struct chain_word {
  std::string_view word;
  ir::op code;
};

inline constexpr chain_word chain_words[] = {{"forward", ir::op::forward}, {"viterbi", ir::op::viterbi}};

struct operator_word {
  std::string_view word;
  ir::op code;
};
inline constexpr operator_word operator_words[] = {
    {"+", ir::op::add}, {"-", ir::op::sub}, {"*", ir::op::mul},          {"/", ir::op::div},
    {"==", ir::op::eq}, {"!=", ir::op::ne}, {"<", ir::op::lt},           {"<=", ir::op::le},
    {">", ir::op::gt},  {">=", ir::op::ge}, {"&&", ir::op::logical_and}, {"||", ir::op::logical_or},
};

struct input_word {
  std::string_view word;
  ir::op code;
};
inline constexpr input_word input_words[] = {
    {"tensor", ir::op::tensor}, {"index", ir::op::index}, {"mask", ir::op::mask}, {"scalar", ir::op::scalar}};

/// std::numbers::pi and its like.
struct constant_word {
  std::string_view word;
  double value;
};
inline constexpr constant_word constant_words[] = {
    {"pi", std::numbers::pi},       {"e", std::numbers::e},           {"ln2", std::numbers::ln2},
    {"ln10", std::numbers::ln10},   {"log2e", std::numbers::log2e},   {"log10e", std::numbers::log10e},
    {"sqrt2", std::numbers::sqrt2}, {"sqrt3", std::numbers::sqrt3},   {"inv_pi", std::numbers::inv_pi},
    {"phi", std::numbers::phi},     {"egamma", std::numbers::egamma}, {"inv_sqrtpi", std::numbers::inv_sqrtpi},
};

/// What stands without a namespace, where no input has that name: what Python writes, and the macros of <math.h>.
inline constexpr constant_word plain_constant_words[] = {
    {"inf", std::numeric_limits<double>::infinity()},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
    {"INFINITY", std::numeric_limits<double>::infinity()},
    {"NAN", std::numeric_limits<double>::quiet_NaN()},
    {"M_PI", std::numbers::pi},
    {"M_E", std::numbers::e},
    {"M_LN2", std::numbers::ln2},
    {"M_LN10", std::numbers::ln10},
    {"M_LOG2E", std::numbers::log2e},
    {"M_LOG10E", std::numbers::log10e},
    {"M_SQRT2", std::numbers::sqrt2},
    {"M_1_PI", std::numbers::inv_pi},
};

const elementwise_word* find_elementwise(std::string_view word);
const reduction_word* find_reduction(std::string_view word);
const running_word* find_running(std::string_view word);
const chain_word* find_chain(std::string_view word);
const constant_word* find_plain_constant(std::string_view word);
bool is_function(std::string_view word);
std::string_view word_of_input(ir::op code);
/// Every function by name, and every method.
std::span<const std::string> function_names();
std::span<const std::string> method_names();

/// What the compiler says of a mistake, without the "loom: " in front.
std::string sentence(const ir::mistake& m);

/// What stands for matmul(a, b) and a @ b.
inline constexpr std::string_view product_of_matrices =
    "a product of matrices is a sum over the axis they share: sum(a * b, axis<\"D\">) of a[N,D] and b[M,D]";

/// Of custom and slope in other places than they have.
inline constexpr std::string_view takes_slopes =
    "custom(value, slope(u) = s) takes a value and the derivative to use for each u it depends on; a value without any "
    "is "
    "stop_gradient(value)";
inline constexpr std::string_view slope_outside =
    "slope(u) = s is the derivative that a value is to have, and stands beside it: custom(value, slope(u) = s)";

/// Words that C++ keeps for itself: no variable has such a name.
bool is_keyword(std::string_view name);
/// Whether a variable can have this name.
bool is_variable(std::string_view name);

/// Names that papers give to numbers beside the data: gamma, temperature.
bool is_usually_scalar(std::string_view name);

}  // namespace loom::notation
