// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/loader.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <exception>
#include <multilabel/augmentation/recipes.hpp>
#include <multilabel/data/read_csv.hpp>
#include <new>
#include <numeric>
#include <set>
#include <stdexcept>
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

TEST_CASE("DataLoader: 0, 1, 2, 3 and 16 workers, any batch size and a second loader deliver the same epoch") {
  const auto dataset = drawings(60);
  const auto make = [&](std::size_t workers, std::size_t batch_size) {
    return data::DataLoader{dataset,
                            dataset.vocabulary(),
                            aug::restrained({.size = 16}),
                            {.batch_size = batch_size, .workers = workers, .order = data::Order::shuffled, .seed = 3}};
  };
  const auto expected = everything(make(0, 8), 5);
  for (const std::size_t workers : {1u, 2u, 3u, 16u}) CHECK(everything(make(workers, 8), 5) == expected);
  for (const std::size_t size : {1u, 7u, 60u, 100u}) CHECK(everything(make(16, size), 5).images == expected.images);
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
  data::StreamPlan plan{.samples = 100,
                        .batch_size = 5,
                        .batches = 20,
                        .workers = 2,
                        .prefetch = 1,
                        .channels = 1,
                        .height = 1,
                        .width = 1,
                        .labels = 1,
                        .fill =
                            [&](std::size_t position, float*, float*, auto&) {
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

TEST_CASE("DataLoader: a replaced file is reported, its place taken by the next usable sample, on any number of workers") {
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
                                  {.batch_size = 4, .workers = workers, .on_error = data::OnError::replace}};
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

TEST_CASE("DataLoader: with nothing usable even replacing ends in the error") {
  const test::Folder folder;
  data::Sample sample;
  sample.image = folder.path() / "none.png";
  sample.labels = {"a"};
  const data::DataLoader loader{data::Dataset({sample, sample}),
                                encoding::Vocabulary{"a"},
                                aug::evaluation({.size = 8}),
                                {.on_error = data::OnError::replace}};
  CHECK_THROWS_AS(everything(loader, 0), DataError);
}

TEST_CASE("DataLoader: an augmentation that fails names the image") {
  const auto dataset = drawings(3);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::Pipeline{aug::CenterCrop{{.height = 500, .width = 500}}}, {}};
  CHECK_THROWS_WITH(everything(loader, 0), Catch::Contains("at least 500 x 500") && Catch::Contains("0000.png"));
}

TEST_CASE("DataLoader: a poll that throws ends the wait") {
  data::StreamPlan plan{.samples = 1,
                        .batch_size = 1,
                        .batches = 1,
                        .workers = 1,
                        .prefetch = 1,
                        .channels = 1,
                        .height = 1,
                        .width = 1,
                        .labels = 1,
                        .fill =
                            [](std::size_t, float*, float*, auto&) {
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

TEST_CASE("DataLoader: skipping leaves a row out of its batch, so that no sample counts twice") {
  const test::Folder folder;
  auto samples = std::vector<data::Sample>(9);
  for (std::size_t i = 0; i < 9; ++i) {
    const bool broken = i == 1 || (i >= 3 && i < 6) || i == 8;
    samples[i].image = broken ? folder.write("broken" + std::to_string(i) + ".png", "not an image")
                              : test::OPENCLIPART / ("images/000" + std::to_string(i < 3 ? i : 9) + ".png");
    samples[i].labels = {i == 2 ? "b" : "a"};
  }
  for (const std::size_t workers : {0u, 1u, 3u}) {
    const data::DataLoader loader{data::Dataset(samples),
                                  encoding::Vocabulary{"a", "b"},
                                  aug::evaluation({.size = 8}),
                                  {.batch_size = 3, .workers = workers, .on_error = data::OnError::skip}};
    const auto all = everything(loader, 0);
    CHECK(all.indices == std::vector<std::size_t>{0, 2, 6, 7});
    CHECK(all.sizes == std::vector<std::size_t>{2, 2});  // the batch of 3, 4 and 5 has no row at all
    CHECK(all.targets == std::vector<float>{1, 0, 0, 1, 1, 0, 1, 0});
    CHECK(loader.skipped().size() == 5);
    std::vector<float> planar(3 * 8 * 8);
    loader.augmentation().write(data::read_image(samples[2].image), {.index = 2}, planar.data());
    CHECK(std::equal(planar.begin(), planar.end(), all.images.begin() + 3 * 8 * 8));
  }
}

TEST_CASE("DataLoader: the rest of an epoch after its state is that of the epoch, bit for bit, on other workers") {
  const auto dataset = drawings(50);
  const auto make = [&](std::size_t workers, std::uint64_t seed, int size) {
    return data::DataLoader{dataset,
                            dataset.vocabulary(),
                            aug::restrained({.size = size}),
                            {.batch_size = 8, .workers = workers, .order = data::Order::shuffled, .seed = seed}};
  };
  const auto loader = make(2, 3, 16);
  const auto whole = everything(loader, 4);
  auto epoch = loader.epoch(4);
  for (int i = 0; i < 3; ++i) REQUIRE(epoch.next().has_value());
  const auto state = data::LoaderState::from_json(epoch.state_dict().to_json());
  CHECK(state == epoch.state_dict());
  CHECK(state.epoch == 4);
  CHECK(state.position == 24);
  std::vector<float> rest;
  std::vector<std::size_t> indices;
  for (const data::Batch& batch : make(0, 3, 16).load_state_dict(state)) {
    rest.insert(rest.end(), batch.images.get(), batch.images.get() + batch.samples * 3 * 16 * 16);
    indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
  }
  CHECK(indices == std::vector<std::size_t>(whole.indices.begin() + 24, whole.indices.end()));
  CHECK(rest == std::vector<float>(whole.images.begin() + 24 * 3 * 16 * 16, whole.images.end()));
  CHECK(loader.epoch(4, 3).next()->indices == std::vector<std::size_t>(whole.indices.begin() + 24, whole.indices.begin() + 32));
  CHECK_THROWS_WITH(make(0, 4, 16).load_state_dict(state), Catch::Contains("the seed must be that of the state, 3; got 4"));
  CHECK_THROWS_WITH(make(0, 3, 17).load_state_dict(state), Catch::Contains("the fingerprint of the augmentation"));
  const data::DataLoader other{drawings(51).slice(1, 51),
                               dataset.vocabulary(),
                               aug::restrained({.size = 16}),
                               {.order = data::Order::shuffled, .seed = 3}};
  CHECK_THROWS_WITH(other.load_state_dict(state), Catch::Contains("the fingerprint of the data set"));
  const data::DataLoader shorter{drawings(49), dataset.vocabulary(), aug::restrained({.size = 16}), {.seed = 3}};
  CHECK_THROWS_WITH(shorter.load_state_dict(state), Catch::Contains("the number of samples of an epoch must be"));
  const data::DataLoader unshuffled{dataset, dataset.vocabulary(), aug::restrained({.size = 16}), {.seed = 3}};
  CHECK_THROWS_WITH(unshuffled.load_state_dict(state), Catch::Contains("the fingerprint of the order of samples"));
}

TEST_CASE("DataLoader: Normalize by each image's own values") {
  const auto dataset = drawings(9);
  const aug::Pipeline pipeline{aug::Resize{{.height = 16, .width = 16, .interpolation = aug::Interpolation::area}},
                               aug::Normalize{{.normalization = aug::Normalization::image_per_channel}}};
  const auto make = [&](std::size_t workers) {
    return data::DataLoader{dataset, dataset.vocabulary(), pipeline, {.batch_size = 4, .workers = workers}};
  };
  const auto all = everything(make(0), 0);
  CHECK(everything(make(3), 0) == all);
  CHECK(make(0).preprocessing().normalization == aug::Normalization::image_per_channel);
  std::vector<float> planar(3 * 16 * 16);
  pipeline.write(data::read_image(dataset[7].image), {.index = 7}, planar.data());
  CHECK(std::equal(planar.begin(), planar.end(), all.images.begin() + 7 * 3 * 16 * 16));
}

// Throws an `Exception` for every image.
template <class Exception>
struct Fails {
  static constexpr std::string_view name = "Fails";
  cv::Mat operator()(const cv::Mat&, multilabel::RandomKey) const {
    if constexpr (std::is_default_constructible_v<Exception>)
      throw Exception();
    else
      throw Exception("the reason");
  }
};

// The exception that whoever takes the first batch gets.
template <class Exception>
std::exception_ptr failure_of(std::size_t workers, data::OnError on_error) {
  const auto dataset = drawings(3);
  const aug::Pipeline pipeline{Fails<Exception>{}, aug::Resize{{.height = 8, .width = 8}}};
  const data::DataLoader loader{dataset, dataset.vocabulary(), pipeline, {.workers = workers, .on_error = on_error}};
  auto epoch = loader.epoch(0);
  try {
    static_cast<void>(epoch.next());
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

TEST_CASE("DataLoader: whatever a worker throws arrives with the name of the file") {
  const auto workers = GENERATE(std::size_t{0}, std::size_t{2});
  const auto on_error = GENERATE(data::OnError::raise, data::OnError::skip);  // none of these is the fault of a file
  CHECK_THROWS_AS(std::rethrow_exception(failure_of<std::bad_alloc>(workers, on_error)), std::bad_alloc);
  CHECK_THROWS_WITH(std::rethrow_exception(failure_of<std::bad_alloc>(workers, on_error)), Catch::Contains("0000.png"));
  CHECK_THROWS_WITH(std::rethrow_exception(failure_of<ArgumentError>(workers, on_error)),
                    Catch::Contains("the reason (") && Catch::Contains("0000.png"));
  CHECK_THROWS_AS(std::rethrow_exception(failure_of<ArgumentError>(workers, on_error)), ArgumentError);
  for (const auto& failure :
       {failure_of<std::runtime_error>(workers, on_error), failure_of<std::out_of_range>(workers, on_error)}) {
    CHECK_THROWS_AS(std::rethrow_exception(failure), multilabel::Error);
    CHECK_THROWS_WITH(std::rethrow_exception(failure),
                      Catch::Contains("got 'the reason' for '") && Catch::Contains("0000.png"));
  }
  try {
    std::rethrow_exception(failure_of<std::out_of_range>(workers, on_error));
  } catch (const std::exception& error) {
    CHECK_THROWS_AS(std::rethrow_if_nested(error), std::out_of_range);
  }
}

// A data set of one's own that may say what it holds.
struct Tagged {
  std::string tag;
  [[nodiscard]] std::size_t size() const { return 4; }
  data::Sample operator[](std::size_t) const { return {.image = test::OPENCLIPART / "images/0000.png", .labels = {"a"}}; }
  [[nodiscard]] std::string fingerprint() const { return tag; }
};

TEST_CASE("DataLoader: a state knows a data set of one's own by its fingerprint") {
  const auto make = [](const std::string& tag) {
    return data::DataLoader{Tagged{tag}, encoding::Vocabulary{"a"}, aug::evaluation({.size = 8}), {.batch_size = 2}};
  };
  const auto state = make("first").state_dict(0, 2);
  CHECK(make("first").load_state_dict(state).next()->indices == std::vector<std::size_t>{2, 3});
  CHECK_THROWS_WITH(make("second").load_state_dict(state), Catch::Contains("the fingerprint of the data set"));
}

TEST_CASE("DataLoader: the state after a failure is that before the failing batch") {
  const test::Folder folder;
  std::vector<data::Sample> samples(6, {.image = test::OPENCLIPART / "images/0000.png", .labels = {"a"}});
  samples[3].image = folder.path() / "late.png";
  const data::DataLoader loader{
      data::Dataset(samples), encoding::Vocabulary{"a"}, aug::evaluation({.size = 8}), {.batch_size = 2}};
  auto epoch = loader.epoch(0);
  REQUIRE(epoch.next().has_value());
  CHECK_THROWS_AS(epoch.next(), DataError);
  CHECK(epoch.failed() == 3);
  folder.write_image("late.png", cv::Mat(9, 9, CV_8UC3, cv::Scalar(1, 2, 3)));
  auto rest = loader.load_state_dict(epoch.state_dict());
  CHECK(rest.next()->indices == std::vector<std::size_t>{2, 3});
}

TEST_CASE("DataLoader: a cache changes no pixel, with room for all, for some and for none") {
  const auto dataset = drawings(30);
  const auto make = [&](data::Cache cache, std::size_t bytes, std::size_t workers) {
    return data::DataLoader{dataset,
                            dataset.vocabulary(),
                            aug::restrained({.size = 16}),
                            {.batch_size = 4, .workers = workers, .cache = cache, .cache_bytes = bytes}};
  };
  const auto plain = everything(make(data::Cache::none, 0, 0), 1);
  for (const auto cache : {data::Cache::bytes, data::Cache::decoded}) {
    const auto roomy = make(cache, std::size_t{1} << 30, 2);
    static_cast<void>(everything(roomy, 0));
    CHECK(everything(roomy, 1) == plain);
    const auto all = roomy.cache_statistics();
    CHECK((all.images == 30 && all.hits == 30 && all.misses == 30));
    for (const std::size_t limit : {all.bytes / 2, std::size_t{0}}) {
      const auto loader = make(cache, limit, 2);
      static_cast<void>(everything(loader, 0));
      CHECK(everything(loader, 1) == plain);
      const auto found = loader.cache_statistics();
      CHECK(found.bytes <= limit);
      CHECK(found.images < 30);
      CHECK((found.images > 0) == (limit > 0));
      CHECK((found.hits == found.images && found.hits + found.misses == 60));
    }
  }
}

TEST_CASE("DataLoader: a shrunk cache gives the same pixels for any workers and any limit") {
  const auto dataset = drawings(20);
  const auto make = [&](std::size_t bytes, std::size_t workers) {
    return data::DataLoader{dataset,
                            dataset.vocabulary(),
                            aug::restrained({.size = 32}),
                            {.workers = workers, .cache = data::Cache::shrunk, .cache_bytes = bytes}};
  };
  const auto cached = make(std::size_t{1} << 30, 3);
  static_cast<void>(everything(cached, 0));
  CHECK(everything(cached, 1) == everything(make(0, 0), 1));
  CHECK(cached.cache_statistics().bytes <= 20 * 3 * 64 * 64);  // 128 x 128 drawings as 48 x 48, or 48 x 49 where not square
}

// A source of the user's own: squares of one colour, the even ones by pixels and names, the odd ones by bytes and rows.
struct Squares {
  std::size_t count;
  [[nodiscard]] std::size_t size() const { return count; }
  [[nodiscard]] data::Sample operator[](std::size_t i) const {
    ++*calls;
    const cv::Mat pixels(8, 8, CV_8UC3, cv::Scalar::all(static_cast<double>(10 * i)));
    if (i % 2 == 0) return {.labels = {"b"}, .pixels = std::make_shared<const cv::Mat>(pixels)};
    std::vector<std::uint8_t> bytes;
    cv::imencode(".png", pixels, bytes);
    return {.bytes = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)), .targets = {0.5f, 0}};
  }
  std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
};

TEST_CASE("DataLoader: samples come from a user's own source, and the cache asks it once for each") {
  const aug::Pipeline plain{aug::Resize{{.height = 4, .width = 4}}};
  for (const auto cache : {data::Cache::none, data::Cache::decoded, data::Cache::shrunk}) {
    const Squares squares{5};
    const data::DataLoader loader{squares, encoding::Vocabulary{"a", "b"}, plain, {.batch_size = 2, .cache = cache}};
    for (std::uint32_t number = 0; number < 2; ++number) {
      const auto all = everything(loader, number);
      CHECK(all.targets == std::vector<float>{0, 1, 0.5f, 0, 0, 1, 0.5f, 0, 0, 1});
      for (std::size_t i = 0; i < 5; ++i) CHECK(all.images[i * 48] == static_cast<float>(10 * i));
    }
    CHECK(*squares.calls == (cache == data::Cache::none ? 10 : 5));
  }
}

TEST_CASE("DataLoader: a data set holds images in memory, and rows of targets of the right width") {
  const Squares squares{4};
  std::vector<data::Sample> samples;
  for (std::size_t i = 0; i < 4; ++i) samples.push_back(squares[i]);
  const aug::Pipeline plain{aug::Resize{{.height = 4, .width = 4}}};
  const data::DataLoader loader{data::Dataset(samples), encoding::Vocabulary{"a", "b"}, plain};
  const auto all = everything(loader, 0);
  CHECK(all.images[3 * 48] == 30);
  CHECK(all.targets == std::vector<float>{0, 1, 0.5f, 0, 0, 1, 0.5f, 0});
  CHECK_THROWS_WITH((data::DataLoader{data::Dataset(samples), encoding::Vocabulary{"a", "b", "c"}, plain}),
                    Catch::Contains("must have 3 cells, one a label; got 2 (sample 1)"));
}

TEST_CASE("DataLoader: a sampler of the user's own gives the order, and repeated samples draws of their own") {
  struct Backwards {
    [[nodiscard]] std::size_t size() const { return 6; }
    [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const { return {5, 4, 3, 2, epoch, epoch}; }
  };
  const auto dataset = drawings(6);
  const data::DataLoader loader{
      dataset, dataset.vocabulary(), aug::restrained({.size = 8}), {.batch_size = 4, .sampler = Backwards{}}};
  const auto all = everything(loader, 1);
  CHECK(all.indices == std::vector<std::size_t>{5, 4, 3, 2, 1, 1});
  CHECK(loader.batches() == 2);
  const auto row = [&](std::size_t i) {
    return std::vector<float>(all.images.begin() + i * 192, all.images.begin() + (i + 1) * 192);
  };
  CHECK(row(4) != row(5));
  std::vector<float> planar(192);
  loader.augmentation().write(data::read_image(dataset[1].image), {.epoch = 1, .index = 1}, planar.data());
  CHECK(row(4) == planar);
  CHECK_THROWS_WITH(loader.epoch(9), Catch::Contains("positions must be below 6; got 9"));
  CHECK_THROWS_WITH((data::DataLoader{dataset,
                                      dataset.vocabulary(),
                                      aug::restrained({.size = 8}),
                                      {.order = data::Order::shuffled, .sampler = Backwards{}}}),
                    Catch::Contains("order must be left alone beside a sampler"));
}

TEST_CASE("DataLoader: a batch transform sees each complete batch once, under a key of its own, whatever the workers") {
  const auto dataset = drawings(20);
  const auto make = [&](std::size_t workers) {
    return data::DataLoader{
        dataset,
        dataset.vocabulary(),
        aug::evaluation({.size = 8}),
        {.batch_size = 6, .workers = workers, .seed = 2, .batch_transform = [](data::Batch& batch, auto key) {
           for (std::size_t i = 0; i < batch.samples * batch.labels; ++i)
             batch.targets[i] = static_cast<float>(key.seed * 100 + key.epoch * 10 + key.index);
         }}};
  };
  const auto expected = everything(make(0), 3);
  CHECK(expected.targets.front() == 230);
  CHECK(expected.targets.back() == 233);
  CHECK(everything(make(3), 3) == expected);
  CHECK(make(1).epoch(3, 2).next()->targets[0] == 232);  // as in the whole epoch
}

TEST_CASE("DataLoader: a batch transform that throws reaches the taker of its batch") {
  const auto dataset = drawings(8);
  const data::DataLoader loader{dataset,
                                dataset.vocabulary(),
                                aug::evaluation({.size = 8}),
                                {.batch_size = 2, .batch_transform = [](data::Batch&, auto key) {
                                   if (key.index == 1) throw ArgumentError("mine");
                                 }}};
  auto epoch = loader.epoch(0);
  CHECK(epoch.next().has_value());
  CHECK_THROWS_WITH(epoch.next(), "mine");
}

TEST_CASE("DataLoader: batches lie in the memory of the user's allocator, which is used again") {
  const auto dataset = drawings(40);
  const auto made = std::make_shared<std::atomic<int>>(0);
  const data::DataLoader loader{dataset,
                                dataset.vocabulary(),
                                aug::evaluation({.size = 8}),
                                {.batch_size = 2, .prefetch = 1, .allocate = [made](std::size_t size) {
                                   ++*made;
                                   return data::allocate_floats(size);
                                 }}};
  for (std::uint32_t epoch = 0; epoch < 5; ++epoch) static_cast<void>(everything(loader, epoch));
  CHECK(*made >= 4);
  CHECK(*made <= 2 * 4);  // two slots, the batch in hand and the one before it, not a hundred batches
}
}  // namespace
