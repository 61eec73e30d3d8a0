// SPDX-License-Identifier: BSL-1.0
// Which losses of the collection are safe for any finite data, which are not, and what makes the others so.
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>

#include "loom/collection/collection.hpp"
#include "support/catch.hpp"
#include "support/points.hpp"

namespace {

namespace lc = loom::collection;
using loom::d;

static_assert(lc::cross_entropy.safe(d(lc::x)));
static_assert(lc::binary_cross_entropy.safe(d(lc::a), d(lc::y), d(lc::pw)));
static_assert(lc::softmax_objective.safe(d(lc::x)));
static_assert(lc::logistic_objective.safe(d(lc::a)));
static_assert(lc::pixel_cross_entropy.safe(d(lc::segmentation::x)));
static_assert(lc::huber.safe() && lc::gaussian_nll.safe());

// A scale T or a sum of weights may be 0, and so may the number of tokens that a mask leaves.
static_assert(!lc::distillation.safe() && !lc::weighted_cross_entropy.safe() && !lc::token_cross_entropy.safe());
static_assert(!lc::dice.safe() && !lc::image_dice.safe() && !lc::class_dice.safe());
// The ratio of two policies is an exponential of a difference of logarithms of any size.
static_assert(!lc::grpo.safe());
// A complement of 0 has no slope if gamma is below 1.
static_assert(!lc::focal_cross_entropy.safe());

using namespace loom;
constexpr auto T = scalar<"T > 0">;
constexpr auto s = tensor<"s[N,C]">;
constexpr auto x = tensor<"x[N,C]">;
constexpr auto C = axis<"C">;
constexpr auto teacher = exp(s / T) / sum(exp(s / T), C);
constexpr auto student = exp(x / T) / sum(exp(x / T), C);
constexpr auto distillation = loss<square(T) * sum(teacher* log(teacher / student), C).mean()>;
static_assert(distillation.safe(d(x), d(s)));

constexpr auto z = tensor<"z[N,H,W]">;
constexpr auto y = tensor<"y[N,H,W] in [0,1]">;
constexpr auto smooth = scalar<"smooth > 0">;
constexpr auto q = 1 / (1 + exp(-z));
constexpr auto H = axis<"H">;
constexpr auto W = axis<"W">;
constexpr auto dice = loss<(1 - (2 * sum(q * y, H, W) + smooth) / (sum(q, H, W) + sum(y, H, W) + smooth)).mean()>;
static_assert(dice.safe(d(z)));

constexpr auto t = loom::index<"t[N]">;
constexpr auto p = exp(x) / sum(exp(x), C);
static_assert(loss<(pow(1 - gather(p, t), 2) * -gather(log(p), t)).mean()>.safe(d(x)));

TEST_CASE("with all gradients, the losses that are not safe are those that the documentation lists") {
  std::string unsafe;
  boost::hana::for_each(lc::losses, [&](const auto& entry) {
    using loss_type = std::remove_cvref_t<decltype(boost::hana::second(entry))>;
    const auto& written = loss_type::front::written.program;
    const auto stable =
        compiler::in_form(compiler::form::stable_gradients, written, {loom::test::numbers_of(written)}).program;
    if (!rewrite::hazards_of(stable).empty())
      unsafe += std::string(boost::hana::to<const char*>(boost::hana::first(entry))) + " ";
  });
  CHECK(unsafe ==
        "token_cross_entropy grpo dice image_dice class_dice weighted_cross_entropy focal_cross_entropy distillation ");
}

TEST_CASE("the hazards of a loss are constants that name what is missing") {
  constexpr auto& found = lc::distillation.hazards();
  CHECK(found.size() == 2);  // x / T and s / T
  for (const rewrite::hazard& h : found) {
    CHECK(h.kind == rewrite::hazard_kind::invalid);
    CHECK(h.not_zero);
  }
}

}  // namespace
