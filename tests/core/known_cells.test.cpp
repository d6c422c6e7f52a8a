// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/detail/known_cells.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {
using multilabel::ArgumentError;
using multilabel::Matrix;
using multilabel::core::detail::known_targets;

TEST_CASE("known_targets: 0, 1 and both kinds of unknown, in blocks with and without one", "[core]") {
  Matrix<float> targets(300, 70);
  std::vector<std::int8_t> expected(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    expected[i] = static_cast<std::int8_t>(i % 3 == 0 ? 1 : 0);
    if (i > 12'000 && i % 7 == 0) expected[i] = -1;  // the first block of 8,192 has none
    targets.data()[i] = expected[i] < 0 ? (i % 2 == 0 ? NAN : -1.0F) : static_cast<float>(expected[i]);
  }
  const auto known = known_targets("here", targets);
  CHECK(std::equal(expected.begin(), expected.end(), known.data()));
  CHECK(known.rows() == 300);
  CHECK(known.columns() == 70);
}

TEST_CASE("known_targets: refuses another value wherever it lies, on any number of threads", "[core]") {
  for (const std::size_t threads : {1, 3}) {
    multilabel::set_num_threads(threads);
    for (const std::size_t at : {std::size_t{0}, std::size_t{8'200}, std::size_t{1'299'999}}) {
      Matrix<std::int64_t> wide(13'000, 100);
      Matrix<std::int8_t> bytes(13'000, 100);
      CHECK_NOTHROW(known_targets("here", wide));
      wide.data()[at] = 257, bytes.data()[at] = -2;  // 257's lowest byte is a 1
      CHECK_THROWS_AS(known_targets("here", wide), ArgumentError);
      CHECK_THROWS_AS(known_targets("here", bytes), ArgumentError);
    }
  }
  multilabel::set_num_threads(0);
}

TEST_CASE("known_targets: does not copy signed bytes", "[core]") {
  const Matrix<std::int8_t> targets(2, 2, {0, 1, -1, 1});
  CHECK(known_targets("here", targets).data() == targets.data());
}

TEST_CASE("require_scores: finds the one number that is not finite", "[core]") {
  using multilabel::core::detail::require_scores;
  const Matrix<std::int8_t> targets(90, 100);
  for (const std::size_t at : {std::size_t{0}, std::size_t{4'501}, std::size_t{8'999}}) {
    Matrix<double> scores(90, 100, 2.0);
    CHECK_NOTHROW(require_scores("here", targets.view(), std::as_const(scores).view()));
    for (const double bad : {INFINITY, -INFINITY, NAN, -NAN}) {
      scores.data()[at] = bad;
      CHECK_THROWS_AS(require_scores("here", targets.view(), std::as_const(scores).view()), ArgumentError);
    }
  }
}

TEST_CASE("KnownScores: doubles of any type, and the next threshold of the type they came in", "[core]") {
  using multilabel::core::detail::KnownScores;
  const Matrix<double> doubles(1, 2, {0.25, 0.5});
  const KnownScores same(doubles);
  CHECK(same.cells().cells.data() == doubles.data());  // not copied
  CHECK(same.cells().next_above(0.5) == std::nextafter(0.5, 1.0));
  CHECK(same.cells().in_their_type(0.1) == 0.1);
  const Matrix<float> floats(1, 2, {0.25F, 0.1F});
  const KnownScores wide(floats);
  CHECK(wide.cells()(0, 1) == static_cast<double>(0.1F));
  CHECK(wide.cells().next_above(0.5) == static_cast<double>(std::nextafter(0.5F, 1.0F)));
  CHECK(wide.cells().in_their_type(0.1) == static_cast<double>(0.1F));
  const Matrix<int> whole(1, 2, {3, -1});
  CHECK(KnownScores(whole).cells()(0, 0) == 3.0);
}
}  // namespace
