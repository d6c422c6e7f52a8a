// SPDX-License-Identifier: Apache-2.0
#pragma once
// The changes of values that an image in a `Canvas` still has before it: first a table, then levels with noise between them.
// They wait because they share one pass with each other and with the store as floats.

#include <array>
#include <cstddef>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "multilabel/augmentation/finish.hpp"
#include "multilabel/augmentation/levels.hpp"
#include "multilabel/augmentation/lookup.hpp"
#include "multilabel/augmentation/noise.hpp"
#include "multilabel/augmentation/rows.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// Any number of changes as one. Nothing but `levels` may follow noise: see `noisy`.
class ValuePlan {
 public:
  [[nodiscard]] bool empty() const noexcept { return !planned_; }
  [[nodiscard]] bool noisy() const noexcept { return finish_.noise.has_value(); }

  void lookup(const Table& table) {
    const Table levels = then(table_of(finish_.before), table);
    table_ = table_ ? then(*table_, levels) : levels;
    finish_.before = {};
    planned_ = true;
  }

  void levels(const Levels& levels) {
    Levels& last = finish_.noise ? finish_.after : finish_.before;
    last = then(last, levels);
    planned_ = true;
  }

  void noise(const Noise& noise) {
    finish_.noise = noise;
    finish_.after = eight_bit_levels(1, 0);
    planned_ = true;
  }

  /// y = (x / 255 - mean) / std, clipped to -limit ... limit.
  void normalize(const std::array<float, 3>& mean, const std::array<float, 3>& std, double limit) {
    Levels& last = finish_.noise ? finish_.after : finish_.before;
    for (std::size_t i = 0; i < 3; ++i)
      last[i] = last[i].then(
          {.gain = 1.0 / (255.0 * std[i]), .offset = -static_cast<double>(mean[i]) / std[i], .low = -limit, .high = limit});
    planned_ = true;
  }

  /// `image` with all changes, rounded to 8 bits.
  [[nodiscard]] cv::Mat eight_bits(const cv::Mat& image) const {
    if (!finish_.noise) {
      const Table levels = table_of(finish_.before);
      return look_up(image, table_ ? then(*table_, levels) : levels);
    }
    cv::Mat planar(3 * image.rows, image.cols, CV_32F);
    write(image, planar.ptr<float>());
    std::vector<cv::Mat> planes(3);
    for (int i = 0; i < 3; ++i)
      planar.rowRange(i * image.rows, (i + 1) * image.rows).convertTo(planes[static_cast<std::size_t>(i)], CV_8U);
    cv::Mat result;
    cv::merge(planes, result);
    return result;
  }

  /// Writes `image` with all changes as three planes of float.
  void write(const cv::Mat& image, float* planar) const {
    const cv::Mat looked_up = table_ ? look_up(image, *table_) : image;
    write_planar(PixelRows(looked_up), finish_, planar);
  }

  /// The same for an image that comes row by row; only where `streams`.
  template <class Rows>
  void write_rows(Rows rows, float* planar) const {
    write_planar(std::move(rows), finish_, planar);
  }
  [[nodiscard]] bool streams() const noexcept { return !table_; }

 private:
  std::optional<Table> table_;  // before `finish_`
  Finish finish_;
  bool planned_ = false;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
