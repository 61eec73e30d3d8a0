// SPDX-License-Identifier: BSL-1.0
// tests/emit/gpu.cpp — printed CUDA computes what the interpreter computes: its text is compiled as C++, with blocks and threads that are
// those of the processor. Where there is a clang, it reads the text as CUDA as well.
#include "loom/emit/gpu.hpp"

#include <cstdlib>
#include <sstream>

#include "emit/comparison.hpp"
#include "emit/shared_object.hpp"
#include "support/catch.hpp"

using trial::regime;

namespace {

/// The words of CUDA. Blocks run one after the other, so what a block shares is static.
constexpr const char* words_of_cuda = R"(
#include <math.h>
#include <stddef.h>

#include <barrier>
#include <thread>
#include <vector>

#define __global__
#define __device__
#define __shared__ static
#define __restrict__ __restrict
struct place { unsigned x; };
static thread_local place threadIdx, blockIdx, blockDim, gridDim;
static std::barrier<>* of_block = nullptr;
static inline void __syncthreads() { if (of_block != nullptr) of_block->arrive_and_wait(); }
using cudaStream_t = int;

template <class Kernel, class... A>
void launched(int blocks, int threads, cudaStream_t, Kernel* kernel, A... a) {
  for (int b = 0; b < blocks; ++b) {
    std::barrier<> all(threads);
    of_block = &all;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t)
      running.emplace_back([=] {
        threadIdx = {unsigned(t)}, blockIdx = {unsigned(b)}, blockDim = {unsigned(threads)}, gridDim = {unsigned(blocks)};
        kernel(a...);
      });
    for (std::thread& t : running) t.join();
  }
}
)";

/// kernel<<<blocks, threads, 0, stream>>>(a) becomes launched(blocks, threads, stream, kernel, a).
std::string without_launches(const std::string& text) {
  std::string s;
  std::size_t done = 0;
  for (std::size_t at = text.find("<<<"); at != text.npos; at = text.find("<<<", done)) {
    const std::size_t begin = text.rfind(' ', at) + 1, end = text.find(", 0, stream>>>(", at);
    s += text.substr(done, begin - done) + "launched(" + text.substr(at + 3, end - at - 3) + ", stream, " +
         text.substr(begin, at - begin) + ", ";
    done = end + std::string(", 0, stream>>>(").size();
  }
  return s + text.substr(done);
}

/// Each function in a namespace of its own, with a function that brings along what a caller of C++ does not know of.
std::vector<std::string> in_one_file(const loom::emit::dialect& d, const std::vector<printed::function>& functions) {
  std::string body = words_of_cuda;
  for (std::size_t k = 0; k < functions.size(); ++k) {
    const std::string space = "f" + std::to_string(k), name = functions[k].what.name;
    const bool returns = functions[k].what.schedule.program.result_axes.empty();
    body += "namespace " + space + " {\n";
    std::istringstream text(without_launches(functions[k].text));
    for (std::string line; std::getline(text, line);)
      if (!line.starts_with("#include")) body += line + "\n";
    body += std::string("template <class... A>\ndouble called(A... a) {\n  double out = 0;\n") +
            "  std::vector<double> scratch(100);\n  " + name + "(a..., " + (returns ? "&out, " : "") +
            "scratch.data(), 3, 8, cudaStream_t());\n  return out;\n}\n}\n" + "extern \"C\" " +
            printed::caller(functions[k], d, space + "::called", k);
  }
  return {body};
}

const printed::toolchain cuda = {loom::emit::cuda, std::string(printed::cpp_compiler) + " -pthread ", ".cpp",
                                 in_one_file};

/// Subjects without arrays in a workspace.
std::vector<printed::subject> without_arrays(const std::vector<printed::subject>& subjects) {
  std::vector<printed::subject> all;
  for (const printed::subject& s : subjects)
    if (s.schedule.arrays.empty()) all.push_back(s);
  return all;
}

/// Declarations that take the place of the CUDA headers, for a compiler that has none.
constexpr const char* cuda_runtime = R"(
#pragma once
#include <stddef.h>
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __host__ __attribute__((host))
struct dim3 {
  unsigned x, y, z;
  __host__ __device__ dim3(unsigned a, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
struct CUstream_st;
typedef CUstream_st* cudaStream_t;
typedef int cudaError;
extern "C" cudaError cudaConfigureCall(dim3, dim3, size_t = 0, cudaStream_t = nullptr);
extern "C" unsigned __cudaPushCallConfiguration(dim3, dim3, size_t = 0, CUstream_st* = nullptr);
extern "C" cudaError cudaLaunchKernel(const void*, dim3, dim3, void**, size_t, cudaStream_t);
struct place { unsigned x, y, z; };
extern const __device__ place threadIdx, blockIdx, blockDim, gridDim;
__device__ void __syncthreads();
#define LOOM_FUNCTION(name) __device__ float name##f(float); __device__ double name(double);
LOOM_FUNCTION(exp) LOOM_FUNCTION(expm1) LOOM_FUNCTION(log) LOOM_FUNCTION(log1p) LOOM_FUNCTION(sqrt) LOOM_FUNCTION(fabs)
__device__ float fmaxf(float, float);
__device__ double fmax(double, double);
__device__ float powf(float, float);
__device__ double pow(double, double);
__device__ bool isfinite(float);
__device__ bool isfinite(double);
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
)";

}  // namespace

TEST_CASE("printed kernels of the collection compute what the interpreter computes") {
  printed::check(cuda, without_arrays(printed::collection(true)), {regime::normal, regime::masked});
}

TEST_CASE("printed kernels of every shape of loop compute what the interpreter computes") {
  printed::check(cuda, without_arrays(printed::every_loop()));
  printed::check(cuda, without_arrays(printed::at_places()));
  printed::check(cuda, without_arrays(printed::every_function()));
  printed::check(cuda, without_arrays(printed::odd_names()));
}

TEST_CASE("printed kernels take strides and pointers that overlap nothing") {
  printed::check(cuda, without_arrays(printed::flagships(true)), {regime::normal},
                 {.strided = true, .restricted = true});
}

TEST_CASE("printed kernels add to what the buffers hold") {
  printed::check(cuda, without_arrays(printed::adding(printed::flagships(false))));
  printed::check(cuda, without_arrays(printed::adding(printed::every_loop())));
}

TEST_CASE("a formula with arrays has no kernels yet, and says so") {
  const printed::subject s = printed::with_a_workspace()[0];
  CHECK(s.code(loom::emit::cuda, loom::emit::element::f32) ==
        "// This formula adds up arrays: it has no code for a GPU yet.\n");
}

TEST_CASE("CUDA and HIP differ by a header and the name of a stream") {
  const printed::subject s = printed::flagships(false)[0];
  std::string text = s.code(loom::emit::cuda, loom::emit::element::f32);
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != text.npos);
    text.replace(at, from.size(), to);
  };
  replace("<cuda_runtime.h>", "<hip/hip_runtime.h>");
  replace("cudaStream_t", "hipStream_t");
  CHECK(text == s.code(loom::emit::hip, loom::emit::element::f32));
}

TEST_CASE("clang reads printed kernels as CUDA, for the host and for the device") {
  if (std::system("clang++-19 --version > /dev/null 2>&1") != 0) return;
  const printed::scratch folder;
  printed::write(folder.path / "cuda_runtime.h", cuda_runtime);
  printed::write(folder.path / "math.h", "");  // that of the host knows no device
  std::string files;
  for (const printed::subject& s : without_arrays(printed::flagships(true))) {
    const std::string file = folder.path / (s.name + ".cu");
    printed::write(file, s.code(loom::emit::cuda, loom::emit::element::f32));
    files += " " + file;
  }
  for (const char* side : {"--cuda-host-only", "--cuda-device-only"})
    CHECK(
        printed::compile("clang++-19 ", std::string("-x cuda -fsyntax-only -nocudainc -nocudalib --cuda-gpu-arch=sm_70 "
                                                    "-Wall -Wextra -Wno-unknown-cuda-version ") +
                                            side + " -I" + folder.path.string() + files));
}
