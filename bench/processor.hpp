// SPDX-License-Identifier: BSL-1.0
// bench/processor.hpp — what the processor of a measurement has, and what it is called.
#pragma once

#include <algorithm>
#include <fstream>
#include <string>

namespace bench {

/// The parts of AVX-512 that contenders are compiled for.
inline bool has_avx512() {
#ifdef LOOM_BENCH_X86
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("fma");
#else
  return false;
#endif
}
inline bool has_avx2() {
#ifdef LOOM_BENCH_X86
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

/// What /proc/cpuinfo says of the first processor, or nothing.
inline std::string fact_of_processor(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, name.size(), name) != 0) continue;
    const std::size_t colon = line.find(':');
    if (line.find_first_not_of(" \t", name.size()) == colon) return line.substr(std::min(colon + 2, line.size()));
  }
  return {};
}

}  // namespace bench
