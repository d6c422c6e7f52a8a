// SPDX-License-Identifier: Apache-2.0
#pragma once
// One image and what is known about it.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "multilabel/augmentation/box.hpp"

namespace multilabel::data {

/// What it means that a label is not named beside an image.
enum class Unnamed {
  absent,   ///< the image does not have it
  unknown,  ///< nobody looked: the cell is unknown
};

/// An image file and its labels.
struct Sample {
  std::filesystem::path image;
  std::vector<std::string> labels;   ///< what the image shows
  std::vector<std::string> unknown;  ///< what it may or may not show: these cells are unknown
  Unnamed unnamed = Unnamed::absent;
  std::size_t row = 0;                        ///< line of the table it was read from, counted from 1; 0 without a table
  std::vector<augmentation::Box> boxes = {};  ///< where labels are, as far as known; those of labels not named are ignored

  friend bool operator==(const Sample&, const Sample&) = default;
};

}  // namespace multilabel::data
