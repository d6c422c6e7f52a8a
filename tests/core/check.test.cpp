// SPDX-License-Identifier: Apache-2.0
#include "multilabel/core/check.hpp"

#include <catch2/catch.hpp>

namespace {
TEST_CASE("fail: the sentence says where, what was expected, what came and how to mend it") {
  CHECK_THROWS_WITH(multilabel::fail<multilabel::ArgumentError>({"f", "p must be in [0, 1]", "2", "Divide by the sum."}),
                    "f: p must be in [0, 1]; got 2. Divide by the sum.");
  CHECK_THROWS_WITH(multilabel::fail<multilabel::ArgumentError>({"f", "p must be given", ""}), "f: p must be given");
}
}  // namespace
