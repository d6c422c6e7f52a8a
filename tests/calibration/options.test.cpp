// SPDX-License-Identifier: Apache-2.0
#include "multilabel/calibration/options.hpp"

#include <catch2/catch.hpp>

namespace {
TEST_CASE("CalibrationOptions: one fit for all labels unless told") {
  CHECK(multilabel::calibration::CalibrationOptions{}.scope == multilabel::calibration::Scope::global);
}

TEST_CASE("require_labels: one parameter serves any width, several only their own") {
  using multilabel::calibration::detail::require_labels;
  CHECK_NOTHROW(require_labels("f", 1, 2, 7));
  CHECK_NOTHROW(require_labels("f", 7, 2, 7));
  CHECK_THROWS_AS(require_labels("f", 6, 2, 7), multilabel::ShapeError);
}
}  // namespace
