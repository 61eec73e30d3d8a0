// SPDX-License-Identifier: BSL-1.0
// src/tool/evaluate.hpp — `loom eval`: a formula on arrays of NumPy, by the plan interpreter or by its loops.
#pragma once

#include <string>
#include <vector>

#include "formula/program.hpp"

namespace loom::tool {

/// name=value of the command line.
struct binding {
  std::string name, value;
};

struct evaluation_request {
  std::vector<binding> inputs = {};      ///< x=logits.npy; of what has no axes, a number: gamma=2, or a file
  std::vector<binding> gradients = {};   ///< --grad x=grad.npy
  std::vector<binding> curvatures = {};  ///< --d2 x=h.npy
  std::vector<binding> gauss_newton = {};  ///< --gn x=h.npy
  std::vector<binding> results = {};  ///< --out rows.npy, whose name is "out"; of several results also result<k>=FILE
  std::string type = {};  ///< of the computation and of what is written: "float", "double", or as the data is
  bool compile = false;  ///< by the loops, which the system's compiler makes
  bool json = false;
};

/// The derivatives that a request asks notation::compile for.
notation::wanted wanted_of(const evaluation_request& r);

/// What came of it.
struct evaluation {
  std::string text;  ///< the report, lines of text or one object of JSON
  std::string wrong;  ///< or why there is none, in a sentence without a full stop; then no file was written
  std::string hint;  ///< "did you mean x?", or nothing
};

/// Runs a program on files.
///
/// Types: a tensor is of float16, float32 or float64; an index of integers; a mask of bool; a scalar of any numbers. Without a
///   type of its own the request is computed in float if every tensor has at most 32 bits, else in double; the interpreter computes in
///   double, whatever the type: then a type rounds the data, and what is written.
/// Files: derivatives have the type and the shape of their input, unless the request has a type; results that of the computation. They
///   appear when all of them are complete.
/// Checks: the data as in a call, in the same words; domains always.
/// JSON: {"loss": name, "value": number, "axes": {"N": 4}, "type": "float", "by": "loops" or "interpreter", "written": [{"file",
///   "what", "type", "shape"}]}; numbers that are none are "nan", "inf" and "-inf"; a value with axes is {"axes": [...], "entries": [...]}
///   of at most 1000 entries, and several values are a list "values".
evaluation evaluate(const notation::program& p, const evaluation_request& r);

}  // namespace loom::tool
