// SPDX-License-Identifier: BSL-1.0
#include "loom/emit/names.hpp"

#include <set>

#include "emit/subjects.hpp"
#include "loom/emit/c99.hpp"
#include "support/catch.hpp"

using loom::emit::names, loom::emit::vocabulary, loom::emit::words_of_c, loom::emit::words_of_cpp;
using namespace loom::emit::detail;

TEST_CASE("words are reserved in the language that has other plans for them") {
  CHECK(is_reserved("double", {words_of_cpp}));
  CHECK(is_reserved("double", {words_of_c}));
  CHECK(is_reserved("class", {words_of_cpp}));
  CHECK_FALSE(is_reserved("class", {words_of_c}));
  CHECK(is_reserved("restrict", {words_of_c}));
  CHECK_FALSE(is_reserved("restrict", {words_of_cpp}));
  CHECK(is_reserved("maximum", {words_of_cpp}));
  CHECK(is_reserved("maximumf", {words_of_c}));
  CHECK_FALSE(is_reserved("maximumf", {words_of_cpp}));
  CHECK_FALSE(is_reserved("f", {words_of_c}));
  const std::string_view more[] = {"threadIdx"};
  const vocabulary both = {words_of_cpp | words_of_c, more};
  for (const char* word : {"class", "restrict", "expf", "threadIdx"}) CHECK(is_reserved(word, both));
  CHECK_FALSE(is_reserved("blockIdx", both));
}

TEST_CASE("no function that C99 code may call is free to be a name") {
  for (int o = 0; o < loom::ir::op_count; ++o) {
    const loom::ir::reduction_info& r = loom::ir::reduction(static_cast<loom::ir::op>(o));
    for (const auto text : {loom::ir::info(static_cast<loom::ir::op>(o)).cpp, r.update, r.update_of_array, r.end})
      for (const auto type : {loom::emit::element::f32, loom::emit::element::f64}) {
        const std::string s = spelled(loom::emit::c99, std::string(text), type);
        for (std::size_t end = s.find('('); end != s.npos; end = s.find('(', end + 1)) {
          std::size_t begin = end;
          while (begin > 0 && is_word(s[begin - 1])) --begin;
          INFO(s);
          if (begin < end) CHECK(is_reserved(s.substr(begin, end - begin), {words_of_c}));
        }
      }
  }
}

TEST_CASE("every name differs, and is no reserved word") {
  name_pool pool({words_of_cpp, {}});
  CHECK(pool.take("x") == "x");
  CHECK(pool.take("x") == "x_2");
  CHECK(pool.take("int") == "the_int");
  CHECK(pool.take("int") == "int_2");
  CHECK(pool.take("_x") == "x_3");
  CHECK(pool.take("a__b_") == "a_b_");
  CHECK(pool.take("__") == "v");
  CHECK(pool.take("_1") == "v1");
  CHECK(pool.take("a_b_") == "a_b_2");  // not a_b__2, which is reserved like every other number behind it
  CHECK(pool.take("d____") == "d_");
  CHECK(pool.take("d_") == "d_2");
}

TEST_CASE("values have their textbook names") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  const names n(s.schedule, "loss", {words_of_cpp});
  std::set<std::string> values(std::begin(n.value), std::end(n.value));
  for (const char* name : {"x_nc", "t_n", "x_t", "row_max", "row_rest", "row_sum", "log_row_sum", "exp_x", "log_p_t",
                           "grad_x", "scale", "total"}) {
    INFO(name);
    CHECK(values.count(name) == 1);
  }
}

TEST_CASE("no value is called by its number") {
  for (const auto& subjects : {printed::collection(true), printed::second_derivatives(), printed::every_loop(),
                               printed::with_a_workspace(), printed::every_function(), printed::at_places()})
    for (const printed::subject& s : subjects) {
      const names n(s.schedule, "loss", {words_of_cpp});
      for (int i = 0; i < s.schedule.program.size(); ++i) {
        INFO(s.name << ": " << n.value[i]);
        CHECK(n.value[i].empty() == (s.schedule.program[i].code == loom::ir::op::constant));
        CHECK(n.value[i] != "v" + std::to_string(i));
      }
    }
}
