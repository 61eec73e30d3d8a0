// SPDX-License-Identifier: BSL-1.0
// loom.hpp — write a loss, call it. Everything but the printing of code (loom/code.hpp).
#pragma once

#include "loom/lang/expression.hpp"
#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/operators.hpp"
#include "loom/loss.hpp"
