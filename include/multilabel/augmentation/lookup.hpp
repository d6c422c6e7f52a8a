// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes of values that no multiply-add can express, as tables: for each channel 256 answers. Tables one after the other are
// again one table, so a pipeline reads the image once for all of them.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/scratch.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What becomes of each 8-bit value, red first.
using Table = std::array<std::array<std::uint8_t, 256>, 3>;

/// The table of `answer(value) -> number`, rounded and clipped to 0 ... 255, the same for every channel.
template <class Answer>
[[nodiscard]] Table table_of(const Answer& answer) {
  Table table;
  for (std::size_t value = 0; value < 256; ++value)
    table[0][value] = cv::saturate_cast<std::uint8_t>(static_cast<double>(answer(static_cast<double>(value))));
  table[1] = table[2] = table[0];
  return table;
}

/// Levels as a table, rounded to nearest.
[[nodiscard]] inline Table table_of(const Levels& levels) {
  Table table;
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t value = 0; value < 256; ++value)
      table[channel][value] = cv::saturate_cast<std::uint8_t>(levels[channel](static_cast<double>(value)));
  return table;
}

/// `first`, and `next` on its result.
[[nodiscard]] inline Table then(const Table& first, const Table& next) {
  Table table;
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t value = 0; value < 256; ++value) table[channel][value] = next[channel][first[channel][value]];
  return table;
}

/// `image` (8-bit RGB) with every value replaced by its answer.
[[nodiscard]] inline cv::Mat look_up(const cv::Mat& image, const Table& table) {
  cv::Mat result = detail::scratch_image(image.size());
  if (table[0] == table[1] && table[1] == table[2]) {
    cv::LUT(image, cv::Mat(1, 256, CV_8U, const_cast<std::uint8_t*>(table[0].data())), result);
    return result;
  }
  cv::Mat joined(1, 256, CV_8UC3);
  for (int value = 0; value < 256; ++value)
    for (int channel = 0; channel < 3; ++channel)
      joined.at<cv::Vec3b>(0, value)[channel] = table[static_cast<std::size_t>(channel)][static_cast<std::size_t>(value)];
  cv::LUT(image, joined, result);
  return result;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
