// SPDX-License-Identifier: Apache-2.0
#pragma once
// One image and what is known about it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "multilabel/augmentation/box.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// What it means that a label is not named beside an image.
enum class Unnamed {
  absent,   ///< the image does not have it
  unknown,  ///< nobody looked: the cell is unknown
};

/// What it means that no label at all is given for an image.
enum class EmptyLabels {
  none,     ///< an image without any label: every cell is 0
  unknown,  ///< an image that nobody labelled: every cell is unknown
  error,    ///< a mistake: `DataError`, which names the image
  drop,     ///< the image is left out
};

/// What an object counts as that its annotators marked as hard to make out, or as a crowd.
enum class Doubtful {
  present,  ///< the image has the label
  unknown,  ///< the cell is unknown, unless another object of the label is beyond doubt
  absent,   ///< as if it were not annotated
};

/// What becomes of a row, a line or an entry of annotations that is wrong.
enum class OnBad {
  raise,  ///< `DataError`
  skip,   ///< it is left out, and the data set lists it in `passed_over`
};

/// A label of which the image has so much: a target between 0 and 1.
struct SoftLabel {
  std::string label;
  float target = 0;

  friend bool operator==(const SoftLabel&, const SoftLabel&) = default;
};

/// Something that a reader left out: the file, and why.
struct PassedOver {
  std::filesystem::path path;
  std::string reason;
};

/// A stretch of a larger file, such as one member of a tar archive.
struct FilePart {
  std::filesystem::path file;
  std::uint64_t offset = 0;  ///< of the first byte
  std::uint64_t size = 0;    ///< number of bytes

  friend bool operator==(const FilePart&, const FilePart&) = default;
};

/// An image and its labels. The image is a file, a part of a file, bytes or pixels in memory; it is opened only when it
/// is loaded.
struct Sample {
  std::filesystem::path image = {};       ///< the file; if the image lies elsewhere, the name that errors give it
  std::vector<std::string> labels = {};   ///< what the image shows
  std::vector<std::string> unknown = {};  ///< what it may or may not show: these cells are unknown
  Unnamed unnamed = Unnamed::absent;
  std::size_t row = 0;                        ///< line of the table it was read from, counted from 1; 0 without a table
  std::vector<augmentation::Box> boxes = {};  ///< where labels are, as far as known; those of labels not named are ignored
  std::optional<FilePart> part = {};          ///< where the image lies, if not in a file of its own
  std::shared_ptr<const std::vector<std::uint8_t>> bytes = {};  ///< the image file's content, if it is in memory
  std::shared_ptr<const cv::Mat> pixels = {};  ///< the image itself, 8-bit RGB as `read_image` gives it, if it is in memory
  /// The row of targets itself, one cell for each label of a loader's vocabulary; empty where `labels` names them.
  std::vector<float> targets = {};
  std::vector<std::string> absent = {};  ///< what the image does not show; matters only where a label not named is unknown
  std::vector<SoftLabel> soft = {};      ///< labels with a probability in place of a yes or no

  friend bool operator==(const Sample&, const Sample&) = default;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
