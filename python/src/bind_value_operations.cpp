// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation: the operations that change colours and sharpness.

#include <pybind11/stl.h>
#include <multilabel/augmentation/blur.hpp>
#include <multilabel/augmentation/color.hpp>
#include <multilabel/augmentation/histogram.hpp>
#include <multilabel/augmentation/iso_noise.hpp>
#include <multilabel/augmentation/tone.hpp>
#include <multilabel/data/image_compression.hpp>

#include <array>
#include <optional>

#include "bind.hpp"
#include "operation_arguments.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

void bind_tones(py::module_& module) {
  module.def(
      "random_gamma",
      [](const Pair& gamma_limit, double p) {
        return AnyOperation(aug::RandomGamma({.gamma_limit = range(gamma_limit), .p = p}));
      },
      py::arg("gamma_limit"), py::arg("p"));
  module.def(
      "posterize",
      [](const std::array<WholePair, 3>& num_bits, bool per_channel, double p) {
        aug::PosterizeOptions options{.num_bits = whole_range(num_bits[0]), .p = p};
        if (per_channel) options.per_channel = {whole_range(num_bits[0]), whole_range(num_bits[1]), whole_range(num_bits[2])};
        return AnyOperation(aug::Posterize(options));
      },
      py::arg("num_bits"), py::arg("per_channel"), py::arg("p"));
  module.def(
      "solarize",
      [](const Pair& threshold_range, double p) {
        return AnyOperation(aug::Solarize({.threshold_range = range(threshold_range), .p = p}));
      },
      py::arg("threshold_range"), py::arg("p"));
  module.def(
      "equalize",
      [](bool pil, bool by_channels, double p) {
        return AnyOperation(
            aug::Equalize({.mode = pil ? aug::EqualizeMode::pil : aug::EqualizeMode::cv,
                           .channels = by_channels ? aug::EqualizeChannels::independent : aug::EqualizeChannels::luminance,
                           .p = p}));
      },
      py::arg("pil"), py::arg("by_channels"), py::arg("p"));
  module.def(
      "clahe",
      [](const Pair& clip_limit, const WholePair& tile_grid_size, double p) {
        return AnyOperation(
            aug::CLAHE({.clip_limit = range(clip_limit), .tiles_x = tile_grid_size[0], .tiles_y = tile_grid_size[1], .p = p}));
      },
      py::arg("clip_limit"), py::arg("tile_grid_size"), py::arg("p"));
}

void bind_colors(py::module_& module) {
  module.def(
      "hue_saturation_value",
      [](const Pair& hue, const Pair& saturation, const Pair& value, double p) {
        return AnyOperation(aug::HueSaturationValue({.hue_shift_limit = symmetric(hue),
                                                     .sat_shift_limit = symmetric(saturation),
                                                     .val_shift_limit = symmetric(value),
                                                     .p = p}));
      },
      py::arg("hue_shift_limit"), py::arg("sat_shift_limit"), py::arg("val_shift_limit"), py::arg("p"));
  module.def(
      "color_jitter",
      [](const Pair& brightness, const Pair& contrast, const Pair& saturation, const Pair& hue, double p) {
        return AnyOperation(aug::ColorJitter({.brightness = range(brightness),
                                              .contrast = range(contrast),
                                              .saturation = range(saturation),
                                              .hue = range(hue),
                                              .p = p}));
      },
      py::arg("brightness"), py::arg("contrast"), py::arg("saturation"), py::arg("hue"), py::arg("p"));
  py::enum_<aug::GrayMethod>(module, "GrayMethod")
      .value("weighted_average", aug::GrayMethod::weighted_average)
      .value("from_lab", aug::GrayMethod::from_lab)
      .value("desaturation", aug::GrayMethod::desaturation)
      .value("average", aug::GrayMethod::average)
      .value("max", aug::GrayMethod::max)
      .value("pca", aug::GrayMethod::pca);
  module.def(
      "to_gray", [](aug::GrayMethod method, double p) { return AnyOperation(aug::ToGray({.method = method, .p = p})); },
      py::arg("method"), py::arg("p"));
}

void bind_blurs(py::module_& module) {
  module.def(
      "gaussian_blur",
      [](const WholePair& blur_limit, const Pair& sigma_limit, double p) {
        return AnyOperation(
            aug::GaussianBlur({.blur_limit = whole_range(blur_limit), .sigma_limit = range(sigma_limit), .p = p}));
      },
      py::arg("blur_limit"), py::arg("sigma_limit"), py::arg("p"));
  module.def(
      "motion_blur",
      [](const WholePair& blur_limit, bool allow_shifted, const Pair& angle_range, const Pair& direction_range, double p) {
        return AnyOperation(aug::MotionBlur({.blur_limit = whole_range(blur_limit),
                                             .path = allow_shifted ? aug::MotionPath::shifted : aug::MotionPath::centered,
                                             .angle_range = range(angle_range),
                                             .direction_range = range(direction_range),
                                             .p = p}));
      },
      py::arg("blur_limit"), py::arg("allow_shifted"), py::arg("angle_range"), py::arg("direction_range"), py::arg("p"));
  module.def(
      "sharpen",
      [](const Pair& alpha, const Pair& lightness, bool gaussian, int kernel_size, double sigma, double p) {
        return AnyOperation(aug::Sharpen({.alpha = range(alpha),
                                          .lightness = range(lightness),
                                          .method = gaussian ? aug::SharpenMethod::gaussian : aug::SharpenMethod::kernel,
                                          .kernel_size = kernel_size,
                                          .sigma = sigma,
                                          .p = p}));
      },
      py::arg("alpha"), py::arg("lightness"), py::arg("gaussian"), py::arg("kernel_size"), py::arg("sigma"), py::arg("p"));
  module.def(
      "iso_noise",
      [](const Pair& color_shift, const Pair& intensity, double p) {
        return AnyOperation(aug::ISONoise({.color_shift = range(color_shift), .intensity = range(intensity), .p = p}));
      },
      py::arg("color_shift"), py::arg("intensity"), py::arg("p"));
  module.def(
      "image_compression",
      [](bool webp, const WholePair& quality_range, double p) {
        return AnyOperation(
            data::ImageCompression({.compression_type = webp ? data::CompressionType::webp : data::CompressionType::jpeg,
                                    .quality_range = whole_range(quality_range),
                                    .p = p}));
      },
      py::arg("webp"), py::arg("quality_range"), py::arg("p"));
}

}  // namespace

void bind_value_operations(py::module_& module) {
  bind_tones(module);
  bind_colors(module);
  bind_blurs(module);
}

}  // namespace multilabel::python
