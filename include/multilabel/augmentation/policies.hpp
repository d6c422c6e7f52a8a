// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two training recipes that need no tuning, TrivialAugment (Mueller and Hutter, 2021) and RandAugment (Cubuk et al., 2020),
// with ranges in which labels stay true: their authors turn by up to 135 and 30 degrees and invert colours, which suits
// pictures of one large object and not those of many small ones. `restrained` is milder still.

#include <array>
#include <utility>
#include <vector>

#include "multilabel/augmentation/affine.hpp"
#include "multilabel/augmentation/any_operation.hpp"
#include "multilabel/augmentation/blur.hpp"
#include "multilabel/augmentation/color.hpp"
#include "multilabel/augmentation/compose.hpp"
#include "multilabel/augmentation/flip.hpp"
#include "multilabel/augmentation/histogram.hpp"
#include "multilabel/augmentation/normalize.hpp"
#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/augmentation/pixel.hpp"
#include "multilabel/augmentation/resize.hpp"
#include "multilabel/augmentation/tone.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

/// The thirteen changes of both recipes at a strength of 0 ... 1. At 1: turns of 15 degrees, shears of 8 degrees, shifts of a
/// tenth, brightness, contrast and saturation by half, sharpening by half, 4 bits a colour, inversion of the brightest eighth.
inline std::vector<AnyOperation> mild_changes(double strength) {
  const auto symmetric = [&](double limit) { return Range{-limit * strength, limit * strength}; };
  const auto affine = [](AffineOptions options) {
    options.border_mode = Border::reflect_101;
    options.p = 1;
    return AnyOperation(Affine(options));
  };
  const double half = 0.5 * strength;
  const int bits = 7 - static_cast<int>(3 * strength + 0.5);
  return {NoOp{{.p = 1}},
          affine({.rotate = symmetric(15)}),
          affine({.shear = {symmetric(8), {}}}),
          affine({.shear = {{}, symmetric(8)}}),
          affine({.translate_percent = AxisRanges{symmetric(0.1), {}}}),
          affine({.translate_percent = AxisRanges{{}, symmetric(0.1)}}),
          RandomBrightnessContrast{{.brightness_limit = half, .contrast_limit = 0, .p = 1}},
          RandomBrightnessContrast{{.brightness_limit = 0, .contrast_limit = half, .p = 1}},
          ColorJitter{{.brightness = {1, 1}, .contrast = {1, 1}, .saturation = {1 - half, 1 + half}, .hue = {0, 0}, .p = 1}},
          Sharpen{{.alpha = {0, half}, .lightness = {1, 1}, .p = 1}},
          Posterize{{.num_bits = {bits, 7}, .p = 1}},
          Solarize{{.threshold_range = {1 - 0.125 * strength, 1}, .p = 1}},
          Equalize{{.p = 1}}};
}

}  // namespace detail

struct TrivialAugmentOptions {
  int size = 224;     ///< height and width
  double flip = 0.5;  ///< probability of the mirror image
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
};

using TrivialAugment = Pipeline<HorizontalFlip, OneOf, Resize, Normalize>;

/// One of thirteen changes for each image, of a strength drawn anew, then resize and normalise.
[[nodiscard]] inline TrivialAugment trivial_augment(const TrivialAugmentOptions& options = {}) {
  return TrivialAugment{HorizontalFlip{{.p = options.flip}}, OneOf{{.p = 1}, detail::mild_changes(1)},
                        Resize{{.height = options.size, .width = options.size, .interpolation = Interpolation::area}},
                        Normalize{{.mean = options.mean, .std = options.std}}};
}

struct RandAugmentOptions {
  int size = 224;        ///< height and width
  int n = 2;             ///< how many changes for each image
  double magnitude = 5;  ///< 0 ... 10: the limit of their strength
  double flip = 0.5;     ///< probability of the mirror image
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
};

using RandAugment = Pipeline<HorizontalFlip, SomeOf, Resize, Normalize>;

/// `n` of thirteen changes for each image, chosen with replacement, each of a strength drawn up to `magnitude`, then resize and
/// normalise.
[[nodiscard]] inline RandAugment rand_augment(const RandAugmentOptions& options = {}) {
  if (!(options.magnitude >= 0 && options.magnitude <= 10))
    fail<ArgumentError>({"augmentation::rand_augment", "magnitude must be between 0 and 10", join_text(options.magnitude)});
  return RandAugment{HorizontalFlip{{.p = options.flip}},
                     SomeOf{{.n = options.n, .replace = Replacement::with}, detail::mild_changes(options.magnitude / 10)},
                     Resize{{.height = options.size, .width = options.size, .interpolation = Interpolation::area}},
                     Normalize{{.mean = options.mean, .std = options.std}}};
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
