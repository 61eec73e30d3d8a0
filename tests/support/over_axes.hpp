// SPDX-License-Identifier: BSL-1.0
// tests/support/over_axes.hpp — losses that reduce over more than one set of axes, in their textbook spelling.
#pragma once

#include "loom/loom.hpp"
#include "support/layers.hpp"

namespace loom::over_axes {
using namespace layers;

inline constexpr auto N = axis<"N">;
inline constexpr auto M = axis<"M">;

// InfoNCE of a matrix of similarities, both directions: row n matches column pair[n], column m matches row back[m].
inline constexpr auto s = tensor<"s[N,M]">;
inline constexpr auto pair = loom::index<"pair[N]">;
inline constexpr auto back = loom::index<"back[M]">;
inline constexpr auto info_nce =
    -0.5 * (gather(log_softmax(s, M), pair, M).mean() + gather(log_softmax(s, N), back, N).mean());

// The same of embeddings (Radford et al., 2021): the matrix is never in memory.
inline constexpr auto a = tensor<"a[N,D]">;
inline constexpr auto b = tensor<"b[M,D]">;
inline constexpr auto tau = scalar<"tau">;
inline constexpr auto similarity = sum(a * b, axis<"D">) / tau;
inline constexpr auto clip =
    -0.5 * (gather(log_softmax(similarity, M), pair, M).mean() + gather(log_softmax(similarity, N), back, N).mean());

// Soft dice of an image's classes, over its pixels P, and of the classes over all images.
inline constexpr auto x = tensor<"x[N,C,P]">;
inline constexpr auto y = tensor<"y[N,C,P]">;
inline constexpr auto C = axis<"C">;
inline constexpr auto P = axis<"P">;
inline constexpr auto p = softmax(x, C);
inline constexpr auto dice_of_images = 1 - ((2 * sum(p * y, P) + 1) / (sum(p, P) + sum(y, P) + 1)).mean();
inline constexpr auto dice_of_classes = 1 - ((2 * sum(p * y, N, P) + 1) / (sum(p, N, P) + sum(y, N, P) + 1)).mean();

// Direct preference optimisation (Rafailov et al., 2023): log-probabilities of tokens, summed over two answers.
inline constexpr auto T = axis<"T">;
inline constexpr auto V = axis<"V">;
inline constexpr auto chosen = tensor<"chosen[B,T,V]">;
inline constexpr auto rejected = tensor<"rejected[B,T,V]">;
inline constexpr auto reference = tensor<"reference[B]">;  // the same difference, of the reference model
inline constexpr auto good = loom::index<"good[B,T]">;
inline constexpr auto bad = loom::index<"bad[B,T]">;
inline constexpr auto beta = scalar<"beta">;
inline constexpr auto answer = [](auto logits, auto tokens) {
  return sum(gather(log_softmax(logits, V), tokens, V), T);
};
inline constexpr auto dpo = softplus(-beta * (answer(chosen, good) - answer(rejected, bad) - reference)).mean();

// Cross entropy of tokens, averaged over the tokens of a sequence that count, then over sequences.
inline constexpr auto counts = good != -100;
inline constexpr auto token_means =
    (sum(where(counts, -gather(log_softmax(chosen, V), good, V), 0), T) / sum(where(counts, 1, 0), T)).mean();

}  // namespace loom::over_axes
