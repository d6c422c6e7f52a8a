// SPDX-License-Identifier: Apache-2.0
// What a loader does with boxes: the pipeline follows them, the guard changes targets, mixers know what is seen.
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <multilabel/augmentation/crop.hpp>
#include <multilabel/augmentation/cutmix.hpp>
#include <multilabel/augmentation/pipeline.hpp>
#include <multilabel/augmentation/resize.hpp>
#include <multilabel/data/loader.hpp>
#include <multilabel/data/objects_of.hpp>
#include <string>
#include <vector>

namespace {
namespace aug = multilabel::augmentation;
namespace data = multilabel::data;

const std::vector<std::string> NAMES = {"corner", "middle", "other"};

/// Images of 40 x 40 with one object in the corner and one in the middle; "other" is present in the even ones, in the odd ones
/// it is unknown, and nothing is known about its place.
data::Dataset objects(std::size_t n) {
  std::vector<data::Sample> samples(n);
  for (std::size_t i = 0; i < n; ++i) {
    samples[i].pixels = std::make_shared<const cv::Mat>(40, 40, CV_8UC3, cv::Scalar::all(10.0 * static_cast<double>(i)));
    samples[i].labels = {"corner", "middle"};
    (i % 2 == 0 ? samples[i].labels : samples[i].unknown).emplace_back("other");
    samples[i].boxes = {{0, 0, 10, 10, "corner"}, {15, 15, 25, 25, "middle"}, {5, 5, 5, 9, "middle"}};
  }
  return data::Dataset(samples);
}

data::Batch first(const auto& loader) { return loader.epoch(0).next().value(); }

TEST_CASE("loader: the guard turns off the labels that the crop has cut away, and no others") {
  const aug::Pipeline crop{aug::CenterCrop{{.height = 20, .width = 20}}};
  const auto row = [&](aug::LostLabel lost, std::size_t i, std::size_t workers) {
    const data::DataLoader loader{objects(4),
                                  multilabel::encoding::Vocabulary(NAMES),
                                  crop.guarded({.lost = lost}),
                                  {.batch_size = 4, .workers = workers}};
    const auto batch = first(loader);
    REQUIRE(batch.boxes.size() == 4);
    REQUIRE(batch.boxes[i].size() == 1);
    CHECK(batch.boxes[i][0] == aug::Box{5, 5, 15, 15, "middle"});
    const auto cells = batch.target_view().row(i);
    return std::vector<float>(cells.begin(), cells.end());
  };
  for (const std::size_t workers : {0, 2}) {
    CHECK(row(aug::LostLabel::keep, 0, workers) == std::vector<float>{1, 1, 1});
    CHECK(row(aug::LostLabel::drop, 0, workers) == std::vector<float>{0, 1, 1});
    const auto unknown = row(aug::LostLabel::ignore, 1, workers);
    CHECK((std::isnan(unknown[0]) && unknown[1] == 1 && std::isnan(unknown[2])));
  }
}

TEST_CASE("loader: boxes follow an image that the cache keeps in another size") {
  const aug::Pipeline shrink{aug::Resize{{.height = 8, .width = 8}}};
  const data::DataLoader loader{objects(2),
                                multilabel::encoding::Vocabulary(NAMES),
                                shrink,
                                {.batch_size = 2, .workers = 0, .cache = data::Cache::shrunk, .shrink = 2}};
  for (const std::uint32_t epoch : {0u, 1u}) {
    const auto batch = loader.epoch(epoch).next().value();
    REQUIRE(batch.boxes[1].size() == 2);
    CHECK(batch.boxes[1][1] == aug::Box{3, 3, 5, 5, "middle"});  // a fifth of 15 and 25
  }
}

TEST_CASE("loader: mixers count labels with boxes by what is seen of their objects") {
  const aug::Pipeline whole{aug::Resize{{.height = 40, .width = 40}}};
  bool differs = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const data::DataLoader loader{
        objects(2),
        multilabel::encoding::Vocabulary(NAMES),
        whole,
        {.batch_size = 2, .workers = 1, .seed = seed, .batch_transform = data::mixing(aug::CutMix{})}};
    const auto batch = first(loader);
    // Both images have both objects at the same places, so that whatever is cut out of one is there from the other: each
    // label keeps the larger of its two shares, at least one half.
    int own = 0;
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 10; ++x) own += batch.images[static_cast<std::size_t>(40 * y + x)] == 0 ? 1 : 0;
    const double share = own / 100.0;
    CHECK(batch.targets[0] == Approx(std::max(share, 1 - share)));
    differs = differs || batch.targets[0] < 0.99f;
  }
  CHECK(differs);
}

TEST_CASE("objects_of: only boxes with an area, of labels that the sample has") {
  const auto dataset = objects(1);
  CHECK(data::objects_of(dataset[0]).boxes.size() == 2);
}
}  // namespace
