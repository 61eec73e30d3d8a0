// SPDX-License-Identifier: BSL-1.0
// examples/mnist/matrix.hpp — the matrices of the example: one row an image.
// Row-major, so that a row of logits is contiguous and Loom reads it in place.
#pragma once

#include <Eigen/Core>

namespace mnist {

using Eigen::Index;
using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using row_vector = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;

} // namespace mnist
