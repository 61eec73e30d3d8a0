// SPDX-License-Identifier: BSL-1.0
// lang/notation.hpp — the names with which a user writes a formula and calls it: these, and no others of this folder, are loom's.
// Layer 2 (lang).
#pragma once

#include "loom/lang/bindings.hpp"
#include "loom/lang/expression.hpp"
#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/operators.hpp"
#include "loom/lang/refused.hpp"
#include "loom/lang/running.hpp"
#include "loom/lang/view.hpp"

namespace loom::inline LOOM_ABI {

// What a formula is made of.
using lang::expression, lang::formula, lang::operand;
using lang::tensor, lang::index, lang::mask, lang::scalar, lang::axis, lang::last, lang::outside;

// Elementwise functions.
using lang::abs, lang::sign, lang::square, lang::sqrt, lang::exp, lang::expm1, lang::log, lang::log1p, lang::sin,
    lang::cos, lang::tan, lang::asin, lang::acos, lang::atan, lang::sinh, lang::cosh, lang::tanh, lang::asinh,
    lang::acosh, lang::atanh, lang::erf, lang::erfc, lang::erfcx, lang::i0e, lang::i1e, lang::log_i0, lang::lgamma,
    lang::digamma, lang::trigamma, lang::sigmoid, lang::softplus, lang::log1mexp, lang::relu, lang::stop_gradient,
    lang::custom, lang::slope, lang::pow, lang::min, lang::max, lang::logaddexp, lang::xlogy, lang::hypot, lang::where,
    lang::clamp, lang::as_written, lang::log2, lang::log10, lang::isnan, lang::isfinite, lang::lbeta, lang::floor,
    lang::round, lang::atan2, lang::log_ndtr, lang::number;

// Reductions and functions of a row; indexing.
using lang::sum, lang::mean, lang::prod, lang::logsumexp, lang::norm, lang::var, lang::stddev, lang::count, lang::any,
    lang::all, lang::softmax, lang::log_softmax, lang::gather, lang::onehot, lang::extent, lang::results, lang::argmax,
    lang::argmin, lang::rank, lang::top_k;

// Running values.
using lang::cumsum, lang::cumprod, lang::cummax, lang::logcumsumexp, lang::recurrence, lang::forward, lang::viterbi,
    lang::order, lang::reverse, lang::exclusive;

// What a call binds.
using lang::d, lang::d2, lang::hvp, lang::gn, lang::in_place, lang::direction, lang::out, lang::result, lang::seed,
    lang::workspace, lang::least, lang::threads, lang::checked;
using lang::view, lang::strided_view;

namespace hana = boost::hana;  ///< Boost.Hana, whose maps hold the losses of the collection

}  // namespace loom
