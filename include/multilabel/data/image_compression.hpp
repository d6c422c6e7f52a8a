// SPDX-License-Identifier: Apache-2.0
#pragma once
// The traces of saving a picture with loss. An augmentation like those of the component augmentation; it stands here because
// it needs the codecs of OpenCV, which nothing else in augmentation does.

#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The codec that leaves its traces.
enum class CompressionType { jpeg, webp };

struct ImageCompressionOptions {
  CompressionType compression_type = CompressionType::jpeg;
  augmentation::WholeRange quality_range = {99, 100};  ///< 1 (worst) to 100
  double p = 0.5;
  friend bool operator==(const ImageCompressionOptions&, const ImageCompressionOptions&) = default;
};

/// Writes the image with a quality drawn from `quality_range` and reads it back. As in albumentations the codec takes red for
/// blue and blue for red, which shows in nothing but the strength with which it blurs the two.
class ImageCompression {
 public:
  static constexpr std::string_view name = "ImageCompression";
  static constexpr augmentation::Kind kind = augmentation::Kind::pixels;

  explicit ImageCompression(ImageCompressionOptions options = {}) : options_(options) {
    augmentation::detail::require_probability("data::ImageCompression", options_.p);
    augmentation::detail::require_within("data::ImageCompression", "quality_range", options_.quality_range, 1, 100);
  }
  [[nodiscard]] const ImageCompressionOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("ImageCompression(compression_type=", jpeg() ? "jpeg" : "webp",
                     ", quality_range=", augmentation::detail::text_of_range(options_.quality_range), ", p=", options_.p, ")");
  }
  void apply(augmentation::Canvas& canvas, augmentation::Draws& draws) const {
    const int quality = draws.whole("quality", options_.quality_range.low, options_.quality_range.high);
    const int flag = jpeg() ? static_cast<int>(cv::IMWRITE_JPEG_QUALITY) : static_cast<int>(cv::IMWRITE_WEBP_QUALITY);
    std::vector<unsigned char> bytes;
    cv::imencode(jpeg() ? ".jpg" : ".webp", canvas.pixels(), bytes, {flag, quality});
    canvas.repaint(cv::imdecode(bytes, cv::IMREAD_COLOR));
  }

 private:
  [[nodiscard]] bool jpeg() const noexcept { return options_.compression_type == CompressionType::jpeg; }

  ImageCompressionOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
