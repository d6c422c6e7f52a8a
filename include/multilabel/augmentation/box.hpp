// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where in an image an object is: what a reader stores beside a sample, and what a pipeline carries along to know which labels
// are still in the picture. A label may have any number of boxes and masks, or none: then nothing is known about its place.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// One object. Edges in pixels of the decoded image, upright (after EXIF orientation), x to the right and y down: the first
/// pixel spans 0 to 1, so a box of the whole image is {0, 0, width, height}. Parts beyond the image count as not there.
struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  std::string label = {};  ///< as in `data::Sample::labels`

  [[nodiscard]] double width() const noexcept { return right - left; }
  [[nodiscard]] double height() const noexcept { return bottom - top; }
  [[nodiscard]] double area() const noexcept { return width() * height(); }

  /// The part within an image of `size`; of width or height 0 if none is.
  [[nodiscard]] Box within(cv::Size size) const {
    const auto x = [&](double value) { return std::clamp(value, 0.0, static_cast<double>(size.width)); };
    const auto y = [&](double value) { return std::clamp(value, 0.0, static_cast<double>(size.height)); };
    return {x(left), y(top), x(right), y(bottom), label};
  }

  friend bool operator==(const Box&, const Box&) = default;
};

/// The exact outline of one object, or of all objects of a label: 8 bits, one channel, of the image's size; not 0 where it is.
struct Mask {
  cv::Mat pixels;
  std::string label;
};

/// What is known about the places of an image's labels.
struct Objects {
  std::vector<Box> boxes = {};
  std::vector<Mask> masks = {};

  [[nodiscard]] bool empty() const noexcept { return boxes.empty() && masks.empty(); }
};

/// Throws `ArgumentError` for a box that is not a rectangle with an area, `ShapeError` for a mask of another size or type.
inline void require_objects(std::string_view where, const Objects& objects, cv::Size size) {
  for (const auto& box : objects.boxes) {
    if (box.left < box.right && box.top < box.bottom && std::isfinite(box.area())) continue;
    fail<ArgumentError>(
        {where, "boxes must have left < right and top < bottom, all finite",
         join_text("(", box.left, ", ", box.top, ", ", box.right, ", ", box.bottom, ") of ", quoted(box.label))});
  }
  for (const auto& mask : objects.masks) {
    if (mask.pixels.size() == size && mask.pixels.type() == CV_8UC1) continue;
    fail<ShapeError>({where, join_text("masks must be of 8 bits, one channel and ", size.height, " x ", size.width),
                      join_text(mask.pixels.channels(), " channels of ", mask.pixels.elemSize1() * 8, " bits, ",
                                mask.pixels.rows, " x ", mask.pixels.cols, " for ", quoted(mask.label))});
  }
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
