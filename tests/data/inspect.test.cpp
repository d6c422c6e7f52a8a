// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/inspect.hpp"

#include <catch2/catch.hpp>
#include <multilabel/data/read_csv.hpp>

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
}

TEST_CASE("inspect: finds files that cannot be used, empty rows, rare and missing labels, twins and look-alike names") {
  const test::Folder folder;
  folder.write_image("a.png", plain(1));
  folder.write_image("b.png", plain(2));
  folder.write_image("twin.png", plain(1));
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

TEST_CASE("inspect: an empty data set has nothing to divide by") {
  const auto found = data::inspect(data::Dataset());
  CHECK(found.samples == 0);
  CHECK(found.cardinality == 0);
  CHECK(found.imbalance == 0);
}
}  // namespace
