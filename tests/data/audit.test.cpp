// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/audit.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <multilabel/augmentation/crop.hpp>
#include <multilabel/augmentation/pipeline.hpp>
#include <string>
#include <vector>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
namespace data = multilabel::data;
using multilabel::Matrix;

TEST_CASE("audit: reads the images of a data set and knows its boxes") {
  const test::Folder folder;
  cv::Mat image(40, 40, CV_8UC3, cv::Scalar::all(0));
  image(cv::Rect(0, 0, 10, 10)).setTo(cv::Scalar::all(255));
  std::vector<data::Sample> samples;
  for (int i = 0; i < 8; ++i) {
    data::Sample sample{.image = folder.write_image(std::to_string(i) + ".png", image), .labels = {"light"}};
    sample.boxes = {{0, 0, 10, 10, "light"}, {0, 0, 40, 40, "not named"}};
    samples.push_back(sample);
  }
  const data::Dataset dataset(samples);
  const auto light = [](std::span<const cv::Mat> images) {  // 1 where anything is white
    Matrix<float> scores(images.size(), 1);
    for (std::size_t i = 0; i < images.size(); ++i) {
      double most = 0;
      cv::minMaxIdx(images[i].reshape(1), nullptr, &most);
      scores(i, 0) = most > 128 ? 1.0f : 0.0f;
    }
    return scores;
  };
  const aug::Pipeline crop{aug::CenterCrop{{.height = 10, .width = 10}}};
  const auto found = data::audit(crop, dataset, dataset.vocabulary(), light, {.min_images = 5});
  CHECK(found.labels == std::vector<std::string>{"light"});
  CHECK(found.overall[0].images == 8);
  CHECK(found.overall[0].survival == 0);
  CHECK_FALSE(found.safe());
  // The guard turns the label off, so that nothing is left to be destroyed.
  const auto guarded = crop.guarded({.lost = aug::LostLabel::drop});
  CHECK(data::audit(guarded, dataset, dataset.vocabulary(), light).overall[0].images == 0);
  CHECK_THROWS_AS(data::audit(crop, data::Dataset(), dataset.vocabulary(), light), multilabel::ArgumentError);
}

TEST_CASE("objects_of: only boxes of labels that the sample has") {
  data::Sample sample{.image = "a.png", .labels = {"cat"}};
  sample.boxes = {{0, 0, 1, 1, "dog"}, {0, 0, 2, 2, "cat"}};
  CHECK(data::objects_of(sample).boxes == std::vector<aug::Box>{{0, 0, 2, 2, "cat"}});
}

TEST_CASE("sampled: from all over the data set, in order, always the same") {
  std::vector<data::Sample> samples(300);
  for (std::size_t i = 0; i < 300; ++i) samples[i].row = i;
  const data::Dataset dataset(samples);
  const auto part = data::sampled(dataset, 100);
  REQUIRE(part.size() == 100);
  std::array<int, 3> residues{};  // a table may repeat a pattern every third row
  for (std::size_t i = 0; i < 100; ++i) {
    if (i > 0) CHECK(part[i].row > part[i - 1].row);
    ++residues[part[i].row % 3];
  }
  for (const int count : residues) CHECK(count > 20);
  CHECK(data::sampled(dataset, 1000).size() == 300);
}
}  // namespace
