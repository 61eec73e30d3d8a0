// SPDX-License-Identifier: BSL-1.0
// collection/classification.hpp — losses of a row of logits, written the way a textbook writes them: unstable on purpose.
// Sources and the exact denominators: the comments of each; F.* is torch.nn.functional.
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/map.hpp>
#include <boost/hana/string.hpp>

#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI::collection {
// clang-format off

inline constexpr auto x = tensor<"x[N,C]">;  // logits: N rows, C classes
inline constexpr auto t = index<"t[N]">;     // the class of each row
inline constexpr auto C = axis<"C">;

inline constexpr auto p = exp(x) / sum(exp(x), C);  // softmax, as written in books

// F.cross_entropy(x, t)
inline constexpr auto cross_entropy = loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

// F.cross_entropy(x, t, weight = w, label_smoothing = e, ignore_index = -100): the mean is over the weight of the rows kept.
inline constexpr auto w = tensor<"w[C]">;
inline constexpr auto e = scalar<"e">;
inline constexpr auto smoothed = (1 - e) * onehot(t, C) + e / extent(C);
inline constexpr auto kept = t != -100;
inline constexpr auto weighted_cross_entropy =
    loss<sum(where(kept, -sum(w * smoothed * log(p), C), 0)) / sum(where(kept, gather(w, t), 0))>;

// Focal loss (Lin et al., 2017) with label smoothing e and a z-loss (Chowdhery et al., 2022) of weight z.
inline constexpr auto gamma = scalar<"gamma">;
inline constexpr auto z = scalar<"z">;
inline constexpr auto focal_cross_entropy =
    loss<(pow(1 - gather(p, t), gamma) * -sum(smoothed * log(p), C) + z * square(log(sum(exp(x), C)))).mean()>;

// F.binary_cross_entropy_with_logits(a, y, pos_weight = pw)
inline constexpr auto a = tensor<"a[N]">;  // one logit a row
inline constexpr auto y = tensor<"y[N] in [0,1]">;  // its target
inline constexpr auto pw = scalar<"pw >= 0">;
inline constexpr auto yes = 1 / (1 + exp(-a));
inline constexpr auto binary_cross_entropy = loss<-(pw * y * log(yes) + (1 - y) * log(1 - yes)).mean()>;

// T^2 F.kl_div(log_softmax(x / T), softmax(s / T), reduction = "batchmean"): Hinton et al., 2015.
inline constexpr auto s = tensor<"s[N,C]">;  // logits of the teacher
inline constexpr auto T = scalar<"T">;
inline constexpr auto teacher = exp(s / T) / sum(exp(s / T), C);
inline constexpr auto student = exp(x / T) / sum(exp(x / T), C);
inline constexpr auto distillation = loss<square(T) * sum(teacher * log(teacher / student), C).mean()>;

// The objectives of gradient boosting: multi:softprob and binary:logistic of XGBoost, multiclass and binary of LightGBM.
// The sum of the losses of the rows, so that d and d2 are what a booster asks for, row by row.
inline constexpr auto softmax_objective = loss<-gather(log(exp(x) / sum(exp(x), C)), t).sum()>;
inline constexpr auto logistic_objective = loss<-(y * log(yes) + (1 - y) * log(1 - yes)).sum()>;

inline constexpr auto classification = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("cross_entropy"), cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("weighted_cross_entropy"), weighted_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("focal_cross_entropy"), focal_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("binary_cross_entropy"), binary_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("distillation"), distillation),
    hana::make_pair(BOOST_HANA_STRING("softmax_objective"), softmax_objective),
    hana::make_pair(BOOST_HANA_STRING("logistic_objective"), logistic_objective));
// clang-format on

}  // namespace loom::collection
