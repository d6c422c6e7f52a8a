// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/read_sample.hpp"

#include <catch2/catch.hpp>

#include "support.hpp"

namespace {
namespace data = multilabel::data;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("read_sample: a file, a part of a file and bytes in memory give the same pixels") {
  const test::Folder folder;
  cv::Mat picture(3, 4, CV_8UC3);
  for (int i = 0; i < 36; ++i) picture.data[i] = static_cast<std::uint8_t>(7 * i);
  data::Sample sample{.image = folder.write_image("a.png", picture)};
  const Bytes bytes = data::sample_bytes(sample);
  const cv::Mat expected = data::read_sample(sample);

  const std::string inside(bytes.begin(), bytes.end());
  const data::Sample part{.image = "shard.tar/a.png",
                          .part = data::FilePart{folder.write("shard.tar", "before" + inside + "after"), 6, bytes.size()}};
  const data::Sample memory{.image = "a.png", .bytes = std::make_shared<const Bytes>(bytes)};
  for (const auto* other : {&part, &memory}) {
    CHECK(data::sample_bytes(*other) == bytes);
    CHECK(cv::norm(data::read_sample(*other), expected, cv::NORM_INF) == 0);
  }
}

TEST_CASE("read_sample: a part that its file does not hold, or that is empty, is named") {
  const test::Folder folder;
  const auto file = folder.write("shard.tar", "0123456789");
  const auto read = [&](const std::filesystem::path& from, std::uint64_t offset, std::uint64_t size) {
    return data::read_sample({.image = "shard.tar/a.png", .part = data::FilePart{from, offset, size}});
  };
  using Catch::Contains;
  CHECK_THROWS_WITH(read(file, 8, 3),
                    Contains("must hold 3 bytes from byte 8 on; got a file of 10") && Contains("shard.tar/a.png"));
  CHECK_THROWS_WITH(read(file, 11, 1), Contains("must hold 1 bytes from byte 11 on"));
  CHECK_THROWS_WITH(read(file, 2, ~std::uint64_t{0}), Contains("a file of 10"));
  CHECK_THROWS_WITH(read(file, 2, 0), Contains("0 bytes"));
  CHECK_THROWS_WITH(read(folder.path() / "none.tar", 0, 1), Contains("none.tar"));
  CHECK_THROWS_WITH(read(file, 0, 10), Contains("10 bytes of another kind ('shard.tar/a.png')"));
}
}  // namespace
