// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/classification_report.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;

const Matrix<int> targets(2, 3, {1, 0, 1, 0, 1, 0});
const Matrix<int> predictions(2, 3, {1, 1, 1, 0, 1, 1});

TEST_CASE("classification_report: scikit-learn's text") {
  // printed by scikit-learn 1.9.1 for the same input
  CHECK(classification_report(targets, predictions, {.target_names = {"cat", "dog", "eel"}}) ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "         cat       1.00      1.00      1.00         1\n"
        "         dog       0.50      1.00      0.67         1\n"
        "         eel       0.50      1.00      0.67         1\n"
        "\n"
        "   micro avg       0.60      1.00      0.75         3\n"
        "   macro avg       0.67      1.00      0.78         3\n"
        "weighted avg       0.67      1.00      0.78         3\n"
        " samples avg       0.58      1.00      0.73         3\n");
}

TEST_CASE("classification_report: labels, weights and digits") {
  CHECK(classification_report(targets, predictions, {.digits = 1, .sample_weight = {0.5, 2.0}, .labels = {2}}) ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "           2        0.2       1.0       0.3       0.5\n"
        "\n"
        "   micro avg        0.2       1.0       0.3       0.5\n"
        "   macro avg        0.2       1.0       0.3       0.5\n"
        "weighted avg        0.2       1.0       0.3       0.5\n"
        " samples avg        0.2       0.2       0.2       0.5\n");
  CHECK_THROWS_AS(classification_report(targets, predictions, {.target_names = {"cat"}}), ShapeError);
}

}  // namespace
