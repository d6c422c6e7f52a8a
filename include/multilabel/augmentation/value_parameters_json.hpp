// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parameters of the operations that change values, as Python names and writes them. For files of pipelines see
// pipeline_json.hpp.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "multilabel/augmentation/blur.hpp"
#include "multilabel/augmentation/color.hpp"
#include "multilabel/augmentation/histogram.hpp"
#include "multilabel/augmentation/iso_noise.hpp"
#include "multilabel/augmentation/normalize.hpp"
#include "multilabel/augmentation/parameter_list_json.hpp"
#include "multilabel/augmentation/pixel.hpp"
#include "multilabel/augmentation/preprocessing.hpp"
#include "multilabel/augmentation/to_tensor.hpp"
#include "multilabel/augmentation/tone.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

inline void list_parameters(ParameterList& list, RandomBrightnessContrastOptions& options) {
  list.symmetric("brightness_limit", options.brightness_limit);
  list.symmetric("contrast_limit", options.contrast_limit);
  list.flag("brightness_by_max", options.brightness_by, BrightnessUnit::mean, BrightnessUnit::maximum);
  list.flag("ensure_safe_range", options.overflow, Overflow::clip, Overflow::avoid);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, GaussNoiseOptions& options) {
  list.range("std_range", options.std_range);
  list.range("mean_range", options.mean_range);
  list.flag("per_channel", options.channels, NoiseChannels::shared, NoiseChannels::independent);
  list.number("noise_scale_factor", options.noise_scale_factor);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, NormalizeOptions& options) {
  list.color("mean", options.mean);
  list.color("std", options.std);
  list.number("max_pixel_value", options.max_pixel_value);
  list.choice("normalization", options.normalization, std::span<const std::string_view>(detail::normalization_names));
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ToTensorV2Options& options) {
  bool transpose_mask = false;  // without effect
  list.flag("transpose_mask", transpose_mask);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, RandomGammaOptions& options) {
  list.range_from("gamma_limit", options.gamma_limit, 1);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, PosterizeOptions& options) {
  const auto itself = [](int bits) { return WholeRange{bits, bits}; };
  const Json* json = list.reads() ? list.find("num_bits") : nullptr;
  if (json != nullptr && json->is_array() && json->size() == 3) {
    auto& channels = options.per_channel.emplace();
    for (std::size_t i = 0; i < 3; ++i) channels[i] = list.range_in<WholeRange>("num_bits", (*json)[i], itself);
  } else if (!list.reads() && options.per_channel) {
    Json ranges = Json::array();
    for (const WholeRange& bits : *options.per_channel) ranges.push_back({bits.low, bits.high});
    list.put("num_bits", std::move(ranges));
  } else {
    list.range("num_bits", options.num_bits, itself);
  }
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, SolarizeOptions& options) {
  list.range("threshold_range", options.threshold_range);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, EqualizeOptions& options) {
  list.choice("mode", options.mode, {"cv", "pil"});
  list.flag("by_channels", options.channels, EqualizeChannels::luminance, EqualizeChannels::independent);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, CLAHEOptions& options) {
  list.range_from("clip_limit", options.clip_limit, 1);
  WholeRange tiles{options.tiles_x, options.tiles_y};
  list.range("tile_grid_size", tiles);
  options.tiles_x = tiles.low;
  options.tiles_y = tiles.high;
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, HueSaturationValueOptions& options) {
  list.symmetric("hue_shift_limit", options.hue_shift_limit);
  list.symmetric("sat_shift_limit", options.sat_shift_limit);
  list.symmetric("val_shift_limit", options.val_shift_limit);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ColorJitterOptions& options) {
  const auto factors = [&](std::string_view key, Range& value) {
    list.range(key, value, [&](double way) {
      if (!(way >= 0)) list.refuse(key, "not negative", way);
      return Range{std::max(0.0, 1 - way), 1 + way};
    });
  };
  factors("brightness", options.brightness);
  factors("contrast", options.contrast);
  factors("saturation", options.saturation);
  list.range("hue", options.hue, [](double limit) { return Range{0 - limit, limit}; });
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ToGrayOptions& options) {
  int channels = 3;
  list.whole("num_output_channels", channels);
  if (channels != 3) list.refuse("num_output_channels", "3", channels);
  list.choice("method", options.method, {"weighted_average", "from_lab", "desaturation", "average", "max", "pca"});
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, GaussianBlurOptions& options) {
  list.range_from("blur_limit", options.blur_limit, 0);
  list.range_from("sigma_limit", options.sigma_limit, 0);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, MotionBlurOptions& options) {
  list.range_from("blur_limit", options.blur_limit, 3);
  list.flag("allow_shifted", options.path, MotionPath::centered, MotionPath::shifted);
  list.range("angle_range", options.angle_range);
  list.range("direction_range", options.direction_range);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, SharpenOptions& options) {
  list.range("alpha", options.alpha);
  list.range("lightness", options.lightness);
  list.choice("method", options.method, {"kernel", "gaussian"});
  list.whole("kernel_size", options.kernel_size);
  list.number("sigma", options.sigma);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ISONoiseOptions& options) {
  list.range("color_shift", options.color_shift);
  list.range("intensity", options.intensity);
  list.number("p", options.p);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
