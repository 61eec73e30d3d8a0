// SPDX-License-Identifier: BSL-1.0
// bench/entries.hpp — losses of entries, each as a loop that one would write by hand: value and gradient.
#pragma once

#include <cstddef>

namespace bench::entries {

/// What the losses are made of: a matrix of rows and columns, or images of classes, rows of pixels and columns; whichever a loss has.
struct data {
  std::ptrdiff_t rows, columns;
  std::ptrdiff_t images, classes, height, width;
  const float *x, *y;
  float* gradient;
  const float *of_rows, *of_columns;
  const bool *mask, *row_mask;  ///< of entries or pixels; of rows
  const int *labels, *row_labels;  ///< of entries or pixels, below the number of columns or classes; of rows
};

float masked_squares(const data& d);
float masked_logits(const data& d);
float ignored_entries(const data& d);
float masked_rows(const data& d);
float weighted_rows(const data& d);
float weighted_columns(const data& d);
float table(const data& d);
float weighted_entropies(const data& d);
float masked_entropies(const data& d);
float neighbours_in_rows(const data& d);
float neighbours_of_rows(const data& d);
float running_sums(const data& d);
float sums_of_columns(const data& d);
float variances_of_columns(const data& d);
float entropies_of_columns(const data& d);  ///< log-sum-exps
float pixel_entropies(const data& d);
float overlaps(const data& d);
float variation(const data& d);

/// Of filters of 7 entries, and of 3 x 3.
inline constexpr float weights[9] = {1, 0.5f, -1, 2, 0.25f, -2, 1, -0.5f, 1.5f};
float filters(const data& d);
float image_filters(const data& d);

}  // namespace bench::entries
