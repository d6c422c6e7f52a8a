// SPDX-License-Identifier: Apache-2.0
#include "multilabel/compat/xtensor.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <utility>
#include <vector>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "multilabel/calibration/platt.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/threshold/tune.hpp"

namespace {
using multilabel::Matrix;
using multilabel::compat::from_xtensor;
using multilabel::compat::to_xtensor;

const xt::xarray<int> targets{{1, 0}, {0, 1}, {1, 1}, {0, 0}};
const xt::xarray<float> scores{{0.9F, 0.4F}, {0.2F, 0.8F}, {0.7F, 0.6F}, {0.3F, 0.1F}};
const Matrix<int> our_targets(4, 2, {1, 0, 0, 1, 1, 1, 0, 0});
const Matrix<float> our_scores(4, 2, {0.9F, 0.4F, 0.2F, 0.8F, 0.7F, 0.6F, 0.3F, 0.1F});

static_assert(multilabel::matrix_like<multilabel::compat::XtensorRows<float>>);

TEST_CASE("from_xtensor: looks at containers that lie row after row and copies everything else") {
  CHECK(from_xtensor(scores).data() == scores.data());
  const xt::xtensor<float, 2> fixed = scores;
  CHECK(from_xtensor(fixed).data() == fixed.data());
  const xt::xarray<float, xt::layout_type::column_major> columns = scores;
  const auto lower = xt::view(scores, xt::range(1, 4), xt::all());
  const auto turned = xt::transpose(scores);
  CHECK(from_xtensor(columns).data() != columns.data());
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(from_xtensor(columns)(i, j) == scores(i, j));
      CHECK(from_xtensor(lower)(i, j) == scores(i + 1, j));
      CHECK(from_xtensor(turned)(j, i) == scores(i, j));
      CHECK(from_xtensor(2 * scores)(i, j) == 2 * scores(i, j));
    }
  }
}

TEST_CASE("from_xtensor: refuses another number of dimensions") {
  CHECK_THROWS_WITH(from_xtensor(xt::xarray<float>{1, 2}),
                    "compat::from_xtensor: the tensor must have two dimensions [samples, labels]; got 1. Reshape it; one label "
                    "is a column, of shape [samples, 1].");
  CHECK_THROWS_AS(from_xtensor(xt::xarray<float>::from_shape({2, 2, 2})), multilabel::ShapeError);
}

TEST_CASE("from_xtensor: metrics, thresholds and calibration give what they give for our matrices") {
  using multilabel::calibration::PlattScaling;
  const auto t = from_xtensor(targets);
  const auto s = from_xtensor(scores);
  CHECK(multilabel::metrics::average_precision_score(t, s) ==
        multilabel::metrics::average_precision_score(our_targets, our_scores));
  CHECK(multilabel::threshold::tune(t, s) == multilabel::threshold::tune(our_targets, our_scores));
  CHECK(PlattScaling::fit(t, s) == PlattScaling::fit(our_targets, our_scores));
}

TEST_CASE("to_xtensor: a look at a matrix, through which a mutable one is written") {
  Matrix<double> matrix(2, 3, {1, 2, 3, 4, 5, 6});
  auto tensor = to_xtensor(matrix);
  CHECK(tensor.data() == matrix.data());
  CHECK(tensor.shape(1) == 3);
  tensor(1, 0) = 40;
  CHECK(matrix(1, 0) == 40);
  CHECK(to_xtensor(std::as_const(matrix))(1, 0) == 40);
}

TEST_CASE("to_xtensor: takes over the memory of results") {
  Matrix<float> matrix(2, 2, {1, 2, 3, 4});
  const float* memory = matrix.data();
  const auto tensor = to_xtensor(std::move(matrix));
  CHECK(tensor.data() == memory);
  CHECK(tensor(1, 0) == 3);
  std::vector<double> values{0.5, 0.25};
  const double* numbers = values.data();
  const auto row = to_xtensor(std::move(values));
  CHECK(row.data() == numbers);
  CHECK(row(1) == 0.25);
  const xt::xtensor<float, 2> own = to_xtensor(Matrix<float>(1, 2, {5, 6}));
  CHECK(own(0, 1) == 6);
}
}  // namespace
