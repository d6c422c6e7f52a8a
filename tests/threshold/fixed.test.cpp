// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/fixed.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "multilabel/threshold/concepts.hpp"

namespace {
using multilabel::Matrix;
using multilabel::threshold::FixedThreshold;
using multilabel::threshold::HIGH_PRECISION;
using multilabel::threshold::HIGH_RECALL;
using multilabel::threshold::ThresholdRule;

static_assert(multilabel::threshold::threshold_rule<ThresholdRule>);
static_assert(multilabel::threshold::threshold_rule<FixedThreshold>);

TEST_CASE("FixedThreshold: predicts at and above, 0.5 unless told") {
  CHECK(FixedThreshold{}.apply(Matrix<float>(1, 3, {0.4F, 0.5F, 0.6F})) == Matrix<std::uint8_t>(1, 3, {0, 1, 1}));
  CHECK_THROWS_AS(FixedThreshold{-INFINITY}, multilabel::ArgumentError);
}

TEST_CASE("profiles: 0.3 and 0.7 for all labels") {
  CHECK(HIGH_RECALL.thresholds() == std::vector<double>{0.3});
  CHECK(HIGH_PRECISION.thresholds() == std::vector<double>{0.7});
  CHECK(HIGH_RECALL.is_global());
  CHECK(HIGH_RECALL.threshold(17) == 0.3);
}
}  // namespace
