// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/scratch.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "support.hpp"

namespace {
using multilabel::augmentation::detail::scratch_image;

TEST_CASE("scratch_image: images that live at the same time never share memory") {
  std::vector<cv::Mat> alive;
  std::set<const uchar*> addresses;
  for (int i = 0; i < 20; ++i) {
    alive.push_back(scratch_image({10 + i, 10}));
    alive.back().setTo(cv::Scalar::all(i));
    addresses.insert(alive.back().data);
  }
  CHECK(addresses.size() == 20);
  for (int i = 0; i < 20; ++i)
    CHECK(test::equal(alive[static_cast<std::size_t>(i)], cv::Mat(10, 10 + i, CV_8UC3, cv::Scalar::all(i))));
}

TEST_CASE("scratch_image: memory is used again once nobody refers to it, a part of the image included") {
  cv::Mat part;
  {
    const cv::Mat image = scratch_image({333, 77});
    part = image(cv::Rect(5, 5, 10, 10));
  }
  const uchar* held = part.datastart;
  CHECK(scratch_image({333, 77}).datastart != held);
  part.release();
  std::set<const uchar*> seen;
  for (int i = 0; i < 100; ++i) seen.insert(scratch_image({333, 77}).data);
  CHECK(seen.size() == 1);
}

TEST_CASE("scratch_image: has the form of any 8-bit RGB image") {
  const cv::Mat image = scratch_image({7, 5});
  CHECK(image.size() == cv::Size(7, 5));
  CHECK(image.type() == CV_8UC3);
  CHECK(image.isContinuous());
}
}  // namespace
