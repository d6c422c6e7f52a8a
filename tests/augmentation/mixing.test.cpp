// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/mixing.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <multilabel/augmentation/cutmix.hpp>
#include <multilabel/augmentation/mixup.hpp>
#include <multilabel/augmentation/mosaic.hpp>
#include <string>
#include <vector>

namespace {
namespace aug = multilabel::augmentation;
using multilabel::RandomKey;

constexpr float UNKNOWN = std::numeric_limits<float>::quiet_NaN();

/// Image i is filled with the value i, and its only label is label i; label 0 of image 1 is unknown.
struct Batch {
  explicit Batch(std::size_t n = 6, std::size_t h = 8, std::size_t w = 10) : samples(n), height(h), width(w) {
    for (std::size_t i = 0; i < n; ++i) images.insert(images.end(), 3 * h * w, static_cast<float>(i));
    targets.resize(n * n);
    for (std::size_t i = 0; i < n; ++i) targets[i * n + i] = 1;
    if (n > 1) targets[n] = UNKNOWN;
  }
  aug::BatchView view() { return {images.data(), samples, 3, height, width, targets.data(), samples, {}, {}}; }
  [[nodiscard]] float target(std::size_t i, std::size_t label) const { return targets[i * samples + label]; }
  [[nodiscard]] std::vector<float> image(std::size_t i) const {
    const auto n = static_cast<std::ptrdiff_t>(3 * height * width);
    return {images.begin() + static_cast<std::ptrdiff_t>(i) * n, images.begin() + static_cast<std::ptrdiff_t>(i + 1) * n};
  }
  std::size_t samples, height, width;
  std::vector<float> images, targets;
};

bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_CASE("partners: one cycle, so nobody is his own, and not the neighbour by rule") {
  int neighbours = 0;
  for (std::uint32_t epoch = 0; epoch < 200; ++epoch) {
    const auto next = aug::detail::partners(8, {.epoch = epoch});
    std::size_t at = 0;
    for (int step = 1; step < 8; ++step) {
      at = next[at];
      CHECK(at != 0);
    }
    CHECK(next[at] == 0);
    neighbours += next[3] == 4 ? 1 : 0;
  }
  CHECK(neighbours == Approx(200.0 / 7).margin(20));  // four deviations
  CHECK(aug::detail::partners(1, {}) == std::vector<std::size_t>{0});
}

TEST_CASE("beta: mean and variance are those of the distribution") {
  for (const double a : {0.2, 1.0, 4.0}) {
    double sum = 0;
    double squares = 0;
    constexpr int n = 4000;
    for (std::uint32_t i = 0; i < n; ++i) {
      multilabel::Random random({.index = i});
      const double x = aug::detail::beta(a, random);
      REQUIRE((x >= 0 && x <= 1));
      sum += x;
      squares += (x - 0.5) * (x - 0.5);
    }
    CHECK(sum / n == Approx(0.5).margin(0.032));                        // four errors of a deviation of at most 0.5
    CHECK(squares / n == Approx(1 / (4 * (2 * a + 1))).margin(0.008));  // Var = 1 / (4 (2 a + 1))
  }
}

TEST_CASE("MixUp: pixels and targets have one weight; unknown cells stay unknown") {
  Batch batch;
  aug::MixUp{{.alpha = 1}}(batch.view(), {.seed = 4});
  const auto partner = aug::detail::partners(6, RandomKey{.seed = 4}.with_stream(aug::detail::mixer_stream("MixUp")));
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t j = partner[i];
    const float value = batch.image(i)[0];
    const float own = batch.target(i, i);
    if (i == 1 || j == 1) {
      CHECK(std::isnan(batch.target(i, 0)));
      if (i == 0 || j == 0) continue;
    }
    CHECK(value == Approx(own * static_cast<float>(i) + (1 - own) * static_cast<float>(j)).margin(1e-5));
    CHECK(batch.target(i, j) == Approx(1 - own).margin(1e-6));
  }
}

TEST_CASE("MixUp: the union counts a label from a weight on") {
  for (std::uint32_t i = 0; i < 30; ++i) {
    Batch batch(2);
    batch.targets = {1, 0, 0, 1};
    aug::MixUp{{.alpha = 1, .targets = aug::MixTargets::unite, .min_visibility = 0.3}}(batch.view(), {.index = i});
    const float weight = 1 - batch.image(0)[0];  // of image 0, whose pixels are 0, against image 1
    CHECK(batch.target(0, 0) == (weight >= 0.3f ? 1 : 0));
    CHECK(batch.target(0, 1) == (1 - weight >= 0.3f ? 1 : 0));
  }
}

TEST_CASE("CutMix: targets are the shares of the area that the pixels show") {
  for (std::uint32_t k = 0; k < 10; ++k) {
    Batch batch;
    aug::CutMix{}(batch.view(), {.seed = 2, .index = k});
    for (std::size_t i = 2; i < 6; ++i) {
      const auto image = batch.image(i);
      const double own = static_cast<double>(std::count(image.begin(), image.end(), static_cast<float>(i))) /
                         static_cast<double>(image.size());
      CHECK(batch.target(i, i) == Approx(own));
      double sum = 0;
      for (std::size_t label = 1; label < 6; ++label) sum += batch.target(i, label);
      if (!std::isnan(batch.target(i, 0))) CHECK(sum + batch.target(i, 0) == Approx(1));
    }
  }
}

TEST_CASE("CutMix: with boxes a label counts by what is seen of its object") {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
  // Each image's object is its left half.
  std::vector<std::vector<aug::Box>> boxes;
  for (const auto& name : names) boxes.push_back({{0, 0, 5, 8, name}});
  int unlike_area = 0;
  for (std::uint32_t k = 0; k < 10; ++k) {
    Batch batch;
    auto view = batch.view();
    view.boxes = boxes;
    view.names = names;
    aug::CutMix{}(view, {.seed = 2, .index = k});
    for (std::size_t i = 2; i < 6; ++i) {
      const auto image = batch.image(i);
      int left = 0;
      int all = 0;
      for (std::size_t pixel = 0; pixel < 80; ++pixel) {
        const bool own = image[pixel] == static_cast<float>(i);
        left += own && pixel % 10 < 5 ? 1 : 0;
        all += own ? 1 : 0;
      }
      CHECK(batch.target(i, i) == Approx(left / 40.0).margin(1e-6));
      unlike_area += std::abs(left / 40.0 - all / 80.0) > 0.05 ? 1 : 0;
    }
  }
  CHECK(unlike_area > 10);
}

TEST_CASE("Mosaic: scaled images are all there, and so are their labels") {
  Batch batch;
  batch.targets[6] = 0;
  aug::Mosaic{}(batch.view(), {.seed = 1});
  for (std::size_t i = 0; i < 6; ++i) {
    float labels = 0;
    for (std::size_t label = 0; label < 6; ++label) {
      const auto image = batch.image(i);
      const bool seen = std::count(image.begin(), image.end(), static_cast<float>(label)) > 0;
      CHECK(batch.target(i, label) == (seen ? 1 : 0));
      labels += batch.target(i, label);
    }
    CHECK(labels == 4);
  }
}

TEST_CASE("Mosaic: what is cut counts by its share, and is scaled instead where a box would be lost") {
  Batch batch;
  batch.targets[6] = 0;
  const aug::Mosaic cut{{.fit = aug::MosaicFit::cut, .center = {0.5, 0.5}, .targets = aug::MixTargets::soft}};
  cut(batch.view(), {});
  for (std::size_t i = 0; i < 6; ++i) CHECK(batch.target(i, i) == 0.25f);
  // A quarter shows less than half of a box of the whole image: all four are scaled and whole.
  const aug::Mosaic careful{
      {.fit = aug::MosaicFit::cut, .center = {0.5, 0.5}, .targets = aug::MixTargets::soft, .min_visibility = 0.5}};
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
  std::vector<std::vector<aug::Box>> boxes;
  for (const auto& name : names) boxes.push_back({{0, 0, 10, 8, name}});
  Batch safe;
  safe.targets[6] = 0;
  auto view = safe.view();
  view.boxes = boxes;
  view.names = names;
  careful(view, {});
  for (std::size_t i = 0; i < 6; ++i) CHECK(safe.target(i, i) == 1);
}

TEST_CASE("mixers: equal keys give equal batches, and p = 0 leaves them alone") {
  const auto check = [](const auto& mixer, const auto& idle) {
    Batch a;
    Batch b;
    Batch c;
    mixer(a.view(), {.seed = 3, .epoch = 1, .index = 2});
    mixer(b.view(), {.seed = 3, .epoch = 1, .index = 2});
    mixer(c.view(), {.seed = 3, .epoch = 1, .index = 3});
    CHECK(same(a.images, b.images));
    CHECK(same(a.targets, b.targets));
    CHECK_FALSE(same(a.images, c.images));
    Batch d;
    idle(d.view(), {});
    CHECK(same(d.images, Batch().images));
    CHECK(same(d.targets, Batch().targets));
  };
  check(aug::MixUp{}, aug::MixUp{{.p = 0}});
  check(aug::CutMix{}, aug::CutMix{{.p = 0}});
  check(aug::Mosaic{}, aug::Mosaic{{.p = 0}});
  Batch alone(1);
  aug::CutMix{}(alone.view(), {});
  CHECK(same(alone.images, Batch(1).images));
}

TEST_CASE("mixers: what does not fit is refused") {
  CHECK_THROWS_WITH(aug::MixUp({.alpha = 0}), Catch::Contains("MixUp: alpha must be above 0; got 0"));
  CHECK_THROWS_AS(aug::CutMix({.p = 1.5}), multilabel::ArgumentError);
  CHECK_THROWS_WITH(aug::Mosaic({.center = {0.7, 0.3}}), Catch::Contains("got (0.7, 0.3)"));
  Batch batch;
  const std::vector<std::vector<aug::Box>> boxes(6);
  auto view = batch.view();
  view.boxes = boxes;
  CHECK_THROWS_WITH(aug::CutMix{}(view, {}), Catch::Contains("names must be those of the 6 labels"));
}
}  // namespace
