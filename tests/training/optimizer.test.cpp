// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/optimizer.hpp"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <catch2/catch.hpp>

#include "multilabel/training/ema.hpp"
#include "multilabel/training/parameters.hpp"
#include "multilabel/training/step.hpp"
#include "synthetic.hpp"

namespace training = multilabel::training;

namespace {

at::Tensor floats(const std::vector<float>& values) { return at::tensor(values); }

at::Tensor parameter(const at::Tensor& values, const at::Tensor& gradient) {
  at::Tensor made = values.clone().set_requires_grad(true);
  made.mutable_grad() = gradient;
  return made;
}

training::FusedUpdater updater_of(const multilabel::model::NamedTensors& named, training::Optimizer optimizer, double decay) {
  training::FusedUpdater updater(optimizer);
  updater.attach(training::parameters_of("test", named, decay, {}));
  return updater;
}

}  // namespace

TEST_CASE("FusedUpdater: AdamW's first step moves by the learning rate and decays kernels only") {
  const auto matrix = parameter(at::ones({1, 2}), floats({0.5, -2.0}).view({1, 2}));
  const auto bias = parameter(at::ones({2}), floats({0.5f, -2.0}));
  auto updater = updater_of({{"m", matrix}, {"b", bias}}, training::Optimizer::adamw, 0.5);
  updater.step(0.1);
  // Step 1: m / sqrt(v) is the gradient's sign, so 0.1 down and up; the decay takes 0.1 * 0.5 off the matrix first.
  CHECK(matrix[0][0].item<double>() == Approx(1 - 0.05 - 0.1));
  CHECK(matrix[0][1].item<double>() == Approx(1 - 0.05 + 0.1));
  CHECK(bias[0].item<double>() == Approx(0.9));
  CHECK(bias[1].item<double>() == Approx(1.1));
}

TEST_CASE("FusedUpdater: SGD keeps nine tenths of its last move") {
  const auto bias = parameter(at::ones({1}), floats({1}));
  auto updater = updater_of({{"b", bias}}, training::Optimizer::sgd, 0);
  updater.step(0.1);
  CHECK(bias[0].item<double>() == Approx(0.9));
  updater.step(0.1);
  CHECK(bias[0].item<double>() == Approx(0.9 - 0.1 * 1.9));
}

TEST_CASE("FusedUpdater: a parameter without a gradient stays, one that needs none is no parameter") {
  const auto idle = at::ones({2}).set_requires_grad(true);
  const auto frozen = at::ones({2});
  auto updater = updater_of({{"idle", idle}, {"frozen", frozen}}, training::Optimizer::adamw, 0.1);
  updater.step(0.1);
  CHECK(idle.equal(at::ones({2})));
  CHECK(updater.state().size() == 3);  // first, second and steps of one parameter
}

TEST_CASE("FusedUpdater: a parameter with two names moves once") {
  const auto tied = parameter(at::ones({1}), floats({1}));
  auto updater = updater_of({{"a", tied}, {"b", tied}}, training::Optimizer::sgd, 0);
  updater.step(0.1);
  CHECK(tied[0].item<double>() == Approx(0.9));
}

TEST_CASE("FusedUpdater: what is remembered of a parameter stays when others come") {
  const auto bias = parameter(at::ones({1}), floats({1}));
  const auto later = parameter(at::ones({1}), floats({1}));
  auto updater = updater_of({{"b", bias}}, training::Optimizer::sgd, 0);
  updater.step(0.1);
  updater.attach(training::parameters_of("test", {{"later", later}, {"b", bias}}, 0, {}));
  updater.step(0.1);
  CHECK(bias[0].item<double>() == Approx(0.9 - 0.1 * 1.9));
  CHECK(later[0].item<double>() == Approx(0.9));
}

TEST_CASE("clip: scales all gradients by one factor to the norm asked for") {
  const auto a = parameter(at::ones({1}), floats({3}));
  const auto b = parameter(at::ones({1}), floats({4}));
  auto gradients = training::detail::gradients_of(training::parameters_of("test", {{"a", a}, {"b", b}}, 0, {}));
  CHECK(training::detail::clip(gradients, 10).item<double>() == Approx(5.0));
  CHECK(a.grad()[0].item<double>() == 3.0);
  CHECK(training::detail::clip(gradients, 1).item<double>() == Approx(5.0));
  CHECK(a.grad()[0].item<double>() == Approx(0.6).epsilon(1e-5));
  CHECK(b.grad()[0].item<double>() == Approx(0.8).epsilon(1e-5));
}

TEST_CASE("FusedUpdater: a gradient that lies in another order updates its own cells") {
  const auto weight = floats({1, 2, 3, 4}).view({2, 2}).set_requires_grad(true);
  // SGD without a first move: the update is 0.1 times the gradient.
  weight.mutable_grad() = floats({1, 3, 2, 4}).view({2, 2}).t();
  auto updater = updater_of({{"w", weight}}, training::Optimizer::sgd, 0);
  updater.step(0.1);
  CHECK(weight.detach().allclose(floats({0.9f, 1.8f, 2.7f, 3.6f}).view({2, 2})));
}

TEST_CASE("FusedUpdater: the memory of another model is refused by name") {
  const auto one = at::ones({2}).set_requires_grad(true);
  auto updater = updater_of({{"one", one}}, training::Optimizer::adamw, 0);
  CHECK_THROWS_WITH(updater.restore({{"two/first", at::ones({2})}}), Catch::Contains("'one/first'"));
}

TEST_CASE("ExponentialMovingAverage: starts quickly and then keeps its decay") {
  const auto weight = at::ones({1});
  training::ExponentialMovingAverage average({{"w", weight}}, 0.5);
  CHECK(average.decay(0) == Approx(0.1));
  CHECK(average.decay(8) == 0.5);  // (1 + 8) / (10 + 8)
  CHECK(average.decay(100) == 0.5);
  weight.fill_(2.0);
  average.update();
  CHECK(average.average()[0].second[0].item<double>() == Approx(0.1 * 1 + 0.9 * 2));
}

TEST_CASE("ExponentialMovingAverage: the module holds the average while it is applied, counters are taken over") {
  const auto weight = at::ones({1});
  const auto counter = at::ones({1}, at::kLong);
  training::ExponentialMovingAverage average({{"w", weight}, {"n", counter}}, 0.9);
  weight.fill_(3.0);
  counter.fill_(7);
  average.update();
  {
    const training::ExponentialMovingAverage::Applied applied(average);
    CHECK(weight[0].item<double>() == Approx(0.1 * 1 + 0.9 * 3));
    CHECK(counter[0].item<int>() == 7);
  }
  CHECK(weight[0].item<double>() == 3.0);
  {
    const training::ExponentialMovingAverage::Applied applied(average);
    weight.fill_(5.0);  // a callback's work stays
  }
  CHECK(weight[0].item<double>() == 5.0);
  CHECK(average.average()[0].second[0].item<double>() == 5.0);
  CHECK_THROWS_WITH(training::ExponentialMovingAverage({}, 1.0), Catch::Contains("decay must be in (0, 1)"));
}
