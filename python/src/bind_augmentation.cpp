// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation: one function an operation, and the list that runs them.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/augmentation.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bind.hpp"
#include "core_docs.hpp"
#include "images.hpp"
#include "operation_arguments.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

// A Python function `call(image, seed, epoch, index, stream) -> image`; the GIL is taken for it alone.
class PythonOperation {
 public:
  PythonOperation(py::object call, std::string title, double probability)
      : name(std::move(title)), p(probability), call_(new py::object(std::move(call)), [](py::object* object) {
          const py::gil_scoped_acquire gil;
          delete object;
        }) {}

  cv::Mat operator()(const cv::Mat& image, RandomKey key) const {
    const py::gil_scoped_acquire gil;
    const py::object result = (*call_)(from_image(image.clone()), key.seed, key.epoch, key.index, key.stream);
    return to_image(result, join_text("augmentation: the result of ", name)).image.clone();
  }

  std::string name;
  double p;

 private:
  std::shared_ptr<py::object> call_;
};

// An enumerator, or the one of this name among the first `count`.
template <class Enum>
Enum chosen(const std::variant<Enum, std::string>& value, std::string_view name, int count) {
  if (const auto* member = std::get_if<Enum>(&value)) return *member;
  std::string known;
  for (int i = 0; i < count; ++i) {
    const auto text = aug::detail::text_of(static_cast<Enum>(i));
    if (text == std::get<std::string>(value)) return static_cast<Enum>(i);
    known += join_text(i == 0 ? "" : ", ", quoted(text));
  }
  fail<ArgumentError>(
      {"augmentation.Preprocessing", join_text(name, " must be one of ", known), quoted(std::get<std::string>(value))});
}

aug::Downscale downscale(bool area) { return area ? aug::Downscale::area : aug::Downscale::as_told; }

void bind_operations(py::module_& module) {
  const aug::HorizontalFlipOptions horizontal;
  module.def(
      "horizontal_flip", [](double p) { return AnyOperation(aug::HorizontalFlip({.p = p})); }, py::arg("p") = horizontal.p);
  const aug::VerticalFlipOptions vertical;
  module.def("vertical_flip", [](double p) { return AnyOperation(aug::VerticalFlip({.p = p})); }, py::arg("p") = vertical.p);
  const aug::RotateOptions rotate;
  module.def(
      "rotate",
      [](const Pair& limit, aug::Interpolation interpolation, aug::Border border, const std::array<double, 3>& fill, double p,
         bool crop_border) {
        return AnyOperation(aug::Rotate({.limit = symmetric(limit),
                                         .interpolation = interpolation,
                                         .border_mode = border,
                                         .fill = fill,
                                         .p = p,
                                         .corners = crop_border ? aug::Corners::cut : aug::Corners::keep}));
      },
      py::arg("limit") = pair(rotate.limit), py::arg("interpolation") = rotate.interpolation,
      py::arg("border_mode") = rotate.border_mode, py::arg("fill") = rotate.fill, py::arg("p") = rotate.p,
      py::arg("crop_border") = false);
  module.def(
      "resize",
      [](int height, int width, aug::Interpolation interpolation, double p, bool area_for_downscale) {
        return AnyOperation(aug::Resize({.height = height,
                                         .width = width,
                                         .interpolation = interpolation,
                                         .p = p,
                                         .downscale = downscale(area_for_downscale)}));
      },
      py::arg("height"), py::arg("width"), py::arg("interpolation") = aug::ResizeOptions{}.interpolation,
      py::arg("p") = aug::ResizeOptions{}.p, py::arg("area_for_downscale") = false);
  const auto max_size = [](const std::vector<int>& sizes, int max_height, int max_width, aug::Interpolation interpolation,
                           double p, bool area_for_downscale) {
    return aug::MaxSizeOptions{.interpolation = interpolation,
                               .p = p,
                               .downscale = downscale(area_for_downscale),
                               .max_sizes = sizes,
                               .max_height = max_height,
                               .max_width = max_width};
  };
  module.def(
      "longest_max_size",
      [max_size](const std::vector<int>& sizes, int max_height, int max_width, aug::Interpolation interpolation, double p,
                 bool area_for_downscale) {
        return AnyOperation(aug::LongestMaxSize(max_size(sizes, max_height, max_width, interpolation, p, area_for_downscale)));
      },
      py::arg("max_sizes"), py::arg("max_height"), py::arg("max_width"), py::arg("interpolation"), py::arg("p"),
      py::arg("area_for_downscale"));
  module.def(
      "smallest_max_size",
      [max_size](const std::vector<int>& sizes, int max_height, int max_width, aug::Interpolation interpolation, double p,
                 bool area_for_downscale) {
        return AnyOperation(aug::SmallestMaxSize(max_size(sizes, max_height, max_width, interpolation, p, area_for_downscale)));
      },
      py::arg("max_sizes"), py::arg("max_height"), py::arg("max_width"), py::arg("interpolation"), py::arg("p"),
      py::arg("area_for_downscale"));
  const aug::RandomResizedCropOptions resized;
  module.def(
      "random_resized_crop",
      [](int height, int width, const Pair& scale, const Pair& ratio, aug::Interpolation interpolation, double p,
         bool area_for_downscale) {
        return AnyOperation(aug::RandomResizedCrop({.height = height,
                                                    .width = width,
                                                    .scale = range(scale),
                                                    .ratio = range(ratio),
                                                    .interpolation = interpolation,
                                                    .p = p,
                                                    .downscale = downscale(area_for_downscale)}));
      },
      py::arg("height"), py::arg("width"), py::arg("scale") = pair(resized.scale), py::arg("ratio") = pair(resized.ratio),
      py::arg("interpolation") = resized.interpolation, py::arg("p") = resized.p, py::arg("area_for_downscale") = false);
  const aug::LabelSafeCropOptions safe;
  module.def(
      "label_safe_crop",
      [](int height, int width, double min_kept, const Pair& stretch, aug::Interpolation interpolation, double p,
         double min_visibility, aug::LostLabel lost) {
        return AnyOperation(aug::LabelSafeCrop({.height = height,
                                                .width = width,
                                                .min_kept = min_kept,
                                                .stretch = range(stretch),
                                                .interpolation = interpolation,
                                                .p = p,
                                                .min_visibility = min_visibility,
                                                .lost = lost}));
      },
      py::arg("height"), py::arg("width"), py::arg("min_kept") = safe.min_kept, py::arg("stretch") = pair(safe.stretch),
      py::arg("interpolation") = safe.interpolation, py::arg("p") = safe.p, py::arg("min_visibility") = safe.min_visibility,
      py::arg("lost") = safe.lost);
  py::enum_<aug::PadPosition>(module, "PadPosition")
      .value("center", aug::PadPosition::center)
      .value("top_left", aug::PadPosition::top_left)
      .value("top_right", aug::PadPosition::top_right)
      .value("bottom_left", aug::PadPosition::bottom_left)
      .value("bottom_right", aug::PadPosition::bottom_right)
      .value("random", aug::PadPosition::random);
  const auto crop = [](int height, int width, bool pad_if_needed, aug::PadPosition position, aug::Border border,
                       const Color& fill, double p) {
    return aug::CropOptions{.height = height,
                            .width = width,
                            .p = p,
                            .too_small = pad_if_needed ? aug::TooSmall::pad : aug::TooSmall::refuse,
                            .pad_position = position,
                            .border_mode = border,
                            .fill = fill};
  };
  module.def(
      "center_crop",
      [crop](int height, int width, bool pad_if_needed, aug::PadPosition pad_position, aug::Border border_mode,
             const Color& fill, double p) {
        return AnyOperation(aug::CenterCrop(crop(height, width, pad_if_needed, pad_position, border_mode, fill, p)));
      },
      py::arg("height"), py::arg("width"), py::arg("pad_if_needed"), py::arg("pad_position"), py::arg("border_mode"),
      py::arg("fill"), py::arg("p"));
  module.def(
      "random_crop",
      [crop](int height, int width, bool pad_if_needed, aug::PadPosition pad_position, aug::Border border_mode,
             const Color& fill, double p) {
        return AnyOperation(aug::RandomCrop(crop(height, width, pad_if_needed, pad_position, border_mode, fill, p)));
      },
      py::arg("height"), py::arg("width"), py::arg("pad_if_needed"), py::arg("pad_position"), py::arg("border_mode"),
      py::arg("fill"), py::arg("p"));
  module.def(
      "pad_if_needed",
      [](int min_height, int min_width, int pad_height_divisor, int pad_width_divisor, aug::PadPosition position,
         aug::Border border_mode, const Color& fill, double p) {
        return AnyOperation(aug::PadIfNeeded({.min_height = min_height,
                                              .min_width = min_width,
                                              .border_mode = border_mode,
                                              .fill = fill,
                                              .p = p,
                                              .position = position,
                                              .pad_height_divisor = pad_height_divisor,
                                              .pad_width_divisor = pad_width_divisor}));
      },
      py::arg("min_height"), py::arg("min_width"), py::arg("pad_height_divisor"), py::arg("pad_width_divisor"),
      py::arg("position"), py::arg("border_mode"), py::arg("fill"), py::arg("p"));
  const aug::RandomBrightnessContrastOptions levels;
  module.def(
      "random_brightness_contrast",
      [](const Pair& brightness, const Pair& contrast, bool by_max, double p, bool ensure_safe_range) {
        return AnyOperation(
            aug::RandomBrightnessContrast({.brightness_limit = symmetric(brightness),
                                           .contrast_limit = symmetric(contrast),
                                           .brightness_by = by_max ? aug::BrightnessUnit::maximum : aug::BrightnessUnit::mean,
                                           .p = p,
                                           .overflow = ensure_safe_range ? aug::Overflow::avoid : aug::Overflow::clip}));
      },
      py::arg("brightness_limit") = pair(levels.brightness_limit), py::arg("contrast_limit") = pair(levels.contrast_limit),
      py::arg("brightness_by_max") = true, py::arg("p") = levels.p, py::arg("ensure_safe_range") = false);
  const aug::GaussNoiseOptions noise;
  module.def(
      "gauss_noise",
      [](const Pair& std_range, const Pair& mean_range, bool per_channel, double p, double noise_scale_factor) {
        return AnyOperation(
            aug::GaussNoise({.std_range = range(std_range),
                             .mean_range = range(mean_range),
                             .channels = per_channel ? aug::NoiseChannels::independent : aug::NoiseChannels::shared,
                             .p = p,
                             .noise_scale_factor = noise_scale_factor}));
      },
      py::arg("std_range") = pair(noise.std_range), py::arg("mean_range") = pair(noise.mean_range),
      py::arg("per_channel") = true, py::arg("p") = noise.p, py::arg("noise_scale_factor") = noise.noise_scale_factor);
  const aug::NormalizeOptions normalize;
  module.def(
      "normalize",
      [](const std::array<float, 3>& mean, const std::array<float, 3>& std, double p, double max_pixel_value,
         aug::Normalization normalization) {
        return AnyOperation(aug::Normalize(
            {.mean = mean, .std = std, .p = p, .max_pixel_value = max_pixel_value, .normalization = normalization}));
      },
      py::arg("mean") = normalize.mean, py::arg("std") = normalize.std, py::arg("p") = normalize.p,
      py::arg("max_pixel_value") = normalize.max_pixel_value, py::arg("normalization") = normalize.normalization);
  module.def("no_op", [](double p) { return AnyOperation(aug::NoOp({.p = p})); }, py::arg("p") = aug::NoOpOptions{}.p);
  module.def(
      "to_tensor", [](double p) { return AnyOperation(aug::ToTensorV2({.p = p})); }, py::arg("p") = aug::ToTensorV2Options{}.p);
  module.def(
      "one_of",
      [](std::vector<AnyOperation> operations, double p) { return AnyOperation(aug::OneOf({.p = p}, std::move(operations))); },
      py::arg("operations"), py::arg("p") = aug::OneOfOptions{}.p);
  module.def(
      "some_of",
      [](std::vector<AnyOperation> operations, int n, bool replace, double p) {
        const auto replacement = replace ? aug::Replacement::with : aug::Replacement::without;
        return AnyOperation(aug::SomeOf({.n = n, .replace = replacement, .p = p}, std::move(operations)));
      },
      py::arg("operations"), py::arg("n") = aug::SomeOfOptions{}.n, py::arg("replace") = false,
      py::arg("p") = aug::SomeOfOptions{}.p);
  module.def(
      "sequential",
      [](std::vector<AnyOperation> operations, double p) {
        return AnyOperation(aug::Sequential({.p = p}, std::move(operations)));
      },
      py::arg("operations"), py::arg("p") = aug::SequentialOptions{}.p);
  module.def(
      "python_operation",
      [](py::object call, std::string name, double p) {
        aug::detail::require_probability(join_text("augmentation::", name), p);
        return AnyOperation(PythonOperation(std::move(call), std::move(name), p));
      },
      py::arg("call"), py::arg("name"), py::arg("p"));
}

// [(operation, {name: number})], the form in which Python keeps a record.
py::list to_list(const aug::Record& record) {
  py::list operations;
  for (const auto& drawn : record.operations) {
    py::list values;
    for (const auto& [name, value] : drawn.values) values.append(py::make_tuple(name, value));
    operations.append(py::make_tuple(drawn.operation, values));
  }
  return operations;
}

using DrawnArgument = std::pair<std::string, std::vector<std::pair<std::string, double>>>;

template <class Pipeline>
py::array call(const Pipeline& pipeline, const py::object& image, std::uint64_t seed, std::uint32_t epoch,
               std::uint32_t index) {
  const ImageArgument argument = to_image(image, "augmentation: image");
  cv::Mat result;
  {
    const py::gil_scoped_release release;
    result = pipeline(argument.image, {.seed = seed, .epoch = epoch, .index = index});
  }
  return from_image(std::move(result));
}

}  // namespace

void bind_augmentation(py::module_& module) {
  py::enum_<aug::Interpolation>(module, "Interpolation")
      .value("nearest", aug::Interpolation::nearest)
      .value("linear", aug::Interpolation::linear)
      .value("cubic", aug::Interpolation::cubic)
      .value("area", aug::Interpolation::area)
      .value("lanczos4", aug::Interpolation::lanczos4);
  py::enum_<aug::Border>(module, "Border")
      .value("constant", aug::Border::constant)
      .value("replicate", aug::Border::replicate)
      .value("reflect", aug::Border::reflect)
      .value("wrap", aug::Border::wrap)
      .value("reflect_101", aug::Border::reflect_101);
  py::enum_<aug::Normalization>(module, "Normalization")
      .value("standard", aug::Normalization::standard)
      .value("image", aug::Normalization::image)
      .value("image_per_channel", aug::Normalization::image_per_channel)
      .value("min_max", aug::Normalization::min_max)
      .value("min_max_per_channel", aug::Normalization::min_max_per_channel);
  const aug::Preprocessing format;
  py::class_<aug::Preprocessing>(module, "Preprocessing", preprocessing_doc)
      .def(py::init([](int height, int width, const std::array<float, 3>& mean, const std::array<float, 3>& std,
                       const std::variant<aug::Interpolation, std::string>& interpolation,
                       const std::variant<aug::Normalization, std::string>& normalization) {
             aug::Preprocessing made{.height = height, .width = width, .mean = mean, .std = std};
             made.interpolation = chosen(interpolation, "interpolation", 5);
             made.normalization = chosen(normalization, "normalization", 5);
             aug::require_preprocessing("augmentation.Preprocessing", made);
             return made;
           }),
           py::arg("height") = format.height, py::arg("width") = format.width, py::arg("mean") = format.mean,
           py::arg("std") = format.std, py::arg("interpolation") = "area", py::arg("normalization") = "standard")
      .def_readonly("height", &aug::Preprocessing::height)
      .def_readonly("width", &aug::Preprocessing::width)
      .def_readonly("mean", &aug::Preprocessing::mean)
      .def_readonly("std", &aug::Preprocessing::std)
      .def_readonly("interpolation", &aug::Preprocessing::interpolation)
      .def_readonly("normalization", &aug::Preprocessing::normalization)
      .def("__repr__", [](const aug::Preprocessing& self) { return aug::describe(self); })
      .def("__reduce__",
           [](const py::object& self) {
             const auto& made = self.cast<const aug::Preprocessing&>();
             return py::make_tuple(py::type::of(self), py::make_tuple(made.height, made.width, made.mean, made.std,
                                                                      aug::detail::text_of(made.interpolation),
                                                                      aug::detail::text_of(made.normalization)));
           })
      .def("__eq__", [](const aug::Preprocessing& a, const aug::Preprocessing& b) { return a == b; });
  py::class_<AnyOperation>(module, "Operation").def("__repr__", [](const AnyOperation& operation) {
    return operation.step().text;
  });
  py::enum_<aug::LostLabel>(module, "LostLabel")
      .value("keep", aug::LostLabel::keep)
      .value("drop", aug::LostLabel::drop)
      .value("soft", aug::LostLabel::soft)
      .value("ignore", aug::LostLabel::ignore)
      .value("resample", aug::LostLabel::resample);
  bind_operations(module);
  bind_geometry_operations(module);
  bind_value_operations(module);
  py::class_<aug::AnyPipeline>(module, "Pipeline")
      .def(py::init([](std::vector<AnyOperation> operations, bool fuse) {
             return aug::AnyPipeline(std::move(operations)).fuse(fuse ? aug::Fusion::on : aug::Fusion::off);
           }),
           py::arg("operations"), py::arg("fuse") = true)
      .def("__call__", &call<aug::AnyPipeline>, py::arg("image"), py::arg("seed"), py::arg("epoch"), py::arg("index"))
      .def(
          "write",
          [](const aug::AnyPipeline& self, const py::object& image, std::uint64_t seed, std::uint32_t epoch,
             std::uint32_t index) {
            const ImageArgument argument = to_image(image, "augmentation: image");
            const cv::Size size = self.output_size();
            py::array_t<float> planar({3, size.height, size.width});
            float* memory = planar.mutable_data();
            const py::gil_scoped_release release;
            self.write(argument.image, {.seed = seed, .epoch = epoch, .index = index}, memory);
            return planar;
          },
          py::arg("image"), py::arg("seed"), py::arg("epoch"), py::arg("index"))
      .def(
          "record",
          [](const aug::AnyPipeline& self, const py::object& image, std::uint64_t seed, std::uint32_t epoch,
             std::uint32_t index) {
            const ImageArgument argument = to_image(image, "augmentation: image");
            return to_list(self.record(argument.image, {.seed = seed, .epoch = epoch, .index = index}));
          },
          py::arg("image"), py::arg("seed"), py::arg("epoch"), py::arg("index"))
      .def(
          "replay",
          [](const aug::AnyPipeline& self, const py::object& image, const std::vector<DrawnArgument>& drawn, std::uint64_t seed,
             std::uint32_t epoch, std::uint32_t index) {
            const ImageArgument argument = to_image(image, "augmentation: image");
            aug::Record record{.key = {.seed = seed, .epoch = epoch, .index = index}, .operations = {}};
            for (const auto& [operation, values] : drawn) record.operations.push_back({operation, values});
            return from_image(self.replay(argument.image, record));
          },
          py::arg("image"), py::arg("drawn"), py::arg("seed"), py::arg("epoch"), py::arg("index"))
      .def("describe", &aug::AnyPipeline::describe)
      .def("preprocessing", &aug::AnyPipeline::preprocessing)
      .def("shrinks_to", [](const aug::AnyPipeline& self) {
        const cv::Size size = self.shrinks_to();
        return std::array<int, 2>{size.height, size.width};
      });
  bind_label_safety(module);
  bind_pipeline_json(module);
  const aug::RestrainedOptions restrained;
  module.attr("RESTRAINED") = py::dict(
      py::arg("size") = restrained.size, py::arg("flip") = restrained.flip, py::arg("rotate") = pair(restrained.rotate),
      py::arg("brightness") = pair(restrained.brightness), py::arg("contrast") = pair(restrained.contrast),
      py::arg("noise") = pair(restrained.noise), py::arg("mean") = restrained.mean, py::arg("std") = restrained.std);
  module.def(
      "call_restrained",
      [](const py::object& image, int size, std::uint64_t seed, std::uint32_t epoch, std::uint32_t index) {
        return call(aug::restrained({.size = size}), image, seed, epoch, index);
      },
      py::arg("image"), py::arg("size"), py::arg("seed"), py::arg("epoch"), py::arg("index"));
  module.def(
      "call_trivial_augment",
      [](const py::object& image, int size, std::uint64_t seed, std::uint32_t epoch, std::uint32_t index) {
        return call(aug::trivial_augment({.size = size}), image, seed, epoch, index);
      },
      py::arg("image"), py::arg("size"), py::arg("seed"), py::arg("epoch"), py::arg("index"));
  module.def(
      "call_rand_augment",
      [](const py::object& image, int size, std::uint64_t seed, std::uint32_t epoch, std::uint32_t index) {
        return call(aug::rand_augment({.size = size}), image, seed, epoch, index);
      },
      py::arg("image"), py::arg("size"), py::arg("seed"), py::arg("epoch"), py::arg("index"));
  module.def(
      "call_evaluation",
      [](const py::object& image, int size) { return call(aug::evaluation({.size = size}), image, 0, 0, 0); }, py::arg("image"),
      py::arg("size"));
}

}  // namespace multilabel::python
