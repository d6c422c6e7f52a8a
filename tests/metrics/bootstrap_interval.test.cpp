// SPDX-License-Identifier: Apache-2.0
#include "multilabel/metrics/bootstrap_interval.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/classification.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::ShapeError;
using multilabel::SparseView;
using namespace multilabel::metrics;

const Matrix<int> truth(4, 2, {1, 0, 0, 1, 1, 1, 0, 1});
const Matrix<int> guess(4, 2, {1, 0, 0, 1, 1, 0, 1, 1});
constexpr auto micro_f1 = [](const auto& t, const auto& p) { return f1_score(t, p, {.average = Average::micro}); };
constexpr auto wrong_cells = [](const auto& t, const auto& p) { return hamming_loss(t, p); };

TEST_CASE("bootstrap_interval: the value is that of all rows, the ends hold the share asked for, a seed repeats") {
  const auto interval = bootstrap_interval(micro_f1, truth, guess, {.resamples = 200});
  CHECK(interval.value == micro_f1(truth, guess));
  CHECK(interval.samples.size() == 200);
  CHECK(interval.low <= interval.value);
  CHECK(interval.value <= interval.high);
  const auto inside = std::count_if(interval.samples.begin(), interval.samples.end(),
                                    [&](double sample) { return interval.low <= sample && sample <= interval.high; });
  CHECK(inside >= 190);
  CHECK(bootstrap_interval(micro_f1, truth, guess, {.resamples = 200}).samples == interval.samples);
  CHECK(bootstrap_interval(micro_f1, truth, guess, {.resamples = 200, .seed = 1}).samples != interval.samples);
  const auto narrow = bootstrap_interval(micro_f1, truth, guess, {.confidence = 0.5, .resamples = 200});
  CHECK(narrow.high - narrow.low < interval.high - interval.low);
}

TEST_CASE("bootstrap_interval: the first resamples do not depend on how many follow") {
  const auto few = bootstrap_interval(wrong_cells, truth, guess, {.resamples = 5}).samples;
  auto many = bootstrap_interval(wrong_cells, truth, guess, {.resamples = 50}).samples;
  many.resize(5);
  CHECK(few == many);
}

TEST_CASE("bootstrap_interval: rows of both matrices and weights stay together") {
  const Matrix<int> numbers(4, 1, {0, 1, 2, 3});
  const auto same = [](const auto& t, const auto& other, const std::vector<double>& weights) {
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(t(i, 0) == other(i, 0));
      CHECK(weights[i] == t(i, 0) + 1);
    }
    return weights[0];
  };
  const auto interval = bootstrap_interval(same, numbers, numbers, {.resamples = 40, .sample_weight = {1, 2, 3, 4}});
  CHECK(interval.value == 1);
  CHECK(*std::max_element(interval.samples.begin(), interval.samples.end()) == 4);
}

TEST_CASE("bootstrap_interval: the ends lie between the samples as NumPy's quantile has it") {
  // 0, 1, 4, 9 at 0.25 * 3 = 0.75 and 0.75 * 3 = 2.25
  const auto ends = detail::percentile_interval({9, std::nan(""), 1, 0, 4}, 0.5);
  CHECK(ends[0] == 0.75);
  CHECK(ends[1] == 5.25);
  CHECK(detail::percentile_interval({2}, 0.9)[1] == 2);
  CHECK(std::isnan(detail::percentile_interval({std::nan("")}, 0.9)[0]));
}

TEST_CASE("bootstrap_interval: every kind of matrix gives the numbers of the dense one") {
  const BootstrapOptions options{.resamples = 30};
  const auto expected = bootstrap_interval(wrong_cells, truth, guess, options).samples;
  const xt::xtensor<bool, 2> as_tensor{{true, false}, {false, true}, {true, true}, {false, true}};
  CHECK(bootstrap_interval(wrong_cells, as_tensor, guess, options).samples == expected);
  const std::vector<std::uint8_t> ones(5, 1);
  const std::vector<std::int64_t> columns{0, 1, 0, 1, 1};
  const std::vector<std::int64_t> row_starts{0, 1, 2, 4, 5};
  const SparseView<std::uint8_t> sparse(ones, columns, row_starts, 2);
  CHECK(bootstrap_interval(wrong_cells, sparse, guess, options).samples == expected);
  const Matrix<int> mask(4, 2, {1, 1, 1, 0, 1, 1, 1, 1});
  const auto hidden = bootstrap_interval(wrong_cells, masked(truth, mask), guess, options).samples;
  CHECK(hidden != expected);
  const Matrix<int> unknown(4, 2, {1, 0, 0, -1, 1, 1, 0, 1});
  CHECK(bootstrap_interval(wrong_cells, unknown, guess, options).samples == hidden);
  CHECK(bootstrap_interval(wrong_cells, masked(sparse, mask), guess, options).samples == hidden);
}

TEST_CASE("bootstrap_interval: resamples on which the metric is NaN are left out of the ends") {
  const Matrix<int> numbers(4, 1, {0, 1, 2, 3});
  const auto no_three = [](const auto& t, const auto&) {
    for (std::size_t i = 0; i < 4; ++i)
      if (t(i, 0) == 3) return std::numeric_limits<double>::quiet_NaN();
    return 7.0;
  };
  const auto interval = bootstrap_interval(no_three, numbers, numbers, {.resamples = 50});
  CHECK(std::isnan(interval.value));
  CHECK(interval.low == 7);
  CHECK(interval.high == 7);
}

TEST_CASE("bootstrap_interval: options out of range and rows that differ are refused by name") {
  CHECK_THROWS_WITH(bootstrap_interval(wrong_cells, truth, guess, {.confidence = 1}),
                    "metrics::bootstrap_interval: confidence must be between 0 and 1; got 1");
  CHECK_THROWS_AS(bootstrap_interval(wrong_cells, truth, guess, {.confidence = std::nan("")}), ArgumentError);
  CHECK_THROWS_AS(bootstrap_interval(wrong_cells, truth, guess, {.resamples = 0}), ArgumentError);
  CHECK_THROWS_AS(bootstrap_interval(wrong_cells, truth, guess, {.resamples = std::size_t{1} << 32}), ArgumentError);
  CHECK_THROWS_WITH(bootstrap_interval(wrong_cells, truth, Matrix<int>(3, 2)),
                    "metrics::bootstrap_interval: both matrices must have the same number of rows; got 4 and 3");
  CHECK_THROWS_AS(bootstrap_interval(wrong_cells, truth, guess, {.sample_weight = {1, 1, 1, 1}}), ArgumentError);
  const auto weighted = [](const auto& t, const auto& p, const std::vector<double>& w) { return hamming_loss(t, p, w); };
  CHECK_THROWS_AS(bootstrap_interval(weighted, truth, guess, {.sample_weight = {1, 1}}), ShapeError);
}
}  // namespace
