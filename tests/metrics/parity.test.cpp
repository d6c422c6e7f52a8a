// SPDX-License-Identifier: Apache-2.0
// C++ and Python give the same bits: both compute what tests/metrics/parity.txt holds, on data made by the same whole-number
// formulas. python/tests/test_metrics_parity.py writes that file, and checks it against scikit-learn.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/bootstrap_interval.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/cumulative_gain.hpp"
#include "multilabel/metrics/label_ranking.hpp"
#include "multilabel/metrics/masked.hpp"
#include "multilabel/metrics/multilabel_confusion_matrix.hpp"
#include "multilabel/metrics/precision_recall_fscore_support.hpp"
#include "multilabel/metrics/probabilistic.hpp"
#include "multilabel/metrics/roc_auc.hpp"

namespace {
using multilabel::Matrix;
using namespace multilabel::metrics;

constexpr std::size_t rows = 300;
constexpr std::size_t columns = 70;

/// What `value(cell number)` says, cell by cell.
template <class T, class Value>
Matrix<T> filled(Value value) {
  Matrix<T> matrix(rows, columns);
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.data()[i] = static_cast<T>(value(i));
  return matrix;
}

template <class Targets>
void add(std::map<std::string, double>& numbers, const std::string& prefix, const Targets& t) {
  const auto p = filled<int>([](std::size_t x) { return (x * x * 31 + x * 17) % 97 < 16 || x % 23 == 5; });
  const auto s = filled<float>([](std::size_t x) { return static_cast<float>(x * 7919 % 1009) / 1009.0f; });
  std::vector<double> weights;
  for (std::size_t i = 0; i < rows; ++i) weights.push_back(static_cast<double>(i * 37 % 19 + 1) / 7.0);
  const auto put = [&](const std::string& name, double value) { numbers[prefix + name] = value; };
  for (const auto& [name, average] : detail::average_names) {
    const std::string suffix = " " + std::string(name);
    put("precision" + suffix, precision_score(t, p, {average, ZeroDivision::zero, weights, {}}));
    put("recall" + suffix, recall_score(t, p, {average, ZeroDivision::zero, weights, {}}));
    put("f1" + suffix, f1_score(t, p, {average, ZeroDivision::zero, weights, {}}));
    put("jaccard" + suffix, jaccard_score(t, p, {average, ZeroDivision::zero, {}, {}}));
    put("average_precision" + suffix, average_precision_score(t, s, {.average = average, .sample_weight = weights}));
    put("roc_auc" + suffix, roc_auc_score(t, s, {.average = average}));
    put("partial_roc_auc" + suffix, roc_auc_score(t, s, {.average = average, .max_fpr = 0.3}));
    put("log_loss" + suffix, log_loss(t, s, {average, weights}));
    put("brier" + suffix, brier_score_loss(t, s, {average, {}}));
  }
  put("accuracy", accuracy_score(t, p, weights));
  put("hamming", hamming_loss(t, p, weights));
  put("lrap", label_ranking_average_precision_score(t, s, weights));
  put("coverage", coverage_error(t, s));
  put("ranking_loss", label_ranking_loss(t, s, weights));
  put("ndcg", ndcg_score(t, s, {.k = 5}));
  const auto three = precision_recall_fscore_support(t, p, {.beta = 2, .average = Average::samples, .sample_weight = weights});
  put("three", three.precision.values[0] + three.recall.values[0] + three.fscore.values[0]);
  put("support", precision_recall_fscore_support(t, p, {.sample_weight = weights}).support[11]);
  put("true_negatives", multilabel_confusion_matrix(t, p, {.sample_weight = weights})[11][0][0]);
  put("false_positives_of_row", multilabel_confusion_matrix(t, p, {.sample_weight = weights, .samplewise = true})[11][0][1]);
  const auto metric = [](const auto& some_t, const auto& some_p, const std::vector<double>& w) {
    return f1_score(some_t, some_p, {Average::micro, ZeroDivision::zero, w, {}});
  };
  const auto interval = bootstrap_interval(metric, t, p, {.resamples = 25, .seed = 3, .sample_weight = weights});
  put("bootstrap value", interval.value);
  put("bootstrap low", interval.low);
  put("bootstrap high", interval.high);
  put("bootstrap sample", interval.samples[7]);
}

TEST_CASE("metrics: the bits of the Python functions") {
  const auto truth = filled<int>([](std::size_t x) { return (x * x * 31 + x * 17) % 97 < 12; });
  const auto mask = filled<int>([](std::size_t x) { return x * 13 % 29 != 0; });
  std::map<std::string, double> numbers;
  add(numbers, "", truth);
  add(numbers, "masked ", masked(truth, mask));
  std::ifstream file(MULTILABEL_SOURCE_DIR "/tests/metrics/parity.txt");
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const auto colon = line.find(": ");
    const auto name = line.substr(0, colon);
    INFO(name);
    REQUIRE(numbers.contains(name));
    CHECK(numbers[name] == std::strtod(line.c_str() + colon + 2, nullptr));
  }
  CHECK(lines == numbers.size());
}
}  // namespace
