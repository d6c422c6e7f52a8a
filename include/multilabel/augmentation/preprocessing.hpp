// SPDX-License-Identifier: Apache-2.0
#pragma once
// The format in which a model receives its images. Training and serving must agree on it to the last value, so it is a plain
// value that a loader hands out, a bundle stores and `evaluation` turns back into a pipeline.

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "multilabel/augmentation/concepts.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What values are measured by.
enum class Normalization {
  standard,             ///< the mean and deviation that were given
  image,                ///< the image's own, over all channels
  image_per_channel,    ///< the image's own, of each channel
  min_max,              ///< the image's smallest and largest value: 0 ... 1
  min_max_per_channel,  ///< those of each channel
};

/// Planes of float, [3, height, width] in RGB order: an image resized to `width` x `height`, then (x / 255 - mean) / std, or
/// measured by its own values (see `Normalize`) where `normalization` says so.
struct Preprocessing {
  int height = 0;  ///< 0: not fixed
  int width = 0;   ///< 0: not fixed
  std::array<float, 3> mean = {0.5f, 0.5f, 0.5f};
  std::array<float, 3> std = {0.5f, 0.5f, 0.5f};
  Interpolation interpolation = Interpolation::area;
  Normalization normalization = Normalization::standard;  ///< any other: mean and std are without effect

  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// The format of an image of unknown size that nothing has changed: values stay 0 ... 255.
[[nodiscard]] inline Preprocessing untouched() {
  constexpr float unit = 1.0f / 255.0f;
  return {.height = 0, .width = 0, .mean = {0, 0, 0}, .std = {unit, unit, unit}, .interpolation = Interpolation::area};
}

/// Throws `ArgumentError` for a negative size, a mean that is no number, or a deviation that is not above 0.
inline void require_preprocessing(std::string_view where, const Preprocessing& format) {
  if (format.height < 0 || format.width < 0)
    fail<ArgumentError>({where, "height and width must not be negative", join_text(format.height, " and ", format.width)});
  for (const float value : format.mean)
    if (!std::isfinite(value)) fail<ArgumentError>({where, "mean must be finite", join_text(value)});
  for (const float value : format.std)
    if (!(value > 0 && std::isfinite(value))) fail<ArgumentError>({where, "std must be above 0 and finite", join_text(value)});
}

namespace detail {

inline constexpr std::array<std::string_view, 5> normalization_names{"standard", "image", "image_per_channel", "min_max",
                                                                     "min_max_per_channel"};
inline constexpr std::array<std::string_view, 5> interpolation_names{"nearest", "linear", "cubic", "area", "lanczos4"};

inline std::string_view text_of(Normalization normalization) {
  return normalization_names.at(static_cast<std::size_t>(normalization));
}

inline std::string_view text_of(Interpolation interpolation) {
  return interpolation_names.at(static_cast<std::size_t>(interpolation));
}

}  // namespace detail

/// The format for humans; in Python it is the value's `repr`.
[[nodiscard]] inline std::string describe(const Preprocessing& format) {
  const auto exact = [](float value) {
    std::array<char, 32> text{};
    return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
  };
  const auto three = [&](const std::array<float, 3>& v) {
    return join_text("(", exact(v[0]), ", ", exact(v[1]), ", ", exact(v[2]), ")");
  };
  return join_text("Preprocessing(height=", format.height, ", width=", format.width, ", mean=", three(format.mean),
                   ", std=", three(format.std), ", interpolation=", quoted(detail::text_of(format.interpolation)),
                   ", normalization=", quoted(detail::text_of(format.normalization)), ")");
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
