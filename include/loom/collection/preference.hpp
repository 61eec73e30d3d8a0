// SPDX-License-Identifier: BSL-1.0
// collection/preference.hpp — losses of sequences of tokens, written the way a textbook writes them: unstable on purpose.
// Their inputs have names of their own, loom::collection::preference::x. Sources and the exact denominators: the
// comments of each.
#pragma once

#include "loom/base/config.hpp"

#include <boost/hana/map.hpp>
#include <boost/hana/string.hpp>

#include "loom/loom.hpp"

namespace loom::inline LOOM_ABI::collection {
// clang-format off

namespace preference {

inline constexpr auto x = tensor<"x[B,T,V]">;  // logits: B sequences of T tokens, V words
inline constexpr auto t = index<"t[B,T]">;     // the word of each token
inline constexpr auto m = mask<"m[B,T]">;      // tokens that count
inline constexpr auto T = axis<"T">;
inline constexpr auto V = axis<"V">;
inline constexpr auto beta = scalar<"beta">;

inline constexpr auto logp = gather(log(exp(x) / sum(exp(x), V)), t);  // of each token

// The mean over the tokens kept, of the whole batch; NaN if there is none.
inline constexpr auto token_cross_entropy = loss<sum(where(m, -logp, 0)) / count(m)>;

// DPO (Rafailov et al., 2023), DPOTrainer of TRL with loss_type = "sigmoid": the mean over B pairs of sequences. Tokens of
// label -100 do not count; r is the log-probability that the reference gave each token.
inline constexpr auto xc = tensor<"xc[B,T,V]">;  // chosen
inline constexpr auto xr = tensor<"xr[B,T,V]">;  // rejected
inline constexpr auto tc = index<"tc[B,T]">;
inline constexpr auto tr = index<"tr[B,T]">;
inline constexpr auto rc = tensor<"rc[B,T]">;
inline constexpr auto rr = tensor<"rr[B,T]">;
inline constexpr auto chosen = sum(where(tc != -100, gather(log(exp(xc) / sum(exp(xc), V)), tc) - rc, 0), T);
inline constexpr auto rejected = sum(where(tr != -100, gather(log(exp(xr) / sum(exp(xr), V)), tr) - rr, 0), T);
inline constexpr auto dpo = loss<-log(1 / (1 + exp(-(beta * (chosen - rejected))))).mean()>;

// GRPO (Shao et al., 2024), GRPOTrainer of TRL with loss_type = "grpo": the mean over the tokens kept of each sequence, by
// at least 1, then the mean over B.
inline constexpr auto old = tensor<"old[B,T]">;        // log-probabilities when the sequences were sampled
inline constexpr auto reference = tensor<"ref[B,T]">;  // and of the reference
inline constexpr auto A = tensor<"A[B]">;              // advantage
inline constexpr auto eps = scalar<"eps">;
inline constexpr auto ratio = exp(logp - old);
inline constexpr auto clipped = clamp(ratio, 1 - eps, 1 + eps) * A;
inline constexpr auto gain = where(A == 0, clipped, min(ratio * A, clipped));  // no advantage of a ratio that overflows is 0, too
inline constexpr auto divergence = exp(reference - logp) - (reference - logp) - 1;
inline constexpr auto grpo = loss<(sum(where(m, beta * divergence - gain, 0), T) / max(count(m, T), 1)).mean()>;

}  // namespace preference

using preference::token_cross_entropy, preference::dpo, preference::grpo;

inline constexpr auto preference_losses = hana::make_map(
    hana::make_pair(BOOST_HANA_STRING("token_cross_entropy"), token_cross_entropy),
    hana::make_pair(BOOST_HANA_STRING("dpo"), dpo),
    hana::make_pair(BOOST_HANA_STRING("grpo"), grpo));
// clang-format on

}  // namespace loom::collection
