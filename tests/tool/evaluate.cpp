// SPDX-License-Identifier: BSL-1.0
// tool/evaluate.cpp — formulas on files: against the interpreter, and against what may be wrong with them.
#include "tool/evaluate.hpp"

#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "loom/ir/interpret.hpp"
#include "support/catch.hpp"
#include "tool/files.hpp"
#include "tool/npy.hpp"
#include "tool/numbers.hpp"
#include "tool/programs.hpp"
#include "tool/scratch.hpp"

using loom::test::program_of;
using loom::test::scratch;
using loom::tool::array;
using loom::tool::binding;
using loom::tool::element_type;
using loom::tool::evaluate;
using loom::tool::evaluation;
using loom::tool::evaluation_request;

namespace {

template <class T>
array array_of(const std::vector<std::ptrdiff_t>& shape, const std::vector<T>& entries) {
  array a{loom::call::type_of<T>(), shape, false, {}};
  a.bytes.resize(entries.size() * sizeof(T));
  if (!entries.empty()) std::memcpy(a.bytes.data(), entries.data(), a.bytes.size());
  REQUIRE(a.entries() == entries.size());
  return a;
}
template <class T>
void save(const std::string& file, const std::vector<std::ptrdiff_t>& shape, const std::vector<T>& entries) {
  REQUIRE(loom::tool::write_npy(file, array_of(shape, entries)) == "");
}
/// Truth values, which no vector of bool has side by side.
void save_mask(const std::string& file, const std::vector<std::ptrdiff_t>& shape,
               const std::vector<unsigned char>& entries) {
  array a = array_of(shape, entries);
  a.type = element_type::boolean;
  REQUIRE(loom::tool::write_npy(file, a) == "");
}
std::vector<double> numbers_of(const std::string& file) {
  const loom::tool::read_array r = loom::tool::read_npy(file);
  REQUIRE(r.wrong == "");
  std::vector<double> v;
  for (std::size_t i = 0; i < r.data.entries(); ++i)
    v.push_back(loom::call::load_number(r.data.bytes.data(), static_cast<std::ptrdiff_t>(i), r.data.type));
  return v;
}
std::vector<float> waves(std::size_t n, double scale = 3) {
  std::vector<float> v;
  for (std::size_t i = 0; i < n; ++i) v.push_back(static_cast<float>(scale * std::sin(static_cast<double>(i * i + 1))));
  return v;
}

/// Runs a formula; its report is one of JSON.
nlohmann::json run(const std::string& text, const std::vector<std::string>& declarations, evaluation_request r) {
  r.json = true;
  const evaluation e = evaluate(*program_of(text, declarations, wanted_of(r)), r);
  REQUIRE(e.wrong == "");
  return nlohmann::json::parse(e.text);
}
/// Why it does not run.
std::string refusal(const std::string& text, const std::vector<std::string>& declarations,
                    const evaluation_request& r) {
  const evaluation e = evaluate(*program_of(text, declarations, wanted_of(r)), r);
  CHECK(e.text == "");
  return e.wrong + (e.hint.empty() ? "" : " | " + e.hint);
}

void check_close(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i, got[i], want[i]);
    CHECK(std::fabs(got[i] - want[i]) <= tolerance * (1 + std::fabs(want[i])));
  }
}

/// The mean cross entropy of 5 rows of 4, and its gradient, by hand.
struct by_hand {
  double value = 0;
  std::vector<double> gradient;
};
by_hand cross_entropy(const std::vector<float>& x, const std::vector<long>& t, const std::vector<unsigned char>& m) {
  const std::size_t rows = t.size(), columns = x.size() / rows;
  by_hand r{0, std::vector<double>(x.size())};
  double counted = 0;
  for (const unsigned char truth : m) counted += truth;
  for (std::size_t n = 0; n < rows; ++n) {
    if (m[n] == 0) continue;
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += std::exp(static_cast<double>(x[n * columns + c]));
    for (std::size_t c = 0; c < columns; ++c) {
      const bool label = c == static_cast<std::size_t>(t[n]);
      const double p = std::exp(static_cast<double>(x[n * columns + c])) / sum;
      if (label) r.value -= std::log(p) / counted;
      r.gradient[n * columns + c] = (p - label) / counted;
    }
  }
  return r;
}

const char* const masked_cross_entropy = "sum(where(m, -gather(log_softmax(x, C), t), 0)) / count(m)";

}  // namespace

TEST_CASE("a cross entropy with a mask, and its gradient") {
  const scratch files;
  const std::vector<float> x = waves(20);
  const std::vector<long> t = {0, 3, -100, 1, 2};  // of the row that is masked, the label is outside
  const std::vector<unsigned char> m = {1, 1, 0, 1, 1};
  save(files / "x.npy", {5, 4}, x);
  save(files / "t.npy", {5}, t);
  save_mask(files / "m.npy", {5}, m);
  const by_hand want = cross_entropy(x, t, m);
  const nlohmann::json j = run(masked_cross_entropy, {"x[N,C]", "index t[N]", "mask m[N]"},
                               {.inputs = {{"x", files / "x.npy"}, {"t", files / "t.npy"}, {"m", files / "m.npy"}},
                                .gradients = {{"x", files / "g.npy"}}});
  CHECK(std::fabs(j["value"].get<double>() - want.value) < 1e-14);
  CHECK(j["axes"] == nlohmann::json({{"N", 5}, {"C", 4}}));
  CHECK(j["type"] == "float");
  CHECK(j["by"] == "interpreter");
  CHECK(j["written"][0]["what"] == "d(x)");
  CHECK(j["written"][0]["type"] == "float32");
  CHECK(j["written"][0]["shape"] == nlohmann::json({5, 4}));
  check_close(numbers_of(files / "g.npy"), want.gradient, 1e-7);
  CHECK(loom::tool::read_npy(files / "g.npy").data.type == element_type::f32);
}

TEST_CASE("an input that is read at several places is bound once") {
  const scratch files;
  const std::vector<float> z = waves(15);
  save(files / "z.npy", {5, 3}, z);
  const std::vector<std::string> declarations = {"z[N,D]"};
  const char* const formula = "sum(where(N != M, sum(z * z(N = M), D), 0)) + sum(z(D = last))";
  const nlohmann::json j =
      run(formula, declarations, {.inputs = {{"z", files / "z.npy"}}, .gradients = {{"z", files / "g.npy"}}});
  double value = 0;
  std::vector<double> gradient(15);
  for (std::size_t i = 0; i < 5; ++i) {
    value += static_cast<double>(z[3 * i + 2]);
    gradient[3 * i + 2] += 1;
    for (std::size_t k = 0; k < 5; ++k)
      for (std::size_t d = 0; d < 3 && k != i; ++d) {
        value += static_cast<double>(z[3 * i + d]) * static_cast<double>(z[3 * k + d]);
        gradient[3 * i + d] += 2 * static_cast<double>(z[3 * k + d]);
      }
  }
  CHECK(std::fabs(j["value"].get<double>() - value) < 1e-12);
  check_close(numbers_of(files / "g.npy"), gradient, 1e-6);
  CHECK(refusal("sum(z(D = 3))", declarations, {.inputs = {{"z", files / "z.npy"}}}) ==
        "entry 3 of axis D of z is read, which has 3 entries");
}

TEST_CASE("the same data in any order, byte order and type gives the same") {
  const scratch files;
  std::vector<double> x, columns_first;
  for (const float v : waves(20)) x.push_back(static_cast<double>(v));
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t n = 0; n < 5; ++n) columns_first.push_back(x[n * 4 + c]);
  save(files / "c.npy", {5, 4}, x);
  array f = array_of({5, 4}, columns_first);
  f.first_axis_fastest = true;
  REQUIRE(loom::tool::write_npy(files / "f.npy", f) == "");
  for (std::size_t at = 0; at < f.bytes.size(); at += 8)
    std::reverse(f.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 f.bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8);
  std::string header = loom::tool::npy_header(f);
  header[header.find("<f8")] = '>';
  REQUIRE(loom::tool::write_file(files / "big.npy", header + std::string(reinterpret_cast<const char*>(f.bytes.data()),
                                                                         f.bytes.size())) == "");
  save(files / "t8.npy", {5}, std::vector<std::int8_t>{0, 3, 1, 1, 2});
  save(files / "t64.npy", {5}, std::vector<std::uint64_t>{0, 3, 1, 1, 2});
  std::vector<nlohmann::json> values;
  for (const char* data : {"c.npy", "f.npy", "big.npy"})
    for (const char* labels : {"t8.npy", "t64.npy"}) {
      const nlohmann::json j = run("-gather(log_softmax(x, C), t).mean()", {"x[N,C]", "index t[N]"},
                                   {.inputs = {{"x", files / data}, {"t", files / labels}},
                                    .gradients = {{"x", files / (std::string("g") + data)}}});
      CHECK(j["type"] == "double");
      values.push_back(j["value"]);
      CHECK(numbers_of(files / (std::string("g") + data)) == numbers_of(files / "gc.npy"));
    }
  for (const nlohmann::json& v : values) CHECK(v == values[0]);
}

TEST_CASE("axes stand in another order in the declarations than in the graph") {
  const scratch files;
  const std::vector<float> x = waves(6), y = waves(6, 2);
  save(files / "x.npy", {2, 3}, x);  // x[A,B]
  save(files / "y.npy", {3, 2}, y);  // y[B,A]
  run("sum(x * y)", {"x[A,B]", "y[B,A]"},
      {.inputs = {{"x", files / "x.npy"}, {"y", files / "y.npy"}},
       .gradients = {{"y", files / "gy.npy"}, {"x", files / "gx.npy"}}});
  const std::vector<double> gx = numbers_of(files / "gx.npy"), gy = numbers_of(files / "gy.npy");
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      CHECK(gx[a * 3 + b] == static_cast<double>(y[b * 2 + a]));
      CHECK(gy[b * 2 + a] == static_cast<double>(x[a * 3 + b]));
    }
}

TEST_CASE("a result that is not a scalar is written, and shown in short") {
  const scratch files;
  const std::vector<float> x = waves(30);
  save(files / "x.npy", {10, 3}, x);
  evaluation_request r{.inputs = {{"x", files / "x.npy"}}, .results = {{"out", files / "rows.npy"}}};
  const std::string report = evaluate(*program_of("logsumexp(x, C)", {"x[N,C]"}), r).text;
  CHECK(report.starts_with("loss[N] = "));
  CHECK(report.find("... (10 entries)\n  N = 10, C = 3\n") != std::string::npos);
  CHECK(report.find("rows.npy: out[N], 10 of float32\n") != std::string::npos);
  std::vector<double> want;
  for (std::size_t n = 0; n < 10; ++n) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += std::exp(static_cast<double>(x[n * 3 + c]));
    want.push_back(std::log(sum));
  }
  check_close(numbers_of(files / "rows.npy"), want, 1e-7);
  r.results.clear();
  const nlohmann::json j = run("logsumexp(x, C)", {"x[N,C]"}, r);
  CHECK(j["value"]["axes"] == nlohmann::json({"N"}));
  CHECK(j["value"]["entries"].size() == 10);
  CHECK(refusal("logsumexp(x, C)", {"x[N,C]"}, {.inputs = r.inputs, .gradients = {{"x", files / "g.npy"}}})
            .find("not a scalar") != std::string::npos);
}

TEST_CASE("numbers of the command line, and second derivatives") {
  const scratch files;
  save(files / "x.npy", {3}, std::vector<double>{1, 2, 3});
  const nlohmann::json j = run("sum(pow(x, 3)) * gamma", {"x[N]", "scalar gamma"},
                               {.inputs = {{"x", files / "x.npy"}, {"gamma", "0.5"}},
                                .gradients = {{"gamma", files / "dgamma.npy"}},
                                .curvatures = {{"x", files / "h.npy"}},
                                .gauss_newton = {{"x", files / "gn.npy"}}});
  CHECK(j["value"] == 18.0);
  check_close(numbers_of(files / "h.npy"), {3, 6, 9}, 1e-15);
  check_close(numbers_of(files / "gn.npy"), {3, 6, 9}, 1e-15);
  check_close(numbers_of(files / "dgamma.npy"), {36}, 1e-15);
  CHECK(loom::tool::read_npy(files / "dgamma.npy").data.shape.empty());
  CHECK(refusal("sum(x) * gamma", {"x[N]", "scalar gamma"}, {.inputs = {{"x", "2"}, {"gamma", "1"}}}) ==
        "x has axes, x[N]: bind a file of NumPy, not the number 2");
  CHECK(refusal("sum(x) * gamma", {"x[N]", "scalar gamma"}, {.inputs = {{"x", files / "x.npy"}, {"gamma", "0x1"}}}) ==
        "0x1 cannot be read: No such file or directory");
  double v = 0;
  CHECK((loom::tool::read_number("-1.5e3", v) && v == -1500));
  CHECK((loom::tool::read_number("inf", v) && v > 1e308));
  for (const char* none : {"", " 1", "1 ", "0x1", "1,5", "nan(1)", "x", "1e"}) CHECK(!loom::tool::read_number(none, v));
}

TEST_CASE("a type rounds the data and what is written") {
  const scratch files;
  save(files / "x.npy", {1}, std::vector<double>{0.1});
  evaluation_request r{.inputs = {{"x", files / "x.npy"}}, .gradients = {{"x", files / "g.npy"}}, .type = "float"};
  CHECK(run("sum(x)", {"x[N]"}, r)["value"] == static_cast<double>(0.1F));
  CHECK(loom::tool::read_npy(files / "g.npy").data.type == element_type::f32);
  r.type = "double";
  CHECK(run("sum(x)", {"x[N]"}, r)["value"] == 0.1);
  CHECK(loom::tool::read_npy(files / "g.npy").data.type == element_type::f64);
  r.type = "half";
  CHECK(refusal("sum(x)", {"x[N]"}, r) == "there is no type half to compute in: float and double are");
}

TEST_CASE("numbers that are none are words") {
  const scratch files;
  save(files / "x.npy", {2}, std::vector<double>{INFINITY, 1});
  save(files / "y.npy", {2}, std::vector<double>{INFINITY, NAN});
  const evaluation_request x{.inputs = {{"x", files / "x.npy"}}}, y{.inputs = {{"x", files / "y.npy"}}};
  CHECK(run("sum(x)", {"x[N]"}, x)["value"] == "inf");
  CHECK(run("-sum(x)", {"x[N]"}, x)["value"] == "-inf");
  CHECK(run("sum(x)", {"x[N]"}, y)["value"] == "nan");
}

TEST_CASE("no rows are no trouble") {
  const scratch files;
  save(files / "x.npy", {0, 4}, std::vector<float>{});
  const nlohmann::json j = run("sum(logsumexp(x, C))", {"x[N,C]"},
                               {.inputs = {{"x", files / "x.npy"}}, .gradients = {{"x", files / "g.npy"}}});
  CHECK(j["value"] == 0.0);
  CHECK(loom::tool::read_npy(files / "g.npy").data.shape == std::vector<std::ptrdiff_t>{0, 4});
}

TEST_CASE("what does not fit is refused in the words of a call") {
  const scratch files;
  save(files / "x.npy", {5, 4}, waves(20));
  save(files / "t.npy", {5}, std::vector<int>{0, 3, 4, 1, 2});
  save(files / "t3.npy", {3}, std::vector<int>{0, 1, 2});
  save(files / "i.npy", {5, 4}, std::vector<int>(20));
  save(files / "cube.npy", {5, 2, 2}, waves(20));
  save(files / "long.npy", {5}, std::vector<std::int64_t>{0, 1, 2, 3, (std::int64_t{1} << 53) + 1});
  const std::vector<std::string> declared = {"x[N,C]", "index t[N]"};
  const std::string ce = "-gather(log_softmax(x, C), t).mean()", x = files / "x.npy", t = files / "t.npy";
  const auto with = [&](std::vector<binding> inputs, const std::vector<std::string>& of = {"x[N,C]", "index t[N]"}) {
    return refusal(ce, of, {.inputs = std::move(inputs)});
  };
  CHECK(with({{"x", x}, {"t", t}}) == "label 4 of t at row 2 is outside axis C, which has 4 entries");
  CHECK(with({{"x", x}, {"t", files / "t3.npy"}}) == "axis N of t has 3 entries, but axis N of x has 5");
  CHECK(with({{"x", x}, {"t", t}}, {"x[N,C=10]", "index t[N]"}) ==
        "axis C of x has 4 entries, but its declaration says 10");
  CHECK(with({{"x", x}}) == "the input index t[N] is not bound; add t=FILE.npy");
  CHECK(with({{"x", x}, {"t", t}, {"x", x}}) == "x is bound twice");
  CHECK(with({{"x", x}, {"t", ""}}) == "nothing is bound to t");
  CHECK(with({{"x", x}, {"t", x}}) ==
        "t is an index, but " + x + " has entries of float32; convert them with .astype(\"int64\")");
  CHECK(with({{"x", files / "i.npy"}, {"t", t}}) ==
        "x is a tensor, but " + (files / "i.npy") + " has entries of int32; convert them with .astype(\"float32\")");
  CHECK(with({{"x", files / "cube.npy"}, {"t", t}}) ==
        "the data bound to x has 3 axes, its declaration 2: " + (files / "cube.npy") +
            " is 5 x 2 x 2, and x[N,C] is declared | declare it as it is: 'x[N,C,D]'");
  CHECK(with({{"x", files / "none.npy"}, {"t", t}}) ==
        (files / "none.npy") + " cannot be read: No such file or directory");
  CHECK(refusal("sum(where(m, x, 0))", {"x[N]", "mask m[N]"}, {.inputs = {{"m", t}}}) ==
        "m is a mask, but " + t + " has entries of int32; convert them with .astype(\"bool\")");
  CHECK(refusal("sum(log(x))", {"x[N,C] > 0"}, {.inputs = {{"x", x}}}).starts_with("the entry of x at "));
  CHECK(refusal("sum(x) * pw", {"x[N,C]", "scalar pw >= 0"}, {.inputs = {{"x", x}, {"pw", "-1"}}}) ==
        "the number bound to pw is outside the domain that its declaration says");
  CHECK(refusal("sum(where(t == 1, 1, 0))", {"index t[N]"}, {.inputs = {{"t", files / "long.npy"}}}) ==
        "label 9007199254740993 of t at row 4 is beyond 2^53, which the interpreter cannot hold; --compile can");
  CHECK(files.files().size() == 6);  // nothing else
}

TEST_CASE("an unknown name brings the one that is like it") {
  const scratch files;
  save(files / "x.npy", {2}, waves(2));
  CHECK(refusal("sum(logits)", {"logits[N]"}, {.inputs = {{"logit", files / "x.npy"}}}) ==
        "logit is bound, but the formula has no such input | did you mean logits?");
  const auto p = program_of("sum(x)", {"x[N]"});
  const evaluation e = evaluate(*p, {.inputs = {{"x", files / "x.npy"}}, .results = {{"result<1>", files / "r.npy"}}});
  CHECK(e.wrong == "result<1> is bound to a file, but the formula has no such result");
}

TEST_CASE("outputs do not meet each other, nor inputs, and appear together") {
  const scratch files;
  save(files / "x.npy", {2}, waves(2));
  save(files / "y.npy", {2}, waves(2));
  const std::string x = files / "x.npy", g = files / "g.npy";
  const auto with = [&](std::vector<binding> gradients) {
    return refusal("sum(x * y)", {"x[N]", "y[N]"},
                   {.inputs = {{"x", x}, {"y", files / "y.npy"}}, .gradients = std::move(gradients)});
  };
  CHECK(with({{"x", g}, {"y", files / "./g.npy"}}).find("are bound to one file") != std::string::npos);
  CHECK(with({{"x", x}}) == "the file bound to d(x) is that of the input x");
  CHECK(with({{"x", ""}}) == "no file is named for d(x)");
  CHECK(with({{"x", g}, {"y", files / "none" + "/g.npy"}}).find("cannot be written") != std::string::npos);
  CHECK(files.files() == std::vector<std::string>{"x.npy", "y.npy"});
  const evaluation_request both{.inputs = {{"x", x}, {"y", files / "y.npy"}},
                                .gradients = {{"x", g}, {"y", files / "h.npy"}}};
  CHECK(evaluate(*program_of("sum(x * y)", {"x[N]", "y[N]"}, wanted_of(both)), both).wrong == "");
  CHECK(files.files().size() == 4);
}

#if defined(__SANITIZE_ADDRESS__)
#define LOOM_TEST_SANITIZED  // which ends the program where memory runs out
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOM_TEST_SANITIZED
#endif
#endif
#if !defined(LOOM_TEST_SANITIZED)
TEST_CASE("memory that there is not") {
  const scratch files;
  // 8e15 products of three vectors.
  for (const char* name : {"a.npy", "b.npy", "c.npy"}) save(files / name, {200000}, std::vector<float>(200000, 1));
  const std::string why = refusal("a * b * c", {"a[A]", "b[B]", "c[C]"},
                                  {.inputs = {{"a", files / "a.npy"}, {"b", files / "b.npy"}, {"c", files / "c.npy"}},
                                   .results = {{"out", files / "out.npy"}}});
  CHECK(why == "there is not enough memory for the results as doubles");
}
#endif

// ---- by the loops ------------------------------------------------------------------------------------------------------

namespace {

/// A setting of the environment, for as long as it lives.
class setting {
 public:
  setting(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    had_ = before != nullptr;
    if (had_) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~setting() {
    if (had_) ::setenv(name_, before_.c_str(), 1);
    else ::unsetenv(name_);
  }
  setting(const setting&) = delete;
  setting& operator=(const setting&) = delete;

 private:
  const char* name_;
  bool had_ = false;
  std::string before_;
};

}  // namespace

TEST_CASE("the loops of a formula give what the interpreter gives, and are kept") {
  const scratch files, cache;
  const setting where("XDG_CACHE_HOME", cache.path()), compiler("CXX", LOOM_TEST_COMPILER),
      headers("LOOM_INCLUDE", LOOM_TEST_INCLUDE);
  save(files / "x.npy", {5, 4}, waves(20));
  save(files / "t.npy", {5}, std::vector<std::int16_t>{0, 3, -100, 1, 2});
  save_mask(files / "m.npy", {5}, {1, 1, 0, 1, 1});
  evaluation_request r{.inputs = {{"x", files / "x.npy"}, {"t", files / "t.npy"}, {"m", files / "m.npy"}},
                       .gradients = {{"x", files / "g.npy"}}};
  const std::vector<std::string> declared = {"x[N,C]", "index t[N]", "mask m[N]"};
  const nlohmann::json interpreted = run(masked_cross_entropy, declared, r);
  const std::vector<double> want = numbers_of(files / "g.npy");
  r.compile = true;
  r.gradients[0].value = files / "g2.npy";
  const auto agree = [&] {
    const nlohmann::json j = run(masked_cross_entropy, declared, r);
    CHECK(j["by"] == "loops");
    check_close({j["value"].get<double>()}, {interpreted["value"].get<double>()}, 1e-6);
    check_close(numbers_of(files / "g2.npy"), want, 1e-6);
  };
  agree();
  const std::string folder = cache / "loom";
  std::string library;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".so") library = entry.path().string();
  REQUIRE(!library.empty());
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 2);  // it and its source: nothing temporary
  {
    const auto made = std::filesystem::last_write_time(library);
    agree();
    CHECK(std::filesystem::last_write_time(library) == made);
  }
  const std::string whole = loom::test::contents(library);
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    REQUIRE(loom::tool::write_file(library, whole.substr(0, size)) == "");  // what is damaged is compiled again
    agree();
    CHECK(loom::test::contents(library).size() == whole.size());
  }
  save(files / "t.npy", {5}, std::vector<std::int16_t>{0, 3, -100, 1, 9});
  CHECK(refusal(masked_cross_entropy, declared, r) == "label 9 of t at row 4 is outside axis C, which has 4 entries");
}

TEST_CASE("the loops of doubles: several results, axes in any order, a scalar's gradient, an array of the workspace") {
  const scratch files, cache;
  const setting where("XDG_CACHE_HOME", cache.path()), compiler("CXX", LOOM_TEST_COMPILER),
      headers("LOOM_INCLUDE", LOOM_TEST_INCLUDE);
  std::vector<double> x;
  for (const float v : waves(12)) x.push_back(static_cast<double>(v));
  save(files / "x.npy", {4, 3}, x);
  evaluation_request r{.inputs = {{"x", files / "x.npy"}, {"T", "2"}},
                       .gradients = {{"x", files / "g.npy"}, {"T", files / "gT.npy"}},
                       .results = {{"result<1>", files / "rows.npy"}}};
  const char* const text = "results(mean(square(x / T - mean(x, N))), logsumexp(x, C))";
  const nlohmann::json interpreted = run(text, {"x[N,C]", "scalar T > 0"}, r);
  const std::vector<double> g = numbers_of(files / "g.npy"), rows = numbers_of(files / "rows.npy"),
                            gT = numbers_of(files / "gT.npy");
  r.compile = true;
  const nlohmann::json compiled = run(text, {"x[N,C]", "scalar T > 0"}, r);
  check_close({compiled["values"][0].get<double>()}, {interpreted["values"][0].get<double>()}, 1e-14);
  check_close(numbers_of(files / "g.npy"), g, 1e-13);
  check_close(numbers_of(files / "gT.npy"), gT, 1e-13);
  check_close(numbers_of(files / "rows.npy"), rows, 1e-13);
}

TEST_CASE("the loops of an input that is read at several places") {
  const scratch files, cache;
  const setting where("XDG_CACHE_HOME", cache.path()), compiler("CXX", LOOM_TEST_COMPILER),
      headers("LOOM_INCLUDE", LOOM_TEST_INCLUDE);
  save(files / "z.npy", {5, 3}, waves(15));
  evaluation_request r{.inputs = {{"z", files / "z.npy"}}, .gradients = {{"z", files / "g.npy"}}};
  for (const char* const text :
       {"log(1 + sum(where(N != M, exp(sum(z * z(N = M), D)), 0), M)).mean() + sum(z(D = last))",
        "sum(z * z(N = last - N) * exp(z)(D = D + 1))", "sum(sum(exp(z)(D = D + 1)(D = D + N), N))"}) {
    CAPTURE(text);
    r.compile = false;
    const nlohmann::json interpreted = run(text, {"z[N,D]"}, r);
    const std::vector<double> g = numbers_of(files / "g.npy");
    r.compile = true;
    const nlohmann::json compiled = run(text, {"z[N,D]"}, r);
    check_close({compiled["value"].get<double>()}, {interpreted["value"].get<double>()}, 1e-5);
    check_close(numbers_of(files / "g.npy"), g, 1e-5);
  }
}

TEST_CASE("what stands in the way of the loops is one sentence") {
  const scratch files, cache;
  save(files / "x.npy", {3}, waves(3));
  const evaluation_request r{.inputs = {{"x", files / "x.npy"}}, .compile = true};
  const setting where("XDG_CACHE_HOME", cache.path()), headers("LOOM_INCLUDE", LOOM_TEST_INCLUDE);
  const auto why = [&] { return refusal("mean(square(x))", {"x[N]"}, r); };
  {
    const setting compiler("CXX", "no_such_compiler -O3");
    CHECK(why() == "there is no compiler no_such_compiler, which $CXX names");
  }
  {
    const setting compiler("CXX", ""), path("PATH", files.path());
    CHECK(why() == "there is no compiler: c++, g++ or clang++ is looked for on the path, or the one that $CXX names");
  }
  {
    const setting compiler("CXX", "/bin/false");
    CHECK(why() == "the compiler /bin/false refuses the formula: it says nothing");
  }
  {
    const setting compiler("CXX", std::string(LOOM_TEST_COMPILER) + " -DLOOM_MAX_NODES=nonsense");
    CHECK(why().find(" refuses the formula: ") != std::string::npos);
    CHECK(why().find('\n') == std::string::npos);
  }
  {
    const setting nowhere("XDG_CACHE_HOME", files / "x.npy"), compiler("CXX", LOOM_TEST_COMPILER);
    CHECK(why().starts_with("the folder of compiled formulas, " + (files / "x.npy/loom") + ", cannot be made: "));
  }
  CHECK((!std::filesystem::exists(cache / "loom") || std::filesystem::is_empty(cache / "loom")));
}

TEST_CASE("the interpreter and loops evaluate running values") {
  const scratch files, cache;
  const setting where("XDG_CACHE_HOME", cache.path()), headers("LOOM_INCLUDE", LOOM_TEST_INCLUDE);
  const std::vector<double> r = {1, -2, 0.5, 3};
  save(files / "r.npy", {4}, r);
  double value = 0;
  std::vector<double> y(4), slope(4);
  for (std::size_t t = 4; t-- > 0;) y[t] = r[t] + (t < 3 ? 0.5 * y[t + 1] : 0);
  for (std::size_t t = 0; t < 4; ++t) {  // y by r is half of what it is by the one before
    value += y[t] * y[t];
    slope[t] = 2 * y[t] + (t > 0 ? 0.5 * slope[t - 1] : 0);
  }
  for (const bool compile : {false, true}) {
    const nlohmann::json j =
        run("sum(square(recurrence(r, 0.5, T, reverse)))", {"r[T]"},
            {.inputs = {{"r", files / "r.npy"}}, .gradients = {{"r", files / "g.npy"}}, .compile = compile});
    CHECK(j["value"].get<double>() == Approx(value).epsilon(1e-14));
    check_close(numbers_of(files / "g.npy"), slope, 1e-14);
  }
}
