// SPDX-License-Identifier: BSL-1.0
// tests/laws/flagships.cpp — every flagship, as written, in 80 digits, against the loops: value and gradients.
// The naive spelling overflows nowhere in MPFR's range, so it says what the formula means, also for logits of 10000;
// its gradients are central differences. Nothing of the compiler takes part in what is expected.
#include <boost/hana/for_each.hpp>

#include "loom/collection/flagships.hpp"
#include "support/differences.hpp"
#include "support/flagship_trials.hpp"

namespace {

using namespace loom::test;

/// One flagship on rows of a few classes, with logits of a size, in float or double.
template <class T, auto Formula>
void check(const std::string& name, double size, std::ptrdiff_t rows, std::ptrdiff_t classes, double tolerance) {
  constexpr loom::input_set wanted = trial::differentiable<Formula>();
  using program = loom::compiled<Formula, wanted>;
  const loom::graph& g = loom::source<Formula>::written.program;
  points random(static_cast<std::uint64_t>(size) + static_cast<std::uint64_t>(rows));
  point p;
  for (int a = 0; a < loom::max_axes; ++a) p.extents.push_back(a < g.axes.size() ? (g.axes[a].name == "C" ? classes : rows) : 1);
  std::vector<std::vector<T>> data(loom::max_inputs), results(loom::exec::max_outputs);
  std::vector<std::vector<int>> labels(loom::max_inputs);
  loom::exec::bound in[loom::max_inputs], out[loom::exec::max_outputs];
  const auto bind = [&](loom::exec::bound& b, const loom::axis_order& order, const void* at, loom::exec::element_type type) {
    b.data = at;
    b.type = type;
    std::ptrdiff_t stride = 1;
    for (int k = order.size() - 1; k >= 0; --k) {
      b.extents[k] = p.extents[static_cast<std::size_t>(order[k])];
      b.strides[k] = stride;
      stride *= b.extents[k];
    }
  };
  for (int i = 0; i < g.inputs.size(); ++i) {
    const loom::input_info& info = g.inputs[i];
    const std::string input(info.name);
    const std::size_t n = size_of(loom::as_set(info.axes), p.extents), slot = static_cast<std::size_t>(i);
    loom::dense<double> d{loom::as_set(info.axes), {}};
    for (std::size_t k = 0; k < n; ++k) {
      double v = random.uniform(-size, size);
      if (info.code == loom::op::index) v = random.below(static_cast<int>(classes));
      else if (input == "y") v = random.uniform(0, 1);
      else if (input == "v" || input == "w") v = random.uniform(0.25, 2);
      else if (info.code == loom::op::scalar)
        for (const auto& [key, value] : trial::usual_scalars())
          if (key == input) v = static_cast<double>(static_cast<T>(value));
      d.entries.push_back(v);
      data[slot].push_back(static_cast<T>(v));
      labels[slot].push_back(static_cast<int>(v));
    }
    p.inputs.push_back(d);
    if (info.code == loom::op::index) bind(in[i], info.axes, labels[slot].data(), loom::exec::element_type::i32);
    else bind(in[i], info.axes, data[slot].data(), loom::exec::type_of<T>());
    in[i].number = d.entries[0];
  }
  const loom::graph& outputs = program::schedule.program;
  for (int k = 1; k < outputs.outputs.size(); ++k) {
    const loom::axis_order& order = outputs.inputs[outputs.outputs[k].input].axes;
    results[static_cast<std::size_t>(k)].resize(size_of(loom::as_set(order), p.extents));
    bind(out[k], order, results[static_cast<std::size_t>(k)].data(), loom::exec::type_of<T>());
  }
  const T value = loom::exec::run<program, T>(loom::source<Formula>::labels, in, out);

  INFO(name << ", logits of " << size << ", " << rows << " x " << classes << ", target " << loom::name(loom::current_target()));
  const real expected = value_at<real>(g, p, g.outputs[0].id, 0)[0];
  CHECK(magnitude(real(expected - real(static_cast<double>(value)))) <= tolerance * (1 + magnitude(expected)));
  for (int k = 1; k < outputs.outputs.size(); ++k) {
    const int slot = outputs.outputs[k].input;
    const std::vector<T>& got = results[static_cast<std::size_t>(k)];
    for (std::size_t n = 0; n < got.size(); n += got.size() > 40 ? 29 : 1) {  // a difference evaluates the whole formula twice
      auto direction = no_direction(p);
      direction[static_cast<std::size_t>(slot)].entries[n] = 1;
      const real want = slope(g, p, direction);
      INFO("d(" << g.inputs[slot].name << "), entry " << n << ": " << got[n] << ", expected " << want);
      CHECK(magnitude(real(want - real(static_cast<double>(got[n])))) <= tolerance * (1 + magnitude(want)));
    }
  }
}

}  // namespace

TEST_CASE("flagships agree with their textbook spelling in 80 digits", "[laws]") {
  loom::hana::for_each(loom::collection::flagships, []<class Named>(Named named) {
    const std::string name = loom::hana::first(named).c_str();
    [&]<auto Formula>(loom::loss_function<Formula>) {
      for (loom::target t : trial::targets()) {
        const loom::limit_target limit(t);
        for (std::ptrdiff_t classes : {4, 70}) {
          if (classes > 4 && loom::source<Formula>::written.program.axes.size() == 1) continue;
          check<double, Formula>(name, 3, 5, classes, 1e-14);
          check<float, Formula>(name, 3, 5, classes, 2e-6);
        }
        // 80 digits hold a probability of exp(-180) beside 1, which the complement of a sigmoid needs; quotients need no room.
        const double large = name == "binary_cross_entropy" ? 80 : 1e4;
        check<double, Formula>(name, large, 3, 4, 1e-11);
        check<float, Formula>(name, large, 3, 4, 5e-3);
      }
    }(loom::hana::second(named));
  });
}
