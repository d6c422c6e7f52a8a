// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rectangles that are painted over, so that a model learns to look at more than one part. A hole may hide a small object and
// leave its label standing: keep holes smaller than the objects that matter.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What a hole is filled with.
enum class HoleFill {
  color,           ///< the fill colour
  random,          ///< a random colour for every pixel
  random_uniform,  ///< one random colour for each hole
};

struct CoarseDropoutOptions {
  WholeRange num_holes_range = {1, 2};
  Range hole_height_range = {0.1, 0.2};  ///< share of the height; whole pixels if the largest is 1 or more
  Range hole_width_range = {0.1, 0.2};   ///< as the height, in the same unit
  HoleFill fill_with = HoleFill::color;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, for `HoleFill::color`
  double p = 0.5;
  friend bool operator==(const CoarseDropoutOptions&, const CoarseDropoutOptions&) = default;
};

/// Fills a few rectangles at random places.
class CoarseDropout {
 public:
  static constexpr std::string_view name = "CoarseDropout";
  static constexpr Kind kind = Kind::pixels;

  explicit CoarseDropout(CoarseDropoutOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::CoarseDropout";
    detail::require_probability(where, options_.p);
    detail::require_color(where, options_.fill);
    detail::require_within(where, "num_holes_range", options_.num_holes_range, 1, HUGE_VAL);
    detail::require_within(where, "hole_height_range", options_.hole_height_range, 0, HUGE_VAL);
    detail::require_within(where, "hole_width_range", options_.hole_width_range, 0, HUGE_VAL);
    if ((options_.hole_height_range.high >= 1) != (options_.hole_width_range.high >= 1))
      fail<ArgumentError>({where, "hole_height_range and hole_width_range must both be shares (below 1) or both whole pixels",
                           join_text(detail::text_of_range(options_.hole_height_range), " and ",
                                     detail::text_of_range(options_.hole_width_range))});
  }
  [[nodiscard]] const CoarseDropoutOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("CoarseDropout(num_holes_range=", detail::text_of_range(options_.num_holes_range),
                     ", hole_height_range=", detail::text_of_range(options_.hole_height_range),
                     ", hole_width_range=", detail::text_of_range(options_.hole_width_range), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const cv::Size size = canvas.size();
    const int count = draws.whole("holes", options_.num_holes_range.low, options_.num_holes_range.high);
    cv::Mat image = canvas.pixels().clone();
    std::vector<cv::Rect> holes;
    for (int i = 0; i < count; ++i) {
      const int height = draw_side("height", options_.hole_height_range, size.height, draws);
      const int width = draw_side("width", options_.hole_width_range, size.width, draws);
      const int y = draws.whole("y", 0, size.height - height);
      const int x = draws.whole("x", 0, size.width - width);
      holes.emplace_back(x, y, width, height);
      fill(image(holes.back()), draws);
    }
    canvas.repaint(image);
    for (const auto& hole : holes) canvas.cover(hole);
  }

 private:
  [[nodiscard]] static int draw_side(const char* name, const Range& range, int length, Draws& draws) {
    if (range.high < 1) return static_cast<int>(length * draws.uniform(name, range.low, range.high));
    const int most = std::min(static_cast<int>(range.high), length);
    return draws.whole(name, std::min(static_cast<int>(range.low), most), most);
  }

  void fill(cv::Mat hole, Draws& draws) const {
    cv::Scalar color(options_.fill[0], options_.fill[1], options_.fill[2]);
    if (options_.fill_with != HoleFill::color) {
      Random random({.seed = draws.seed("colors")});
      const auto value = [&] { return static_cast<std::uint8_t>(random.bits() >> 24); };
      for (int channel = 0; channel < 3; ++channel) color[channel] = value();
      if (options_.fill_with == HoleFill::random) {
        for (int y = 0; y < hole.rows; ++y)
          for (int x = 0; x < hole.cols; ++x)
            for (int channel = 0; channel < 3; ++channel) hole.at<cv::Vec3b>(y, x)[channel] = value();
        return;
      }
    }
    if (!hole.empty()) hole.setTo(color);
  }

  CoarseDropoutOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
