// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/inspect.hpp"

#include <catch2/catch.hpp>
#include <multilabel/data/perceptual_hash.hpp>
#include <multilabel/data/read_csv.hpp>
#include <opencv2/imgproc.hpp>

#include "support.hpp"

namespace {
namespace data = multilabel::data;
using Pairs = std::vector<std::pair<std::string, std::string>>;

cv::Mat plain(int value) { return cv::Mat(8, 9, CV_8UC3, cv::Scalar::all(value)); }

TEST_CASE("inspect: the openclipart drawings have the figures of their description, and no fault") {
  const auto found = data::inspect(data::read_csv(test::OPENCLIPART / "labels.csv"), {.files = data::FileCheck::pixels});
  CHECK(found.samples == 3456);
  CHECK(found.labels.size() == 46);
  CHECK(found.cardinality == Approx(1.59).margin(0.005));
  CHECK(found.label_sets == 223);
  CHECK(found.most_labels == 5);
  CHECK(found.imbalance == Approx(12.5).margin(0.05));
  CHECK(found.unreadable.empty());
  CHECK(found.missing.empty());
  CHECK(found.duplicates_across_splits == 0);
  CHECK(found.largest == std::pair<std::size_t, std::size_t>{128, 128});
  CHECK(found.together.front().count > 0);
  CHECK(found.contradictory.empty());
}

TEST_CASE("inspect: finds files that cannot be used, empty rows, rare and missing labels, twins and look-alike names") {
  const test::Folder folder;
  folder.write_image("a.png", plain(1));
  folder.write_image("b.png", plain(2));
  folder.write_image("twin.png", plain(1));  // plain(2), a shade lighter, looks the same
  folder.write_cut("cut.png", folder.path() / "a.png", 0.5);
  const auto table = folder.write("t.csv",
                                  "image,labels,split\na.png,sea|Road sign,train\nb.png,sea,val\ntwin.png,sea|road_sign,val\n"
                                  "cut.png,,train\nnone.png,sea,val\n");
  const auto found = data::inspect(data::read_csv(table), {.rare_below = 2});
  REQUIRE(found.unreadable.size() == 2);
  CHECK(found.unreadable[0].sample == 3);
  CHECK_THAT(found.unreadable[0].reason, Catch::Contains("cut short"));
  CHECK(found.unreadable[1].path == folder.path() / "none.png");
  CHECK(found.empty == std::vector<std::size_t>{3});
  CHECK(found.rare == std::vector<std::string>{"Road sign", "road_sign"});
  CHECK(found.missing == Pairs{{"Road sign", "val"}, {"road_sign", "train"}});
  CHECK(found.similar == Pairs{{"Road sign", "road_sign"}});
  CHECK(found.duplicates == std::vector<std::vector<std::size_t>>{{0, 2}});
  CHECK(found.duplicates_across_splits == 1);
  CHECK(found.contradictory == std::vector<std::size_t>{0});
  CHECK(found.near_duplicates == std::vector<std::vector<std::size_t>>{{0, 1}});
  CHECK(found.near_duplicates_across_splits == 1);
  CHECK(found.together == std::vector<data::LabelPair>{{"Road sign", "sea", 1}, {"road_sign", "sea", 1}});
  CHECK(found.cardinality == Approx(1.2));  // 2 + 1 + 2 + 0 + 1 over 5
  CHECK(found.imbalance == 4);
  CHECK_FALSE(found.looks_multi_class);
  const auto text = found.to_text();
  CHECK_THAT(text, Catch::Contains("2 files cannot be used") && Catch::Contains("1 samples have no label, at: 3") &&
                       Catch::Contains("1 of these groups lie in more than one split"));
}

TEST_CASE("inspect: one label each looks like a multi-class problem") {
  std::vector<data::Sample> samples(2);
  samples[0].labels = {"a"};
  samples[1].labels = {"b"};
  const auto found = data::inspect(data::Dataset(samples), {.files = data::FileCheck::none});
  CHECK(found.looks_multi_class);
  CHECK_FALSE(found.files_read);
  CHECK_THAT(found.to_text(), Catch::Contains("multi-class") && Catch::Contains("the files were not read"));
}

TEST_CASE("inspect: labels that only come together, labels without a sample, and rows that are unknown") {
  std::vector<data::Sample> samples(4);
  samples[0].labels = {"sea", "ship", "ship"};
  samples[1].labels = {"ship", "sea", "sky"};
  samples[2].labels = {"sky"};
  samples[3].unnamed = data::Unnamed::unknown;
  const multilabel::encoding::Vocabulary labels{"sea", "ship", "sky", "moon"};
  const auto found =
      data::inspect(data::Dataset(samples, {{"split", {"a", "b", "a", "a"}}}, labels), {.files = data::FileCheck::none});
  CHECK(found.together == std::vector<data::LabelPair>{{"sea", "ship", 2}, {"sea", "sky", 1}, {"ship", "sky", 1}});
  CHECK(found.inseparable == Pairs{{"sea", "ship"}});
  CHECK(found.empty.empty());
  CHECK(found.missing == Pairs{{"moon", "a"}, {"moon", "b"}});
  CHECK(found.imbalance == 1);  // all that occur do so twice
  CHECK_THAT(found.to_text(), Catch::Contains("3 pairs of labels come together, most often: 'sea' and 'ship' (2)"));
}

cv::Mat scene(int seed) {
  cv::Mat image(60, 80, CV_8UC3, cv::Scalar(200, 220, 240));
  cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
  for (int i = 0; i < 12; ++i)
    cv::circle(image, {random.uniform(0, 80), random.uniform(0, 60)}, random.uniform(4, 20),
               cv::Scalar(random.uniform(0, 255), random.uniform(0, 255), random.uniform(0, 255)), -1);
  return image;
}

TEST_CASE("perceptual_hash: sees through a new size, another encoding and noise, and tells scenes apart") {
  std::vector<data::PerceptualHash> hashes;
  for (int i = 0; i < 40; ++i) hashes.push_back(data::perceptual_hash(scene(i)));
  for (int i = 0; i < 40; ++i) {
    const cv::Mat image = scene(i);
    cv::Mat small, noise(image.size(), CV_16SC3), noisy;
    cv::resize(image, small, {}, 0.6, 0.6, cv::INTER_AREA);
    std::vector<std::uint8_t> bytes;
    cv::imencode(".jpg", image, bytes, {cv::IMWRITE_JPEG_QUALITY, 60});
    cv::RNG(7).fill(noise, cv::RNG::NORMAL, 0, 3);
    cv::add(image, noise, noisy, {}, CV_8U);
    const auto own = hashes[static_cast<std::size_t>(i)];
    for (const cv::Mat& variant : {small, cv::imdecode(bytes, cv::IMREAD_COLOR), noisy})
      CHECK(data::look_alike(own, data::perceptual_hash(variant)));
    CHECK_FALSE(data::look_alike(own, data::perceptual_hash(scene(i + 40))));
    cv::Mat flipped;
    cv::flip(image, flipped, 1);
    CHECK_FALSE(data::look_alike(own, data::perceptual_hash(flipped)));
  }
  CHECK(data::near_duplicates(hashes).empty());
}

TEST_CASE("perceptual_hash: plain pictures differ by their colour alone") {
  const auto hash = [](int value) { return data::perceptual_hash(plain(value)); };
  CHECK(hash(10).bits == 0);
  CHECK(data::look_alike(hash(10), hash(14)));  // 4 grey levels are allowed
  CHECK_FALSE(data::look_alike(hash(10), hash(15)));
}

TEST_CASE("near_duplicates: finds what comparing all pairs finds") {
  std::vector<data::PerceptualHash> hashes(400);
  cv::RNG random(3);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    hashes[i].bits = i % 4 == 0 ? std::uint64_t{random.next()} << 32 | random.next() : hashes[i - 1].bits;
    for (std::size_t flips = i % 4; flips > 0; --flips) hashes[i].bits ^= std::uint64_t{1} << random.uniform(0, 64);
  }
  for (const std::size_t bits : {0u, 2u, 4u, 9u, 63u}) {
    std::vector<std::size_t> group(hashes.size());
    for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
    for (std::size_t a = 0; a < group.size(); ++a)
      for (std::size_t b = a + 1; b < group.size(); ++b)
        if (data::look_alike(hashes[a], hashes[b], {.bits = bits})) {
          const auto [low, high] = std::minmax({group[a], group[b]});
          std::replace(group.begin(), group.end(), high, low);
        }
    std::vector<std::size_t> found(hashes.size());
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = i;
    for (const auto& members : data::near_duplicates(hashes, {.bits = bits}))
      for (const std::size_t i : members) found[i] = members.front();
    CHECK(found == group);
  }
}

TEST_CASE("inspect: an empty data set has nothing to divide by") {
  const auto found = data::inspect(data::Dataset());
  CHECK(found.samples == 0);
  CHECK(found.cardinality == 0);
  CHECK(found.imbalance == 0);
}
}  // namespace
