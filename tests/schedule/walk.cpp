// SPDX-License-Identifier: BSL-1.0
// The order in which a plan is visited, written down event by event.
#include "loom/schedule/walk.hpp"

#include <string>

#include "loom/compile.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

using namespace loom::layers;

namespace {

using namespace loom;
using namespace loom::test;

/// Notes every event; a row and an entry are visited twice, as an interpreter of two rows of two entries would.
struct recorder : plan_visitor {
  explicit recorder(const plan& p) : p_(p) {}
  std::string text;

  void scalar(value_id id) {
    if (!is_leaf(p_.program[id].code)) note("scalar", id);
  }
  void begin_sweep(const sweep&, int number) { note("sweep", number); }
  void hoist(value_id id) { note("hoist", id); }
  void begin_total(value_id id) { note("begin total", id); }
  void begin_array(value_id id) { note("begin array", id); }
  template <class F>
  void for_each_row(const sweep&, const F& row) {
    for (int k = 0; k < 2; ++k) text += "row\n", row();
  }
  void begin_pass(const row_pass&, int number) { note("pass", number); }
  void begin_reduction(value_id id) { note("begin reduction", id); }
  template <class F>
  void for_each_entry(const row_pass&, const F& entry) {
    for (int k = 0; k < 2; ++k) text += "entry\n", entry();
  }
  void perform(const step& s) {
    if (s.kind != action::compute)
      note(s.kind == action::reduce       ? "reduce"
           : s.kind == action::total      ? "total"
           : s.kind == action::accumulate ? "accumulate"
                                          : "store",
           s.id);
  }
  void end_reduction(value_id id) { note("end reduction", id); }
  void end_total(value_id id) { note("end total", id); }
  void end_array(value_id id) { note("end array", id); }
  void end_sweep(const sweep&, int number) { note("end sweep", number); }
  void scalar_output(int slot) { note("output", slot); }

 private:
  const plan& p_;
  void note(const char* what, int id) {
    const bool is_value = std::string(what).find("sweep") == std::string::npos && std::string(what) != "pass" &&
                          std::string(what) != "output";
    text +=
        std::string(what) + " " + (is_value ? std::string(info(p_.program[id].code).name) : std::to_string(id)) + "\n";
  }
};

std::string visited(const plan& p) {
  recorder r(p);
  walk(p, r);
  return r.text;
}

}  // namespace

TEST_CASE("a row pass begins and ends its reductions around the entries of each row", "[schedule]") {
  const plan p = loom::compiler::compile(written(square(x.max(-1)).sum()));
  CHECK(visited(p) ==
        "sweep 0\n"
        "begin total sum\n"
        "row\npass 0\nbegin reduction max\nentry\nreduce max\nentry\nreduce max\nend reduction max\ntotal sum\n"
        "row\npass 0\nbegin reduction max\nentry\nreduce max\nentry\nreduce max\nend reduction max\ntotal sum\n"
        "end total sum\n"
        "end sweep 0\n"
        "output 0\n");
}

TEST_CASE("arrays begin before the rows of their sweep and end after them, scalars come between sweeps", "[schedule]") {
  const plan p = loom::compiler::compile(written(exp(sum(max(x, axis<"C">)) + sum(square(sum(x, axis<"N">))))));
  const std::string entry = "entry\nreduce max\naccumulate sum\n", later = "entry\ntotal sum\n";
  const std::string row = "row\npass 0\nbegin reduction max\n" + entry + entry + "end reduction max\ntotal sum\n",
                    later_row = "row\npass 0\n" + later + later;
  CHECK(visited(p) == "sweep 0\nbegin total sum\nbegin array sum\n" + row + row +
                          "end total sum\nend array sum\nend sweep 0\n" + "sweep 1\nbegin total sum\n" + later_row +
                          later_row + "end total sum\nend sweep 1\n" + "scalar add\nscalar exp\noutput 0\n");
}
