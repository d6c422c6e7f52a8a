// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation: the operations that move pixels by more than a flip, a turn or a crop.

#include <pybind11/stl.h>
#include <multilabel/augmentation/affine.hpp>
#include <multilabel/augmentation/dropout.hpp>
#include <multilabel/augmentation/perspective.hpp>
#include <multilabel/augmentation/safe_rotate.hpp>

#include <array>
#include <optional>

#include "bind.hpp"
#include "operation_arguments.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

using AxisPairs = std::array<Pair, 2>;

aug::AxisRanges axes(const AxisPairs& pairs) { return {range(pairs[0]), range(pairs[1])}; }

std::optional<aug::AxisRanges> axes(const std::optional<AxisPairs>& pairs) {
  return pairs ? std::optional(axes(*pairs)) : std::nullopt;
}

}  // namespace

void bind_geometry_operations(py::module_& module) {
  module.def(
      "affine",
      [](const AxisPairs& scale, const std::optional<AxisPairs>& translate_percent,
         const std::optional<AxisPairs>& translate_px, const Pair& rotate, const AxisPairs& shear,
         aug::Interpolation interpolation, bool fit_output, bool keep_ratio, bool balanced_scale, aug::Border border_mode,
         const Color& fill, double p) {
        return AnyOperation(aug::Affine({.scale = axes(scale),
                                         .translate_percent = axes(translate_percent),
                                         .translate_px = axes(translate_px),
                                         .rotate = range(rotate),
                                         .shear = axes(shear),
                                         .interpolation = interpolation,
                                         .output = fit_output ? aug::OutputSize::fit : aug::OutputSize::keep,
                                         .axes = keep_ratio ? aug::ScaleAxes::together : aug::ScaleAxes::independent,
                                         .draw = balanced_scale ? aug::ScaleDraw::balanced : aug::ScaleDraw::uniform,
                                         .border_mode = border_mode,
                                         .fill = fill,
                                         .p = p}));
      },
      py::arg("scale"), py::arg("translate_percent"), py::arg("translate_px"), py::arg("rotate"), py::arg("shear"),
      py::arg("interpolation"), py::arg("fit_output"), py::arg("keep_ratio"), py::arg("balanced_scale"), py::arg("border_mode"),
      py::arg("fill"), py::arg("p"));
  module.def(
      "shift_scale_rotate",
      [](const Pair& shift_limit_x, const Pair& shift_limit_y, const Pair& scale_limit, const Pair& rotate_limit,
         aug::Interpolation interpolation, aug::Border border_mode, const Color& fill, double p) {
        return AnyOperation(aug::ShiftScaleRotate({.shift_limit_x = symmetric(shift_limit_x),
                                                   .shift_limit_y = symmetric(shift_limit_y),
                                                   .scale_limit = symmetric(scale_limit),
                                                   .rotate_limit = symmetric(rotate_limit),
                                                   .interpolation = interpolation,
                                                   .border_mode = border_mode,
                                                   .fill = fill,
                                                   .p = p}));
      },
      py::arg("shift_limit_x"), py::arg("shift_limit_y"), py::arg("scale_limit"), py::arg("rotate_limit"),
      py::arg("interpolation"), py::arg("border_mode"), py::arg("fill"), py::arg("p"));
  module.def(
      "safe_rotate",
      [](const Pair& limit, aug::Interpolation interpolation, aug::Border border_mode, const Color& fill, double p) {
        return AnyOperation(aug::SafeRotate(
            {.limit = symmetric(limit), .interpolation = interpolation, .border_mode = border_mode, .fill = fill, .p = p}));
      },
      py::arg("limit"), py::arg("interpolation"), py::arg("border_mode"), py::arg("fill"), py::arg("p"));
  module.def(
      "perspective",
      [](const Pair& scale, bool keep_size, bool fit_output, aug::Interpolation interpolation, aug::Border border_mode,
         const Color& fill, double p) {
        return AnyOperation(
            aug::Perspective({.scale = range(scale),
                              .size = keep_size ? aug::PerspectiveSize::image : aug::PerspectiveSize::quadrangle,
                              .output = fit_output ? aug::OutputSize::fit : aug::OutputSize::keep,
                              .interpolation = interpolation,
                              .border_mode = border_mode,
                              .fill = fill,
                              .p = p}));
      },
      py::arg("scale"), py::arg("keep_size"), py::arg("fit_output"), py::arg("interpolation"), py::arg("border_mode"),
      py::arg("fill"), py::arg("p"));
  py::enum_<aug::HoleFill>(module, "HoleFill")
      .value("color", aug::HoleFill::color)
      .value("random", aug::HoleFill::random)
      .value("random_uniform", aug::HoleFill::random_uniform);
  module.def(
      "coarse_dropout",
      [](const WholePair& num_holes_range, const Pair& hole_height_range, const Pair& hole_width_range, aug::HoleFill fill_with,
         const Color& fill, double p) {
        return AnyOperation(aug::CoarseDropout({.num_holes_range = whole_range(num_holes_range),
                                                .hole_height_range = range(hole_height_range),
                                                .hole_width_range = range(hole_width_range),
                                                .fill_with = fill_with,
                                                .fill = fill,
                                                .p = p}));
      },
      py::arg("num_holes_range"), py::arg("hole_height_range"), py::arg("hole_width_range"), py::arg("fill_with"),
      py::arg("fill"), py::arg("p"));
}

}  // namespace multilabel::python
