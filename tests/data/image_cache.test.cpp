// SPDX-License-Identifier: Apache-2.0
#include "multilabel/data/image_cache.hpp"

#include <catch2/catch.hpp>
#include <thread>

namespace {
namespace data = multilabel::data;

data::CachedSample image_of(int bytes, int value) {
  return {.pixels = cv::Mat(1, bytes, CV_8U, cv::Scalar(value)), .encoded = {}, .targets = {}};
}

TEST_CASE("ImageCache: keeps what fits, never more than the limit, and says so") {
  data::ImageCache cache(4, 100);
  CHECK(cache.find(0) == nullptr);
  cache.keep(0, image_of(60, 1));
  cache.keep(1, image_of(50, 2));  // would be 110
  cache.keep(2, image_of(40, 3));
  cache.keep(0, image_of(1, 9));  // is there already
  REQUIRE(cache.find(0) != nullptr);
  CHECK(cache.find(0)->pixels.at<std::uint8_t>(0) == 1);
  CHECK(cache.find(1) == nullptr);
  CHECK(cache.find(2)->pixels.at<std::uint8_t>(39) == 3);
  CHECK_FALSE(cache.has_room(1));
  CHECK(cache.statistics() == data::CacheStatistics{.images = 2, .bytes = 100, .limit = 100, .hits = 3, .misses = 2});
}

TEST_CASE("ImageCache: threads that keep and find the same images agree on them") {
  data::ImageCache cache(200, 150 * 8);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread)
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          if (const auto* found = cache.find(static_cast<std::size_t>(i)); found == nullptr)
            cache.keep(static_cast<std::size_t>(i), image_of(8, i));
        }
      });
  }
  CHECK(cache.statistics().bytes == 150 * 8);
  CHECK(cache.statistics().images == 150);
  for (std::size_t i = 0; i < 200; ++i)
    if (const auto* found = cache.find(i)) CHECK(found->pixels.at<std::uint8_t>(7) == i);
}

TEST_CASE("shrink_for: keeps the shape, stays at or above the factor on both axes, and never enlarges") {
  const cv::Mat wide(300, 600, CV_8UC3, cv::Scalar(10, 20, 30));
  const cv::Mat small = data::shrink_for(wide, {100, 100}, 1.5);
  CHECK(small.size() == cv::Size(300, 150));
  CHECK(small.at<cv::Vec3b>(70, 70) == cv::Vec3b(10, 20, 30));
  CHECK(data::shrink_for(wide, {100, 250}, 1.5).data == wide.data);
}
}  // namespace
