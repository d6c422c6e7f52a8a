// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/compose.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::ArgumentError;
using multilabel::RandomKey;

// Paints the whole image in one colour: the result says who was here.
struct Paint {
  std::string name;
  uchar value;
  cv::Mat operator()(const cv::Mat& image, RandomKey) const { return cv::Mat(image.size(), CV_8UC3, cv::Scalar::all(value)); }
};

int first_value(const auto& pipeline, std::uint32_t index) {
  return pipeline(cv::Mat(2, 2, CV_8UC3, cv::Scalar::all(0)), {.seed = 5, .index = index}).template at<cv::Vec3b>(0, 0)[0];
}

TEST_CASE("OneOf: chooses in proportion to the operations' p, and what is chosen happens") {
  // Brightness by a fixed amount says which one was chosen: +1/5 of 255 with weight 0.25, +2/5 with weight 0.75.
  const auto brighter = [](double by, double p) {
    return aug::RandomBrightnessContrast{{.brightness_limit = {by, by}, .contrast_limit = 0, .p = p}};
  };
  const aug::Pipeline pipeline{aug::OneOf{{.p = 0.8}, brighter(0.2, 0.2), brighter(0.4, 0.6)}};
  int none = 0, first = 0, second = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const int value = first_value(pipeline, i);
    none += value == 0;
    first += value == 51;
    second += value == 102;
  }
  CHECK(none + first + second == 4000);
  CHECK(none == Approx(800).margin(101));     // four deviations of a binomial of 4000 and 0.2
  CHECK(first == Approx(800).margin(101));    // 0.8 * 0.25
  CHECK(second == Approx(2400).margin(124));  // 0.8 * 0.75
}

TEST_CASE("OneOf: a further alternative takes images over and changes no other choice") {
  const aug::Pipeline two{aug::OneOf{{.p = 1}, Paint{"a", 1}, Paint{"b", 2}}};
  const aug::Pipeline three{aug::OneOf{{.p = 1}, Paint{"c", 3}, Paint{"a", 1}, Paint{"b", 2}}};
  int taken = 0;
  for (std::uint32_t i = 0; i < 600; ++i) {
    const int after = first_value(three, i);
    if (after == 3)
      ++taken;
    else
      CHECK(after == first_value(two, i));
  }
  CHECK(taken == Approx(200).margin(47));  // four deviations of a binomial of 600 and 1/3
}

TEST_CASE("OneOf: the draws of an alternative stay as they were when another is added") {
  const cv::Mat image = test::picture(30, 30);
  const aug::RandomCrop crop{{.height = 8, .width = 8}};
  const aug::Pipeline alone{aug::OneOf{{.p = 1}, crop}};
  const aug::Pipeline beside{aug::OneOf{{.p = 1}, aug::NoOp{}, crop}};
  int compared = 0;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const cv::Mat result = beside(image, {.index = i});
    if (result.rows != 8) continue;
    ++compared;
    CHECK(test::equal(result, alone(image, {.index = i})));
  }
  CHECK(compared > 10);
}

TEST_CASE("SomeOf: n different operations in the given order, all equally often") {
  const aug::Pipeline pipeline{aug::SomeOf{{.n = 2}, Paint{"a", 1}, Paint{"b", 2}, Paint{"c", 3}}};
  int last[4] = {};
  for (std::uint32_t i = 0; i < 3000; ++i) ++last[first_value(pipeline, i)];
  CHECK(last[1] == 0);  // the last of two in order is b or c
  CHECK(last[2] == Approx(1000).margin(104));
  CHECK(last[3] == Approx(2000).margin(104));
}

TEST_CASE("SomeOf: with replacement an operation may come twice, with draws of its own each time") {
  const aug::Pipeline twice{
      aug::SomeOf{{.n = 2, .replace = aug::Replacement::with}, aug::RandomCrop{{.height = 5, .width = 5}}}};
  const auto record = twice.record(test::picture(5, 5), {});
  REQUIRE(record.operations.size() == 3);
  const aug::Pipeline flips{aug::SomeOf{{.n = 2, .replace = aug::Replacement::with}, aug::HorizontalFlip{}}};
  int flipped = 0;
  const cv::Mat image = test::picture(3, 3);
  for (std::uint32_t i = 0; i < 2000; ++i) flipped += !test::equal(flips(image, {.index = i}), image);
  CHECK(flipped == Approx(1000).margin(90));  // two independent flips leave half of the images mirrored
}

TEST_CASE("Sequential: all or nothing") {
  const cv::Mat image = test::picture(6, 8);
  const aug::Pipeline pipeline{aug::Sequential{{.p = 0.5}, aug::HorizontalFlip{{.p = 1}}, aug::VerticalFlip{{.p = 1}}}};
  cv::Mat both;
  cv::flip(image, both, -1);
  int happened = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const cv::Mat result = pipeline(image, {.index = i});
    const bool changed = test::equal(result, both);
    CHECK((changed || test::equal(result, image)));
    happened += changed;
  }
  CHECK(happened == Approx(200).margin(40));
}

TEST_CASE("Sequential inside OneOf and OneOf inside Sequential draw from different streams") {
  const cv::Mat image = test::picture(40, 40);
  const aug::RandomCrop crop{{.height = 8, .width = 8}};
  const aug::Pipeline a{aug::OneOf{{.p = 1}, aug::Sequential{{.p = 1}, crop}}};
  const aug::Pipeline b{aug::Sequential{{.p = 1}, aug::OneOf{{.p = 1}, crop}}};
  int equal = 0;
  for (std::uint32_t i = 0; i < 20; ++i) equal += test::equal(a(image, {.index = i}), b(image, {.index = i}));
  CHECK(equal < 5);
}

TEST_CASE("Composition: the format is known where every way leads to the same size") {
  const aug::Resize small{{.height = 4, .width = 6}};
  CHECK(aug::Pipeline{aug::OneOf{{.p = 1}, small, aug::LabelSafeCrop{{.height = 4, .width = 6}}}}.output_size() ==
        cv::Size(6, 4));
  CHECK(aug::Pipeline{aug::OneOf{{.p = 0.5}, small}}.output_size() == cv::Size(0, 0));
  CHECK(aug::Pipeline{small, aug::OneOf{{.p = 0.5}, aug::HorizontalFlip{}}}.output_size() == cv::Size(6, 4));
  CHECK(aug::Pipeline{aug::Sequential{{.p = 1}, small, aug::Normalize{}}}.preprocessing().mean[0] == 0.485f);
}

TEST_CASE("Composition: what cannot work is refused") {
  CHECK_THROWS_WITH((aug::OneOf{{.p = 1}, aug::Normalize{}}), Catch::Contains("must not depend on chance"));
  CHECK_THROWS_WITH((aug::OneOf{{.p = 1}, aug::HorizontalFlip{{.p = 0}}}), Catch::Contains("must have p above 0"));
  CHECK_THROWS_WITH((aug::SomeOf{{.n = 2}, aug::HorizontalFlip{}}), Catch::Contains("at most 1") && Catch::Contains("got 2"));
  CHECK_THROWS_WITH((aug::Sequential{{.p = 1}, std::vector<aug::AnyOperation>{}}), Catch::Contains("at least one operation"));
  CHECK_THROWS_AS((aug::Pipeline{aug::Sequential{{.p = 1}, aug::Normalize{}}, aug::HorizontalFlip{}}), ArgumentError);
}

TEST_CASE("Record: what was drawn, by name, and the same pixels again") {
  const cv::Mat image = test::picture(60, 50);
  const aug::Pipeline pipeline{
      aug::HorizontalFlip{{.p = 0.5}}, aug::OneOf{{.p = 0.9}, aug::Rotate{{.limit = 30, .p = 1}}, aug::Perspective{{.p = 1}}},
      aug::SomeOf{{.n = 2}, aug::RandomGamma{}, aug::Posterize{}, aug::GaussNoise{}}, aug::CoarseDropout{{.p = 1}}};
  for (std::uint32_t i = 0; i < 30; ++i) {
    const RandomKey key{.seed = 3, .epoch = 1, .index = i};
    const aug::Record record = pipeline.record(image, key);
    CHECK(record.operations.front().operation == "HorizontalFlip");
    CHECK(record.operations.front().values.front().first == "applied");
    CHECK(test::equal(pipeline.replay(image, record), pipeline(image, key)));
  }
}

TEST_CASE("Record: a changed number changes the picture, one of another pipeline is refused") {
  const cv::Mat image = test::picture(40, 40);
  const aug::Pipeline rotate{aug::Rotate{{.limit = 30, .p = 1}}};
  aug::Record record = rotate.record(image, {});
  REQUIRE(record.operations[0].values.size() == 2);
  record.operations[0].values[1].second = 90;
  CHECK(test::equal(rotate.replay(image, record), aug::Pipeline{aug::Rotate{{.limit = {90, 90}, .p = 1}}}(image, {})));
  CHECK_THROWS_WITH(aug::Pipeline{aug::HorizontalFlip{}}.replay(image, record), Catch::Contains("draws of HorizontalFlip"));
  CHECK_THROWS_AS(aug::Pipeline<>{}.replay(image, record), ArgumentError);
}

TEST_CASE("Lookup: tables and levels, one after the other, equal the steps") {
  const cv::Mat image = test::picture(20, 30);
  const aug::RandomGamma gamma{{.gamma_limit = {70, 70}, .p = 1}};
  const aug::RandomBrightnessContrast brighter{{.brightness_limit = {0.1, 0.1}, .contrast_limit = {0.2, 0.2}, .p = 1}};
  const aug::Posterize posterize{{.num_bits = {3, 3}, .p = 1}};
  const aug::Pipeline together{gamma, brighter, posterize, brighter};
  cv::Mat step = aug::Pipeline{gamma}(image, {});
  step = aug::Pipeline{brighter}(step, {});
  step = aug::Pipeline{posterize}(step, {});
  CHECK(test::equal(together(image, {}), aug::Pipeline{brighter}(step, {})));
  const aug::Pipeline floating{posterize, aug::Normalize{{.mean = {0, 0, 0}, .std = {1, 1, 1}}}};
  CHECK(floating(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(255)), {}).at<cv::Vec3f>(0, 0)[1] == Approx(224.0 / 255));
}
}  // namespace
