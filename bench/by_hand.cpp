// SPDX-License-Identifier: BSL-1.0
// bench/by_hand.cpp — the workloads written by hand for AVX-512: the bar for Loom, since they keep what Loom promises.
// A loss and its gradient keep their digits where the label leads by far, logits of 1e4 in size stay finite, -inf masks
// an entry, and NaN in is NaN out. Rows are summed as they are, without a search for their largest entry: only where the
// sum leaves [2^-60, 2^96], so that a term overflowed or one that counts may have underflowed, is the row summed again,
// shifted. Elementwise losses are likewise computed again, in double, for a block whose total is not finite.
#include "by_hand/losses.hpp"

#include "peers.hpp"

namespace bench {

contender by_hand() {
  return {.name = "by hand",
          .cross_entropy = hand::cross_entropy(),
          .focal = hand::focal(),
          .bce = hand::binary_cross_entropy(),
          .huber = hand::huber(),
          .gaussian = hand::gaussian_nll(),
          .distillation = hand::distillation(),
          .cross_entropy_f64 = hand::cross_entropy_f64()};
}

}  // namespace bench
