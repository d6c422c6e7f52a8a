// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/multilabel_confusion_matrix.hpp"

#include <catch2/catch.hpp>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using namespace multilabel::metrics;

const Matrix<int> truth(3, 2, {1, 0, 0, 1, 1, 1});
const Matrix<int> guess(3, 2, {1, 1, 0, 1, 0, 1});

TEST_CASE("multilabel_confusion_matrix: [[TN, FP], [FN, TP]] of each label") {
  const auto matrices = multilabel_confusion_matrix(truth, guess);
  // label 0: truth 1 0 1, predicted 1 0 0; label 1: truth 0 1 1, predicted 1 1 1
  REQUIRE(matrices.size() == 2);
  CHECK(matrices[0] == ConfusionMatrix{{{1, 0}, {1, 1}}});
  CHECK(matrices[1] == ConfusionMatrix{{{0, 1}, {0, 2}}});
}

TEST_CASE("multilabel_confusion_matrix: a row counts as often as it weighs") {
  const auto matrices = multilabel_confusion_matrix(truth, guess, {.sample_weight = {1, 2, 4}});
  CHECK(matrices[0] == ConfusionMatrix{{{2, 0}, {4, 1}}});
  CHECK(matrices[1] == ConfusionMatrix{{{0, 1}, {0, 6}}});
}

TEST_CASE("multilabel_confusion_matrix: samplewise it is of each row, times its weight") {
  const auto matrices = multilabel_confusion_matrix(truth, guess, {.samplewise = true});
  REQUIRE(matrices.size() == 3);
  CHECK(matrices[0] == ConfusionMatrix{{{0, 1}, {0, 1}}});
  CHECK(matrices[1] == ConfusionMatrix{{{1, 0}, {0, 1}}});
  CHECK(matrices[2] == ConfusionMatrix{{{0, 0}, {1, 1}}});
  const auto weighted = multilabel_confusion_matrix(truth, guess, {.sample_weight = {1, 0.5, 3}, .samplewise = true});
  CHECK(weighted[1] == ConfusionMatrix{{{0.5, 0}, {0, 0.5}}});
  CHECK(weighted[2] == ConfusionMatrix{{{0, 0}, {3, 3}}});
}

TEST_CASE("multilabel_confusion_matrix: only the labels asked for, in their order") {
  const auto matrices = multilabel_confusion_matrix(truth, guess, {.labels = {1, 0, 1}});
  REQUIRE(matrices.size() == 3);
  CHECK(matrices[0] == matrices[2]);
  CHECK(matrices[1] == ConfusionMatrix{{{1, 0}, {1, 1}}});
  CHECK(multilabel_confusion_matrix(truth, guess, {.labels = {1}, .samplewise = true})[0] == ConfusionMatrix{{{0, 1}, {0, 0}}});
  CHECK_THROWS_AS(multilabel_confusion_matrix(truth, guess, {.labels = {2}}), ArgumentError);
}

TEST_CASE("multilabel_confusion_matrix: unknown cells are in none of the four") {
  const Matrix<int> partly(2, 2, {1, -1, -1, 0});
  const auto matrices = multilabel_confusion_matrix(partly, Matrix<int>(2, 2, {1, 1, 0, 1}));
  CHECK(matrices[0] == ConfusionMatrix{{{0, 0}, {0, 1}}});
  CHECK(matrices[1] == ConfusionMatrix{{{0, 1}, {0, 0}}});
}

TEST_CASE("multilabel_confusion_matrix: shapes and weights that do not fit are refused by its name") {
  CHECK_THROWS_AS(multilabel_confusion_matrix(truth, Matrix<int>(3, 1)), ShapeError);
  CHECK_THROWS_WITH(multilabel_confusion_matrix(truth, guess, {.sample_weight = {1, 2}, .samplewise = true}),
                    "metrics::multilabel_confusion_matrix: sample_weight must have one value a row, 3; got 2");
}
}  // namespace
