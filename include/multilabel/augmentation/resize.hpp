// SPDX-License-Identifier: Apache-2.0
#pragma once
// To a given size. `Interpolation::area` averages when it shrinks and so keeps fine structure from turning into stripes; the
// default, `linear`, is albumentations' and does not.

#include <string>
#include <string_view>

#include "multilabel/augmentation/operation.hpp"

namespace multilabel::augmentation {

struct ResizeOptions {
  int height = 0;  ///< required
  int width = 0;   ///< required
  Interpolation interpolation = Interpolation::linear;
  double p = 1;
  friend bool operator==(const ResizeOptions&, const ResizeOptions&) = default;
};

/// Scales each axis by its own factor to exactly `height` x `width`.
class Resize {
 public:
  static constexpr std::string_view name = "Resize";
  static constexpr Kind kind = Kind::geometry;

  explicit Resize(ResizeOptions options) : options_(options) {
    detail::require_probability("augmentation::Resize", options_.p);
    detail::require_size("augmentation::Resize", options_.height, options_.width);
  }
  [[nodiscard]] const ResizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Resize(height=", options_.height, ", width=", options_.width,
                     ", interpolation=", detail::text_of(options_.interpolation), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Random&) const { canvas.resize({options_.width, options_.height}, options_.interpolation); }

  /// What this does to the format of the result.
  void plan(Preprocessing& format) const {
    format.height = options_.p < 1 && format.height != options_.height ? 0 : options_.height;
    format.width = options_.p < 1 && format.width != options_.width ? 0 : options_.width;
    format.interpolation = options_.interpolation;
  }

 private:
  ResizeOptions options_;
};

}  // namespace multilabel::augmentation
