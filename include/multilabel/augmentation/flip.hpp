// SPDX-License-Identifier: Apache-2.0
#pragma once
// Mirror images. Left to right is harmless for most labels; top to bottom is not where gravity matters, and neither is where
// text or handedness is the label.

#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct HorizontalFlipOptions {
  double p = 0.5;
  friend bool operator==(const HorizontalFlipOptions&, const HorizontalFlipOptions&) = default;
};

/// Mirrors left to right with probability p.
class HorizontalFlip {
 public:
  static constexpr std::string_view name = "HorizontalFlip";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool any_scale = true;

  explicit HorizontalFlip(HorizontalFlipOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::HorizontalFlip", options_.p);
  }
  [[nodiscard]] const HorizontalFlipOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const { return join_text("HorizontalFlip(p=", options_.p, ")"); }
  void apply(Canvas& canvas, Draws&) const { canvas.mirror_x(); }

 private:
  HorizontalFlipOptions options_;
};

struct VerticalFlipOptions {
  double p = 0.5;
  friend bool operator==(const VerticalFlipOptions&, const VerticalFlipOptions&) = default;
};

/// Mirrors top to bottom with probability p.
class VerticalFlip {
 public:
  static constexpr std::string_view name = "VerticalFlip";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool any_scale = true;

  explicit VerticalFlip(VerticalFlipOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::VerticalFlip", options_.p);
  }
  [[nodiscard]] const VerticalFlipOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const { return join_text("VerticalFlip(p=", options_.p, ")"); }
  void apply(Canvas& canvas, Draws&) const { canvas.mirror_y(); }

 private:
  VerticalFlipOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
