// SPDX-License-Identifier: Apache-2.0
#pragma once
// The bytes and the pixels of a sample, wherever they lie: in a file of their own, in a part of a larger one, or in memory.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/image_io.hpp"
#include "multilabel/data/sample.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// The bytes of a part of a file. Throws `DataError`, which names `name` and the file, if they cannot be read, are none, or end
/// before `part.size`.
[[nodiscard]] inline std::vector<std::uint8_t> read_part(const FilePart& part, const std::filesystem::path& name) {
  const auto refuse = [&](std::string_view expected, const std::string& actual) {
    fail<DataError>({"data::read_part", expected, join_text(actual, " (", detail::quoted_path(name), ")")}, name);
  };
  if (const auto other = detail::other_than_file(part.file); !other.empty())
    refuse("file must be one that can be read", join_text(detail::quoted_path(part.file), ", ", other));
  std::error_code error;
  const auto whole = std::filesystem::file_size(part.file, error);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(part.file.c_str(), "rb"), &std::fclose);
  if (error || !file) refuse("file must be one that can be read", detail::quoted_path(part.file));
  if (part.size == 0) refuse("part must hold an image file", "0 bytes");
  if (part.offset > whole || part.size > whole - part.offset)
    refuse(join_text("file must hold ", part.size, " bytes from byte ", part.offset, " on"), join_text("a file of ", whole));
  std::vector<std::uint8_t> bytes(part.size);
  const bool found = fseeko(file.get(), static_cast<off_t>(part.offset), SEEK_SET) == 0;
  if (!found || std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    refuse("file must be one that can be read", detail::quoted_path(part.file));
  return bytes;
}

/// The bytes of the image of `sample`, still encoded. Throws `DataError`, which names it.
[[nodiscard]] inline std::vector<std::uint8_t> sample_bytes(const Sample& sample) {
  if (sample.bytes) return *sample.bytes;
  if (sample.pixels) detail::refuse_image("image must be the bytes of a file", "pixels", sample.image);
  return sample.part ? read_part(*sample.part, sample.image) : read_bytes(sample.image);
}

/// The pixels of the image of `sample`: 8-bit RGB, [height, width, 3]; those in memory are shared, not copied. Throws
/// `DataError`, which names it, and `ShapeError` for pixels that are not 8-bit RGB.
[[nodiscard]] inline cv::Mat read_sample(const Sample& sample, const ReadImageOptions& options = {}) {
  if (sample.pixels) {
    augmentation::require_rgb(join_text("data::read_sample (", detail::quoted_path(sample.image), ")"), *sample.pixels);
    return *sample.pixels;
  }
  if (sample.bytes) return decode_image(*sample.bytes, sample.image, options);
  return sample.part ? decode_image(read_part(*sample.part, sample.image), sample.image, options)
                     : read_image(sample.image, options);
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
