// SPDX-License-Identifier: BSL-1.0
#include "measure.hpp"

namespace bench {

void print_head(const table& t) {
  std::printf("\n| %-46s | %8s |", "", t.columns[0].c_str());
  for (std::size_t k = 1; k < t.columns.size(); ++k) std::printf(" %-17s |", t.columns[k].c_str());
  std::printf("\n|%s|---------:|", std::string(48, '-').c_str());
  for (std::size_t k = 1; k < t.columns.size(); ++k) std::printf("------------------:|");
  std::puts("");
}

void print(const line& l) {
  std::printf("| %-46s | %8.4g |", l.what.c_str(), l.medians[0]);
  for (std::size_t k = 1; k < l.medians.size(); ++k)
    if (std::isnan(l.medians[k])) std::printf(" %17s |", "");
    else std::printf(" %8.4g (%5.2fx) |", l.medians[k], l.medians[k] / l.medians[0]);
  std::puts("");
  std::fflush(stdout);
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

}  // namespace bench
