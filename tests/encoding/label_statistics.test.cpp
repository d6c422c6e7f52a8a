// SPDX-License-Identifier: Apache-2.0
#include "multilabel/encoding/label_statistics.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace {
using multilabel::Matrix;
using namespace multilabel::encoding;

// rows {0, 1}, {1}, {}, {1}: label 0 once, label 1 three times, label 2 never
const Matrix<int> targets(4, 3, {1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0});

TEST_CASE("label_counts: the rows that have each label") { CHECK(label_counts(targets) == std::vector<std::size_t>{1, 3, 0}); }

TEST_CASE("label_cardinality and label_density: labels a row, and that a column") {
  CHECK(label_cardinality(targets) == 1.0);            // 4 labels / 4 rows
  CHECK(label_density(targets) == Approx(1.0 / 3.0));  // cardinality / 3 columns
  CHECK(std::isnan(label_cardinality(Matrix<int>(0, 3))));
  CHECK(std::isnan(label_density(Matrix<int>(2, 0))));
}

TEST_CASE("co_occurrence: symmetric, with the counts on the diagonal") {
  CHECK(co_occurrence(targets) == Matrix<std::size_t>(3, 3, {1, 1, 0, 1, 3, 0, 0, 0, 0}));
}

TEST_CASE("imbalance_ratio: the most frequent label is 1, an absent one infinite") {
  CHECK(imbalance_ratio(targets) == std::vector<double>{3.0, 1.0, std::numeric_limits<double>::infinity()});
}

TEST_CASE("label statistics: unknown cells count as neither, other values are refused") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(label_counts(Matrix<float>(2, 2, {1, nan, nan, 1})) == std::vector<std::size_t>{1, 1});
  CHECK(label_counts(Matrix<int>(2, 1, {-1, 1})) == std::vector<std::size_t>{1});
  CHECK_THROWS_AS(label_counts(Matrix<float>(1, 1, {0.5f})), multilabel::ArgumentError);
}

}  // namespace
