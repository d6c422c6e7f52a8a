// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/box.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace {
namespace aug = multilabel::augmentation;

TEST_CASE("Box: edges, not pixels, so a box of the whole image has its area") {
  const aug::Box box{.left = 0, .top = 0, .right = 6, .bottom = 4, .label = "cat"};
  CHECK(box.area() == 24);
  CHECK(aug::Box{-2, 1, 9, 3, "cat"}.within({6, 4}) == aug::Box{0, 1, 6, 3, "cat"});
  CHECK(aug::Box{7, 1, 9, 3, "cat"}.within({6, 4}).area() == 0);
}

TEST_CASE("require_objects: names the box or mask that cannot be") {
  const cv::Size size(6, 4);
  CHECK_NOTHROW(aug::require_objects("here", {.boxes = {{-1, 0, 2, 2, "cat"}}}, size));
  CHECK_THROWS_WITH(aug::require_objects("here", {.boxes = {{3, 0, 2, 2, "cat"}}}, size),
                    Catch::Contains("here: boxes must have left < right") && Catch::Contains("(3, 0, 2, 2) of 'cat'"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(aug::require_objects("here", {.boxes = {{nan, 0, 2, 2, "cat"}}}, size), multilabel::ArgumentError);
  CHECK_THROWS_WITH(aug::require_objects("here", {.masks = {{cv::Mat(4, 5, CV_8U), "cat"}}}, size),
                    Catch::Contains("4 x 6") && Catch::Contains("1 channels of 8 bits, 4 x 5"));
}
}  // namespace
