// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parameters of the operations that move pixels or paint over them, as Python names and writes them. For files of pipelines
// see pipeline_json.hpp.

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>

#include "multilabel/augmentation/affine.hpp"
#include "multilabel/augmentation/compose.hpp"
#include "multilabel/augmentation/crop.hpp"
#include "multilabel/augmentation/dropout.hpp"
#include "multilabel/augmentation/flip.hpp"
#include "multilabel/augmentation/label_safe_crop.hpp"
#include "multilabel/augmentation/parameter_list_json.hpp"
#include "multilabel/augmentation/perspective.hpp"
#include "multilabel/augmentation/resize.hpp"
#include "multilabel/augmentation/resized_crop.hpp"
#include "multilabel/augmentation/rotate.hpp"
#include "multilabel/augmentation/safe_rotate.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

namespace detail {

/// "image" stands for averaging where an image shrinks, and so does "image_mask": masks are never averaged.
inline void list_downscale(ParameterList& list, Downscale& value) {
  constexpr std::string_view key = "area_for_downscale";
  if (!list.reads()) return list.put(key, value == Downscale::area ? Json("image") : Json());
  const Json* json = list.find(key);
  if (json == nullptr) return;
  if (!json->is_null() && *json != "image" && *json != "image_mask") list.refuse(key, "null, 'image' or 'image_mask'", *json);
  value = json->is_null() ? Downscale::as_told : Downscale::area;
}

inline void list_position(ParameterList& list, std::string_view key, PadPosition& value) {
  list.choice(key, value, {"center", "top_left", "top_right", "bottom_left", "bottom_right", "random"});
}

/// {"x": ..., "y": ...}, or one for both; a number stands for itself and an axis left out for `missing`.
inline AxisRanges axes_in(const ParameterList& list, std::string_view key, const Json& json, double missing) {
  const auto one = [&](const Json& part) {
    return list.range_in<Range>(key, part, [](double value) { return Range{value, value}; });
  };
  if (!json.is_object()) return {one(json), one(json)};
  AxisRanges ranges{{missing, missing}, {missing, missing}};
  if (json.empty()) list.refuse(key, "with 'x', 'y' or both", json);
  for (const auto& [axis, part] : json.items()) {
    if (axis != "x" && axis != "y") list.refuse(key, "with 'x', 'y' or both", json);
    (axis == "x" ? ranges.x : ranges.y) = one(part);
  }
  return ranges;
}

inline Json json_of(const AxisRanges& ranges) {
  return {{"x", {ranges.x.low, ranges.x.high}}, {"y", {ranges.y.low, ranges.y.high}}};
}

inline void list_axes(ParameterList& list, std::string_view key, AxisRanges& value, double missing) {
  if (!list.reads()) return list.put(key, json_of(value));
  if (const Json* json = list.find(key)) value = axes_in(list, key, *json, missing);
}

inline void list_axes(ParameterList& list, std::string_view key, std::optional<AxisRanges>& value) {
  if (!list.reads()) return list.put(key, value ? json_of(*value) : Json());
  if (const Json* json = list.find(key); json != nullptr && !json->is_null()) value = axes_in(list, key, *json, 0);
}

}  // namespace detail

/// An operation of which nothing but the probability can be chosen.
template <class Options>
  requires(std::same_as<Options, HorizontalFlipOptions> || std::same_as<Options, VerticalFlipOptions> ||
           std::same_as<Options, NoOpOptions>)
void list_parameters(ParameterList& list, Options& options) {
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, RotateOptions& options) {
  list.symmetric("limit", options.limit);
  list.interpolation(options.interpolation);
  list.border_mode(options.border_mode);
  list.flag("crop_border", options.corners, Corners::keep, Corners::cut);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ResizeOptions& options) {
  list.required("height").whole("height", options.height);
  list.required("width").whole("width", options.width);
  list.interpolation(options.interpolation);
  detail::list_downscale(list, options.downscale);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, MaxSizeOptions& options) {
  if (!list.reads()) {
    const bool by_sides = options.max_height > 0 || options.max_width > 0;
    const auto side = [](int length) { return length > 0 ? Json(length) : Json(); };
    list.put("max_size", by_sides ? Json() : options.max_sizes.empty() ? Json(options.max_size) : Json(options.max_sizes));
    list.put("max_size_hw", by_sides ? Json{side(options.max_height), side(options.max_width)} : Json());
  } else {
    if (const Json* json = list.find("max_size"); json != nullptr && json->is_array()) {
      for (const Json& size : *json) options.max_sizes.push_back(list.whole_in("max_size", size));
    } else {
      list.whole_or_null("max_size", options.max_size);
    }
    if (const Json* json = list.find("max_size_hw"); json != nullptr && !json->is_null()) {
      if (!json->is_array() || json->size() != 2) list.refuse("max_size_hw", "(height, width)", *json);
      const auto side = [&](const Json& length) { return length.is_null() ? 0 : list.whole_in("max_size_hw", length); };
      options.max_height = side((*json)[0]);
      options.max_width = side((*json)[1]);
    }
  }
  list.interpolation(options.interpolation);
  detail::list_downscale(list, options.downscale);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, RandomResizedCropOptions& options) {
  WholeRange size{options.height, options.width};
  list.required("size").range("size", size);
  options.height = size.low;
  options.width = size.high;
  list.range("scale", options.scale);
  list.range("ratio", options.ratio);
  list.interpolation(options.interpolation);
  detail::list_downscale(list, options.downscale);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, LabelSafeCropOptions& options) {
  list.required("height").whole("height", options.height);
  list.required("width").whole("width", options.width);
  list.number("min_kept", options.min_kept);
  list.range("stretch", options.stretch);
  list.interpolation(options.interpolation);
  list.number("p", options.p);
  list.number("min_visibility", options.min_visibility);
  list.choice("lost", options.lost, {"keep", "drop", "soft", "ignore", "resample"});
}

inline void list_parameters(ParameterList& list, CropOptions& options) {
  list.required("height").whole("height", options.height);
  list.required("width").whole("width", options.width);
  list.flag("pad_if_needed", options.too_small, TooSmall::refuse, TooSmall::pad);
  detail::list_position(list, "pad_position", options.pad_position);
  list.border_mode(options.border_mode);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, PadIfNeededOptions& options) {
  list.whole_or_null("min_height", options.min_height);
  list.whole_or_null("min_width", options.min_width);
  list.whole_or_null("pad_height_divisor", options.pad_height_divisor);
  list.whole_or_null("pad_width_divisor", options.pad_width_divisor);
  detail::list_position(list, "position", options.position);
  list.border_mode(options.border_mode);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, AffineOptions& options) {
  detail::list_axes(list, "scale", options.scale, 1);
  detail::list_axes(list, "translate_percent", options.translate_percent);
  detail::list_axes(list, "translate_px", options.translate_px);
  list.range("rotate", options.rotate, [](double angle) { return Range{angle, angle}; });
  detail::list_axes(list, "shear", options.shear, 0);
  list.interpolation(options.interpolation);
  list.flag("fit_output", options.output, OutputSize::keep, OutputSize::fit);
  list.flag("keep_ratio", options.axes, ScaleAxes::independent, ScaleAxes::together);
  list.flag("balanced_scale", options.draw, ScaleDraw::uniform, ScaleDraw::balanced);
  list.border_mode(options.border_mode);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, ShiftScaleRotateOptions& options) {
  // `shift_limit` stands for both axes, of which each may have its own.
  SymmetricRange both = options.shift_limit_x;
  list.symmetric("shift_limit", both);
  list.symmetric("scale_limit", options.scale_limit);
  list.symmetric("rotate_limit", options.rotate_limit);
  list.interpolation(options.interpolation);
  list.border_mode(options.border_mode);
  if (list.reads()) options.shift_limit_x = options.shift_limit_y = both;
  const auto axis = [&](std::string_view key, SymmetricRange& value) {
    const Json* json = list.reads() ? list.find(key) : nullptr;
    if (json == nullptr || !json->is_null()) list.symmetric(key, value);
  };
  axis("shift_limit_x", options.shift_limit_x);
  axis("shift_limit_y", options.shift_limit_y);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, SafeRotateOptions& options) {
  list.symmetric("limit", options.limit);
  list.interpolation(options.interpolation);
  list.border_mode(options.border_mode);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, PerspectiveOptions& options) {
  list.range_from("scale", options.scale, 0);
  list.flag("keep_size", options.size, PerspectiveSize::quadrangle, PerspectiveSize::image);
  list.flag("fit_output", options.output, OutputSize::keep, OutputSize::fit);
  list.interpolation(options.interpolation);
  list.border_mode(options.border_mode);
  list.fill(options.fill);
  list.number("p", options.p);
}

inline void list_parameters(ParameterList& list, CoarseDropoutOptions& options) {
  list.range("num_holes_range", options.num_holes_range);
  list.range("hole_height_range", options.hole_height_range);
  list.range("hole_width_range", options.hole_width_range);
  const Json* fill = list.reads() ? list.find("fill") : nullptr;
  const bool by_name = list.reads() ? fill != nullptr && fill->is_string() : options.fill_with != HoleFill::color;
  if (!by_name) {
    list.fill(options.fill);
  } else if (!list.reads()) {
    list.put("fill", options.fill_with == HoleFill::random ? "random" : "random_uniform");
  } else {
    if (*fill != "random" && *fill != "random_uniform")
      list.refuse("fill", "a number, three of them, 'random' or 'random_uniform'", *fill);
    options.fill_with = *fill == "random" ? HoleFill::random : HoleFill::random_uniform;
  }
  list.number("p", options.p);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
