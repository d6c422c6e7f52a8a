// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a file to pixels, always in the one form that the rest of the library takes: 8-bit RGB, upright, without transparency.
// A file that is missing, empty, cut short, not an image or far too large is a `DataError` that names it.

#include <algorithm>
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
#include "multilabel/data/detail/bmp_fields.hpp"
#include "multilabel/data/detail/gif.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/detail/pnm.hpp"
#include "multilabel/data/detail/webp_chunks.hpp"
#include "multilabel/data/image_header.hpp"
#include "multilabel/data/jpeg.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What becomes of a JPEG whose data is damaged, or whose end is missing.
enum class Damage {
  refuse,  ///< a `DataError`; damage before the end is found by libjpeg only, see `docs/data.md`
  keep,    ///< the picture as far as it can be read, grey or shifted after the damage, or without an end
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
  fail<DataError>({"data::read_image", expected, join_text(actual, " (", quoted_path(path), ")")}, path);
}

/// Refuses what is not an image, what is too large, and what is cut short, before anything is decoded.
inline void require_usable(const ImageHeader& header, std::size_t size, const std::filesystem::path& path,
                           const ReadImageOptions& options) {
  if (header.format == ImageFormat::unknown)
    refuse_image("file must be an image (JPEG, PNG, BMP, GIF, WebP, TIFF, Netpbm)", join_text(size, " bytes of another kind"),
                 path);
  if (header.width > 0 && header.height > options.max_pixels / header.width)
    refuse_image(join_text("image must have at most ", options.max_pixels, " pixels"),
                 join_text(header.height, " x ", header.width), path);
  if (!header.unusable.empty())
    refuse_image("image must be grey, RGB or RGBA of 8 or 16 bits or float", std::string(header.unusable), path);
  const bool keeps = header.format == ImageFormat::jpeg && options.damage == Damage::keep;
  if (!header.complete && !keeps)
    refuse_image("image must be complete", join_text("a file cut short after ", size, " bytes"), path);
}

/// 16 bits and float become 8. A float is from 0 to 1, because nothing in a file says that it is something else.
inline cv::Mat to_eight_bits(cv::Mat image, const std::filesystem::path& path) {
  if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 257.0);
  if (image.depth() == CV_32F || image.depth() == CV_64F) {
    double least = 0, most = 0;
    cv::minMaxLoc(image.reshape(1), &least, &most);
    if (!(least >= 0 && most <= 1) || !cv::checkRange(image))
      refuse_image("pixels that are floats must be from 0 to 1", join_text(least, " to ", most), path);
    image.convertTo(image, CV_8U, 255.0);
  }
  return image;
}

/// One pixel in OpenCV's order on a background.
inline cv::Vec3b laid_on(const cv::Vec4b& pixel, const std::array<std::uint8_t, 3>& background, Alpha alpha) {
  cv::Vec3b rgb;
  for (int channel = 0; channel < 3; ++channel) {
    const int color = pixel[2 - channel], through = background[static_cast<std::size_t>(channel)] * (255 - pixel[3]);
    const int sum = (alpha == Alpha::premultiplied ? color * 255 : color * pixel[3]) + through + 127;
    rgb[channel] = static_cast<std::uint8_t>(std::min(sum / 255, 255));
  }
  return rgb;
}

/// Grey, colour or colour with alpha, of 8 bits, in OpenCV's order -> RGB on `background`.
inline cv::Mat to_rgb(cv::Mat image, const std::array<std::uint8_t, 3>& background, Alpha alpha = Alpha::straight) {
  cv::Mat rgb;
  if (image.channels() == 1) {
    cv::cvtColor(image, rgb, cv::COLOR_GRAY2RGB);
  } else if (image.channels() == 3) {
    cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
    return image;
  } else if (alpha == Alpha::none) {
    cv::cvtColor(image, rgb, cv::COLOR_BGRA2RGB);
  } else {
    rgb = augmentation::detail::scratch_image(image.size());
    for (int y = 0; y < image.rows; ++y)
      for (int x = 0; x < image.cols; ++x) rgb.at<cv::Vec3b>(y, x) = laid_on(image.at<cv::Vec4b>(y, x), background, alpha);
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
  if (decoder.pixels() > options.max_pixels)
    refuse_image(join_text("image must have at most ", options.max_pixels, " pixels"), join_text(decoder.pixels()), path);
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

/// The pixels as OpenCV decodes them, without turning them by EXIF.
inline cv::Mat decode_by_opencv(std::span<const std::uint8_t> bytes, const ImageHeader& header,
                                const std::filesystem::path& path) {
  const bool as_stored = header.transparent || header.format == ImageFormat::other || header.format == ImageFormat::tiff;
  const int flags = as_stored ? cv::IMREAD_UNCHANGED : cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION;
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::uint8_t*>(bytes.data()));
  try {
    if (as_stored || header.width == 0 || header.height == 0) return cv::imdecode(buffer, flags);
    cv::Mat image = augmentation::detail::scratch_image({static_cast<int>(header.width), static_cast<int>(header.height)});
    return cv::imdecode(buffer, flags, &image);
  } catch (const cv::Exception& error) {
    refuse_image("image must be one that OpenCV decodes", error.err, path);
  }
}

/// The first picture of an animated WebP on its canvas.
inline cv::Mat decode_webp_frame(const WebpFrame& frame, const ImageHeader& header, const std::filesystem::path& path) {
  const cv::Mat part = decode_by_opencv(frame.file, {.format = ImageFormat::webp, .transparent = true}, path);
  const cv::Size size(static_cast<int>(header.width), static_cast<int>(header.height));
  if (part.empty() || part.size() == size) return part;
  if (frame.left + part.cols > size.width || frame.top + part.rows > size.height) return {};
  cv::Mat canvas(size, CV_8UC4, cv::Scalar::all(0)), place = canvas({frame.left, frame.top, part.cols, part.rows});
  if (part.channels() == 4) {
    part.copyTo(place);
  } else {
    cv::cvtColor(part, place, cv::COLOR_BGR2BGRA);
  }
  return canvas;
}

/// The pixels in OpenCV's order: grey, BGR or BGRA.
inline cv::Mat decode_stored(std::span<const std::uint8_t> bytes, const ImageHeader& header,
                             const std::filesystem::path& path) {
  if (header.format == ImageFormat::gif) return GifReader(bytes).read();
  if (header.format == ImageFormat::pnm) return decode_pnm(bytes, pnm_header(bytes));
  if (header.format == ImageFormat::bitmap) return decode_bmp_fields(bytes);
  if (header.format == ImageFormat::webp)
    if (const WebpFrame frame = first_webp_frame(bytes); !frame.file.empty()) return decode_webp_frame(frame, header, path);
  return decode_by_opencv(bytes, header, path);
}

}  // namespace detail

/// The bytes of a file. Throws `DataError` if it cannot be read or has none.
[[nodiscard]] inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  if (const auto other = detail::other_than_file(path); !other.empty())
    detail::refuse_image("path must be an image file", std::string(other), path);
  std::error_code error;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  const auto size = std::filesystem::file_size(path, error);
  if (!file || error) detail::refuse_image("path must be a file that can be read", "no access", path);
  constexpr std::uintmax_t most = std::uintmax_t{1} << 30;
  if (size > most) detail::refuse_image(join_text("image files must have at most ", most, " bytes"), join_text(size), path);
  std::vector<std::uint8_t> bytes(size);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (bytes.empty()) detail::refuse_image("path must be an image file", "a file of 0 bytes", path);
  return bytes;
}

/// Decodes an image in memory; `path` is named in errors. JPEG, PNG, BMP, GIF, WebP, TIFF, Netpbm and what else OpenCV reads;
/// of an animation the first picture. Orientation is applied; grey and the inks of print become RGB, transparency is laid on
/// the background, 16 bits and floats from 0 to 1 become 8. Throws `DataError`, also for what would be read wrongly.
[[nodiscard]] inline cv::Mat decode_image(std::span<const std::uint8_t> bytes, const std::filesystem::path& path = {},
                                          const ReadImageOptions& options = {}) {
  const ImageHeader header = image_header(bytes);
  detail::require_usable(header, bytes.size(), path, options);
#ifdef MULTILABEL_WITH_LIBJPEG
  if (header.format == ImageFormat::jpeg) {
    if (cv::Mat image = detail::decode_jpeg(bytes, header, path, options); !image.empty()) return image;
  }
#endif
  cv::Mat image = detail::decode_stored(bytes, header, path);
  if (image.empty())
    detail::refuse_image("image must be one that can be decoded", "a damaged file or an unknown variant", path);
  const bool depth = image.depth() == CV_8U || image.depth() == CV_16U || image.depth() == CV_32F || image.depth() == CV_64F;
  if (!depth || (image.channels() != 1 && image.channels() != 3 && image.channels() != 4))
    detail::refuse_image("image must be grey, RGB or RGBA of 8 or 16 bits or float",
                         join_text(image.channels(), " channels of another type"), path);
  cv::Mat clear;
  if (header.transparent_grey && image.channels() == 1) clear = image == *header.transparent_grey;
  image = detail::to_eight_bits(std::move(image), path);
  if (header.inverted) cv::bitwise_not(image, image);
  image = detail::to_rgb(std::move(image), options.background, header.alpha);
  if (!clear.empty()) image.setTo(cv::Scalar(options.background[0], options.background[1], options.background[2]), clear);
  return detail::upright(std::move(image), header.format == ImageFormat::tiff ? 1 : header.orientation);
}

/// Reads and decodes `path`: 8-bit RGB, [height, width, 3]. Throws `DataError`, which names the file.
[[nodiscard]] inline cv::Mat read_image(const std::filesystem::path& path, const ReadImageOptions& options = {}) {
  return decode_image(read_bytes(path), path, options);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
