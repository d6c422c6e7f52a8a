// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/conformal.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/core/random.hpp"

namespace {
using multilabel::Matrix;
using multilabel::Random;
using multilabel::threshold::conformal;
using multilabel::threshold::ConformalOptions;
using multilabel::threshold::Guarantee;
using multilabel::threshold::Risk;
using multilabel::threshold::RiskBound;
using multilabel::threshold::Scope;

struct Rows {
  Matrix<int> targets;
  Matrix<double> scores;
};

/// One label that is always there, with a uniform score: the false negative rate at threshold t is exactly t.
Rows always_present(std::uint64_t seed, std::size_t rows) {
  Rows made{Matrix<int>(rows, 1, 1), Matrix<double>(rows, 1)};
  Random random({.seed = seed});
  for (std::size_t i = 0; i < rows; ++i) made.scores(i, 0) = random.uniform();
  return made;
}

/// One label that is there with the probability its uniform score says.
Rows calibrated(std::uint64_t seed, std::size_t rows) {
  Rows made{Matrix<int>(rows, 1), Matrix<double>(rows, 1)};
  Random random({.seed = seed});
  for (std::size_t i = 0; i < rows; ++i) {
    made.scores(i, 0) = random.uniform();
    made.targets(i, 0) = random.chance(made.scores(i, 0)) ? 1 : 0;
  }
  return made;
}

constexpr int repetitions = 600;

/// How often, and how far on average, the true risk of the chosen threshold exceeds alpha.
template <class Make, class TrueRisk>
std::pair<double, double> simulate(const ConformalOptions& options, std::size_t rows, Make make, TrueRisk true_risk) {
  int broken = 0;
  double risk = 0;
  for (int k = 0; k < repetitions; ++k) {
    const auto [targets, scores] = make(static_cast<std::uint64_t>(k), rows);
    const double reached = true_risk(conformal(targets, scores, options).thresholds()[0]);
    broken += reached > options.alpha ? 1 : 0;
    risk += reached;
  }
  return {static_cast<double>(broken) / repetitions, risk / repetitions};
}

/// Three standard errors above the level that has to hold.
double allowed(double delta) { return delta + 3 * std::sqrt(delta * (1 - delta) / repetitions); }

const auto missed = [](double threshold) { return threshold; };
const auto discovered = [](double t) { return (1 - t) * (1 - t) / 2; };           // predicted and absent
const auto differs = [](double t) { return t * t / 2 + (1 - t) * (1 - t) / 2; };  // 1 - F1 of one cell

TEST_CASE("conformal: CRC takes the exact threshold, by hand") {
  // n = 9, alpha = 0.3: (9 R + 1) / 10 <= 0.3 allows two misses, so the third smallest score is the highest threshold.
  const Matrix<double> scores(9, 1, {0.9, 0.2, 0.8, 0.3, 0.7, 0.35, 0.6, 0.5, 0.4});
  const auto rule = conformal(Matrix<int>(9, 1, 1), scores, {.alpha = 0.3});
  CHECK(rule.thresholds() == std::vector<double>{0.35});
  CHECK(rule.value() == Approx(2.0 / 9));
  CHECK(rule.metric() == "fnr");
}

TEST_CASE("conformal: CRC weighs a row's labels equally, and rows without labels miss nothing") {
  // Row 1 misses half at thresholds above .4, all above .6. (3 R + 1) / 4 <= 0.4 allows R = 0.2: half of one row is 1/6.
  const Matrix<int> targets(3, 2, {1, 1, 0, 0, 1, 0});
  const Matrix<double> scores(3, 2, {0.4, 0.6, 0.1, 0.1, 0.7, 0.1});
  CHECK(conformal(targets, scores, {.alpha = 0.4}).thresholds()[0] == 0.6);
}

TEST_CASE("conformal: the false positive rate is controlled from the other side") {
  const Matrix<double> scores(9, 1, {0.9, 0.2, 0.8, 0.3, 0.7, 0.35, 0.6, 0.5, 0.4});
  const auto rule = conformal(Matrix<int>(9, 1, 0), scores, {.risk = Risk::false_positive_rate, .alpha = 0.3});
  CHECK(rule.thresholds() == std::vector<double>{0.8});
  CHECK(rule.value() == Approx(2.0 / 9));
}

TEST_CASE("conformal: CRC keeps the expected risk and does not waste it, over 600 repetitions") {
  const auto [broken, risk] = simulate({.alpha = 0.2}, 60, always_present, missed);
  CHECK(risk <= 0.2 + 3 * 0.05 / std::sqrt(repetitions));
  CHECK(risk > 0.17);
}

TEST_CASE("conformal: RCPS breaks its level in at most a share delta of 600 repetitions") {
  const ConformalOptions hoeffding{.alpha = 0.2, .method = Guarantee::rcps, .delta = 0.1};
  ConformalOptions betting = hoeffding;
  betting.bound = RiskBound::betting;
  betting.points = 999;
  const auto [broken, risk] = simulate(hoeffding, 100, always_present, missed);
  CHECK(broken <= allowed(0.1));
  CHECK(risk > 0.08);
  const auto [broken_bet, risk_bet] = simulate(betting, 100, always_present, missed);
  CHECK(broken_bet <= allowed(0.1));
  CHECK(risk_bet > 0.08);
}

TEST_CASE("conformal: LTT breaks its level in at most a share delta of 600 repetitions, for each risk") {
  const ConformalOptions precision{.risk = Risk::false_discovery_rate, .alpha = 0.15, .method = Guarantee::ltt};
  const auto [broken, risk] = simulate(precision, 150, calibrated, discovered);
  CHECK(broken <= allowed(0.1));
  CHECK(risk > 0.03);
  for (const Risk other : {Risk::f1, Risk::jaccard}) {
    const auto [broken_other, risk_other] =
        simulate({.risk = other, .alpha = 0.45, .method = Guarantee::ltt}, 300, calibrated, differs);
    CHECK(broken_other <= allowed(0.1));
    CHECK(risk_other > 0.24);
  }
  const auto [broken_bet, risk_bet] =
      simulate({.alpha = 0.2, .method = Guarantee::ltt, .bound = RiskBound::betting}, 150, always_present, missed);
  CHECK(broken_bet <= allowed(0.1));
  CHECK(risk_bet > 0.08);
}

TEST_CASE("conformal: per label, a rate among the label's own positives; too few of them are always predicted") {
  Matrix<int> targets(40, 2, 0);
  Matrix<float> scores(40, 2, 0.5F);
  for (std::size_t i = 0; i < 19; ++i) {
    targets(i, 0) = 1;
    scores(i, 0) = static_cast<float>(i + 1) / 20;
  }
  targets(0, 1) = 1;
  const auto rule = conformal(targets, scores, {.alpha = 0.1, .scope = Scope::per_label});
  CHECK(rule.thresholds()[0] == 0.1F);  // (1 + 1) / 20 <= 0.1: one miss of 19
  CHECK(rule.apply(scores)(5, 1) == 1);
}

TEST_CASE("conformal: says when nothing can be promised, and what does not go together") {
  const Matrix<int> targets(3, 1, 1);
  const Matrix<double> scores(3, 1, 0.5);
  CHECK_THROWS_WITH(
      conformal(targets, scores, {.alpha = 0.1}),
      "threshold::conformal: a threshold must keep the fnr at 0.1; got none that can promise it. Give more rows, a "
      "larger alpha, or a larger delta.");
  CHECK_THROWS_AS(conformal(targets, scores, {.risk = Risk::f1}), multilabel::ArgumentError);
  CHECK_THROWS_AS(conformal(targets, scores, {.alpha = 1.0}), multilabel::ArgumentError);
}

TEST_CASE("conformal: one threshold a label by testing, for its own precision") {
  // Label 0: 60 true cells at .6, so that no prediction at or below .6 is false and the lowest point is taken; at .7 and above
  // nothing is predicted and nothing can be tested. Label 1: 60 false ones; it is never predicted.
  Matrix<int> targets(60, 2);
  Matrix<double> scores(60, 2, 0.6);
  for (std::size_t i = 0; i < 60; ++i) targets(i, 0) = 1;
  const auto rule = conformal(
      targets, scores,
      {.risk = Risk::false_discovery_rate, .alpha = 0.5, .method = Guarantee::ltt, .scope = Scope::per_label, .points = 9});
  CHECK(rule.thresholds()[0] == 0.1);
  CHECK(rule.thresholds()[1] > 1e30);
  CHECK(rule.value() == 0.0);
}
}  // namespace
