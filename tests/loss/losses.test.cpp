// SPDX-License-Identifier: Apache-2.0
// Each loss at a cell or two worked by hand; the formulas over whole batches are held against torch in
// python/tests/test_loss.py.
#include <multilabel/loss.hpp>

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

namespace loss = multilabel::loss;
using Catch::Matchers::Contains;
using loss::Reduction;

namespace {

const float log3 = std::log(3.0f);  // p = 3/4

at::Tensor cells(std::vector<float> values) { return at::tensor(values).unsqueeze(0); }

double at_cell(const at::Tensor& values, std::int64_t label) { return values[0][label].item<double>(); }

// A user's formula: the squared distance of the score from the target.
struct BrierFormula {
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto positive(const T& x) const {
    return loss::logistic(-x) * loss::logistic(-x);
  }
  template <class T>
  [[nodiscard]] MULTILABEL_INLINE auto negative(const T& x) const {
    return loss::logistic(x) * loss::logistic(x);
  }
};

static_assert(loss::compiled_formula<BrierFormula> && loss::compiled_formula<loss::AsymmetricFormula> &&
              loss::compiled_formula<loss::AsymmetricPolynomialFormula> && loss::compiled_formula<loss::BCEFormula> &&
              loss::compiled_formula<loss::FocalFormula> && loss::compiled_formula<loss::HillFormula> &&
              loss::compiled_formula<loss::PartialAsymmetricFormula> && loss::compiled_formula<loss::SPLCFormula> &&
              loss::compiled_formula<loss::WeakNegativeFormula>);

}  // namespace

TEST_CASE("Focal: worked by hand") {
  // p = 3/4: (1/4)^2 * -log(3/4) as a positive, (3/4)^2 * -log(1/4) as a negative; alpha 0.8 gives 0.8 and 0.2 of it.
  const auto values = loss::Focal({.alpha = 0.8, .reduction = Reduction::none})(cells({log3, log3}), cells({1, 0}));
  CHECK(at_cell(values, 0) == Approx(0.8 / 16 * -std::log(0.75)));
  CHECK(at_cell(values, 1) == Approx(0.2 * 9 / 16 * std::log(4)));
}

TEST_CASE("Hill: worked by hand, and unknown cells are negatives") {
  // Negative at p = 3/4: (1.5 - 0.75) * 0.5625. The margin turns a logit of 1 + log 3 into p' = 3/4.
  const auto values = loss::Hill({.reduction = Reduction::none})(cells({log3, 1 + log3, log3}), cells({0, 1, -1}));
  CHECK(at_cell(values, 0) == Approx(0.75 * 0.5625));
  CHECK(at_cell(values, 1) == Approx(-std::log(0.75) / 16));
  CHECK(at_cell(values, 2) == at_cell(values, 0));
}

TEST_CASE("SPLC: a confident negative becomes a positive after its epoch, through AnyLoss too") {
  loss::AnyLoss any(loss::SPLC({.reduction = Reduction::none}));
  CHECK(at_cell(any(cells({log3}), cells({0})), 0) == Approx(9.0 / 16 * std::log(4)));
  loss::begin_epoch(any, 2);
  CHECK(at_cell(any(cells({log3}), cells({0})), 0) == Approx(-std::log(0.75) / 16));
}

TEST_CASE("WeakAssumeNegative: negatives share the weight of one label") {
  const auto values = loss::WeakAssumeNegative({.reduction = Reduction::none})(cells({0, 0, 0, 0, 0}), cells({1, 0, -1, 0, 0}));
  CHECK(at_cell(values, 0) == Approx(std::log(2)));
  CHECK(at_cell(values, 2) == Approx(std::log(2) / 4));
}

TEST_CASE("AsymmetricPolynomial: worked by hand") {
  // p = 3/4: -log p - (1 - p) + 1.25 (1 - p)^2.
  const auto values = loss::AsymmetricPolynomial({.reduction = Reduction::none})(cells({log3}), cells({1}));
  CHECK(at_cell(values, 0) == Approx(-std::log(0.75) - 0.25 + 1.25 / 16));
}

TEST_CASE("PartialAsymmetric: three groups") {
  // p = 3/4, no clip: positive -log p; annotated negative p * log 4; unknown p^4 * log 4.
  const auto values = loss::PartialAsymmetric({.mode = loss::PartialMode::negative, .reduction = Reduction::none})(
      cells({log3, log3, log3}), cells({1, 0, -1}));
  CHECK(at_cell(values, 0) == Approx(-std::log(0.75)));
  CHECK(at_cell(values, 1) == Approx(0.75 * std::log(4)));
  CHECK(at_cell(values, 2) == Approx(std::pow(0.75, 4) * std::log(4)));
}

TEST_CASE("EntropyMaximization: unknown cells gain entropy, then the least likely are weak negatives") {
  loss::EntropyMaximization maximization({.negative_share = 0.5, .warmup_epochs = 1, .reduction = Reduction::none});
  const auto logits = cells({0, log3});
  CHECK(at_cell(maximization(logits, cells({-1, -1})), 0) == Approx(-0.1 * std::log(2)));
  maximization.on_epoch_begin(2);
  const auto values = maximization(logits, cells({-1, -1}));
  CHECK(at_cell(values, 0) == Approx(0.9 * std::log(2)));
  CHECK(at_cell(values, 1) == Approx(0.1 * (0.75 * std::log(0.75) + 0.25 * std::log(0.25))));
}

TEST_CASE("LargeLoss: the largest losses of assumed negatives are rejected") {
  loss::LargeLoss large({.percent_per_epoch = 50, .reduction = Reduction::none});
  large.on_epoch_begin(2);
  const auto values = large(cells({3, 0, 5, -1}), cells({0, 0, 1, 0}));
  CHECK(at_cell(values, 0) == 0.0);
  CHECK(at_cell(values, 1) == 0.0);
  CHECK(at_cell(values, 2) > 0);
  CHECK(at_cell(values, 3) > 0);
}

TEST_CASE("DistributionBalanced: worked by hand without shift and focus") {
  // Counts 1 and 3 of 4 images, both positive: r = 1 / (1 + 1/3) = 0.75 and 0.25; beta 0 gives w = 0.1 + 0.5.
  const loss::DistributionBalanced balanced({.positives = {1, 3},
                                             .images = 4,
                                             .beta = 0,
                                             .lambda = 1,
                                             .kappa = 0,
                                             .gamma = 0,
                                             .scale = 1,
                                             .reduction = Reduction::none});
  CHECK(at_cell(balanced(cells({0, 0}), cells({1, 1})), 0) == Approx(0.6 * std::log(2)));
  CHECK_THROWS_WITH(loss::DistributionBalanced(), Contains("positives must be given"));
}

TEST_CASE("ZLPR: log(1 + sum of negatives) + log(1 + sum of positives)") {
  CHECK(loss::ZLPR{}(cells({0, 0, 0}), cells({1, 0, 0})).item<double>() == Approx(std::log(2) + std::log(3)));
}

TEST_CASE("TwoWay: rows and columns") {
  // Row: softplus(0 + 0). Columns: the first has no negative and the second no positive, so they cost 0.
  CHECK(loss::TwoWay{}(cells({0, 0}), cells({1, 0})).item<double>() == Approx(std::log(2)));
  CHECK_THROWS_WITH(loss::TwoWay({.reduction = Reduction::none}), Contains("no values in common"));
}

TEST_CASE("EPR: known positives and an expected count") {
  // log 2, and the scores sum to 1 where 3 were expected: ((1 - 3) / 2)^2.
  CHECK(loss::EPR({.expected_positives = 3})(cells({0, 0}), cells({1, -1})).item<double>() == Approx(std::log(2) + 1));
}

TEST_CASE("SoftF1: counts run over the epoch and validation leaves no trace") {
  loss::SoftF1 f1;
  const auto logits = at::zeros({2, 1}).requires_grad_(true);
  const auto first = at::tensor({1.0f, 0.0f}).unsqueeze(1);
  CHECK(f1(logits, first).item<double>() == Approx(0.5));  // tp = fp = fn = 0.5
  {
    const at::NoGradGuard guard;
    (void)f1(logits, at::zeros({2, 1}));
  }
  CHECK(f1(logits, at::zeros({2, 1})).item<double>() == Approx(1 - 2.0 * 0.5 / 3));  // predicted 2, present 1
  f1.on_epoch_begin(2);
  CHECK(f1(logits, first).item<double>() == Approx(0.5));
}

TEST_CASE("SoftMargin: each image weighs the same") {
  const auto logits = at::tensor({0.0f, log3, 0.0f, 0.0f}).view({2, 2});
  const auto targets = at::tensor({1.0f, -1.0f, 0.0f, 1.0f}).view({2, 2});
  CHECK(loss::SoftMargin{}(logits, targets).item<double>() == Approx(std::log(2)));
}

TEST_CASE("weights: class-balanced and prior weights go into any loss's options") {
  const auto options = loss::weighted(loss::FocalOptions{.class_weight = {2, 1}}, loss::ClassBalanced({1, 2}, 0.5));
  CHECK(options.class_weight[0] == Approx(2.4));
  CHECK(options.class_weight[1] == Approx(0.8));
  CHECK(loss::weighted(loss::HillOptions{}, loss::PriorWeighting({1}, 4)).pos_weight[0] == Approx(std::exp(0.5)));
  CHECK_THROWS_WITH(loss::weighted(loss::FocalOptions{.class_weight = {1}}, loss::ClassBalanced({1, 2})),
                    Contains("same 2 labels"));
}

TEST_CASE("CellLoss: a formula of one's own has the whole contract") {
  const loss::CellLoss brier(BrierFormula{}, {.reduction = Reduction::sum, .unknown = loss::Unknown::negative}, "Brier");
  CHECK(brier(cells({log3, log3, log3}), cells({1, 0, -1})).item<double>() == Approx(0.0625 + 2 * 0.5625));
  CHECK_THROWS_WITH(brier(cells({0}), cells({2})), Contains("Brier: targets must be in [0, 1]"));
}

TEST_CASE("index_targets: rows from lists of positives, filled up with -1") {
  const auto indices = at::tensor({2, 0, -1, -1}, at::kLong).view({2, 2});
  const auto expected = at::tensor({1.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f}).view({2, 3});
  CHECK(loss::index_targets(indices, 3).equal(expected));
  CHECK_THROWS_WITH(loss::index_targets(indices, 2), Contains("in [0, 2), or -1 for none; got 2"));
}
