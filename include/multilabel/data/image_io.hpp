// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a file to pixels, always in the one form that the rest of the library takes: 8-bit RGB, upright, without transparency.
// A file that is missing, empty, cut short, not an image or far too large is a `DataError` that names it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "multilabel/augmentation/scratch.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/image_header.hpp"
#include "multilabel/data/jpeg.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What becomes of a JPEG whose data is damaged though its end is there.
enum class Damage {
  refuse,  ///< a `DataError`; found by libjpeg only, see `docs/data.md`
  keep,    ///< the picture as far as it can be read, grey or shifted after the damage
};

struct ReadImageOptions {
  std::size_t max_pixels = 100'000'000;  ///< a larger image is refused before it is decoded
  /// The size that the whole image will be shrunk to afterwards, if it will be: a JPEG may then be decoded at a half, a quarter
  /// or an eighth of its size, as long as 1.25 times this size remains along both axes. Nothing by default.
  cv::Size shrinks_to = {};
  Damage damage = Damage::refuse;
  std::array<std::uint8_t, 3> background = {255, 255, 255};  ///< RGB, what shows through where an image is transparent
};

namespace detail {

[[noreturn]] inline void refuse_image(std::string_view expected, const std::string& actual, const std::filesystem::path& path) {
  fail<DataError>({"data::read_image", expected, join_text(actual, " (", quoted(path.string()), ")")}, path);
}

/// Refuses what is not an image, what is too large, and what is cut short, before anything is decoded.
inline void require_usable(const ImageHeader& header, std::size_t size, const std::filesystem::path& path,
                           const ReadImageOptions& options) {
  if (header.format == ImageFormat::unknown)
    refuse_image("file must be an image (JPEG, PNG, BMP, WebP, TIFF)", join_text(size, " bytes of another kind"), path);
  if (header.width > 0 && header.height > options.max_pixels / header.width)
    refuse_image(join_text("image must have at most ", options.max_pixels, " pixels"),
                 join_text(header.height, " x ", header.width), path);
  if (!header.complete) refuse_image("image must be complete", join_text("a file cut short after ", size, " bytes"), path);
}

/// Grey, colour or colour with alpha, of 8 or 16 bits or float, in OpenCV's order -> 8-bit RGB on `background`.
inline cv::Mat to_rgb(cv::Mat image, const std::array<std::uint8_t, 3>& background) {
  if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 257.0);
  if (image.depth() == CV_32F || image.depth() == CV_64F) image.convertTo(image, CV_8U, 255.0);
  cv::Mat rgb;
  if (image.channels() == 1) {
    cv::cvtColor(image, rgb, cv::COLOR_GRAY2RGB);
  } else if (image.channels() == 3) {
    cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
    return image;
  } else {
    rgb = augmentation::detail::scratch_image(image.size());
    for (int y = 0; y < image.rows; ++y) {
      const auto* from = image.ptr<cv::Vec4b>(y);
      auto* to = rgb.ptr<cv::Vec3b>(y);
      for (int x = 0; x < image.cols; ++x)
        for (int channel = 0; channel < 3; ++channel) {
          const int alpha = from[x][3];
          to[x][channel] = static_cast<std::uint8_t>(
              (from[x][2 - channel] * alpha + background[static_cast<std::size_t>(channel)] * (255 - alpha) + 127) / 255);
        }
    }
  }
  return rgb;
}

/// Turns and mirrors as an EXIF orientation says, 1 to 8.
inline cv::Mat upright(cv::Mat image, int orientation) {
  if (orientation == 1) return image;
  if (orientation >= 5) {
    cv::Mat turned = augmentation::detail::scratch_image({image.rows, image.cols});
    cv::transpose(image, turned);
    image = turned;
  }
  constexpr int flips[9] = {2, 2, 1, -1, 0, 2, 1, -1, 0};  // cv::flip's codes; 2: none
  if (flips[orientation] == 2) return image;
  cv::Mat flipped = augmentation::detail::scratch_image(image.size());
  cv::flip(image, flipped, flips[orientation]);
  return flipped;
}

#ifdef MULTILABEL_WITH_LIBJPEG

/// The smallest of 1, 1/2, 1/4 and 1/8 of an image's size that keeps 1.25 times `target` along both axes. Only these have fast
/// transforms, and below a margin of 1.25 detail that the target could show is lost.
inline JpegRequest jpeg_request(cv::Size size, cv::Size target) {
  if (target.width < 1 || target.height < 1) return {};
  unsigned denominator = 8;
  const auto ample = [&](unsigned by) {
    const auto d = static_cast<int>(by);
    return 4 * ((size.width + d - 1) / d) >= 5 * target.width && 4 * ((size.height + d - 1) / d) >= 5 * target.height;
  };
  while (denominator > 1 && !ample(denominator)) denominator /= 2;
  const auto d = static_cast<int>(denominator);
  const bool shrinks = 2 * (size.width / d) >= 3 * target.width && 2 * (size.height / d) >= 3 * target.height;
  return {.denominator = denominator, .interpolates = !shrinks};
}

/// A JPEG through libjpeg; an empty image if its colours are for OpenCV to convert.
inline cv::Mat decode_jpeg(std::span<const std::uint8_t> bytes, const ImageHeader& header, const std::filesystem::path& path,
                           const ReadImageOptions& options) {
  thread_local JpegDecoder decoder;
  constexpr std::string_view usable = "image must be a JPEG that libjpeg decodes";
  if (!decoder.begin(bytes)) refuse_image(usable, decoder.problem(), path);
  if (!decoder.converts_to_rgb()) {
    decoder.leave();
    return {};
  }
  const cv::Size target =
      header.orientation < 5 ? options.shrinks_to : cv::Size(options.shrinks_to.height, options.shrinks_to.width);
  if (!decoder.prepare(jpeg_request({static_cast<int>(header.width), static_cast<int>(header.height)}, target)))
    refuse_image(usable, decoder.problem(), path);
  cv::Mat image = augmentation::detail::scratch_image({decoder.width(), decoder.height()});
  if (!decoder.read(image.data, image.step) && (options.damage == Damage::refuse || !decoder.finished()))
    refuse_image(usable, join_text("damage in it: ", decoder.problem()), path);
  return upright(std::move(image), header.orientation);
}

#endif

}  // namespace detail

/// The bytes of a file. Throws `DataError` if it cannot be read or has none.
[[nodiscard]] inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    detail::refuse_image("path must be an image file", "a path that does not exist", path);
  if (std::filesystem::is_directory(path, error)) detail::refuse_image("path must be an image file", "a folder", path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  const auto size = std::filesystem::file_size(path, error);
  if (!file || error) detail::refuse_image("path must be a file that can be read", "no access", path);
  std::vector<std::uint8_t> bytes(size);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (bytes.empty()) detail::refuse_image("path must be an image file", "a file of 0 bytes", path);
  return bytes;
}

/// Decodes an image in memory; `path` is named in errors. JPEG, PNG, BMP, WebP, TIFF and what else OpenCV reads. EXIF
/// orientation of JPEGs is applied; grey and the inks of print become RGB, transparency is laid on the background, 16 bits and
/// float become 8. Throws `DataError`.
[[nodiscard]] inline cv::Mat decode_image(std::span<const std::uint8_t> bytes, const std::filesystem::path& path = {},
                                          const ReadImageOptions& options = {}) {
  const ImageHeader header = image_header(bytes);
  detail::require_usable(header, bytes.size(), path, options);
#ifdef MULTILABEL_WITH_LIBJPEG
  if (header.format == ImageFormat::jpeg) {
    if (cv::Mat image = detail::decode_jpeg(bytes, header, path, options); !image.empty()) return image;
  }
#endif
  const bool as_stored = header.transparent || header.format == ImageFormat::other;
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::uint8_t*>(bytes.data()));
  cv::Mat image;
  try {
    if (as_stored || header.width == 0 || header.height == 0) {
      image = cv::imdecode(buffer, as_stored ? cv::IMREAD_UNCHANGED : cv::IMREAD_COLOR);
    } else {
      image = augmentation::detail::scratch_image({static_cast<int>(header.width), static_cast<int>(header.height)});
      image = cv::imdecode(buffer, cv::IMREAD_COLOR, &image);
    }
  } catch (const cv::Exception& error) {
    detail::refuse_image("image must be one that OpenCV decodes", error.err, path);
  }
  if (image.empty())
    detail::refuse_image("image must be one that OpenCV decodes", "a damaged file or an unknown variant", path);
  const bool depth = image.depth() == CV_8U || image.depth() == CV_16U || image.depth() == CV_32F || image.depth() == CV_64F;
  if (!depth || (image.channels() != 1 && image.channels() != 3 && image.channels() != 4)) {
    detail::refuse_image("image must be grey, RGB or RGBA of 8 or 16 bits or float",
                         join_text(image.channels(), " channels of another type"), path);
  }
  return detail::to_rgb(std::move(image), options.background);
}

/// Reads and decodes `path`: 8-bit RGB, [height, width, 3]. Throws `DataError`, which names the file.
[[nodiscard]] inline cv::Mat read_image(const std::filesystem::path& path, const ReadImageOptions& options = {}) {
  return decode_image(read_bytes(path), path, options);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
