// SPDX-License-Identifier: Apache-2.0
// A law of all metrics and of tuning: a row or a label of which nothing is known is as if it were not there.

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <multilabel/encoding/vocabulary.hpp>
#include <multilabel/metrics.hpp>
#include <multilabel/threshold/tune.hpp>
#include <multilabel/threshold/value.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {
using multilabel::Matrix;
using namespace multilabel::metrics;

const Matrix<int> targets(3, 3, {1, 0, 1, 0, 1, 0, 1, 1, 0});
const Matrix<double> scores(3, 3, {0.9, 0.1, 0.2, 0.1, 0.8, 0.6, 0.8, 0.2, 0.1});

/// `values` with a row and a column more, of `more`.
template <class T>
Matrix<T> widened(const Matrix<T>& values, T more) {
  Matrix<T> result(values.rows() + 1, values.columns() + 1, more);
  for (std::size_t i = 0; i < values.rows(); ++i)
    for (std::size_t j = 0; j < values.columns(); ++j) result(i, j) = values(i, j);
  return result;
}

Matrix<int> at_a_half(const Matrix<double>& s) {
  Matrix<int> predictions(s.rows(), s.columns());
  for (std::size_t i = 0; i < s.size(); ++i) predictions.data()[i] = s.data()[i] >= 0.5 ? 1 : 0;
  return predictions;
}

using Metric = std::function<double(const Matrix<int>&, const Matrix<double>&)>;

std::vector<std::pair<std::string, Metric>> all_metrics() {
  std::vector<std::pair<std::string, Metric>> all{
      {"accuracy_score", [](const auto& t, const auto& s) { return accuracy_score(t, at_a_half(s)); }},
      {"zero_one_loss", [](const auto& t, const auto& s) { return zero_one_loss(t, at_a_half(s)); }},
      {"hamming_loss", [](const auto& t, const auto& s) { return hamming_loss(t, at_a_half(s)); }},
      {"ndcg_score", [](const auto& t, const auto& s) { return ndcg_score(t, s); }},
      {"label_ranking_loss", [](const auto& t, const auto& s) { return label_ranking_loss(t, s); }},
      {"coverage_error", [](const auto& t, const auto& s) { return coverage_error(t, s); }},
      {"label_ranking_average_precision_score",
       [](const auto& t, const auto& s) { return label_ranking_average_precision_score(t, s); }},
      {"ExactMatch",
       [](const auto& t, const auto& s) {
         ExactMatch metric;
         metric.update(t, s);
         return metric.compute();
       }},
      {"evaluate samples_f1",
       [](const auto& t, const auto& s) {
         std::vector<std::string> names;
         for (std::size_t j = 0; j < t.columns(); ++j) names.push_back(std::to_string(j));
         return evaluate(t, s, at_a_half(s), multilabel::encoding::Vocabulary(names)).samples_f1;
       }},
  };
  for (const auto average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    const std::string name(to_string(average));
    for (const auto division : {ZeroDivision::zero, ZeroDivision::one, ZeroDivision::skip}) {
      all.emplace_back("f1_score " + name, [=](const auto& t, const auto& s) {
        return f1_score(t, at_a_half(s), {.average = average, .zero_division = division});
      });
      all.emplace_back("jaccard_score " + name, [=](const auto& t, const auto& s) {
        return jaccard_score(t, at_a_half(s), {.average = average, .zero_division = division});
      });
      all.emplace_back("F1Score " + name, [=](const auto& t, const auto& s) {
        F1Score metric({.average = average, .zero_division = division});
        metric.update(t, s);
        return metric.compute();
      });
    }
    all.emplace_back("log_loss " + name, [=](const auto& t, const auto& s) { return log_loss(t, s, {.average = average}); });
    for (const auto undefined : {UndefinedLabel::as_sklearn, UndefinedLabel::skip}) {
      all.emplace_back("average_precision_score " + name, [=](const auto& t, const auto& s) {
        return average_precision_score(t, s, {.average = average, .undefined = undefined});
      });
      all.emplace_back("roc_auc_score " + name, [=](const auto& t, const auto& s) {
        return roc_auc_score(t, s, {.average = average, .undefined = undefined});
      });
    }
  }
  return all;
}

TEST_CASE("metrics: a row and a label of which nothing is known change nothing") {
  const auto more_targets = widened(targets, -1);
  const auto more_scores = widened(scores, 0.9);
  for (const auto& [name, metric] : all_metrics()) {
    INFO(name);
    CHECK(metric(more_targets, more_scores) == Approx(metric(targets, scores)));
  }
}

TEST_CASE("metrics: NaN where nothing at all is known") {
  const Matrix<int> nothing(2, 2, -1);
  const Matrix<double> any(2, 2, 0.9);
  for (const auto& [name, metric] : all_metrics()) {
    INFO(name);
    CHECK(std::isnan(metric(nothing, any)));
  }
}

TEST_CASE("tune: the value is the metric of its own predictions where a row is unknown") {
  using namespace multilabel::threshold;
  const auto more_targets = widened(targets, -1);
  const auto more_scores = widened(scores, 0.9);
  const auto rule = tune(more_targets, more_scores, {.metric = multilabel::threshold::Metric::f1, .average = Average::samples});
  CHECK(rule.value() == Approx(f1_score(more_targets, rule.apply(more_scores), {.average = Average::samples})));
}

TEST_CASE("f1_score: a label of which nothing is known has no value of its own") {
  const auto counts = confusion_by_label(widened(targets, -1), widened(targets, 1));
  const auto ratios = fbeta(counts, 1.0);
  CHECK(ratios.values[0] == 1.0);
  CHECK(std::isnan(ratios.values[3]));
  CHECK(ratios.undefined == 0);
}

}  // namespace
