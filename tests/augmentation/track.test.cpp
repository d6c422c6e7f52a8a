// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/track.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <multilabel/augmentation/affine_map.hpp>
#include <multilabel/augmentation/crop.hpp>
#include <multilabel/augmentation/flip.hpp>
#include <multilabel/augmentation/guard.hpp>
#include <multilabel/augmentation/pipeline.hpp>
#include <multilabel/augmentation/placement.hpp>
#include <multilabel/augmentation/polygon.hpp>
#include <multilabel/augmentation/resize.hpp>
#include <multilabel/augmentation/rotate.hpp>
#include <multilabel/augmentation/visibility.hpp>

#include "support.hpp"

namespace {
namespace aug = multilabel::augmentation;
using aug::AffineMap;
using aug::Box;
using aug::Track;

double share(const Box& box, const Track& track) { return aug::visible_share(box, track.source(), track.visible()); }

TEST_CASE("Polygon: cuts, holes and areas worked by hand") {
  const aug::Polygon square = {{0, 0}, {4, 0}, {4, 4}, {0, 4}};
  const aug::Polygon diamond = {{2, -1}, {-1, 2}, {2, 5}, {5, 2}};  // counter-clockwise; |x - 2| + |y - 2| <= 3
  CHECK(aug::area(square) == 16);
  CHECK(aug::area(diamond) == 18);
  CHECK(aug::area(aug::common(square, diamond)) == Approx(14));  // four corners of legs 1 are cut: 16 - 4 / 2
  CHECK(aug::area(aug::common(diamond, square)) == Approx(14));
  CHECK(aug::common(square, {{5, 5}, {6, 5}, {6, 6}}).empty());
  double left = 0;
  for (const auto& piece : aug::without(square, {{1, 1}, {3, 1}, {3, 6}, {1, 6}})) left += aug::area(piece);
  CHECK(left == Approx(10));  // the hole takes 2 x 3
  CHECK(aug::without(square, {{-1, -1}, {-1, 5}, {5, 5}, {5, -1}}).empty());
}

TEST_CASE("Track: crops one after the other are measured against the first image") {
  // Four crops that each leave at least 80 % of what the last one left: 100 -> 80 -> 64 -> 52 -> 42 columns of 100.
  Track track({100, 50});
  const Box whole{0, 0, 100, 50, "cat"};
  int width = 100;
  for (const int next : {80, 64, 52, 42}) {
    CHECK(static_cast<double>(next) / width >= 0.8);
    track.move(AffineMap::shift(0, 0), {next, 50});
    width = next;
  }
  CHECK(share(whole, track) == Approx(0.42));
  CHECK(share({42, 0, 60, 50, "cat"}, track) == 0);
  CHECK(share({0, 0, 42, 50, "cat"}, track) == 1);
  CHECK(share({-10, 0, 84, 50, "cat"}, track) == 0.5);  // what lay outside from the start does not count
}

TEST_CASE("Track: what a turn leaves of a box is a polygon, not the box about it") {
  // A line 2 wide and 40 long through the middle, turned by 45 degrees, then the middle 10 x 10 kept: the diagonal of the
  // square is 10 sqrt(2) long, and the ends are cut to triangles of height 1, so its area is 2 * 10 sqrt(2) - 2 * 1.
  Track track({40, 40});
  const Box line{0, 19, 40, 21, "line"};
  track.move(AffineMap::rotate(45, 40, 40), {40, 40}, aug::Border::constant);
  track.move(AffineMap::shift(15, 15), {10, 10});
  CHECK(share(line, track) == Approx((20 * std::sqrt(2.0) - 2) / 80));
  // A box far from that diagonal is gone, although the box about the line covers the whole square.
  CHECK(share({0, 0, 10, 10, "other"}, track) == 0);
  const auto box = track.follow(line, track.visible());
  REQUIRE(box);
  CHECK(box->left == Approx(0).margin(1e-9));
  CHECK(box->right == Approx(10));
}

TEST_CASE("Track: painted rectangles hide, each part once") {
  Track track({10, 10});
  track.cover({0, 0, 5, 10});
  track.move(AffineMap::scale(0.5, 0.5), {20, 20});
  track.cover({8, 0, 4, 20});  // columns 4 to 6 of the first image, one of them hidden already
  CHECK(share({0, 0, 10, 10, "a"}, track) == Approx(0.4));
  CHECK(share({4, 2, 8, 3, "a"}, track) == Approx(0.5));
}

TEST_CASE("Track: a homography keeps straight lines") {
  // (x, y) -> (x, y) / (1 + x): the line x = 1 goes to 1/2. Back: x / (1 - x).
  Track track({4, 4});
  track.move(cv::Matx33d(1, 0, 0, 0, 1, 0, -1, 0, 1).inv(), {3, 3}, aug::Border::constant);
  const cv::Point2d point = aug::moved(track.total(), cv::Point2d(1, 0));
  CHECK(point.x == Approx(0.5));
}

TEST_CASE("Pipeline: boxes go where the pixels go") {
  // A bright rectangle on black, and the box about it: after any straight moves the box is the box about what is bright.
  cv::Mat image(40, 60, CV_8UC3, cv::Scalar::all(0));
  image(cv::Rect(12, 8, 20, 10)).setTo(cv::Scalar::all(255));
  const aug::Objects objects{.boxes = {{12, 8, 32, 18, "bright"}}};
  const aug::Pipeline moves{aug::HorizontalFlip{{.p = 1}}, aug::VerticalFlip{{.p = 0.5}},
                            aug::Resize{{.height = 80, .width = 120, .interpolation = aug::Interpolation::nearest}},
                            aug::RandomCrop{{.height = 64, .width = 96}}};
  for (std::uint32_t i = 0; i < 20; ++i) {
    const auto result = moves(image, objects, {.index = i});
    REQUIRE(test::equal(result.image, moves(image, {.index = i})));
    cv::Mat bright;
    cv::extractChannel(result.image, bright, 0);
    const cv::Rect about = cv::boundingRect(bright);
    REQUIRE(result.placement.boxes.size() == 1);
    const auto& [box, visible, index] = result.placement.boxes[0];
    CHECK(box == Box{double(about.x), double(about.y), double(about.br().x), double(about.br().y), "bright"});
    CHECK(visible == Approx(about.area() / (4.0 * 200)));
  }
}

TEST_CASE("Pipeline: masks go where the pixels go, borders included") {
  const cv::Mat image = test::picture(30, 40);
  cv::Mat mask(30, 40, CV_8U);
  cv::extractChannel(image, mask, 0);
  const aug::Objects objects{.masks = {{mask, "red"}}};
  for (const auto border : {aug::Border::constant, aug::Border::replicate, aug::Border::reflect, aug::Border::reflect_101}) {
    const aug::Pipeline moves{
        aug::Rotate{{.limit = {30, 30}, .interpolation = aug::Interpolation::nearest, .border_mode = border, .p = 1}},
        aug::HorizontalFlip{{.p = 1}}, aug::PadIfNeeded{{.min_height = 50, .min_width = 50, .border_mode = border}}};
    const auto result = moves(image, objects, {});
    cv::Mat red;
    cv::extractChannel(result.image, red, 0);
    // OpenCV's warp quantises coordinates to 1/32 pixel, so a few pixels may come from a neighbour.
    CHECK(cv::countNonZero(red != result.masks[0].pixels) < 0.02 * red.rows * red.cols);
  }
}

TEST_CASE("visible_share: of a mask it is the share of its pixels") {
  cv::Mat pixels(10, 10, CV_8U, cv::Scalar(0));
  pixels(cv::Rect(2, 2, 4, 5)).setTo(9);
  Track track({10, 10});
  track.move(AffineMap::shift(3, 0), {7, 6});  // keeps columns 3 on and rows 0 to 5: 3 x 4 of 4 x 5
  CHECK(aug::visible_share(aug::Mask{pixels, "a"}, track.visible()) == Approx(0.6));
  track.cover({0, 0, 7, 3});  // hides row 2
  CHECK(aug::visible_share(aug::Mask{pixels, "a"}, track.visible()) == Approx(0.45));
}

TEST_CASE("visible_shares: the best object of a label counts; a place that is none says nothing") {
  Track track({10, 10});
  track.move(AffineMap::shift(0, 0), {5, 10});
  const aug::Objects objects{.boxes = {{4, 0, 8, 1, "a"}, {3, 0, 7, 1, "a"}, {6, 0, 7, 1, "b"}, {20, 0, 30, 1, "c"}}};
  CHECK(aug::visible_shares(objects, track) == std::map<std::string, double>{{"a", 0.5}, {"b", 0.0}});
}

TEST_CASE("guard: what becomes of a label that is lost") {
  // The left quarter of the picture is kept: all of "left" and none of "right".
  const cv::Mat image = test::picture(20, 80);
  const aug::Objects objects{.boxes = {{0, 0, 10, 20, "left"}, {60, 0, 80, 20, "right"}, {10, 0, 50, 20, "wide"}}};
  const aug::Pipeline pipeline{aug::CenterCrop{{.height = 20, .width = 60}}, aug::RandomCrop{{.height = 20, .width = 20}}};
  Track track({80, 20});
  track.move(AffineMap::shift(0, 0), {20, 20});
  const auto targets = [&](aug::LostLabel lost) {
    std::array<float, 3> result{};
    const auto all = aug::outcomes(objects, track, {.lost = lost, .min_visibility = 0.3});
    for (std::size_t i = 0; i < 3; ++i) result[i] = all.at(i).target;
    return result;  // left, right, wide
  };
  CHECK(targets(aug::LostLabel::keep) == std::array{1.0f, 1.0f, 1.0f});
  CHECK(targets(aug::LostLabel::drop) == std::array{1.0f, 0.0f, 0.0f});
  CHECK(targets(aug::LostLabel::soft) == std::array{1.0f, 0.0f, 0.25f});
  const auto ignored = targets(aug::LostLabel::ignore);
  CHECK((ignored[0] == 1 && std::isnan(ignored[1]) && std::isnan(ignored[2])));
}

TEST_CASE("guard: resample draws until nothing is lost, and the first draw is the unguarded one") {
  const cv::Mat image = test::picture(20, 80);
  const aug::Objects objects{.boxes = {{30, 0, 50, 20, "middle"}}};
  const aug::Pipeline pipeline{aug::RandomCrop{{.height = 20, .width = 30}}};
  const auto guarded = pipeline.guarded({.lost = aug::LostLabel::resample, .min_visibility = 0.9, .attempts = 100});
  int again = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto before = pipeline(image, objects, {.index = i});
    const auto after = guarded(image, objects, {.index = i});
    CHECK(after.placement.labels.at(0).visible >= 0.9);
    CHECK(after.placement.labels.at(0).target == 1);
    if (before.placement.labels.at(0).visible >= 0.9)
      CHECK(test::equal(before.image, after.image));
    else
      ++again;
  }
  CHECK(again > 10);  // of 51 places 13 show 18 columns of the 20
  CHECK(test::equal(guarded(image, {.index = 3}), pipeline(image, {.index = 3})));
}

TEST_CASE("guard: where no attempt will do the best one stands and the label is dropped") {
  const cv::Mat image = test::picture(20, 80);
  const aug::Objects objects{.boxes = {{0, 0, 10, 20, "left"}, {70, 0, 80, 20, "right"}}};
  const auto guarded = aug::Pipeline{aug::RandomCrop{{.height = 20, .width = 30}}}.guarded({.lost = aug::LostLabel::resample});
  const auto labels = guarded(image, objects, {}).placement.labels;
  CHECK((labels[0].target == 0 || labels[1].target == 0));
  CHECK_THROWS_WITH(guarded.guarded({.min_visibility = 2}), Catch::Contains("min_visibility must be between 0 and 1; got 2"));
  CHECK_THROWS_AS(guarded.guarded({.attempts = 0}), multilabel::ArgumentError);
}

TEST_CASE("Pipeline: a callable that changes the size cannot be followed") {
  const auto halve = [](const cv::Mat& image, multilabel::RandomKey) { return image.rowRange(0, image.rows / 2).clone(); };
  const auto invert = [](const cv::Mat& image, multilabel::RandomKey) { return cv::Mat(cv::Scalar::all(255) - image); };
  const cv::Mat image = test::picture(20, 20);
  const aug::Objects objects{.boxes = {{0, 0, 10, 20, "left"}}};
  CHECK_THROWS_WITH(aug::Pipeline{halve}(image, objects, {}), Catch::Contains("its size must stay 20 x 20"));
  const aug::Pipeline kept{aug::CenterCrop{{.height = 20, .width = 10}}, invert, aug::HorizontalFlip{{.p = 1}}};
  const auto result = kept(image, objects, {});
  CHECK(result.placement.boxes.at(0).box == Box{5, 0, 10, 20, "left"});
  CHECK(result.placement.boxes.at(0).visible == 0.5);
}
}  // namespace
