// SPDX-License-Identifier: BSL-1.0
// src/site/notations.hpp — a loss for each notation of the language that no loss of the collection has: what the pages of notations show.
// Written the way a textbook writes them, each in a namespace of its own, as a program would have it: a page quotes the namespace.
#pragma once

#include <boost/hana/map.hpp>
#include <boost/hana/string.hpp>

#include "loom/loom.hpp"

// clang-format off
namespace notations {

namespace places {
inline constexpr auto z = loom::tensor<"z[N,D]">;  // N views of D features: two of each picture
inline constexpr auto other = loom::index<"other[N]">;  // the row of the same picture's other view
inline constexpr auto tau = loom::scalar<"tau > 0">;
inline constexpr auto N = loom::axis<"N">;
inline constexpr auto M = loom::axis<"M">;  // the rows once more: z(N = M) is z read along M
inline constexpr auto D = loom::axis<"D">;
inline constexpr auto u = z / norm(z, D);
inline constexpr auto s = sum(u * u(N = M), D) / tau;
inline constexpr auto nt_xent = loom::loss<-log(exp(s(M = other)) / sum(where(N != M, exp(s), 0), M)).mean()>;
}  // namespace places

namespace products {
inline constexpr auto a = loom::tensor<"a[N,D]">;  // of images
inline constexpr auto b = loom::tensor<"b[M,D]">;  // of texts: that of image n is text n
inline constexpr auto scale = loom::scalar<"scale">;
inline constexpr auto bias = loom::scalar<"bias">;
inline constexpr auto N = loom::axis<"N">;
inline constexpr auto M = loom::axis<"M">;
inline constexpr auto D = loom::axis<"D">;
inline constexpr auto s = scale * sum(a * b, D) + bias;  // N x M, never in memory as a whole
inline constexpr auto siglip = loom::loss<sum(log(1 + exp(where(N == M, -s, s)))) / extent(N)>;
}  // namespace products

namespace running {
inline constexpr auto x = loom::tensor<"x[T]">;  // the logarithms of risks, of patients in the order of their times
inline constexpr auto event = loom::mask<"event[T]">;  // it happened then; else nothing is known from then on
inline constexpr auto T = loom::axis<"T">;
inline constexpr auto at_risk = cumsum(exp(x), T, loom::reverse);  // of all whose time has not come before
inline constexpr auto cox = loom::loss<-sum(where(event, log(exp(x) / at_risk), 0)) / count(event)>;
}  // namespace running

namespace chains {
inline constexpr auto e = loom::tensor<"e[N,T,S]">;  // the score of each tag S at each step T
inline constexpr auto first = loom::tensor<"first[S]">;  // of a tag to begin with
inline constexpr auto a = loom::tensor<"a[R,S]">;  // of tag S after tag R
inline constexpr auto gold = loom::index<"gold[N,T]">;
inline constexpr auto T = loom::axis<"T">;
inline constexpr auto S = loom::axis<"S">;
inline constexpr auto R = loom::axis<"R">;
inline constexpr auto score = where(T == 0, e + first, e);
inline constexpr auto every_path = logsumexp(forward(score, a, T, S = R)(T = loom::last), S);
inline constexpr auto moves = sum(where(T > 0 && R == gold(T = T - 1) && S == gold, a, 0), T, R, S);
inline constexpr auto crf = loom::loss<mean(every_path - sum(score(S = gold), T) - moves)>;
}  // namespace chains

namespace sorted {
inline constexpr auto x = loom::tensor<"x[N,C]">;  // the scores of a query's C documents
inline constexpr auto y = loom::tensor<"y[N,C]">;  // how relevant each is
inline constexpr auto C = loom::axis<"C">;
inline constexpr auto best_first = x(C = order(y, C, loom::reverse));
inline constexpr auto left = cumsum(exp(best_first), C, loom::reverse);  // of those that are not yet taken
inline constexpr auto list_mle = loom::loss<-sum(log(exp(best_first) / left), C).mean()>;
}  // namespace sorted

namespace extents {
inline constexpr auto x = loom::tensor<"x[N,T,V]">;  // logits of the token after each step
inline constexpr auto token = loom::index<"token[N,T]">;
inline constexpr auto T = loom::axis<"T">;
inline constexpr auto K = loom::axis<"K = T - 1">;  // the steps that have one after them
inline constexpr auto V = loom::axis<"V">;
inline constexpr auto now = x(T = K);
inline constexpr auto next_token = loom::loss<-gather(log(exp(now) / sum(exp(now), V)), token(T = K + 1), V).mean()>;
}  // namespace extents

namespace numbers {
inline constexpr auto x = loom::tensor<"x[N,C]">;  // logits of grades 0, 1, 2, ...
inline constexpr auto t = loom::index<"t[N]">;
inline constexpr auto N = loom::axis<"N">;
inline constexpr auto C = loom::axis<"C">;
inline constexpr auto p = exp(x) / sum(exp(x), C);
inline constexpr auto distance = square(number(C) - number(t));  // N x C
inline constexpr auto kappa = loom::loss<sum(p * distance) / sum(p * mean(distance, N))>;
}  // namespace numbers

namespace slopes {
inline constexpr auto x = loom::tensor<"x[N,D]">;
inline constexpr auto y = loom::tensor<"y[N]">;
inline constexpr auto w = loom::tensor<"w[D]">;  // weights, which will be stored in 4 bits
inline constexpr auto step = loom::scalar<"step > 0">;  // of the codes -8 to 7
inline constexpr auto D = loom::axis<"D">;
inline constexpr auto code = round(clamp(w / step, -8, 7));
inline constexpr auto fits = w / step >= -8 && w / step <= 7;
inline constexpr auto stored =
    custom(code * step, slope(w) = where(fits, 1, 0), slope(step) = where(fits, code - w / step, code));
inline constexpr auto lsq = loom::loss<square(sum(x * stored, D) - y).mean()>;
}  // namespace slopes

/// By the name of the loss, in the order in which a reader may need them.
inline constexpr auto losses = boost::hana::make_map(
    boost::hana::make_pair(BOOST_HANA_STRING("nt_xent"), places::nt_xent),
    boost::hana::make_pair(BOOST_HANA_STRING("siglip"), products::siglip),
    boost::hana::make_pair(BOOST_HANA_STRING("cox"), running::cox),
    boost::hana::make_pair(BOOST_HANA_STRING("crf"), chains::crf),
    boost::hana::make_pair(BOOST_HANA_STRING("list_mle"), sorted::list_mle),
    boost::hana::make_pair(BOOST_HANA_STRING("next_token"), extents::next_token),
    boost::hana::make_pair(BOOST_HANA_STRING("kappa"), numbers::kappa),
    boost::hana::make_pair(BOOST_HANA_STRING("lsq"), slopes::lsq));

}  // namespace notations
// clang-format on
