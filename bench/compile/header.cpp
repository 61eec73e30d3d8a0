// SPDX-License-Identifier: BSL-1.0
// bench/compile/header.cpp — the header alone.
#include <loom/loom.hpp>
