// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/loader.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <multilabel/augmentation/recipes.hpp>
#include <multilabel/data/read_csv.hpp>
#include <numeric>
#include <set>
#include <thread>

#include "support.hpp"

namespace {
using multilabel::ArgumentError;
using multilabel::DataError;
using multilabel::LabelError;
using multilabel::ShapeError;
namespace aug = multilabel::augmentation;
namespace data = multilabel::data;
namespace encoding = multilabel::encoding;

data::Dataset drawings(std::size_t n) { return data::read_csv(test::OPENCLIPART / "labels.csv").slice(0, n); }

struct Everything {
  std::vector<float> images, targets;
  std::vector<std::size_t> indices, sizes;
  friend bool operator==(const Everything& a, const Everything& b) = default;
};

Everything everything(const auto& loader, std::uint32_t epoch) {
  Everything all;
  for (const data::Batch& batch : loader.epoch(epoch)) {
    const std::size_t floats = batch.samples * batch.channels * batch.height * batch.width;
    all.images.insert(all.images.end(), batch.images.get(), batch.images.get() + floats);
    all.targets.insert(all.targets.end(), batch.targets.get(), batch.targets.get() + batch.samples * batch.labels);
    all.indices.insert(all.indices.end(), batch.indices.begin(), batch.indices.end());
    all.sizes.push_back(batch.samples);
  }
  return all;
}

TEST_CASE("DataLoader: batches hold what reading, augmenting and encoding each sample gives") {
  const auto dataset = drawings(7);
  const auto pipeline = aug::evaluation({.size = 16});
  const data::DataLoader loader{dataset, dataset.vocabulary(), pipeline, {.batch_size = 3}};
  const auto all = everything(loader, 0);
  CHECK(loader.batches() == 3);
  CHECK(all.sizes == std::vector<std::size_t>{3, 3, 1});
  CHECK(all.indices == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
  std::vector<float> planar(3 * 16 * 16);
  pipeline.write(data::read_image(dataset[4].image), {}, planar.data());
  CHECK(std::equal(planar.begin(), planar.end(), all.images.begin() + 4 * 3 * 16 * 16));
  const auto targets = dataset.targets(dataset.vocabulary());
  CHECK(std::equal(all.targets.begin(), all.targets.end(), targets.data()));
  CHECK(loader.preprocessing() == aug::Preprocessing{.height = 16, .width = 16});
}

TEST_CASE("DataLoader: 0, 1, 2 and 3 workers, any batch size and a second loader deliver the same epoch") {
  const auto dataset = drawings(60);
  const auto make = [&](std::size_t workers, std::size_t batch_size) {
    return data::DataLoader{dataset,
                            dataset.vocabulary(),
                            aug::restrained({.size = 16}),
                            {.batch_size = batch_size, .workers = workers, .order = data::Order::shuffled, .seed = 3}};
  };
  const auto expected = everything(make(0, 8), 5);
  for (const std::size_t workers : {1u, 2u, 3u}) CHECK(everything(make(workers, 8), 5) == expected);
  CHECK(everything(make(2, 7), 5).images == expected.images);
  const auto loader = make(2, 8);
  static_cast<void>(everything(loader, 0));
  CHECK(everything(loader, 5) == expected);
}

TEST_CASE("DataLoader: an epoch visits every sample once, in an order and with draws of its own") {
  const auto dataset = drawings(50);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::restrained({.size = 8}), {.order = data::Order::shuffled, .seed = 1}};
  const auto first = everything(loader, 0);
  const auto second = everything(loader, 1);
  CHECK(std::set<std::size_t>(first.indices.begin(), first.indices.end()).size() == 50);
  CHECK(first.indices != second.indices);
  CHECK(first.images != second.images);
  CHECK(first.indices == loader.order(0));
  CHECK(first.indices == multilabel::permutation(50, {.seed = 1, .epoch = 0, .stream = 0x6F726472u}));
}

TEST_CASE("DataLoader: the last, smaller batch can be dropped") {
  const auto dataset = drawings(10);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::evaluation({.size = 8}), {.batch_size = 4, .last_batch = data::LastBatch::drop}};
  CHECK(loader.batches() == 2);
  CHECK(everything(loader, 0).sizes == std::vector<std::size_t>{4, 4});
}

TEST_CASE("DataLoader: a batch keeps its memory for as long as it is held, and gives it back after") {
  const auto dataset = drawings(12);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::evaluation({.size = 8}), {.batch_size = 2, .workers = 1, .prefetch = 1}};
  std::vector<data::Batch> held;
  for (const auto& batch : loader.epoch(0)) held.push_back(batch);
  REQUIRE(held.size() == 6);
  const auto expected = everything(loader, 0);
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::equal(held[i].images.get(), held[i].images.get() + 2 * 3 * 64,
                     expected.images.begin() + static_cast<long>(i * 2 * 3 * 64)));
  std::set<const float*> addresses;
  held.clear();
  for (std::uint32_t epoch = 0; epoch < 10; ++epoch)
    for (const auto& batch : loader.epoch(epoch)) addresses.insert(batch.images.get());
  CHECK(addresses.size() <= 12);  // sixty batches, a handful of buffers
}

TEST_CASE("DataLoader: leaving an epoch early stops the workers") {
  const auto dataset = drawings(200);
  const data::DataLoader loader{dataset, dataset.vocabulary(), aug::restrained({.size = 32}), {.batch_size = 4, .workers = 3}};
  for (std::uint32_t i = 0; i < 20; ++i) {
    auto epoch = loader.epoch(i);
    CHECK(epoch.next().has_value());
  }
}

TEST_CASE("DataLoader: workers run ahead by no more than the prefetch") {
  std::atomic<std::size_t> filled = 0;
  data::StreamPlan plan{.order = std::vector<std::size_t>(100),
                        .batch_size = 5,
                        .batches = 20,
                        .workers = 2,
                        .prefetch = 1,
                        .channels = 1,
                        .height = 1,
                        .width = 1,
                        .labels = 1,
                        .fill =
                            [&](std::size_t position, float*, float*) {
                              ++filled;
                              return position;
                            },
                        .pool = std::make_shared<data::BufferPool>()};
  data::BatchStream stream(std::move(plan));
  REQUIRE(stream.next().has_value());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(filled <= 15);  // one batch taken, one next, one ahead
}

TEST_CASE("DataLoader: a bad file reaches the taker at its place, by name, after the batches before it") {
  const test::Folder folder;
  auto samples = std::vector<data::Sample>(9);
  for (std::size_t i = 0; i < 9; ++i) {
    samples[i].image = i == 5 ? folder.write("broken.png", "not an image") : test::OPENCLIPART / "images/0000.png";
    samples[i].labels = {"a"};
  }
  for (const std::size_t workers : {0u, 1u, 3u}) {
    const data::DataLoader loader{
        data::Dataset(samples), encoding::Vocabulary{"a"}, aug::evaluation({.size = 8}), {.batch_size = 2, .workers = workers}};
    auto epoch = loader.epoch(0);
    CHECK(epoch.next()->samples == 2);
    CHECK(epoch.next()->samples == 2);
    CHECK_THROWS_WITH(epoch.next(), Catch::Contains("broken.png"));
    CHECK_FALSE(epoch.next().has_value());
  }
}

TEST_CASE("DataLoader: a skipped file is reported, its place taken by the next usable sample, on any number of workers") {
  const test::Folder folder;
  auto samples = std::vector<data::Sample>(9);
  for (std::size_t i = 0; i < 9; ++i) {
    const bool broken = i == 3 || i == 4 || i == 8;
    samples[i].image = broken ? folder.write("broken" + std::to_string(i) + ".png", "not an image")
                              : test::OPENCLIPART / ("images/000" + std::to_string(i < 3 ? i : 9) + (i < 3 ? ".png" : ".png"));
    samples[i].labels = {i == 5 ? "b" : "a"};
  }
  for (const std::size_t workers : {0u, 1u, 3u}) {
    const data::DataLoader loader{data::Dataset(samples),
                                  encoding::Vocabulary{"a", "b"},
                                  aug::evaluation({.size = 8}),
                                  {.batch_size = 4, .workers = workers, .on_error = data::OnError::skip}};
    const auto all = everything(loader, 0);
    CHECK(all.indices == std::vector<std::size_t>{0, 1, 2, 5, 5, 5, 6, 7, 0});  // 8 is followed by the beginning
    CHECK(all.sizes == std::vector<std::size_t>{4, 4, 1});
    CHECK(all.targets[2 * 3 + 1] == 1);  // the target is that of the sample that stands there
    const auto skipped = loader.skipped();
    REQUIRE(skipped.size() == 3);
    CHECK(skipped[0].sample == 3);
    CHECK_THAT(skipped[2].reason, Catch::Contains("broken8.png"));
  }
}

TEST_CASE("DataLoader: with nothing usable even skipping ends in the error") {
  const test::Folder folder;
  data::Sample sample;
  sample.image = folder.path() / "none.png";
  sample.labels = {"a"};
  const data::DataLoader loader{data::Dataset({sample, sample}),
                                encoding::Vocabulary{"a"},
                                aug::evaluation({.size = 8}),
                                {.on_error = data::OnError::skip}};
  CHECK_THROWS_AS(everything(loader, 0), DataError);
}

TEST_CASE("DataLoader: an augmentation that fails names the image") {
  const auto dataset = drawings(3);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::Pipeline{aug::CenterCrop{{.height = 500, .width = 500}}}, {}};
  CHECK_THROWS_WITH(everything(loader, 0), Catch::Contains("at least 500 x 500") && Catch::Contains("0000.png"));
}

TEST_CASE("DataLoader: a poll that throws ends the wait") {
  data::StreamPlan plan{.order = {0},
                        .batch_size = 1,
                        .batches = 1,
                        .workers = 1,
                        .prefetch = 1,
                        .channels = 1,
                        .height = 1,
                        .width = 1,
                        .labels = 1,
                        .fill =
                            [](std::size_t, float*, float*) {
                              std::this_thread::sleep_for(std::chrono::milliseconds(200));
                              return std::size_t{0};
                            },
                        .pool = std::make_shared<data::BufferPool>()};
  data::BatchStream stream(std::move(plan));
  CHECK_THROWS_AS(stream.next([] { throw ArgumentError("interrupted"); }), ArgumentError);
}

TEST_CASE("DataLoader: a label that the binarizer lacks is an error with the image, or ignored and counted") {
  const auto dataset = drawings(20);
  encoding::MultiLabelBinarizer<std::string> strict({.classes = {"bird"}});
  CHECK_THROWS_WITH((data::DataLoader{dataset, strict, aug::evaluation({.size = 8})}),
                    Catch::Contains("got 'animal' beside") && Catch::Contains("0000.png"));
  encoding::MultiLabelBinarizer<std::string> lenient({.classes = {"bird"}, .unknown = encoding::UnknownLabel::ignore});
  const data::DataLoader loader{dataset, lenient, aug::evaluation({.size = 8})};
  CHECK(loader.ignored_labels() > 0);
  CHECK(loader.vocabulary() == encoding::Vocabulary{"bird"});
}

TEST_CASE("DataLoader: options out of range and augmentations without a fixed size are refused") {
  const auto dataset = drawings(2);
  const auto vocabulary = dataset.vocabulary();
  const auto plain = aug::evaluation({.size = 8});
  CHECK_THROWS_AS((data::DataLoader{dataset, vocabulary, plain, {.batch_size = 0}}), ArgumentError);
  CHECK_THROWS_AS((data::DataLoader{data::Dataset(), vocabulary, plain}), ArgumentError);
  CHECK_THROWS_AS((data::DataLoader{dataset.filter([](const auto&) { return true; }), encoding::Vocabulary(), plain}),
                  ArgumentError);
  CHECK_THROWS_WITH((data::DataLoader{dataset, vocabulary, aug::Pipeline{aug::HorizontalFlip{}}}), Catch::Contains("Resize"));
}
}  // namespace
