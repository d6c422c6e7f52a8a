// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/audit.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <multilabel/augmentation/audit_table.hpp>
#include <multilabel/augmentation/crop.hpp>
#include <multilabel/augmentation/flip.hpp>
#include <multilabel/augmentation/label_safe_crop.hpp>
#include <multilabel/augmentation/recipes.hpp>
#include <multilabel/augmentation/resized_crop.hpp>
#include <string>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using multilabel::Matrix;

const std::vector<std::string> COLORS = {"red", "green", "blue"};
constexpr int SIDE = 64;
constexpr int BLOB = 16;

/// Each picture shows two of three colours, as squares at places of their own.
struct Blobs {
  explicit Blobs(std::size_t n) : targets(n, 3) {
    for (std::size_t i = 0; i < n; ++i) {
      aug::AuditSample sample{cv::Mat(SIDE, SIDE, CV_8UC3, cv::Scalar::all(128)), {}};
      multilabel::Random random({.index = static_cast<std::uint32_t>(i)});
      for (std::size_t color = 0; color < 3; ++color) {
        if (color == i % 3) continue;
        // One third of the height each, so that they do not overlap.
        const int x = static_cast<int>(random.below(SIDE - BLOB + 1));
        const int y = static_cast<int>(color) * 21 + static_cast<int>(random.below(6));
        cv::Scalar paint = cv::Scalar::all(0);
        paint[static_cast<int>(color)] = 255;
        sample.image(cv::Rect(x, y, BLOB, BLOB)).setTo(paint);
        sample.objects.boxes.push_back({double(x), double(y), double(x + BLOB), double(y + BLOB), COLORS[color]});
        targets(i, color) = 1;
      }
      samples.push_back(sample);
    }
  }
  [[nodiscard]] auto without_boxes() const {
    return [this](std::size_t i) { return aug::AuditSample{samples[i].image, {}}; };
  }
  [[nodiscard]] auto with_boxes() const {
    return [this](std::size_t i) { return samples[i]; };
  }
  std::vector<aug::AuditSample> samples;
  Matrix<float> targets;
};

/// The share of the picture that is coloured, over that of a whole square, at most 1.
Matrix<float> score(std::span<const cv::Mat> images) {
  Matrix<float> scores(images.size(), 3);
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t color = 0; color < 3; ++color) {
      int count = 0;
      for (int y = 0; y < images[i].rows; ++y)
        for (int x = 0; x < images[i].cols; ++x) {
          const auto& pixel = images[i].at<cv::Vec3b>(y, x);
          const int most = std::max(pixel[static_cast<int>((color + 1) % 3)], pixel[static_cast<int>((color + 2) % 3)]);
          count += pixel[static_cast<int>(color)] > most + 60 ? 1 : 0;
        }
      const double share = static_cast<double>(count) / images[i].size().area();
      scores(i, color) = static_cast<float>(std::min(1.0, share * SIDE * SIDE / (BLOB * BLOB)));
    }
  return scores;
}

TEST_CASE("audit: says per label and operation what survived") {
  // The middle 32 x 64 (height x width) keeps rows 16 to 47: none of red's rows 0 to 15, all of green's 21 to 36, and of
  // blue's 42 to 57 six of sixteen; what is kept is twice as large a share of the picture, but a whole square's counts as 1.
  std::vector<cv::Mat> images;
  for (int i = 0; i < 6; ++i) {
    cv::Mat image(SIDE, SIDE, CV_8UC3, cv::Scalar::all(128));
    image(cv::Rect(8 * i, 0, BLOB, BLOB)).setTo(cv::Scalar(255, 0, 0));
    image(cv::Rect(20, 21, BLOB, BLOB)).setTo(cv::Scalar(0, 255, 0));
    image(cv::Rect(40, 42, BLOB, BLOB)).setTo(cv::Scalar(0, 0, 255));
    images.push_back(image);
  }
  Matrix<float> targets(6, 3, 1.0f);
  targets(5, 1) = 0;
  const aug::Pipeline pipeline{aug::HorizontalFlip{{.p = 0.5}}, aug::CenterCrop{{.height = 32, .width = 64}}, aug::Normalize{}};
  const auto found = aug::audit(pipeline, 6, [&](std::size_t i) { return aug::AuditSample{images[i], {}}; }, targets.view(),
                                COLORS, score, {.min_images = 5});
  REQUIRE(found.operations ==
          std::vector<std::string>{"HorizontalFlip(p=0.5)", "CenterCrop(height=32, width=64, p=1)", "all together"});
  for (std::size_t label = 0; label < 3; ++label) {
    CHECK(found.cells[0][label].survival == 1);
    CHECK(found.cells[1][label].survival == Approx(std::vector{0.0, 1.0, 0.75}[label]));
    CHECK(found.cells[2][label].survival == found.cells[1][label].survival);
  }
  CHECK(found.cells[1][0].images == 6);
  CHECK(found.cells[1][1].images == 5);
  CHECK(found.cells[1][0].lost == 1);
  CHECK(found.cells[1][2].lost == 0);
  CHECK_FALSE(found.destroys(0));
  CHECK(found.destroyed(1) == std::vector<std::size_t>{0, 2});
  CHECK_FALSE(found.safe());
  CHECK_THAT(found.text(), Catch::Contains("CenterCrop(height=32, width=64, p=1)") && Catch::Contains("red 0.00, blue 0.75"));
  REQUIRE(found.worst.size() == 6);
  CHECK(found.worst[0].operation == 1);
  CHECK(found.worst[0].label == 0);
  const cv::Mat seen = aug::audited_picture(pipeline, {images[found.worst[0].sample], {}}, found.worst[0], found.options);
  CHECK(seen.size() == cv::Size(64, 32));
  CHECK(score(std::vector{seen})(0, 0) == 0);
}

TEST_CASE("audit: flags a random crop to a quarter and not the restrained recipe") {
  const Blobs blobs(40);
  const auto audit = [&](const auto& pipeline) {
    return aug::audit(pipeline, 40, blobs.without_boxes(), blobs.targets.view(), COLORS, score);
  };
  const auto restrained = audit(aug::restrained({.size = 64}));
  CHECK(restrained.safe());
  CHECK_THAT(restrained.text(), Catch::Contains("No operation destroys a label."));
  const aug::Pipeline quarter{aug::HorizontalFlip{},
                              aug::RandomResizedCrop{{.height = 64, .width = 64, .scale = {0.25, 0.25}}}};
  const auto found = audit(quarter);
  CHECK_FALSE(found.destroys(0));
  CHECK(found.destroyed(1).size() >= 2);  // the middle one is often within the piece
  CHECK(found.overall[1].survival < 0.6);
}

TEST_CASE("audit: a crop that knows the boxes is safe, and what a guard turned off does not count") {
  const Blobs blobs(40);
  const aug::RandomResizedCrop quarter{{.height = 64, .width = 64, .scale = {0.25, 0.25}}};
  const aug::Pipeline safe{aug::LabelSafeCrop{{.height = 64, .width = 64, .min_kept = 0.25, .stretch = {0.5, 2}}}};
  const auto audit = [&](const auto& pipeline) {
    return aug::audit(pipeline, 40, blobs.with_boxes(), blobs.targets.view(), COLORS, score);
  };
  CHECK(audit(safe).safe());
  const auto dropped = audit(aug::Pipeline{quarter}.guarded({.lost = aug::LostLabel::drop}));
  CHECK(dropped.safe());
  CHECK(dropped.overall[0].images < 40);
}

TEST_CASE("audit: labels that the model does not see say nothing, and shapes must agree") {
  const Blobs blobs(6);
  const aug::Pipeline pipeline{aug::HorizontalFlip{}};
  const auto blind = [](std::span<const cv::Mat> images) { return Matrix<float>(images.size(), 3, 0.1f); };
  const auto found = aug::audit(pipeline, 6, blobs.without_boxes(), blobs.targets.view(), COLORS, blind);
  CHECK(found.overall[0].images == 0);
  CHECK(std::isnan(found.overall[0].survival));
  CHECK(found.safe());
  const auto wrong = [](std::span<const cv::Mat> images) { return Matrix<float>(images.size(), 2); };
  CHECK_THROWS_WITH(aug::audit(pipeline, 6, blobs.without_boxes(), blobs.targets.view(), COLORS, wrong),
                    Catch::Contains("predict must return [3, 3] scores; got [3, 2]"));
  CHECK_THROWS_AS(aug::audit(pipeline, 5, blobs.without_boxes(), blobs.targets.view(), COLORS, blind), multilabel::ShapeError);
  CHECK_THROWS_WITH(aug::audit(pipeline, 6, blobs.without_boxes(), blobs.targets.view(), COLORS, blind, {.draws = 0}),
                    Catch::Contains("draws must be at least 1; got 0"));
}
}  // namespace
