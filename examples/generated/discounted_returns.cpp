// SPDX-License-Identifier: BSL-1.0
// examples/generated/discounted_returns.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     square(recurrence(reward, gamma * (1 - number(done)), T, reverse) - baseline).mean()
// clang-format off
#include <cstddef>

// Reads done[N,T]; writes term[N,T]; contiguous, row-major.
static void discounted_returns_stage_1(std::ptrdiff_t N, std::ptrdiff_t T, double gamma,
                                       const bool* done, float* term) {
  const float gamma_f = static_cast<float>(gamma);
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const bool* done_row = done + n * T;
    float* term_row = term + n * T;
    for (std::ptrdiff_t t = 0; t < T; ++t) {
      term_row[t] = gamma_f * (1.0f - (done_row[t] ? 1.0f : 0.0f));
    }
  }
}

// Reads recurrence_reward[N,T], baseline[N,T], term[N,T]; writes d_baseline[N,T], slope[N,T];
// contiguous, row-major.
static double discounted_returns_stage_2(std::ptrdiff_t N, std::ptrdiff_t T,
                                         const float* recurrence_reward, const float* baseline,
                                         const float* term, float* d_baseline, float* slope) {
  const double count_N_T = static_cast<double>(N * T);
  const float scale = static_cast<float>(1.0 / count_N_T * 2.0);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* recurrence_reward_row = recurrence_reward + n * T;
    const float* baseline_row = baseline + n * T;
    const float* term_row = term + n * T;
    float* d_baseline_row = d_baseline + n * T;
    float* slope_row = slope + n * T;
    for (std::ptrdiff_t t = 0; t < T; ++t) {
      const float difference = recurrence_reward_row[t] - baseline_row[t];
      const float term_nt = term_row[t];
      const float term_2 = term_nt == 0 ? 0 : term_nt * difference;
      total += difference * difference;
      d_baseline_row[t] = -(difference * scale);
      slope_row[t] = scale * term_2;
    }
  }
  return total / count_N_T;
}

// Reads recurrence_reward[N,T], baseline[N,T], recurrence[N,T]; writes d_reward[N,T]; contiguous,
// row-major.
static void discounted_returns_stage_3(std::ptrdiff_t N, std::ptrdiff_t T,
                                       const float* recurrence_reward, const float* baseline,
                                       const float* recurrence, float* d_reward) {
  const float scale = static_cast<float>(1.0 / static_cast<double>(N * T) * 2.0);

  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* recurrence_reward_row = recurrence_reward + n * T;
    const float* baseline_row = baseline + n * T;
    const float* recurrence_row = recurrence + n * T;
    float* d_reward_row = d_reward + n * T;
    for (std::ptrdiff_t t = 0; t < T; ++t) {
      d_reward_row[t] = (recurrence_reward_row[t] - baseline_row[t]) * scale + recurrence_row[t];
    }
  }
}

// Computes mean(square(recurrence(reward, gamma * (1 - where(done, 1, 0)), T, reverse) - baseline),
// N,T).
// Reads reward[N,T], done[N,T], baseline[N,T]; writes d_reward[N,T], d_baseline[N,T]; contiguous,
// row-major.
// kept: 4 * N * T numbers, for term[N,T], recurrence_reward[N,T], slope[N,T], recurrence[N,T].
double discounted_returns(std::ptrdiff_t N, std::ptrdiff_t T, const float* reward, double gamma,
                          const bool* done, const float* baseline, float* d_reward,
                          float* d_baseline, float* kept) {
  float* const term = kept;
  float* const recurrence_reward = term + N * T;
  float* const slope = recurrence_reward + N * T;
  float* const recurrence = slope + N * T;
  discounted_returns_stage_1(N, T, gamma, done, term);

  // recurrence_reward[N,T]: recurrence of reward by term along T, from the last entry on.
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    double so_far = 0.0;
    for (std::ptrdiff_t t = T - 1; t >= 0; --t) {
      const double entry = reward[n * T + t];
      const double factor = term[n * T + t];
      so_far = entry + (factor == 0 ? 0 : factor * so_far);
      recurrence_reward[n * T + t] = static_cast<float>(so_far);
    }
  }
  const double value = discounted_returns_stage_2(N, T, recurrence_reward, baseline, term,
      d_baseline, slope);

  // recurrence[N,T]: recurrence of slope by term along T, without the entry itself.
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    double so_far = 0.0;
    for (std::ptrdiff_t t = 0; t < T; ++t) {
      const double entry = slope[n * T + t];
      const double factor = term[n * T + t];
      recurrence[n * T + t] = static_cast<float>(so_far);
      so_far = entry + (factor == 0 ? 0 : factor * so_far);
    }
  }
  discounted_returns_stage_3(N, T, recurrence_reward, baseline, recurrence, d_reward);
  return value;
}
