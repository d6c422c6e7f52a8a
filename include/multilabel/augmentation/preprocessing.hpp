// SPDX-License-Identifier: Apache-2.0
#pragma once
// The format in which a model receives its images. Training and serving must agree on it to the last value, so it is a plain
// value that a loader hands out, a bundle stores and `evaluation` turns back into a pipeline.

#include <array>

#include "multilabel/augmentation/concepts.hpp"

namespace multilabel::augmentation {

/// Planes of float, [3, height, width] in RGB order: an image resized to `width` x `height`, then (x / 255 - mean) / std.
struct Preprocessing {
  int height = 0;  ///< 0: not fixed
  int width = 0;   ///< 0: not fixed
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Interpolation interpolation = Interpolation::area;

  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// The format of an image of unknown size that nothing has changed: values stay 0 ... 255.
[[nodiscard]] inline Preprocessing untouched() {
  constexpr float unit = 1.0f / 255.0f;
  return {.height = 0, .width = 0, .mean = {0, 0, 0}, .std = {unit, unit, unit}, .interpolation = Interpolation::area};
}

}  // namespace multilabel::augmentation
