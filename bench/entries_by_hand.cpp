// SPDX-License-Identifier: BSL-1.0
// bench/entries_by_hand.cpp — plain loops, compiled for this machine and at -Ofast, so that the compiler may use its vectors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "entries.hpp"

namespace bench::entries {

namespace {

using index = std::ptrdiff_t;

/// f(i, j, at) for each entry of the matrix.
template <class F>
inline void for_each_entry(const data& d, const F& f) {
  for (index i = 0; i < d.rows; ++i)
    for (index j = 0; j < d.columns; ++j) f(i, j, i * d.columns + j);
}

/// The sum of the squares of e(i, j, at), whose derivative by x is 1, or 0 where it is 0.
template <class Error>
inline float squares(const data& d, const Error& error) {
  float value = 0;
  for_each_entry(d, [&](index i, index j, index at) {
    const float e = error(i, j, at);
    value += e * e;
    d.gradient[at] = 2 * e;
  });
  return value;
}
/// Those of x - y, weighted.
template <class Weight>
inline float weighted_squares(const data& d, const Weight& weight) {
  float value = 0;
  for_each_entry(d, [&](index i, index j, index at) {
    const float e = d.x[at] - d.y[at], weighted = weight(i, j) * e;
    value += weighted * e;
    d.gradient[at] = 2 * weighted;
  });
  return value;
}

/// The cross entropy of a row whose entries lie `step` apart, times a weight; those that are not `kept` are none.
template <class Kept>
inline float entropy(const float* x, index count, index step, index label, float weight, float* g, const Kept& kept) {
  float largest = std::numeric_limits<float>::lowest(), sum = 0;
  for (index j = 0; j < count; ++j) largest = kept(j) ? std::fmax(largest, x[j * step]) : largest;
  for (index j = 0; j < count; ++j) {
    const float e = kept(j) ? std::exp(x[j * step] - largest) : 0.0f;
    g[j * step] = e;
    sum += e;
  }
  const float scale = weight / sum;
  for (index j = 0; j < count; ++j) g[j * step] *= scale;
  g[label * step] -= weight;
  return weight * (std::log(sum) + largest - x[label * step]);
}
constexpr auto all = [](index) { return true; };

}  // namespace

float masked_squares(const data& d) {
  return squares(d, [&](index, index, index at) { return d.mask[at] ? d.x[at] - d.y[at] : 0.0f; });
}
float masked_logits(const data& d) {
  float total = 0;
  for_each_entry(d, [&](index, index, index at) {
    const float v = d.x[at], e = std::exp(-std::fabs(v)), sigmoid = (v >= 0 ? 1 : e) / (1 + e);
    total += d.mask[at] ? std::fmax(v, 0.0f) + std::log(1 + e) - v * d.y[at] : 0.0f;
    d.gradient[at] = d.mask[at] ? sigmoid - d.y[at] : 0.0f;
  });
  return total;
}
float ignored_entries(const data& d) {
  return squares(d, [&](index, index, index at) { return d.labels[at] != 0 ? d.x[at] - d.y[at] : 0.0f; });
}
float masked_rows(const data& d) {
  return squares(d, [&](index i, index, index at) { return d.row_mask[i] ? d.x[at] - d.y[at] : 0.0f; });
}
float table(const data& d) {
  return squares(d, [&](index, index, index at) { return d.x[at] - d.of_columns[d.labels[at]]; });
}
float weighted_rows(const data& d) {
  return weighted_squares(d, [&](index i, index) { return d.of_rows[i]; });
}
float weighted_columns(const data& d) {
  return weighted_squares(d, [&](index, index j) { return d.of_columns[j]; });
}
float weighted_entropies(const data& d) {
  float value = 0;
  for (index i = 0; i < d.rows; ++i)
    value += entropy(d.x + i * d.columns, d.columns, 1, d.row_labels[i], d.of_columns[d.row_labels[i]],
                     d.gradient + i * d.columns, all);
  return value;
}
float masked_entropies(const data& d) {
  float value = 0;
  for (index i = 0; i < d.rows; ++i) {
    const bool* const mask = d.mask + i * d.columns;
    value += entropy(d.x + i * d.columns, d.columns, 1, d.row_labels[i], 1, d.gradient + i * d.columns,
                     [&](index j) { return mask[j]; });
  }
  return value;
}
float neighbours_in_rows(const data& d) {
  float value = 0;
  for (index i = 0; i < d.rows; ++i) {
    const float* const x = d.x + i * d.columns;
    float* const g = d.gradient + i * d.columns;
    for (index j = 0; j < d.columns; ++j) {
      const float before = x[j] - (j > 0 ? x[j - 1] : 0.0f), after = j + 1 < d.columns ? x[j + 1] - x[j] : 0.0f;
      value += before * before;
      g[j] = 2 * (before - after);
    }
  }
  return value;
}
float neighbours_of_rows(const data& d) {
  float value = 0;
  for (index i = 0; i < d.rows; ++i) {
    const float* const x = d.x + i * d.columns;
    float* const g = d.gradient + i * d.columns;
    const bool is_first = i == 0, is_last = i + 1 == d.rows;
    for (index j = 0; j < d.columns; ++j) {
      const float before = x[j] - (is_first ? 0.0f : x[j - d.columns]),
                  after = is_last ? 0.0f : x[j + d.columns] - x[j];
      value += before * before;
      g[j] = 2 * (before - after);
    }
  }
  return value;
}
float running_sums(const data& d) {
  float value = 0;
  for (index i = 0; i < d.rows; ++i) {
    const float *const x = d.x + i * d.columns, *const y = d.y + i * d.columns;
    float* const g = d.gradient + i * d.columns;
    float sum = 0;
    for (index j = 0; j < d.columns; ++j) {
      sum += x[j] - y[j];
      value += sum * sum;
      g[j] = 2 * sum;
    }
    for (index j = d.columns - 2; j >= 0; --j) g[j] += g[j + 1];
  }
  return value;
}
float sums_of_columns(const data& d) {
  std::vector<float> sums(static_cast<std::size_t>(d.columns));
  float* const s = sums.data();
  for_each_entry(d, [&](index, index j, index at) { s[j] += d.x[at] - d.y[at]; });
  float value = 0;
  for (index j = 0; j < d.columns; ++j) value += s[j] * s[j];
  for_each_entry(d, [&](index, index j, index at) { d.gradient[at] = 2 * s[j]; });
  return value;
}
float variances_of_columns(const data& d) {
  const auto columns = static_cast<std::size_t>(d.columns);
  const auto rows = static_cast<float>(d.rows);
  std::vector<float> mean(columns), squares(columns);
  float *const m = mean.data(), *const s = squares.data();
  for_each_entry(d, [&](index, index j, index at) { m[j] += d.x[at]; });
  for (float& v : mean) v /= rows;
  for_each_entry(d, [&](index, index j, index at) { s[j] += (d.x[at] - m[j]) * (d.x[at] - m[j]); });
  float value = 0;
  for (const float v : squares) value += v / rows;
  for_each_entry(d, [&](index, index j, index at) { d.gradient[at] = 2 * (d.x[at] - m[j]) / rows; });
  return value;
}
float entropies_of_columns(const data& d) {
  std::vector<float> most(d.x, d.x + d.columns), sums(most.size());
  float *const m = most.data(), *const s = sums.data();
  for_each_entry(d, [&](index, index j, index at) { m[j] = std::max(m[j], d.x[at]); });
  for_each_entry(d, [&](index, index j, index at) { s[j] += std::exp(d.x[at] - m[j]); });
  float value = 0;
  for (std::size_t j = 0; j < sums.size(); ++j) value += m[j] + std::log(s[j]);
  for_each_entry(d, [&](index, index j, index at) { d.gradient[at] = std::exp(d.x[at] - m[j]) / s[j]; });
  return value;
}
float pixel_entropies(const data& d) {
  const index pixels = d.height * d.width;
  float value = 0;
  for (index n = 0; n < d.images; ++n)
    for (index p = 0; p < pixels; ++p) {
      const index label = d.labels[n * pixels + p], first = n * d.classes * pixels + p;
      const float weight = d.mask[n * pixels + p] ? d.of_columns[label] : 0.0f;
      value += entropy(d.x + first, d.classes, pixels, label, weight, d.gradient + first, all);
    }
  return value;
}
float overlaps(const data& d) {
  const index pixels = d.height * d.width;
  float value = 0;
  for (index n = 0; n < d.images; ++n)
    for (index c = 0; c < d.classes; ++c) {
      const float* const x = d.x + (n * d.classes + c) * pixels;
      float* const g = d.gradient + (n * d.classes + c) * pixels;
      const int* const labels = d.labels + n * pixels;
      float shared = 0, size = 1;
      for (index p = 0; p < pixels; ++p) {
        shared += labels[p] == c ? x[p] : 0.0f;
        size += x[p] * x[p];
      }
      value += 1 - 2 * shared / size;
      for (index p = 0; p < pixels; ++p) g[p] = (labels[p] == c ? -2 / size : 0.0f) + 4 * shared / (size * size) * x[p];
    }
  return value;
}
float variation(const data& d) {
  const index w = d.width, pixels = d.height * w;
  float value = 0;
  for (index n = 0; n < d.images * d.classes; ++n)
    for (index h = 0; h < d.height; ++h) {
      const float* const x = d.x + n * pixels + h * w;
      float* const g = d.gradient + n * pixels + h * w;
      const bool is_first = h == 0, is_last = h + 1 == d.height;
      for (index j = 0; j < w; ++j) {
        const float left = x[j] - (j > 0 ? x[j - 1] : 0.0f), up = x[j] - (is_first ? 0.0f : x[j - w]);
        const float right = j + 1 < w ? x[j + 1] - x[j] : 0.0f, down = is_last ? 0.0f : x[j + w] - x[j];
        value += left * left + up * up;
        g[j] = 2 * (left + up - right - down);
      }
    }
  return value;
}

float filters(const data& d) {
  std::vector<float> left(static_cast<std::size_t>(d.columns));
  float value = 0;
  for (index i = 0; i < d.rows; ++i) {
    const float *const x = d.x + i * d.columns, *const y = d.y + i * d.columns;
    for (index j = 0; j < d.columns; ++j) {
      float sum = -y[j];
      for (index k = 0; k < 7; ++k)
        if (const index at = j + k - 3; at >= 0 && at < d.columns) sum += weights[k] * x[at];
      left[static_cast<std::size_t>(j)] = sum;
      value += sum * sum;
    }
    for (index j = 0; j < d.columns; ++j) {
      float sum = 0;
      for (index k = 0; k < 7; ++k)
        if (const index at = j - k + 3; at >= 0 && at < d.columns)
          sum += weights[k] * left[static_cast<std::size_t>(at)];
      d.gradient[i * d.columns + j] = 2 * sum;
    }
  }
  return value;
}
float image_filters(const data& d) {
  const index w = d.width, h = d.height;
  std::vector<float> left(static_cast<std::size_t>(w * h));
  /// The sum of what lies around an entry, weighted; `back`: by the weights in the other order.
  const auto around = [&](const float* image, index i, index j, index back) {
    float sum = 0;
    for (index a = -1; a <= 1; ++a)
      for (index b = -1; b <= 1; ++b)
        if (i + a >= 0 && i + a < h && j + b >= 0 && j + b < w)
          sum += weights[(1 + back * a) * 3 + 1 + back * b] * image[(i + a) * w + j + b];
    return sum;
  };
  float value = 0;
  for (index n = 0; n < d.images * d.classes; ++n) {
    for (index i = 0; i < h; ++i)
      for (index j = 0; j < w; ++j) {
        const float sum = around(d.x + n * w * h, i, j, 1);
        left[static_cast<std::size_t>(i * w + j)] = sum;
        value += sum * sum;
      }
    for (index i = 0; i < h; ++i)
      for (index j = 0; j < w; ++j) d.gradient[(n * h + i) * w + j] = 2 * around(left.data(), i, j, -1);
  }
  return value;
}

}  // namespace bench::entries
