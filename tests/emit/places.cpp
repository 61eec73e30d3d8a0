// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/places.hpp"

#include "emit/subjects.hpp"
#include "support/catch.hpp"

using loom::emit::names, loom::emit::detail::places;

namespace {

/// The first value of an op.
int first(const loom::schedule::plan& p, loom::ir::op code) {
  int id = 0;
  while (p.program[id].code != code) ++id;
  return id;
}

}  // namespace

TEST_CASE("a row has a pointer, an entry its place in the row") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  const places at(s.schedule, n);
  const loom::ir::axis_order& axes = s.schedule.program.inputs[0].axes;
  CHECK(at.entries(axes) == "N * C");
  CHECK(at.input_row_of(0) == "n * C");
  CHECK(at.input_entry(first(s.schedule, loom::ir::op::tensor)) == "x_row[c]");
  CHECK(at.input_entry(first(s.schedule, loom::ir::op::index)) == "t[n]");
  CHECK(at.gathered_entry(first(s.schedule, loom::ir::op::gather)) == "x_row[t_n >= 0 && t_n < C ? t_n : 0]");
  CHECK(at.output_entry(1) == "d_x_row[c]");
}

TEST_CASE("an array has the axes that its reduction leaves, and a label stands in for an index") {
  const printed::subject s = printed::with_a_workspace()[0];  // InfoNCE: gathers along the rows and along the columns
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  const places at(s.schedule, n);
  CHECK(at.array_entry(s.schedule.arrays[0].id) == "max_M[m]");
  int across = -1;
  for (int i = 0; i < s.schedule.program.size(); ++i)
    if (s.schedule.program[i].code == loom::ir::op::gather && !at.is_along_row(s.schedule.program[i])) across = i;
  REQUIRE(across >= 0);
  CHECK(at.gathered_entry(across) == "s[(back_m >= 0 && back_m < N ? back_m : 0) * M + m]");
}

TEST_CASE("the rows of channels are counted by the axes around them") {
  int found = 0;
  for (const printed::subject& s : printed::every_loop()) {
    if (s.name != "pixels_out") continue;
    ++found;
    const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
    const places at(s.schedule, n);
    CHECK(at.input_row_of(0) == "(n * C * H + h) * W + w");
    CHECK(at.input_entry(first(s.schedule, loom::ir::op::tensor)) == "image_row[c * H * W]");
  }
  CHECK(found == 1);
}

TEST_CASE("strided data is found by its strides, an array of the workspace by extents") {
  const printed::subject s = printed::with_a_workspace()[0];  // InfoNCE
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  const places at(s.schedule, n, true);
  CHECK(at.input_row_of(0) == "n * s_stride_N");
  CHECK(at.input_entry(first(s.schedule, loom::ir::op::tensor)) == "s_row[m * s_stride_M]");
  CHECK(at.output_entry(1) == "d_s_row[m * d_s_stride_M]");
  CHECK(at.array_entry(s.schedule.arrays[0].id) == "max_M[m]");
  for (int i = 0; i < s.schedule.program.size(); ++i)
    if (s.schedule.program[i].code == loom::ir::op::gather && !at.is_along_row(s.schedule.program[i]))
      CHECK(at.gathered_entry(i) == "s[(back_m >= 0 && back_m < N ? back_m : 0) * s_stride_N + m * s_stride_M]");
}

TEST_CASE("a label's entry stands where the label says") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  const names n(s.schedule, "loss", {loom::emit::words_of_cpp});
  places at(s.schedule, n);
  at.stand_at(1, "t_n");
  CHECK(at.output_entry(1) == "d_x_row[t_n]");
  at.stand_anywhere(1);
  CHECK(at.output_entry(1) == "d_x_row[c]");
}
