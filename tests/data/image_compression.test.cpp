// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/image_compression.hpp"

#include <catch2/catch.hpp>
#include <multilabel/augmentation/pipeline.hpp>
#include <multilabel/augmentation/pipeline_json.hpp>
#include <multilabel/data/operation_forms.hpp>

namespace {
namespace aug = multilabel::augmentation;
using multilabel::data::CompressionType;
using multilabel::data::ImageCompression;

cv::Mat checkers() {
  cv::Mat image(32, 32, CV_8UC3);
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 32; ++x)
      image.at<cv::Vec3b>(y, x) = (x / 3 + y / 3) % 2 ? cv::Vec3b(220, 40, 90) : cv::Vec3b(20, 160, 200);
  return image;
}

double error(CompressionType type, int quality) {
  const cv::Mat image = checkers();
  const aug::Pipeline pipeline{ImageCompression{{.compression_type = type, .quality_range = {quality, quality}, .p = 1}}};
  return cv::norm(pipeline(image, {}), image, cv::NORM_L1) / static_cast<double>(3 * image.total());
}

TEST_CASE("ImageCompression: a lower quality leaves more traces") {
  for (const auto type : {CompressionType::jpeg, CompressionType::webp}) {
    CHECK(error(type, 10) > error(type, 60));
    CHECK(error(type, 60) > error(type, 95));
    CHECK(error(type, 95) > 0);
  }
}

TEST_CASE("ImageCompression: a quality out of range is refused") {
  CHECK_THROWS_WITH((ImageCompression{{.quality_range = {0, 50}}}), Catch::Contains("between 1 and 100"));
}

TEST_CASE("operation_forms: files may name ImageCompression where codecs are known") {
  const aug::Pipeline pipeline{
      ImageCompression{{.compression_type = CompressionType::webp, .quality_range = {30, 40}, .p = 1}}};
  const auto forms = multilabel::data::operation_forms();
  const auto json = aug::to_json(pipeline, forms);
  CHECK(json.at("transforms").at(0).dump() ==
        R"({"name":"ImageCompression","compression_type":"webp","quality_range":[30,40],"p":1.0})");
  const cv::Mat image = checkers();
  CHECK(cv::norm(aug::from_json(json, forms)(image, {.seed = 3}), pipeline(image, {.seed = 3}), cv::NORM_INF) == 0);
  CHECK_THROWS_WITH(aug::from_json(json), Catch::Contains("name must be one of") && Catch::Contains("ImageCompression"));
}
}  // namespace
