// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/flip.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;

using test::run;

TEST_CASE("HorizontalFlip: happens in a share p of the samples") {
  const cv::Mat image = test::picture(4, 6);
  const aug::Pipeline pipeline{aug::HorizontalFlip{{.p = 0.3}}};
  int flips = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) flips += !test::equal(pipeline(image, {.seed = 5, .index = i}), image);
  CHECK(flips == Approx(1200).margin(116));  // four deviations of a binomial
}

TEST_CASE("VerticalFlip: p of 0 never acts, p of 1 always does") {
  const cv::Mat image = test::picture(6, 6);
  for (std::uint32_t i = 0; i < 50; ++i) {
    CHECK(test::equal(run(aug::VerticalFlip{{.p = 0}}, image, {.index = i}), image));
    CHECK_FALSE(test::equal(run(aug::VerticalFlip{{.p = 1}}, image, {.index = i}), image));
  }
}

TEST_CASE("HorizontalFlip, VerticalFlip: a probability out of range is refused where it is written") {
  CHECK_THROWS_WITH(aug::HorizontalFlip({.p = 1.5}), "augmentation::HorizontalFlip: p must be between 0 and 1; got 1.5");
  CHECK_THROWS_AS(aug::VerticalFlip({.p = -0.1}), ArgumentError);
}
}  // namespace
