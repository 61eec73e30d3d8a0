// SPDX-License-Identifier: BSL-1.0
// collection/contrastive.hpp — losses of pairs of rows, written the way a textbook writes them: unstable on purpose.
// Their inputs have names of their own, loom::collection::contrastive::a. Sources and the exact denominators: the
// comments of each; F.* is torch.nn.functional.
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/map.hpp>
#include <boost/hana/string.hpp>

#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI::collection {
// clang-format off

namespace contrastive {

inline constexpr auto N = axis<"N">;
inline constexpr auto M = axis<"M">;
inline constexpr auto D = axis<"D">;
inline constexpr auto margin = scalar<"margin">;

// InfoNCE (van den Oord et al., 2018) in both directions: the mean over N and the mean over M, averaged.
inline constexpr auto s = tensor<"s[N,M]">;  // similarities, divided by the temperature
inline constexpr auto t = index<"t[N]">;     // the column that belongs to each row
inline constexpr auto u = index<"u[M]">;     // the row that belongs to each column
inline constexpr auto info_nce =
    loss<(-gather(log(exp(s) / sum(exp(s), M)), t, M).mean() - gather(log(exp(s) / sum(exp(s), N)), u, N).mean()) / 2>;

// The same of inner products: ClipLoss of open_clip (Radford et al., 2021), for features of length 1.
inline constexpr auto a = tensor<"a[N,D]">;  // of images
inline constexpr auto b = tensor<"b[M,D]">;  // of texts
inline constexpr auto scale = scalar<"scale">;
inline constexpr auto ab = scale * sum(a * b, D);
inline constexpr auto clip =
    loss<(-gather(log(exp(ab) / sum(exp(ab), M)), t, M).mean() - gather(log(exp(ab) / sum(exp(ab), N)), u, N).mean()) / 2>;

// F.triplet_margin_loss(anchor, positive, negative, margin, p = 2, eps = 1e-6): eps is added to each difference.
inline constexpr auto anchor = tensor<"anchor[N,D]">;
inline constexpr auto positive = tensor<"positive[N,D]">;
inline constexpr auto negative = tensor<"negative[N,D]">;
inline constexpr auto triplet_margin = loss<max(
    0, sqrt(sum(square(anchor - positive + 1e-6), D)) - sqrt(sum(square(anchor - negative + 1e-6), D)) + margin).mean()>;

// F.cosine_embedding_loss(a, c, y, margin): 1e-12 is added to each squared norm; labels are 1 and -1, others lose nothing.
inline constexpr auto c = tensor<"c[N,D]">;
inline constexpr auto y = index<"y[N]">;
inline constexpr auto cosine = sum(a * c, D) / sqrt((sum(a * a, D) + 1e-12) * (sum(c * c, D) + 1e-12));
inline constexpr auto cosine_embedding =
    loss<where(y == 1 || y == -1, where(y == 1, 1 - cosine, max(0, cosine - margin)), 0).mean()>;

}  // namespace contrastive

using contrastive::info_nce, contrastive::clip, contrastive::triplet_margin, contrastive::cosine_embedding;

inline constexpr auto contrastive_losses = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("info_nce"), info_nce),
    hana::make_pair(BOOST_HANA_STRING("clip"), clip),
    hana::make_pair(BOOST_HANA_STRING("triplet_margin"), triplet_margin),
    hana::make_pair(BOOST_HANA_STRING("cosine_embedding"), cosine_embedding));
// clang-format on

}  // namespace loom::collection
