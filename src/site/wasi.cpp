// SPDX-License-Identifier: BSL-1.0
// src/site/wasi.cpp — what the parser of formulas needs, and the C++ library for WebAssembly lacks: to throw and to catch.
// The parser throws one type, and only to give up; so a handler that is reached is the right one. The names are those that clang calls
// (-fwasm-exceptions), of the Itanium C++ ABI and its unwinder.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using destructor = void* (*)(void*);
destructor destroy = nullptr;
void* thrown = nullptr;

}  // namespace

extern "C" {

/// A handler asks here which of the types that it lists was thrown: the first.
struct {
  std::uintptr_t landing_pad, table, selector;
} __wasm_lpad_context;
int _Unwind_CallPersonality(void*) {
  __wasm_lpad_context.selector = 1;
  return 0;
}
int __gxx_wasm_personality_v0(...) { return 0; }

void* __cxa_allocate_exception(std::size_t size) { return std::malloc(size); }
void __cxa_free_exception(void* exception) { std::free(exception); }
[[noreturn]] void __cxa_throw(void* exception, void*, destructor d) {
  thrown = exception;
  destroy = d;
  __builtin_wasm_throw(0, exception);
}
[[noreturn]] void __cxa_rethrow() { __builtin_wasm_throw(0, thrown); }
void* __cxa_begin_catch(void* exception) { return exception; }
void __cxa_end_catch() {
  if (destroy != nullptr) destroy(thrown);
  std::free(thrown);
  thrown = nullptr;
}

}  // extern "C"
