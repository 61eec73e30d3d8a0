// SPDX-License-Identifier: BSL-1.0
// tests/support/main.cpp — Catch2's code, compiled once for all test executables: it takes longer than most tests.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
