// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/losses.hpp — the losses written by hand, a value and a gradient each.
#pragma once

#include "../peers.hpp"

namespace bench::hand {

using workloads = loss_of<float>;

workloads cross_entropy();
workloads focal();
workloads distillation();
workloads binary_cross_entropy();
workloads huber();
workloads gaussian_nll();
loss_of<double> cross_entropy_f64();

}  // namespace bench::hand
