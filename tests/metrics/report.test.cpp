// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/report.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/metrics.hpp"

namespace {
using multilabel::Matrix;
using multilabel::ShapeError;
using multilabel::encoding::Vocabulary;
using namespace multilabel::metrics;
using Catch::Matchers::Contains;

const Matrix<float> targets(3, 3, {1, 0, 0, 0, 1, 0, 1, 1, 0});
const Matrix<float> scores(3, 3, {0.9f, 0.2f, 0.3f, 0.1f, 0.6f, 0.7f, 0.8f, 0.4f, 0.5f});
const Matrix<std::uint8_t> predictions(3, 3, {1, 0, 0, 0, 1, 1, 1, 0, 1});
const Vocabulary vocabulary{"cat", "dog", "eel"};

TEST_CASE("evaluate: gives the numbers of the single metrics") {
  const auto report = evaluate(targets, scores, predictions, vocabulary);
  CHECK(report.micro_f1 == f1_score(targets, predictions, {.average = Average::micro}));
  CHECK(report.samples_f1 == f1_score(targets, predictions, {.average = Average::samples}));
  CHECK(report.hamming_loss == hamming_loss(targets, predictions));
  CHECK(report.cell_accuracy == Approx(1.0 - hamming_loss(targets, predictions)));
  CHECK(report.subset_accuracy == accuracy_score(targets, predictions));
  CHECK(report.labels[1].name == "dog");
  CHECK(report.labels[1].support == 2);
  CHECK(report.labels[1].recall == 0.5);
  CHECK(report.labels[1].average_precision == average_precision_by_label(targets, scores)[1]);
}

TEST_CASE("evaluate: a label without positives is listed and stays out of macro numbers and mAP") {
  const auto report = evaluate(targets, scores, predictions, vocabulary);
  CHECK(report.absent_labels == std::vector<std::string>{"eel"});
  CHECK(std::isnan(report.labels[2].f1));
  CHECK(report.macro_f1 == f1_score(targets, predictions, {.labels = {0, 1}}));
  CHECK(report.macro_precision == precision_score(targets, predictions, {.labels = {0, 1}}));
  CHECK(report.mean_average_precision == average_precision_score(targets, scores, {.undefined = UndefinedLabel::skip}));
}

TEST_CASE("evaluate: unknown cells are counted, and left out") {
  Matrix<float> partly = targets;
  partly(0, 0) = std::numeric_limits<float>::quiet_NaN();
  const auto report = evaluate(partly, scores, predictions, vocabulary);
  CHECK(report.unknown_cells == 1);
  CHECK(report.labels[0].support == 1);
  CHECK(report.labels[0].predicted == 1);
}

TEST_CASE("MultiLabelReport::to_text: a table with every label, the averages and the totals") {
  CHECK(evaluate(targets, scores, predictions, vocabulary).to_text() ==
        "label            support  predicted  precision  recall     f1     AP\n"
        "cat                    2          2      1.000   1.000  1.000  1.000\n"
        "dog                    2          1      1.000   0.500  0.667  1.000\n"
        "eel                    0          2      0.000       -      -      -\n"
        "\n"
        "micro average          4          5      0.600   0.750  0.667\n"
        "macro average          4          5      1.000   0.750  0.833  1.000\n"
        "samples average        4          5      0.667   0.833  0.722\n"
        "\n"
        "3 samples, 3 labels\n"
        "mAP 1.000, subset accuracy 0.333, cell accuracy 0.667, Hamming loss 0.333\n"
        "1 label without positives, not in macro numbers and mAP: eel\n");
}

TEST_CASE("evaluate: the vocabulary must fit the matrices") {
  CHECK_THROWS_AS(evaluate(targets, scores, predictions, Vocabulary{"cat"}), ShapeError);
  CHECK_THROWS_WITH(evaluate(targets, Matrix<float>(3, 2), predictions, vocabulary),
                    Contains("targets and scores must have the same shape"));
}

}  // namespace
