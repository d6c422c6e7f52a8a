// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two pipelines that most projects need and no more: `restrained` for training, which no label should notice, and `evaluation`
// for validation, testing and serving. Both normalise to -1 ... 1 unless told otherwise.

#include <array>

#include "multilabel/augmentation/crop.hpp"
#include "multilabel/augmentation/flip.hpp"
#include "multilabel/augmentation/normalize.hpp"
#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/augmentation/pixel.hpp"
#include "multilabel/augmentation/resize.hpp"
#include "multilabel/augmentation/rotate.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct EvaluationOptions {
  int size = 224;  ///< height and width
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Interpolation interpolation = Interpolation::area;
};

using Evaluation = Pipeline<Resize, Normalize>;

/// The pipeline that delivers exactly the format `preprocessing`, without any randomness.
[[nodiscard]] inline Evaluation evaluation(const Preprocessing& preprocessing) {
  return Evaluation{
      Resize{{.height = preprocessing.height, .width = preprocessing.width, .interpolation = preprocessing.interpolation}},
      Normalize{{.mean = preprocessing.mean, .std = preprocessing.std, .normalization = preprocessing.normalization}}};
}

/// Resize to `size` x `size`, then normalise.
[[nodiscard]] inline Evaluation evaluation(const EvaluationOptions& options = {}) {
  return evaluation(Preprocessing{.height = options.size,
                                  .width = options.size,
                                  .mean = options.mean,
                                  .std = options.std,
                                  .interpolation = options.interpolation});
}

struct RestrainedOptions {
  int size = 224;                   ///< height and width
  double flip = 0.5;                ///< probability of the mirror image
  SymmetricRange rotate = 15;       ///< degrees
  SymmetricRange brightness = 0.2;  ///< share of 255
  SymmetricRange contrast = 0.2;    ///< factors 0.8 to 1.2
  Range noise = {0.01, 0.03};       ///< deviation as a share of 255
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
};

using Restrained = Pipeline<HorizontalFlip, Rotate, Resize, RandomBrightnessContrast, GaussNoise, Normalize>;

/// Mirror, turn a little, resize to `size` x `size`, change brightness and contrast a little, add slight noise, normalise. The
/// picture is continued beyond its edges by reflection; nothing is cut away but the corners.
[[nodiscard]] inline Restrained restrained(const RestrainedOptions& options = {}) {
  return Restrained{
      HorizontalFlip{{.p = options.flip}},
      Rotate{{.limit = options.rotate, .border_mode = Border::reflect_101, .p = 1}},
      Resize{{.height = options.size, .width = options.size, .interpolation = Interpolation::area}},
      RandomBrightnessContrast{{.brightness_limit = options.brightness, .contrast_limit = options.contrast, .p = 1}},
      GaussNoise{{.std_range = options.noise, .p = 1}},
      Normalize{{.mean = options.mean, .std = options.std}}};
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
