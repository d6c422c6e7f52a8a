// SPDX-License-Identifier: Apache-2.0
#pragma once
// What counts as an augmentation. Images are `cv::Mat` of type CV_8UC3 in RGB order; the result depends on the image and the
// key alone, never on a thread, a clock or an earlier call. A user's own function or struct that satisfies `augmentation` can
// stand in a `Pipeline` beside the operations of the library.

#include <array>
#include <concepts>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Callable `aug(image, key) -> image`. Laws: equal arguments give equal pixels; the argument is left untouched.
template <class A>
concept augmentation = requires(const A& a, const cv::Mat& image, RandomKey key) {
  { a(image, key) } -> std::convertible_to<cv::Mat>;
};

/// An augmentation that a loader can use: it knows the size it delivers and writes floats straight into a batch.
/// `write` fills `[channels, height, width]`, three channels of `output_size()`.
template <class A>
concept batch_augmentation = augmentation<A> && requires(const A& a, const cv::Mat& image, RandomKey key, float* planar) {
  a.write(image, key, planar);
  { a.output_size() } -> std::convertible_to<cv::Size>;
};

struct Objects;
struct Placement;

/// An augmentation that knows where objects go: `write` with the objects of the image says where they are afterwards and what
/// became of their labels.
template <class A>
concept object_augmentation =
    batch_augmentation<A> && requires(const A& a, const cv::Mat& image, const Objects& objects, RandomKey key, float* planar) {
      { a.write(image, objects, key, planar) } -> std::same_as<Placement>;
    };

/// How colours between pixels are found. The numbers are OpenCV's.
enum class Interpolation : int {
  nearest = 0,
  linear = 1,
  cubic = 2,
  area = 3,  ///< averages what falls into a pixel when shrinking, linear when growing
  lanczos4 = 4,
};

/// What stands beyond the edge of an image. The numbers are OpenCV's.
enum class Border : int {
  constant = 0,     ///< the fill colour
  replicate = 1,    ///< aaa|abcd|ddd
  reflect = 2,      ///< cba|abcd|dcb
  wrap = 3,         ///< bcd|abcd|abc
  reflect_101 = 4,  ///< dcb|abcd|cba
};

/// What a warp reads between the pixels and beyond the edges.
struct Sampling {
  Interpolation interpolation = Interpolation::linear;
  Border border = Border::constant;
  std::array<double, 3> fill = {0, 0, 0};  ///< RGB, 0 to 255, for `Border::constant`
  friend bool operator==(const Sampling&, const Sampling&) = default;
};

/// Throws `ShapeError` unless `image` holds at least one pixel of 8-bit RGB.
inline void require_rgb(std::string_view where, const cv::Mat& image) {
  if (!image.empty() && image.type() == CV_8UC3) return;
  std::string actual = "an empty image";
  if (!image.empty())
    actual = join_text(image.channels(), " channels of ", image.elemSize1() * 8, " bits, ", image.rows, " x ", image.cols);
  fail<ShapeError>({where, "image must be 8-bit RGB, three channels [height, width, 3]", actual});
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
