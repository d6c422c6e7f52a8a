// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/error.hpp"

#include <catch2/catch.hpp>

namespace {
TEST_CASE("DataError: carries its file and row") {
  try {
    throw multilabel::DataError("a row must have 3 cells", "labels.csv", 17u);
  } catch (const multilabel::DataError& error) {
    CHECK(error.path() == "labels.csv");
    CHECK(error.row() == 17u);
  }
}

TEST_CASE("every leaf is an Error") {
  CHECK_THROWS_AS(throw multilabel::ShapeError("x"), multilabel::Error);
  CHECK_THROWS_AS(throw multilabel::LabelError("x"), multilabel::Error);
  CHECK_THROWS_AS(throw multilabel::BundleError("x"), multilabel::Error);
  CHECK_THROWS_AS(throw multilabel::NotFittedError("x"), multilabel::Error);
}
}  // namespace
