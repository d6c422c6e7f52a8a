// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/split.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

namespace {
using multilabel::Matrix;
using multilabel::data::Deal;
using multilabel::data::Split;
using multilabel::data::stratified_folds;
using multilabel::data::stratified_splits;
using multilabel::data::detail::NumpyRandom;

// The example of iterative-stratification's documentation.
const Matrix<int> targets(8, 2, {0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0});

TEST_CASE("NumpyRandom: is MT19937, and shuffles as numpy.random.RandomState") {
  NumpyRandom ours(42);
  std::mt19937 peer(42);
  for (int i = 0; i < 2000; ++i) REQUIRE(ours.bits() == peer());
  NumpyRandom zero(0);
  std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  zero.shuffle(order);  // numpy.random.RandomState(0).permutation(10)
  CHECK(order == std::vector<std::size_t>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
}

TEST_CASE("stratified_folds: the folds that iterative-stratification documents") {
  const auto folds = stratified_folds(targets, {.folds = 2});
  CHECK(folds == std::vector<Split>{{{0, 3, 4, 6}, {1, 2, 5, 7}}, {{1, 2, 5, 7}, {0, 3, 4, 6}}});
}

TEST_CASE("stratified_splits: the splits that iterative-stratification documents") {
  const auto splits = stratified_splits(targets, {.splits = 3, .test_share = 0.5});
  CHECK(splits == std::vector<Split>{{{1, 2, 5, 7}, {0, 3, 4, 6}}, {{2, 3, 6, 7}, {0, 1, 4, 5}}, {{1, 2, 5, 6}, {0, 3, 4, 7}}});
}

TEST_CASE("stratified_folds: repeats go on from one stream and deal anew") {
  const auto folds = stratified_folds(targets, {.folds = 2, .repeats = 2});
  REQUIRE(folds.size() == 4);
  CHECK(folds[0].test == std::vector<std::size_t>{1, 2, 5, 7});
  CHECK(folds[2].test == std::vector<std::size_t>{2, 3, 6, 7});
}

TEST_CASE("stratified_folds: groups stay on one side") {
  Matrix<float> rows(60, 3, 0.0F);
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < 60; ++i) {
    rows(i, i % 3) = 1.0F;
    groups.push_back(100 - i / 4);
  }
  for (const auto& [train, test] : stratified_folds(rows, {.folds = 3, .deal = Deal::shuffled, .seed = 5, .groups = groups})) {
    std::set<std::size_t> left;
    for (const std::size_t i : train) left.insert(groups[i]);
    for (const std::size_t i : test) CHECK(left.count(groups[i]) == 0);
    CHECK(test.size() == 20);
  }
}

TEST_CASE("stratified splits: say what does not fit") {
  CHECK_THROWS_AS(stratified_folds(targets, {.folds = 1}), multilabel::ArgumentError);
  CHECK_THROWS_AS(stratified_folds(targets, {.folds = 9}), multilabel::ArgumentError);
  CHECK_THROWS_AS(stratified_folds(targets, {.folds = 2, .groups = {1, 2}}), multilabel::ShapeError);
  CHECK_THROWS_AS(stratified_splits(targets, {.test_share = 1.0}), multilabel::ArgumentError);
  CHECK_THROWS_AS(stratified_folds(Matrix<int>(0, 2)), multilabel::ShapeError);
}
}  // namespace
