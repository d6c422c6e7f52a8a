// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/resized_crop.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <multilabel/augmentation/pipeline.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::augmentation::Draws;

TEST_CASE("RandomResizedCrop: areas are uniform and shapes within their limits") {
  const cv::Size size(400, 300);
  double total = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    Draws random(multilabel::RandomKey{.index = i});
    const cv::Rect piece = aug::detail::draw_piece(size, {0.1, 0.5}, {0.8, 1.25}, random);
    REQUIRE((piece & cv::Rect({0, 0}, size)) == piece);
    const double share = static_cast<double>(piece.area()) / size.area();
    const double shape = static_cast<double>(piece.width) / piece.height;
    REQUIRE(share > 0.098);
    REQUIRE(share < 0.502);
    REQUIRE(shape > 0.79);
    REQUIRE(shape < 1.27);
    total += share;
  }
  CHECK(total / 2000 == Approx(0.3).margin(0.011));  // four standard errors of a uniform of width 0.4
}

TEST_CASE("RandomResizedCrop: where nothing fits it takes the largest piece about the middle") {
  Draws random(multilabel::RandomKey{});
  CHECK(aug::detail::draw_piece({1000, 10}, {1, 1}, {0.5, 2}, random) == cv::Rect(490, 0, 20, 10));
  CHECK(aug::detail::draw_piece({10, 1000}, {1, 1}, {0.5, 2}, random) == cv::Rect(0, 490, 10, 20));
}

TEST_CASE("RandomResizedCrop: the whole image scaled is a resize") {
  const cv::Mat image = test::picture(30, 30);
  const aug::Pipeline crop{aug::RandomResizedCrop{{.height = 12, .width = 14, .scale = {1, 1}, .ratio = {1, 1}}}};
  CHECK(test::equal(crop(image, {}), aug::Pipeline{aug::Resize{{.height = 12, .width = 14}}}(image, {})));
  CHECK(crop.output_size() == cv::Size(14, 12));
}

TEST_CASE("RandomResizedCrop: shares and shapes out of range are refused") {
  CHECK_THROWS_WITH(aug::RandomResizedCrop({.height = 8, .width = 8, .scale = {0.5, 2}}),
                    Catch::Contains("at most 1; got (0.5, 2)"));
  CHECK_THROWS_AS(aug::RandomResizedCrop({.height = 8, .width = 8, .ratio = {2, 1}}), ArgumentError);
}
}  // namespace
