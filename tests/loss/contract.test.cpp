// SPDX-License-Identifier: Apache-2.0
#include <multilabel/loss.hpp>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace ml = multilabel;
using Catch::Matchers::Contains;

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

at::Tensor row(std::vector<float> values) { return at::tensor(values).unsqueeze(0); }

// A user's own loss: the squared distance of the score from the target, written with the library's parts.
struct Brier {
  at::Tensor operator()(const at::Tensor& logits, const at::Tensor& targets, const ml::loss::LossInputs& inputs = {}) const {
    const auto cells = ml::loss::make_cells("Brier", logits, targets, inputs);
    return ml::loss::reduce("Brier", (cells.logits.sigmoid() - cells.targets).square(), cells, inputs, {},
                            ml::loss::Reduction::mean);
  }
};
static_assert(ml::loss::loss_function<Brier>);

}  // namespace

TEST_CASE("BCEWithLogits: worked by hand") {
  // x = 0 gives log 2 whatever the target; x = log 3 gives p = 3/4: -log(3/4) as a positive, -log(1/4) as a negative.
  const ml::loss::BCEWithLogits loss({.reduction = ml::loss::Reduction::none});
  const auto values = loss(row({0, std::log(3.0f), std::log(3.0f)}), row({1, 1, 0}));
  CHECK(values[0][0].item<double>() == Approx(std::log(2)));
  CHECK(values[0][1].item<double>() == Approx(-std::log(0.75)));
  CHECK(values[0][2].item<double>() == Approx(-std::log(0.25)));
}

TEST_CASE("Asymmetric: worked by hand") {
  // p = 3/4. Positive, gamma 1: (1 - p) * -log p. Negative, gamma 4, clip 0.05: q = 0.7, q^4 * -log(0.3).
  const ml::loss::Asymmetric loss({.reduction = ml::loss::Reduction::none});
  const auto values = loss(row({std::log(3.0f), std::log(3.0f), -4}), row({1, 0, 0}));
  CHECK(values[0][0].item<double>() == Approx(0.25 * -std::log(0.75)));
  CHECK(values[0][1].item<double>() == Approx(std::pow(0.7, 4) * -std::log(0.3)));
  CHECK(values[0][2].item<double>() == 0.0);  // p = 0.018 is below the clip
}

TEST_CASE("losses: an unknown cell changes neither value nor gradient") {
  const auto logits = row({1, unknown, -2, 5}).requires_grad_(true);
  const auto mask = at::tensor({1, 1, 1, 0}).to(at::kBool).unsqueeze(0);
  const ml::loss::BCEWithLogits loss;
  const auto value = loss(logits, row({1, unknown, 0, 1}), {.mask = mask});
  value.backward();
  CHECK(value.item<double>() == Approx(loss(row({1, -2}), row({1, 0})).item<double>()));
  CHECK(logits.grad()[0][1].item<double>() == 0.0);
  CHECK(logits.grad()[0][3].item<double>() == 0.0);
}

TEST_CASE("losses: a chosen cell costs what the formula says of it, or nothing") {
  const auto logits = row({0, 0, 0}).requires_grad_(true);
  const auto chosen = at::tensor({0, 1, 0}).to(at::kBool).unsqueeze(0);
  const ml::loss::CellOptions sum{.reduction = ml::loss::Reduction::sum};
  const auto left_out = ml::loss::apply("test", ml::loss::BCEFormula{}, sum, logits, row({1, 0, 0}), {}, chosen);
  left_out.backward();
  CHECK(left_out.item<double>() == Approx(2 * std::log(2)));
  CHECK(logits.grad()[0][1].item<double>() == 0.0);
  // beta = 3 times log 2 instead of log 2, and an unknown cell costs -alpha times the entropy log 2 of p = 1/2
  const auto values = ml::loss::apply("test", ml::loss::EntropyFormula{{}, 0.5, 3},
                                      {.reduction = ml::loss::Reduction::none, .unknown = ml::loss::Unknown::negative}, logits,
                                      row({1, 0, unknown}), {}, chosen);
  CHECK(values[0][0].item<double>() == Approx(std::log(2)));
  CHECK(values[0][1].item<double>() == Approx(3 * std::log(2)));
  CHECK(values[0][2].item<double>() == Approx(-0.5 * std::log(2)));
}

TEST_CASE("losses: a batch without a known cell gives zero with a zero gradient") {
  const auto logits = at::zeros({2, 3}).requires_grad_(true);
  const auto value = ml::loss::Asymmetric{}(logits, at::full({2, 3}, -1));
  value.backward();
  CHECK(value.item<double>() == 0.0);
  CHECK(logits.grad().eq(0).all().item<bool>());
}

TEST_CASE("losses: the gradient mode is left as it is") {
  const at::NoGradGuard guard;
  (void)ml::loss::Asymmetric{}(at::zeros({1, 2}), at::zeros({1, 2}));
  CHECK_FALSE(at::GradMode::is_enabled());
}

TEST_CASE("losses: AnyLoss and a user's own loss keep the contract") {
  const ml::loss::AnyLoss any{Brier{}};
  CHECK(any(row({0, unknown}), row({1, unknown})).item<double>() == Approx(0.25));
}

TEST_CASE("losses: bad input is named") {
  const ml::loss::BCEWithLogits loss;
  CHECK_THROWS_WITH(loss(row({0}), row({2})), Contains("targets must be in [0, 1]") && Contains("got 2"));
  CHECK_THROWS_WITH(loss(row({0}), row({0, 1})), Contains("[1, 1] and [1, 2]"));
  CHECK_THROWS_WITH(loss(at::zeros({1, 1}, at::kLong), row({0})), Contains("must be floating-point"));
  CHECK_THROWS_WITH(ml::loss::BCEWithLogits({.class_weight = {1, 2}})(row({0}), row({0})),
                    Contains("each of the 1 labels; got 2"));
  CHECK_THROWS_WITH(ml::loss::Asymmetric({.clip = 1}), Contains("clip must be in [0, 1); got 1"));
}
