// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation: one function an operation, and the list that runs them.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/augmentation.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "any_augmentation.hpp"
#include "bind.hpp"
#include "images.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

using Pair = std::array<double, 2>;

aug::SymmetricRange symmetric(const Pair& pair) { return {pair[0], pair[1]}; }
aug::Range range(const Pair& pair) { return {pair[0], pair[1]}; }
Pair pair(const auto& limits) { return {limits.low, limits.high}; }

// A Python function `call(image, seed, epoch, index, stream) -> image`; the GIL is taken for it alone.
class PythonOperation {
 public:
  PythonOperation(py::object call, std::string title)
      : name(std::move(title)), call_(new py::object(std::move(call)), [](py::object* object) {
          const py::gil_scoped_acquire gil;
          delete object;
        }) {}

  cv::Mat operator()(const cv::Mat& image, RandomKey key) const {
    const py::gil_scoped_acquire gil;
    const py::object result = (*call_)(from_image(image.clone()), key.seed, key.epoch, key.index, key.stream);
    return to_image(result, join_text("augmentation: the result of ", name)).image.clone();
  }

  std::string name;

 private:
  std::shared_ptr<py::object> call_;
};

void bind_operations(py::module_& module) {
  const aug::HorizontalFlipOptions horizontal;
  module.def(
      "horizontal_flip", [](double p) { return AnyOperation(aug::HorizontalFlip({.p = p})); }, py::arg("p") = horizontal.p);
  const aug::VerticalFlipOptions vertical;
  module.def("vertical_flip", [](double p) { return AnyOperation(aug::VerticalFlip({.p = p})); }, py::arg("p") = vertical.p);
  const aug::RotateOptions rotate;
  module.def(
      "rotate",
      [](const Pair& limit, aug::Interpolation interpolation, aug::Border border, const std::array<double, 3>& fill, double p) {
        return AnyOperation(aug::Rotate(
            {.limit = symmetric(limit), .interpolation = interpolation, .border_mode = border, .fill = fill, .p = p}));
      },
      py::arg("limit") = pair(rotate.limit), py::arg("interpolation") = rotate.interpolation,
      py::arg("border_mode") = rotate.border_mode, py::arg("fill") = rotate.fill, py::arg("p") = rotate.p);
  module.def(
      "resize",
      [](int height, int width, aug::Interpolation interpolation, double p) {
        return AnyOperation(aug::Resize({.height = height, .width = width, .interpolation = interpolation, .p = p}));
      },
      py::arg("height"), py::arg("width"), py::arg("interpolation") = aug::ResizeOptions{}.interpolation,
      py::arg("p") = aug::ResizeOptions{}.p);
  const aug::LongestMaxSizeOptions longest;
  module.def(
      "longest_max_size",
      [](int max_size, aug::Interpolation interpolation, double p) {
        return AnyOperation(aug::LongestMaxSize({.max_size = max_size, .interpolation = interpolation, .p = p}));
      },
      py::arg("max_size") = longest.max_size, py::arg("interpolation") = longest.interpolation, py::arg("p") = longest.p);
  const aug::SmallestMaxSizeOptions smallest;
  module.def(
      "smallest_max_size",
      [](int max_size, aug::Interpolation interpolation, double p) {
        return AnyOperation(aug::SmallestMaxSize({.max_size = max_size, .interpolation = interpolation, .p = p}));
      },
      py::arg("max_size") = smallest.max_size, py::arg("interpolation") = smallest.interpolation, py::arg("p") = smallest.p);
  const aug::RandomResizedCropOptions resized;
  module.def(
      "random_resized_crop",
      [](int height, int width, const Pair& scale, const Pair& ratio, aug::Interpolation interpolation, double p) {
        return AnyOperation(aug::RandomResizedCrop({.height = height,
                                                    .width = width,
                                                    .scale = range(scale),
                                                    .ratio = range(ratio),
                                                    .interpolation = interpolation,
                                                    .p = p}));
      },
      py::arg("height"), py::arg("width"), py::arg("scale") = pair(resized.scale), py::arg("ratio") = pair(resized.ratio),
      py::arg("interpolation") = resized.interpolation, py::arg("p") = resized.p);
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
  module.def(
      "center_crop",
      [](int height, int width, double p) { return AnyOperation(aug::CenterCrop({.height = height, .width = width, .p = p})); },
      py::arg("height"), py::arg("width"), py::arg("p") = aug::CenterCropOptions{}.p);
  module.def(
      "random_crop",
      [](int height, int width, double p) { return AnyOperation(aug::RandomCrop({.height = height, .width = width, .p = p})); },
      py::arg("height"), py::arg("width"), py::arg("p") = aug::RandomCropOptions{}.p);
  const aug::PadIfNeededOptions pad;
  module.def(
      "pad_if_needed",
      [](int min_height, int min_width, aug::Border border, const std::array<double, 3>& fill, double p) {
        return AnyOperation(
            aug::PadIfNeeded({.min_height = min_height, .min_width = min_width, .border_mode = border, .fill = fill, .p = p}));
      },
      py::arg("min_height") = pad.min_height, py::arg("min_width") = pad.min_width, py::arg("border_mode") = pad.border_mode,
      py::arg("fill") = pad.fill, py::arg("p") = pad.p);
  const aug::RandomBrightnessContrastOptions levels;
  module.def(
      "random_brightness_contrast",
      [](const Pair& brightness, const Pair& contrast, bool by_max, double p) {
        return AnyOperation(
            aug::RandomBrightnessContrast({.brightness_limit = symmetric(brightness),
                                           .contrast_limit = symmetric(contrast),
                                           .brightness_by = by_max ? aug::BrightnessUnit::maximum : aug::BrightnessUnit::mean,
                                           .p = p}));
      },
      py::arg("brightness_limit") = pair(levels.brightness_limit), py::arg("contrast_limit") = pair(levels.contrast_limit),
      py::arg("brightness_by_max") = true, py::arg("p") = levels.p);
  const aug::GaussNoiseOptions noise;
  module.def(
      "gauss_noise",
      [](const Pair& std_range, const Pair& mean_range, bool per_channel, double p) {
        return AnyOperation(
            aug::GaussNoise({.std_range = range(std_range),
                             .mean_range = range(mean_range),
                             .channels = per_channel ? aug::NoiseChannels::independent : aug::NoiseChannels::shared,
                             .p = p}));
      },
      py::arg("std_range") = pair(noise.std_range), py::arg("mean_range") = pair(noise.mean_range),
      py::arg("per_channel") = true, py::arg("p") = noise.p);
  const aug::NormalizeOptions normalize;
  module.def(
      "normalize",
      [](const std::array<float, 3>& mean, const std::array<float, 3>& std, double p) {
        return AnyOperation(aug::Normalize({.mean = mean, .std = std, .p = p}));
      },
      py::arg("mean") = normalize.mean, py::arg("std") = normalize.std, py::arg("p") = normalize.p);
  module.def(
      "python_operation",
      [](py::object call, std::string name) { return AnyOperation(PythonOperation(std::move(call), std::move(name))); },
      py::arg("call"), py::arg("name"));
}

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
      .value("area", aug::Interpolation::area);
  py::enum_<aug::Border>(module, "Border")
      .value("constant", aug::Border::constant)
      .value("replicate", aug::Border::replicate)
      .value("reflect", aug::Border::reflect)
      .value("wrap", aug::Border::wrap)
      .value("reflect_101", aug::Border::reflect_101);
  const aug::Preprocessing format;
  py::class_<aug::Preprocessing>(module, "Preprocessing")
      .def(py::init([](int height, int width, const std::array<float, 3>& mean, const std::array<float, 3>& std,
                       aug::Interpolation interpolation) {
             return aug::Preprocessing{
                 .height = height, .width = width, .mean = mean, .std = std, .interpolation = interpolation};
           }),
           py::arg("height") = format.height, py::arg("width") = format.width, py::arg("mean") = format.mean,
           py::arg("std") = format.std, py::arg("interpolation") = format.interpolation)
      .def_readonly("height", &aug::Preprocessing::height)
      .def_readonly("width", &aug::Preprocessing::width)
      .def_readonly("mean", &aug::Preprocessing::mean)
      .def_readonly("std", &aug::Preprocessing::std)
      .def_readonly("interpolation", &aug::Preprocessing::interpolation)
      .def("__eq__", [](const aug::Preprocessing& a, const aug::Preprocessing& b) { return a == b; });
  py::class_<AnyOperation>(module, "Operation").def("__repr__", [](const AnyOperation& operation) {
    return operation.step().text;
  });
  bind_label_safety(module);
  bind_operations(module);
  py::class_<AnyAugmentation>(module, "Pipeline")
      .def(py::init([](std::vector<AnyOperation> operations, bool fuse) {
             return AnyAugmentation(std::move(operations), fuse ? aug::Fusion::on : aug::Fusion::off);
           }),
           py::arg("operations"), py::arg("fuse") = true)
      .def("__call__", &call<AnyAugmentation>, py::arg("image"), py::arg("seed"), py::arg("epoch"), py::arg("index"))
      .def(
          "write",
          [](const AnyAugmentation& self, const py::object& image, std::uint64_t seed, std::uint32_t epoch,
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
      .def("describe", &AnyAugmentation::describe)
      .def("preprocessing", &AnyAugmentation::preprocessing)
      .def("shrinks_to", [](const AnyAugmentation& self) {
        const cv::Size size = self.shrinks_to();
        return std::array<int, 2>{size.height, size.width};
      });
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
      "call_evaluation",
      [](const py::object& image, int size) { return call(aug::evaluation({.size = size}), image, 0, 0, 0); }, py::arg("image"),
      py::arg("size"));
}

}  // namespace multilabel::python
