// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/cumulative_gain.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using namespace multilabel::metrics;

// ranked by score: relevance 3, 0, 1
const Matrix<double> relevance(1, 3, {0, 3, 1});
const Matrix<float> scores(1, 3, {0.5f, 0.9f, 0.1f});

TEST_CASE("dcg_score: relevance over log2 of rank + 1") {
  CHECK(dcg_score(relevance, scores) == Approx(3.0 / 1.0 + 0.0 + 1.0 / 2.0));
  CHECK(dcg_score(relevance, scores, {.k = 1}) == Approx(3.0));
}

TEST_CASE("ndcg_score: divided by the best order, 0 without relevance") {
  CHECK(ndcg_score(relevance, scores) == Approx(3.5 / (3.0 + 1.0 / std::log2(3.0))));
  CHECK(ndcg_score(Matrix<int>(1, 3), scores) == 0.0);
}

TEST_CASE("dcg_score: ties share the mean of their gains, unknown cells leave the ranking") {
  const Matrix<float> tied(1, 3, {0.5f, 0.5f, 0.1f});
  CHECK(dcg_score(relevance, tied) == Approx(1.5 * (1.0 + 1.0 / std::log2(3.0)) + 1.0 / 2.0));
  CHECK(dcg_score(Matrix<int>(1, 3, {-1, 3, 1}), scores) == Approx(3.0 + 1.0 / std::log2(3.0)));
  CHECK_THROWS_AS(dcg_score(Matrix<int>(1, 3, {-2, 3, 1}), scores), ArgumentError);
}

}  // namespace
