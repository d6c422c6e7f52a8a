// SPDX-License-Identifier: Apache-2.0
#pragma once
// A random piece of the image that still shows what its labels name. Where boxes or masks are known, it keeps them; where
// nothing is known, all it can do is to keep most of the area and nearly the shape.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/resized_crop.hpp"
#include "multilabel/augmentation/visibility.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct LabelSafeCropOptions {
  int height = 0;                            ///< required
  int width = 0;                             ///< required
  double min_kept = 0.8;                     ///< at least this share of the area stays in the picture
  Range stretch = {9.0 / 10.0, 10.0 / 9.0};  ///< width over height of the piece, relative to the image's own
  Interpolation interpolation = Interpolation::area;
  double p = 1;
  double min_visibility = 0.5;  ///< 0 ... 1: of some object of each label, all moves so far included
  /// `resample`: no label is lost. Anything else: the piece is drawn without a look at the objects, and this becomes of the
  /// labels that are lost, whatever the pipeline's own guard says.
  LostLabel lost = LostLabel::resample;
  friend bool operator==(const LabelSafeCropOptions&, const LabelSafeCropOptions&) = default;
};

namespace detail {

/// `rect` extended to hold `box`, both within `size`.
inline cv::Rect extended(const cv::Rect& rect, const Box& box, cv::Size size) {
  const int left = std::clamp(static_cast<int>(std::floor(box.left)), 0, rect.x);
  const int top = std::clamp(static_cast<int>(std::floor(box.top)), 0, rect.y);
  const int right = std::clamp(static_cast<int>(std::ceil(box.right)), rect.br().x, size.width);
  const int bottom = std::clamp(static_cast<int>(std::ceil(box.bottom)), rect.br().y, size.height);
  return {{left, top}, cv::Point(right, bottom)};
}

/// The smallest upright box about the pixels of a mask.
inline Box box_about(const Mask& mask) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Box box{infinity, infinity, -infinity, -infinity, mask.label};
  for (int y = 0; y < mask.pixels.rows; ++y)
    for (int x = 0; x < mask.pixels.cols; ++x) {
      if (mask.pixels.at<unsigned char>(y, x) == 0) continue;
      box.left = std::min<double>(box.left, x);
      box.top = std::min<double>(box.top, y);
      box.right = std::max(box.right, x + 1.0);
      box.bottom = std::max(box.bottom, y + 1.0);
    }
  return box;
}

/// What is seen now of the objects of an image, and whether a piece of it would do.
class CropJudge {
 public:
  CropJudge(const Track& track, const Objects& objects, double least)
      : track_(track), objects_(objects), least_(least), now_(visible_shares(objects, track)) {}

  /// True if no label that is still there is lost in `piece`.
  [[nodiscard]] bool accepts(const cv::Rect& piece) const { return lost(piece).empty(); }

  /// `piece` extended by one object of each label that it would lose: the one that is seen best.
  [[nodiscard]] cv::Rect mended(cv::Rect piece) const {
    const auto visible = track_.visible();
    for (const auto& [label, unused] : lost(piece)) {
      double most = 0;
      Box best;
      const auto offer = [&](const Box& box, double share) {
        if (box.label != label || share <= most) return;
        if (auto here = track_.follow(box, visible)) {
          most = share;
          best = *here;
        }
      };
      for (const auto& box : objects_.boxes) offer(box, visible_share(box, track_.source(), visible));
      for (const auto& mask : objects_.masks)
        if (mask.label == label) offer(box_about(mask), visible_share(mask, visible));
      if (most > 0) piece = extended(piece, best, track_.size());
    }
    return piece;
  }

 private:
  [[nodiscard]] std::map<std::string, double> lost(const cv::Rect& piece) const {
    Track cut = track_;
    cut.move(AffineMap::shift(piece.x, piece.y), piece.size());
    auto shares = visible_shares(objects_, cut);
    std::erase_if(shares, [&](const auto& one) { return one.second >= std::min(least_, now_.at(one.first)); });
    return shares;
  }

  const Track& track_;
  const Objects& objects_;
  double least_;
  std::map<std::string, double> now_;
};

}  // namespace detail

/// A piece of at least `min_kept` of the area and of nearly the image's own shape, scaled to `height` x `width`. With objects
/// known, the first of ten pieces that loses no label; else the last one, extended as far as the lost objects reach. A label
/// that earlier moves have cost more than allowed loses nothing further. Without objects, whatever takes up more than
/// 1 - min_kept of the area cannot vanish; smaller ones at the very edge can.
class LabelSafeCrop {
 public:
  static constexpr std::string_view name = "LabelSafeCrop";
  static constexpr Kind kind = Kind::geometry;

  explicit LabelSafeCrop(LabelSafeCropOptions options) : options_(options) {
    constexpr std::string_view where = "augmentation::LabelSafeCrop";
    detail::require_probability(where, options_.p);
    detail::require_size(where, options_.height, options_.width);
    detail::require_shares(where, "min_kept", {options_.min_kept, 1}, 1);
    detail::require_shares(where, "stretch", options_.stretch, HUGE_VAL);
    require_guard(where, {.lost = options_.lost, .min_visibility = options_.min_visibility});
  }
  [[nodiscard]] const LabelSafeCropOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("LabelSafeCrop(height=", options_.height, ", width=", options_.width, ", min_kept=", options_.min_kept,
                     ", p=", options_.p, ")");
  }

  /// The size that the whole image would be averaged to if the smallest piece filled the result.
  [[nodiscard]] cv::Size footprint() const {
    if (options_.interpolation != Interpolation::area) return {};
    const auto whole = [&](int side, double stretch) {
      return static_cast<int>(std::ceil(side / std::sqrt(options_.min_kept * std::min(stretch, 1.0))));
    };
    return {whole(options_.width, options_.stretch.low), whole(options_.height, 1 / options_.stretch.high)};
  }
  void apply(Canvas& canvas, Draws& draws) const {
    canvas.crop(piece(canvas, draws));
    canvas.resize({options_.width, options_.height}, options_.interpolation);
  }
  void plan(Preprocessing& format) const { detail::plan_resize(options_, format); }

 private:
  [[nodiscard]] cv::Rect piece(Canvas& canvas, Draws& draws) const {
    if (canvas.objects() == nullptr) return drawn(canvas.size(), draws);
    if (options_.lost != LostLabel::resample) {
      canvas.guard({.lost = options_.lost, .min_visibility = options_.min_visibility});
      return drawn(canvas.size(), draws);
    }
    const detail::CropJudge judge(canvas.track(), *canvas.objects(), options_.min_visibility);
    cv::Rect piece;
    for (int attempt = 0; attempt < 10; ++attempt) {
      piece = drawn(canvas.size(), draws);
      if (judge.accepts(piece)) return piece;
    }
    return judge.mended(piece);
  }

  [[nodiscard]] cv::Rect drawn(cv::Size size, Draws& draws) const {
    const double own = static_cast<double>(size.width) / size.height;
    const cv::Rect piece =
        detail::draw_piece(size, {options_.min_kept, 1}, {options_.stretch.low * own, options_.stretch.high * own}, draws);
    // Rounding to whole pixels may have taken a little too much of a small image.
    return piece.area() >= options_.min_kept * size.area() ? piece : cv::Rect({0, 0}, size);
  }

  LabelSafeCropOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
