// SPDX-License-Identifier: Apache-2.0
// Sparse and masked targets give what the dense matrix with unknown cells gives, in every metric and on any number of threads.
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <vector>

#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/cumulative_gain.hpp"
#include "multilabel/metrics/label_ranking.hpp"
#include "multilabel/metrics/masked.hpp"
#include "multilabel/metrics/probabilistic.hpp"
#include "multilabel/metrics/roc_auc.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using multilabel::SparseView;
using namespace multilabel::metrics;

static_assert(label_matrix<SparseView<float>>);
static_assert(label_matrix<Masked<Matrix<int>, Matrix<std::uint8_t>>>);
static_assert(label_matrix<Masked<SparseView<int>, Matrix<int>>>);
static_assert(!label_matrix<std::vector<int>>);

/// The arrays behind a sparse view of a matrix; every seventh zero is stored too, and rows begin with their last column.
struct Csr {
  std::vector<int> values{};
  std::vector<std::int64_t> columns{};
  std::vector<std::int64_t> starts{0};
  std::size_t width;

  explicit Csr(const Matrix<int>& dense) : width(dense.columns()) {
    for (std::size_t i = 0; i < dense.rows(); ++i) {
      for (std::size_t j = width; j-- > 0;) {
        if (dense(i, j) == 0 && (i * width + j) % 7 != 0) continue;
        values.push_back(dense(i, j));
        columns.push_back(static_cast<std::int64_t>(j));
      }
      starts.push_back(static_cast<std::int64_t>(values.size()));
    }
  }

  [[nodiscard]] SparseView<int> view() const { return {values, columns, starts, width}; }
};

/// Targets with unknown cells as -1, the same with anything there beside a mask, predictions and scores.
struct Case {
  Matrix<int> unknown, garbage, mask, predictions;
  Matrix<float> scores;
  std::vector<double> weights;

  Case(std::size_t rows, std::size_t columns)
      : unknown(rows, columns), garbage(rows, columns), mask(rows, columns), predictions(rows, columns), scores(rows, columns) {
    multilabel::Random draws({.seed = 7});
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      const int truth = draws.uniform() < 0.2 ? 1 : 0;
      mask.data()[i] = draws.uniform() < 0.8 ? 1 : 0;
      unknown.data()[i] = mask.data()[i] == 1 ? truth : -1;
      garbage.data()[i] = mask.data()[i] == 1 ? truth : 255;
      predictions.data()[i] = draws.uniform() < 0.2 ? 1 : truth;
      scores.data()[i] = static_cast<float>(static_cast<int>(10.0 * draws.uniform())) / 10.0f;
    }
    for (std::size_t i = 0; i < rows; ++i) weights.push_back(draws.uniform());
  }
};

/// Every number of a pair of targets and predictions.
template <class Targets, class Predictions>
std::vector<double> of_predictions(const Targets& t, const Predictions& p, const std::vector<double>& weights) {
  std::vector<double> numbers{accuracy_score(t, p, weights), hamming_loss(t, p, weights), zero_one_loss(t, p)};
  for (const Average average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    numbers.push_back(f1_score(t, p, {average, ZeroDivision::zero, weights, {}}));
    numbers.push_back(jaccard_score(t, p, {average, ZeroDivision::one, {}, {3, 0, 3}}));
  }
  return numbers;
}

template <class Targets>
std::vector<double> of_scores(const Targets& t, const Matrix<float>& s, const std::vector<double>& weights) {
  const auto ranking = label_ranking(t, s, weights);
  std::vector<double> numbers{ranking.average_precision, ranking.coverage_error, ranking.ranking_loss,
                              coverage_error(t, s),      ndcg_score(t, s),       log_loss(t, s)};
  for (const Average average : {Average::micro, Average::macro, Average::weighted, Average::samples}) {
    numbers.push_back(average_precision_score(t, s, {.average = average, .sample_weight = weights}));
    numbers.push_back(roc_auc_score(t, s, {.average = average, .undefined = UndefinedLabel::skip}));
  }
  return numbers;
}

TEST_CASE("masked: hidden cells are as unknown ones, whatever stands there") {
  const Case c(70, 33);
  CHECK(of_predictions(masked(c.garbage, c.mask), c.predictions, c.weights) ==
        of_predictions(c.unknown, c.predictions, c.weights));
  CHECK(of_scores(masked(c.garbage, c.mask), c.scores, c.weights) == of_scores(c.unknown, c.scores, c.weights));
}

TEST_CASE("masked: a cell is hidden by the mask or by itself") {
  const Matrix<double> targets(1, 4, {1.0, std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0});
  const Matrix<int> mask(1, 4, {1, 1, 1, 0});
  CHECK(hamming_loss(masked(targets, mask), Matrix<int>(1, 4, {1, 1, 1, 0})) == 0.5);  // columns 0 and 2 count
}

TEST_CASE("SparseView: stored cells give the numbers of the dense matrix, stored zeros and unknown cells too") {
  const Case c(70, 33);
  const Csr t(c.unknown);
  const Csr p(c.predictions);
  const auto expected = of_predictions(c.unknown, c.predictions, c.weights);
  CHECK(of_predictions(t.view(), c.predictions, c.weights) == expected);
  CHECK(of_predictions(c.unknown, p.view(), c.weights) == expected);
  const auto stored_only = of_predictions(t.view(), p.view(), c.weights);  // the weight of what is known is summed another way
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(stored_only[i] == Approx(expected[i]).epsilon(1e-13));
  CHECK(of_scores(t.view(), c.scores, c.weights) == of_scores(c.unknown, c.scores, c.weights));
  const Csr known(c.predictions);
  CHECK(of_scores(known.view(), c.scores, c.weights) == of_scores(c.predictions, c.scores, c.weights));
  CHECK(of_predictions(masked(known.view(), c.mask), p.view(), {}) ==
        of_predictions(masked(c.predictions, c.mask), p.view(), {}));
}

TEST_CASE("SparseView: a value that is no label is named with its place") {
  const std::vector<int> values{1, 3};
  const std::vector<std::int64_t> columns{0, 1};
  const std::vector<std::int64_t> starts{0, 1, 2};
  const SparseView<int> bad(values, columns, starts, 2);
  const Matrix<int> good(2, 2);
  CHECK_THROWS_WITH(f1_score(bad, good), Catch::Contains("got 3 in row 1, column 1"));
  CHECK_THROWS_WITH(hamming_loss(good, bad), Catch::Contains("predictions must hold 0 or 1; got 3 in row 1, column 1"));
  const std::vector<int> ones{1, 1};
  const std::vector<std::int64_t> twice{1, 1};
  const std::vector<std::int64_t> one_row{0, 2};
  CHECK_THROWS_WITH(accuracy_score(SparseView<int>(ones, twice, one_row, 2), Matrix<int>(1, 2)),
                    Catch::Contains("must store each cell once; got a second in row 0, column 1"));
}

TEST_CASE("masked: shapes must be those of the targets") {
  CHECK_THROWS_AS(masked(Matrix<int>(2, 3), Matrix<int>(3, 2)), ShapeError);
  const Matrix<int> targets(1, 2, {7, 1});
  const Matrix<int> mask(1, 2, {1, 1});
  CHECK_THROWS_AS(hamming_loss(masked(targets, mask), Matrix<int>(1, 2)), ArgumentError);
}

TEST_CASE("metrics: the same bits on any number of threads") {
  const Case c(6000, 70);  // several chunks
  multilabel::set_num_threads(1);
  const auto predictions = of_predictions(c.unknown, c.predictions, c.weights);
  const auto scores = of_scores(c.unknown, c.scores, c.weights);
  const auto clean = of_scores(c.predictions, c.scores, c.weights);
  multilabel::set_num_threads(3);
  CHECK(of_predictions(c.unknown, c.predictions, c.weights) == predictions);
  CHECK(of_scores(c.unknown, c.scores, c.weights) == scores);
  CHECK(of_scores(c.predictions, c.scores, c.weights) == clean);
  multilabel::set_num_threads(0);
}

TEST_CASE("label_ranking: quick and careful ways give the same bits, in every type") {
  for (const std::size_t columns : {3u, 8u, 64u, 80u, 131u, 300u}) {
    const Case c(40, columns);
    const auto expected = [&] {
      Matrix<std::int16_t> careful(40, columns);  // a type without a quick way
      for (std::size_t i = 0; i < careful.size(); ++i) careful.data()[i] = static_cast<std::int16_t>(c.predictions.data()[i]);
      return of_scores(careful, c.scores, c.weights);
    }();
    const auto same = [&]<class T>(T) {
      Matrix<T> targets(40, columns);
      for (std::size_t i = 0; i < targets.size(); ++i) targets.data()[i] = static_cast<T>(c.predictions.data()[i]);
      CHECK(of_scores(targets, c.scores, c.weights) == expected);
    };
    same(std::int64_t{});
    same(std::int32_t{});
    same(std::uint8_t{});
    same(float{});
    same(double{});
  }
}
}  // namespace
