// SPDX-License-Identifier: BSL-1.0
// collection/segmentation.hpp — losses of images, written the way a textbook writes them: unstable on purpose.
// Their inputs have names of their own, loom::collection::segmentation::x. Sources and the exact denominators: the
// comments of each; F.* is torch.nn.functional.
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/map.hpp>
#include <boost/hana/string.hpp>

#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI::collection {
// clang-format off

namespace segmentation {

inline constexpr auto x = tensor<"x[N,C,H,W]">;  // logits: N images, C classes, H x W pixels
inline constexpr auto t = index<"t[N,H,W]">;     // the class of each pixel
inline constexpr auto y = tensor<"y[N,C,H,W]">;  // or how far it belongs to each class, 0 to 1
inline constexpr auto N = axis<"N">;
inline constexpr auto C = axis<"C">;
inline constexpr auto H = axis<"H">;
inline constexpr auto W = axis<"W">;
inline constexpr auto smooth = scalar<"smooth">;  // what an empty intersection and an empty union have in common: 1e-5, or 1

// F.cross_entropy(x, t): the mean over N H W pixels.
inline constexpr auto pixel_cross_entropy = loss<-gather(log(exp(x) / sum(exp(x), C)), t, C).mean()>;

// Soft Dice of sigmoids (Milletari et al., 2016): 1 - (2 sum(q y) + smooth) / (sum(q) + sum(y) + smooth).
inline constexpr auto q = 1 / (1 + exp(-x));
// Sums over H W, the mean over N C: DiceLoss(sigmoid = True, smooth_nr = smooth, smooth_dr = smooth) of MONAI.
inline constexpr auto dice = loss<(1 - (2 * sum(q * y, H, W) + smooth) / (sum(q, H, W) + sum(y, H, W) + smooth)).mean()>;
// Sums over C H W, the mean over N: keras.losses.Dice(axis = (1, 2, 3)), whose smooth is 1e-7.
inline constexpr auto image_dice =
    loss<(1 - (2 * sum(q * y, C, H, W) + smooth) / (sum(q, C, H, W) + sum(y, C, H, W) + smooth)).mean()>;

// Of a softmax and labels, sums over N H W, the mean over C: DiceLoss(softmax = True, to_onehot_y = True, batch = True).
inline constexpr auto p = exp(x) / sum(exp(x), C);
inline constexpr auto is = onehot(t, C);
inline constexpr auto class_dice =
    loss<(1 - (2 * sum(p * is, N, H, W) + smooth) / (sum(p, N, H, W) + sum(is, N, H, W) + smooth)).mean()>;

}  // namespace segmentation

using segmentation::pixel_cross_entropy, segmentation::dice, segmentation::image_dice, segmentation::class_dice;

inline constexpr auto segmentation_losses = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("pixel_cross_entropy"), pixel_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("dice"), dice),
    hana::make_pair(BOOST_HANA_STRING("image_dice"), image_dice),
    hana::make_pair(BOOST_HANA_STRING("class_dice"), class_dice));
// clang-format on

}  // namespace loom::collection
