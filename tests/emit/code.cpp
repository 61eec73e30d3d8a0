// SPDX-License-Identifier: BSL-1.0
// tests/emit/code.cpp — loom/code.hpp: what a user asks for, in every order that it may be asked in.
#include "loom/code.hpp"

#include "emit/subjects.hpp"
#include "loom/collection/classification.hpp"
#include "support/catch.hpp"

using loom::collection::cross_entropy, loom::collection::x;
using loom::emit::element;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("code and explain print what the compiler made of a loss") {
  const printed::subject s = printed::flagships(false)[0];
  CHECK(loom::code(cross_entropy, "cross_entropy", d(x)) == s.code(loom::cpp, element::f32));
  CHECK(loom::code<double>(cross_entropy, "cross_entropy", d(x)) == s.code(loom::cpp, element::f64));
  CHECK(loom::code(cross_entropy, loom::cpp, "cross_entropy", d(x)) == s.code(loom::cpp, element::f32));
  CHECK(loom::code(cross_entropy, loom::c99, "cross_entropy", d(x)) == s.code(loom::c99, element::f32));
  CHECK(loom::code<double>(cross_entropy, loom::c99, "cross_entropy", d(x)) == s.code(loom::c99, element::f64));
  CHECK(loom::explain(cross_entropy, d(x)) == s.explain());
  CHECK(loom::explain(cross_entropy, loom::with_steps, d(x)) == s.explain(true));
}

TEST_CASE("strides, restrict and lanes are asked for by name") {
  const printed::subject s = printed::flagships(false)[0];
  CHECK(loom::code(cross_entropy, loom::printed{.name = "cross_entropy"}, d(x)) == s.code(loom::cpp, element::f32));
  CHECK(loom::code<double>(cross_entropy, loom::printed{.language = loom::c99, .name = "cross_entropy", .simd = true},
                           d(x)) == s.code(loom::c99, element::f64, {.simd = true}));
  const std::string strided = loom::code(cross_entropy, loom::printed{.strided = true, .restricted = true}, d(x));
  INFO(strided);
  for (const char* parameter :
       {"const float* __restrict x,", "std::ptrdiff_t x_stride_N,", "std::ptrdiff_t x_stride_C,",
        "const int* __restrict t,", "std::ptrdiff_t t_stride_N,", "float* __restrict d_x,"})
    CHECK(has(strided, parameter));
  CHECK(has(strided, "const float* x_row = x + n * x_stride_N;"));
  CHECK(has(strided, "d_x_row[c * d_x_stride_C]"));
  CHECK(has(strided, "strides are in entries"));
  const std::string lanes = loom::code(cross_entropy, loom::printed{.simd = true}, d(x));
  INFO(lanes);
  CHECK(has(lanes, "    #pragma omp simd reduction(max:row_max)\n    for ("));
  CHECK(has(lanes, "    #pragma omp simd reduction(+:row_rest, ones)\n    for ("));
  CHECK(has(lanes,
            "    #pragma omp simd\n    for (std::ptrdiff_t c = 0; c < C; ++c) d_x_row[c] = slope * -d_x_row[c];\n"));
}

TEST_CASE("code that adds to its buffers is asked for by name") {
  const std::string adding = loom::code(cross_entropy, loom::printed{.added = true}, d(x));
  INFO(adding);
  CHECK(has(adding, "adds to d_x[N,C]"));
  CHECK(has(adding, "d_x_row[c] += "));
  CHECK(!has(adding, "d_x_row[c] = "));
  CHECK(has(loom::code(cross_entropy, d(x)), "d_x_row[c] = "));
}

TEST_CASE("kernels are printed for a GPU") {
  const printed::subject s = printed::flagships(false)[0];
  CHECK(loom::code(cross_entropy, loom::cuda, "cross_entropy", d(x)) == s.code(loom::cuda, element::f32));
  CHECK(loom::code<double>(cross_entropy, loom::hip, "cross_entropy", d(x)) == s.code(loom::hip, element::f64));
}

TEST_CASE("running values are printed and explained") {
  constexpr auto N = loom::axis<"N">;
  constexpr auto risk = loom::tensor<"risk[N]">;
  constexpr auto cox = loom::loss<sum(logcumsumexp(risk, N, loom::reverse) - risk)>;
  const std::string c99 = loom::code<double>(cox, loom::c99, "cox", d(risk));
  INFO(c99);
  CHECK(has(c99, "double cox(ptrdiff_t N, const double* risk, double* restrict d_risk, double* restrict kept) {"));
  CHECK(has(c99, "// logcumsumexp_risk[N]: logcumsumexp of risk along N, from the last entry on."));
  CHECK(has(loom::code(cox, loom::printed{.strided = true, .added = true}, d(risk)), "adds to d_risk[N]; strides"));
  CHECK(has(loom::explain(cox, d(risk)), "\nPlan of stage 2\n"));
}

TEST_CASE("a function is called loss if it is given no name") {
  CHECK(has(loom::code(cross_entropy),
            "double loss(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t) {"));
  CHECK(has(loom::code(cross_entropy, d(x)), "double loss("));
  CHECK(has(loom::code(cross_entropy, loom::c99),
            "double loss(ptrdiff_t N, ptrdiff_t C, const float* x, const int* t) {"));
  CHECK(has(loom::code<double>(cross_entropy, loom::c99, d(x)),
            "double loss(ptrdiff_t N, ptrdiff_t C, const double* x, const int* t, double* restrict d_x) {"));
}

TEST_CASE("an extent that follows from others is computed first, and no argument") {
  constexpr auto a = loom::tensor<"a[N]">;
  constexpr auto b = loom::tensor<"b[M]">;
  constexpr auto N = loom::axis<"N">;
  constexpr auto M = loom::axis<"M">;
  constexpr auto Q = loom::axis<"Q = N + M">;
  constexpr auto joined = where(Q < extent(N), a(N = Q), b(M = Q - extent(N)));
  constexpr auto total = loom::loss<sum(square(joined))>;
  const std::string cpp = loom::code(total), c99 = loom::code(total, loom::c99), cuda = loom::code(total, loom::cuda);
  INFO(cpp << c99 << cuda);
  CHECK(has(cpp,
            "loss(std::ptrdiff_t N, std::ptrdiff_t M, const float* a, const float* b) {\n"
            "  const std::ptrdiff_t Q = N + M;\n"));
  CHECK(has(cpp, "q - N >= 0 && q - N < M ? b[(q - N)] : 0.0f"));
  CHECK(has(c99, "{\n  const ptrdiff_t Q = N + M;\n"));
  CHECK(has(cuda, "  const ptrdiff_t Q = N + M;\n"));
}
