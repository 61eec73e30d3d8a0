// SPDX-License-Identifier: BSL-1.0
// Derivatives and results that are added to what their buffers hold, d(x) += buffer: to the last bit what a call that overwrites a
// buffer gives, added by hand, and the same value. In every loop shape, on every target.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "loom/loom.hpp"
#include "support/plain_pool.hpp"
#include "support/targets.hpp"
#include "support/waves.hpp"

namespace {

using loom::d, loom::d2, loom::direction, loom::hvp, loom::out, loom::result, loom::view, loom::workspace;
using std::size_t;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto image = loom::tensor<"image[N,C,H,W]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto T = loom::scalar<"T > 0">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto pixel = loom::index<"pixel[N,H,W]">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;

constexpr auto cross_entropy = loom::loss<-gather(log(softmax(x / T, C)), t).mean()>;
constexpr auto of_images = loom::loss<-gather(log(softmax(image, C)), pixel, C).mean()>;
constexpr auto summed = loom::loss<logsumexp(image, C)>;
constexpr auto weighted = loom::loss<-(gather(w, t) * v * gather(log_softmax(x, C), t)).sum()>;
constexpr auto binary = loom::loss<(softplus(x) - x * y).mean()>;
constexpr auto columns = loom::loss<(square(x - mean(x, loom::axis<"N">)) * w).sum()>;
constexpr auto clip = loom::loss<-(gather(log_softmax(sum(a* b, D) / T, loom::axis<"M">), t, loom::axis<"M">)).mean()>;
constexpr auto squares = loom::loss<square(x - y).sum()>;
constexpr auto scores = loom::loss<log_softmax(x, C)>;
constexpr auto pairs = loom::loss<sum(a* b, D)>;
constexpr auto parts = loom::loss<loom::results(square(x - y).sum(), sum(x, C), x.sum())>;

/// Binds a buffer that is overwritten, or added to.
struct setting {
  template <class Name, class View>
  auto operator()(Name name, View to) const {
    return name = to;
  }
};
struct adding {
  template <class Name, class View>
  auto operator()(Name name, View to) const {
    return name += to;
  }
};

template <class U>
auto number(const U& e) {
  return loom::numeric::loaded(e);
}
using loom::test::waves;
template <class A>
bool same(A one, A two) {
  return std::memcmp(&one, &two, sizeof(A)) == 0 || (one != one && two != two);
}

/// call(how, buffer): with the binding of a buffer of `size` numbers as `how` has it. `U`: how they are stored.
template <class Number, class U = Number, class Call>
void adds(size_t size, const Call& call) {
  std::vector<Number> fresh(size, 0);  // nothing where the entries of a buffer lie apart
  const std::vector<U> before = waves<U>(size, 0.3, 0.7);
  std::vector<U> sums = before;
  const Number value = static_cast<Number>(call(setting(), fresh.data())),
               again = static_cast<Number>(call(adding(), sums.data()));
  CHECK(same(value, again));
  size_t wrong = 0, first = 0;
  for (size_t i = size; i-- > 0;) {
    const U wanted = loom::numeric::stored<U>(number(before[i]) + fresh[i]);
    if (same(number(wanted), number(sums[i]))) continue;
    ++wrong;
    first = i;
  }
  INFO(size << " numbers, the first that differs is " << first << ": " << static_cast<double>(number(before[first]))
            << " + " << static_cast<double>(fresh[first]) << " is not " << static_cast<double>(number(sums[first])));
  CHECK(wrong == 0);
}

/// Data for calls of so many rows and columns.
template <class Number>
struct batch {
  std::ptrdiff_t n, c;
  std::vector<Number> logits, others, rows, classes;
  std::vector<std::int32_t> labels;

  batch(std::ptrdiff_t some_rows, std::ptrdiff_t some_columns)
      : n(some_rows),
        c(some_columns),
        logits(waves<Number>(size(), 4, 1.7)),
        others(waves<Number>(size(), 1, 0.3)),
        rows(waves<Number>(static_cast<size_t>(n), 2, 2.1)),
        classes(waves<Number>(static_cast<size_t>(c), 1, 0.9)) {
    for (std::ptrdiff_t i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(i * 7 % c));
  }
  size_t size() const { return static_cast<size_t>(n * c); }
  template <class U>
  auto matrix(U* data) const {
    return view(data, n, c);
  }
};

template <class Number>
const batch<Number>& batch_of(std::ptrdiff_t n, std::ptrdiff_t c) {
  static std::vector<batch<Number>> all;
  for (const batch<Number>& known : all)
    if (known.n == n && known.c == c) return known;
  all.reserve(64);
  all.emplace_back(n, c);
  return all.back();
}

template <class Number>
void rows_of(std::ptrdiff_t n, std::ptrdiff_t c) {
  const batch<Number>& data = batch_of<Number>(n, c);
  INFO(n << " rows of " << c);
  const auto logits = data.matrix(data.logits.data()), others = data.matrix(data.others.data());
  adds<Number>(data.size(), [&](auto how, auto* to) {
    return cross_entropy(x = logits, t = data.labels, T = 1.5, how(d(x), data.matrix(to)));
  });
  adds<Number>(
      1, [&](auto how, auto* to) { return cross_entropy(x = logits, t = data.labels, T = 1.5, how(d(T), view(to))); });
  adds<Number>(data.size(),
               [&](auto how, auto* to) { return binary(x = logits, y = others, how(d(x), data.matrix(to))); });
  // Columns of y are apart in the buffer; rows lie side by side in one that is transposed.
  adds<Number>(2 * data.size(), [&](auto how, auto* to) {
    return binary(x = logits, y = others, how(d(x), view(to, {n, c}, {2 * c, 2})));
  });
  adds<Number>(data.size(),
               [&](auto how, auto* to) { return binary(x = logits, y = others, how(d(x), view(to, {n, c}, {1, n}))); });
}

}  // namespace

TEST_CASE("a gradient is added to what its buffer holds, in rows of every length") {
  trial::on_every_target([] {
    for (const auto& [n, c] :
         {std::pair<std::ptrdiff_t, std::ptrdiff_t>{37, 10}, {19, 150}, {5, 1001}, {1, 33}, {70, 3}}) {
      rows_of<float>(n, c);
      rows_of<double>(n, c);
    }
  });
}

TEST_CASE("a gradient is added where rows lie side by side in memory") {
  trial::on_every_target([] {
    for (const std::ptrdiff_t classes : {5, 1500})  // in a tile, and in place
      for (const std::ptrdiff_t pixels : {37, 21}) {  // the last vector of a row begins in the one before
        const std::ptrdiff_t n = 2;
        const auto entries = static_cast<size_t>(n * classes * pixels);
        const std::vector<float> logits = waves<float>(entries, 4, 1.7);
        std::vector<std::int32_t> labels;
        for (std::ptrdiff_t i = 0; i < n * pixels; ++i) labels.push_back(static_cast<std::int32_t>(i % classes));
        const auto shape = [&](auto* p) { return view(p, n, classes, std::ptrdiff_t{1}, pixels); };
        adds<float>(entries, [&](auto how, auto* to) {
          return of_images(image = shape(logits.data()), pixel = view(labels.data(), n, std::ptrdiff_t{1}, pixels),
                           how(d(image), shape(to)));
        });
        adds<float>(static_cast<size_t>(n * pixels), [&](auto how, auto* to) {
          summed(image = shape(logits.data()), how(out, view(to, n, std::ptrdiff_t{1}, pixels)));
          return 0;
        });
      }
  });
}

TEST_CASE("what the rows share, and what each row has, is added to") {
  trial::on_every_target([] {
    for (const auto& [n, c] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{37, 10}, {19, 150}}) {
      const batch<float>& data = batch_of<float>(n, c);
      const auto logits = data.matrix(data.logits.data());
      std::vector<double> memory(4096);
      const auto call = [&](auto derivative) {
        return weighted(x = logits, t = data.labels, v = data.rows, w = data.classes, derivative, workspace = memory);
      };
      adds<float>(static_cast<size_t>(c), [&](auto how, auto* to) { return call(how(d(w), view(to, c))); });
      adds<float>(static_cast<size_t>(n), [&](auto how, auto* to) { return call(how(d(v), view(to, n))); });
      adds<float>(static_cast<size_t>(2 * n), [&](auto how, auto* to) { return call(how(d(v), view(to, {n}, {2}))); });
      adds<float>(data.size(), [&](auto how, auto* to) { return call(how(d(x), data.matrix(to))); });
      adds<float>(data.size(), [&](auto how, auto* to) {
        return columns(x = logits, w = data.classes, how(d(x), data.matrix(to)), workspace = memory);
      });
      adds<float>(static_cast<size_t>(c), [&](auto how, auto* to) {
        return columns(x = logits, w = data.classes, how(d(w), view(to, c)), workspace = memory);
      });
    }
    const batch<float>&some = batch_of<float>(12, 6), &more = batch_of<float>(9, 6);
    std::vector<std::int32_t> pair(12, 3);
    std::vector<double> memory(4096);
    adds<float>(more.size(), [&](auto how, auto* to) {
      return clip(a = some.matrix(some.logits.data()), b = more.matrix(more.others.data()), t = pair, T = 2,
                  how(d(b), more.matrix(to)), workspace = memory);
    });
  });
}

TEST_CASE("sixteen bits are added to as numbers and rounded once") {
  trial::on_every_target([] {
    for (const auto& [n, c] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{37, 10}, {19, 150}, {1, 77}}) {
      const batch<float>& data = batch_of<float>(n, c);
      const auto logits = data.matrix(data.logits.data()), others = data.matrix(data.others.data());
      const auto entropy = [&](auto how, auto* to) {
        return cross_entropy(x = logits, t = data.labels, T = 1.5, how(d(x), data.matrix(to)));
      };
      const auto apart = [&](auto how, auto* to) {
        return binary(x = logits, y = others, how(d(x), view(to, {n, c}, {3 * c, 3})));
      };
      adds<float, loom::bf16>(data.size(), entropy);
      adds<float, loom::f16>(data.size(), entropy);
      adds<float, loom::bf16>(3 * data.size(), apart);
      adds<float, loom::bf16>(1, [&](auto how, auto* to) {
        return cross_entropy(x = logits, t = data.labels, T = 1.5, how(d(T), view(to)));
      });
      std::vector<double> memory(1024);
      adds<float, loom::f16>(static_cast<size_t>(c), [&](auto how, auto* to) {
        return weighted(x = logits, t = data.labels, v = data.rows, w = data.classes, how(d(w), view(to, c)),
                        workspace = memory);
      });
    }
  });
}

TEST_CASE("a block whose total is done again is added once") {
  trial::on_every_target([] {
    batch<float> data(3, 5000);
    data.logits[4] = std::numeric_limits<float>::infinity();
    data.logits[4999] = std::numeric_limits<float>::quiet_NaN();
    data.logits[7000] = -std::numeric_limits<float>::infinity();
    data.logits[12345] = std::numeric_limits<float>::max();
    const auto logits = data.matrix(data.logits.data()), others = data.matrix(data.others.data());
    adds<float>(data.size(),
                [&](auto how, auto* to) { return binary(x = logits, y = others, how(d(x), data.matrix(to))); });
    adds<float>(2 * data.size(), [&](auto how, auto* to) {
      return binary(x = logits, y = others, how(d(x), view(to, {3, 5000}, {10000, 2})));
    });
  });
}

TEST_CASE("outputs that no cache holds are added to") {
  const batch<float> wide(450, 5000), narrow(250000, 10);
  for (const batch<float>* data : {&wide, &narrow})
    adds<float>(data->size(), [&](auto how, auto* to) {
      return cross_entropy(x = data->matrix(data->logits.data()), t = data->labels, T = 1, how(d(x), data->matrix(to)));
    });
  const auto shape = [](auto* p) { return view(p, {250000, 10}, {1, 250000}); };
  adds<float>(narrow.size(), [&](auto how, auto* to) {
    return cross_entropy(x = shape(narrow.logits.data()), t = narrow.labels, T = 1, how(d(x), shape(to)));
  });
}

TEST_CASE("second derivatives and results are added to") {
  trial::on_every_target([] {
    for (const std::ptrdiff_t c : {10, 75, 300}) {  // sums of which values are parked have as many accumulators without
      const batch<float>& data = batch_of<float>(37, c);
      const auto logits = data.matrix(data.logits.data()), others = data.matrix(data.others.data());
      adds<float>(data.size(), [&](auto how, auto* to) {
        return cross_entropy(x = logits, t = data.labels, T = 1.5, how(d2(x), data.matrix(to)));
      });
      adds<float>(data.size(), [&](auto how, auto* to) {
        return cross_entropy(x = logits, t = data.labels, T = 1.5, direction(x) = others, how(hvp(x), data.matrix(to)));
      });
      adds<float>(data.size(), [&](auto how, auto* to) {
        scores(x = logits, how(out, data.matrix(to)));
        return 0;
      });
      adds<float>(1, [&](auto how, auto* to) { return parts(x = logits, y = others, how(result<2>, view(to))); });
      adds<float>(37, [&](auto how, auto* to) { return parts(x = logits, y = others, how(result<1>, view(to, 37))); });
      adds<float>(37 * 37, [&](auto how, auto* to) {
        pairs(a = logits, b = logits, how(out(loom::axis<"M">, loom::axis<"N">), view(to, 37, 37)));
        return 0;
      });
    }
  });
}

TEST_CASE("one buffer is added to while another is overwritten, and holds what is parked") {
  const batch<float>& data = batch_of<float>(5, 300);
  const auto logits = data.matrix(data.logits.data());
  std::vector<float> fresh(data.size()), curvature(data.size()), wanted(data.size(), 1), got(data.size(), 1);
  cross_entropy(x = logits, t = data.labels, T = 1, d(x) = data.matrix(fresh.data()),
                d2(x) = data.matrix(curvature.data()));
  for (size_t i = 0; i < wanted.size(); ++i) wanted[i] += curvature[i];
  std::vector<float> overwritten(data.size(), 3);
  cross_entropy(x = logits, t = data.labels, T = 1, d(x) = data.matrix(overwritten.data()),
                d2(x) += data.matrix(got.data()));
  CHECK(overwritten == fresh);
  CHECK(got == wanted);
}

TEST_CASE("two losses and four micro-batches share a gradient") {
  const batch<double>& data = batch_of<double>(40, 12);
  const auto logits = data.matrix(data.logits.data()), others = data.matrix(data.others.data());
  std::vector<double> gradient(data.size()), one(data.size()), two(data.size());
  for (std::ptrdiff_t first = 0; first < 40; first += 10) {
    const auto rows = [&](auto* p) { return view(p + first * 12, 10, 12); };
    squares(x = rows(data.logits.data()), y = rows(data.others.data()), d(x) += rows(gradient.data()));
  }
  binary(x = logits, y = others, d(x) += data.matrix(gradient.data()));
  squares(x = logits, y = others, d(x) = data.matrix(one.data()));
  binary(x = logits, y = others, d(x) = data.matrix(two.data()));
  for (size_t i = 0; i < one.size(); ++i) CHECK(gradient[i] == one[i] + two[i]);
}

namespace {

/// Each part twice, the last ones first.
struct stubborn_pool {
  template <class F>
  void for_each(int count, const F& f) {
    for (int k = 2 * count; k-- > 0;) f(k % count);
  }
};

}  // namespace

TEST_CASE("threads add each entry once, as one does") {
  const batch<float> data(30000, 11);
  const auto logits = data.matrix(data.logits.data());
  adds<float>(data.size(), [&](auto how, auto* to) {
    if constexpr (std::is_same_v<decltype(how), setting>)
      return cross_entropy(x = logits, t = data.labels, T = 1, how(d(x), data.matrix(to)));
    trial::plain_pool pool(4);
    return cross_entropy(x = logits, t = data.labels, T = 1, how(d(x), data.matrix(to)), loom::threads = pool);
  });
  adds<float>(data.size(), [&](auto how, auto* to) {
    stubborn_pool pool;
    return cross_entropy(x = logits, t = data.labels, T = 1, how(d(x), data.matrix(to)), loom::threads = pool);
  });
}

TEST_CASE("a buffer that is added to is still none of the inputs") {
  std::vector<float> data(20, 1), gradient(20, 1);
  CHECK_THROWS_WITH(squares(x = view(data.data(), 4, 5), y = view(data.data(), 4, 5), d(x) += view(data.data(), 4, 5)),
                    Catch::Contains("overlaps"));
  CHECK(data == std::vector<float>(20, 1));
}

namespace {

constexpr bool adds_in_a_constant() {
  const float logits[2][2] = {{1, 2}, {3, 5}}, targets[2][2] = {{0, 0}, {0, 1}};
  float gradient[2][2] = {{100, 200}, {300, 400}}, total = 10;
  const float value = squares(x = logits, y = targets, d(x) += gradient);
  parts(x = logits, y = targets, result<2> += total);
  return value == 30 && gradient[0][0] == 102 && gradient[0][1] == 204 && gradient[1][0] == 306 &&
         gradient[1][1] == 408 && total == 21;
}
static_assert(adds_in_a_constant());

}  // namespace

TEST_CASE("adding to a buffer is a constant expression") { LOOM_CHECK(adds_in_a_constant()); }
