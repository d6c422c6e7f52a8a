// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation, second half: objects that travel with an image, guards, mixers.

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/augmentation.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "any_mixer.hpp"
#include "bind.hpp"
#include "images.hpp"
#include "objects.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

// An array [height, width, ...] of any type, as bytes.
cv::Mat bytes_of(const py::array& array) {
  const py::ssize_t pixel = array.nbytes() / (array.shape(0) * array.shape(1));
  if (pixel > CV_CN_MAX)
    fail<ShapeError>(
        {"augmentation.Compose", join_text("a mask must have at most ", CV_CN_MAX, " bytes a pixel"), join_text(pixel)});
  return cv::Mat(static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)), CV_8UC(static_cast<int>(pixel)),
                 const_cast<void*>(array.data()));
}

py::array array_like(const cv::Mat& pixels, const py::array& like) {
  std::vector<py::ssize_t> shape(like.shape(), like.shape() + like.ndim());
  shape[0] = pixels.rows;
  shape[1] = pixels.cols;
  py::array result(like.dtype(), shape);
  std::memcpy(result.mutable_data(), pixels.data, static_cast<std::size_t>(result.nbytes()));
  return result;
}

// Runs a pipeline on an image with objects; `others` are arrays that only follow.
py::tuple augment(const aug::AnyPipeline& pipeline, const py::object& image, const Boxes& boxes,
                  const std::vector<std::string>& box_labels, const std::vector<py::array>& masks,
                  const std::vector<std::string>& mask_labels, const std::vector<py::array>& others, std::uint64_t seed,
                  std::uint32_t epoch, std::uint32_t index) {
  const ImageArgument argument = to_image(image, "augmentation: image");
  aug::Objects objects = to_objects("augmentation.Compose", boxes, box_labels);
  for (const auto& other : others)
    if (other.ndim() < 2 || other.shape(0) != argument.image.rows || other.shape(1) != argument.image.cols)
      fail<ShapeError>({"augmentation.Compose",
                        join_text("mask must be [", argument.image.rows, ", ", argument.image.cols, "], as the image"),
                        std::string(py::str(other.attr("shape")))});
  for (std::size_t i = 0; i < masks.size(); ++i) objects.masks.push_back({bytes_of(masks[i]), mask_labels.at(i)});
  std::vector<cv::Mat> followers;
  for (const auto& other : others) followers.push_back(bytes_of(other));
  aug::Augmented result;
  {
    const py::gil_scoped_release release;
    result = pipeline(argument.image, objects, {.seed = seed, .epoch = epoch, .index = index}, followers);
  }
  const aug::Placement& placement = result.placement;
  py::array_t<double> edges({placement.boxes.size(), std::size_t{4}});
  py::array_t<double> visible(static_cast<py::ssize_t>(placement.boxes.size()));
  py::array_t<std::int64_t> from(static_cast<py::ssize_t>(placement.boxes.size()));
  for (std::size_t i = 0; i < placement.boxes.size(); ++i) {
    const auto& [box, share, which] = placement.boxes[i];
    double* row = edges.mutable_data(static_cast<py::ssize_t>(i), 0);
    row[0] = box.left;
    row[1] = box.top;
    row[2] = box.right;
    row[3] = box.bottom;
    visible.mutable_at(static_cast<py::ssize_t>(i)) = share;
    from.mutable_at(static_cast<py::ssize_t>(i)) = static_cast<std::int64_t>(which);
  }
  py::list moved_masks;
  for (std::size_t i = 0; i < masks.size(); ++i) moved_masks.append(array_like(result.masks[i].pixels, masks[i]));
  py::list moved_others;
  for (std::size_t i = 0; i < others.size(); ++i) moved_others.append(array_like(followers[i], others[i]));
  py::list labels;
  for (const auto& [label, share, target] : placement.labels) labels.append(py::make_tuple(label, share, target));
  return py::make_tuple(from_image(std::move(result.image)), edges, visible, from, moved_masks, moved_others, labels);
}

using Floats = py::array_t<float, py::array::c_style>;

// Mixes in place.
void mix(const AnyMixer& mixer, Floats images, Floats targets, const std::vector<Boxes>& boxes,
         const std::vector<std::vector<std::string>>& box_labels, const std::vector<std::string>& names, std::uint64_t seed,
         std::uint32_t epoch, std::uint32_t index) {
  std::vector<std::vector<aug::Box>> lists;
  for (std::size_t i = 0; i < boxes.size(); ++i)
    lists.push_back(to_objects("augmentation: a mixer", boxes[i], box_labels.at(i)).boxes);
  const auto length = [&](int axis) { return static_cast<std::size_t>(images.shape(axis)); };
  aug::BatchView batch{.images = images.mutable_data(),
                       .samples = length(0),
                       .channels = length(1),
                       .height = length(2),
                       .width = length(3),
                       .targets = targets.mutable_data(),
                       .labels = static_cast<std::size_t>(targets.shape(1)),
                       .boxes = lists,
                       .names = names};
  const py::gil_scoped_release release;
  mixer(batch, {.seed = seed, .epoch = epoch, .index = index});
}

void bind_mixers(py::module_& module) {
  py::enum_<aug::MixTargets>(module, "MixTargets").value("soft", aug::MixTargets::soft).value("union", aug::MixTargets::unite);
  py::enum_<aug::MosaicFit>(module, "MosaicFit").value("scale", aug::MosaicFit::scale).value("cut", aug::MosaicFit::cut);
  py::class_<AnyMixer>(module, "Mixer")
      .def("__call__", &mix, py::arg("images").noconvert(), py::arg("targets").noconvert(), py::arg("boxes"),
           py::arg("box_labels"), py::arg("names"), py::arg("seed"), py::arg("epoch"), py::arg("index"));
  const aug::MixUpOptions mixup;
  module.def(
      "mix_up",
      [](double alpha, aug::MixTargets targets, double p, double min_visibility) {
        return AnyMixer(aug::MixUp({.alpha = alpha, .targets = targets, .p = p, .min_visibility = min_visibility}));
      },
      py::arg("alpha") = mixup.alpha, py::arg("targets") = mixup.targets, py::arg("p") = mixup.p,
      py::arg("min_visibility") = mixup.min_visibility);
  const aug::CutMixOptions cutmix;
  module.def(
      "cut_mix",
      [](double alpha, aug::MixTargets targets, double p, double min_visibility) {
        return AnyMixer(aug::CutMix({.alpha = alpha, .targets = targets, .p = p, .min_visibility = min_visibility}));
      },
      py::arg("alpha") = cutmix.alpha, py::arg("targets") = cutmix.targets, py::arg("p") = cutmix.p,
      py::arg("min_visibility") = cutmix.min_visibility);
  const aug::MosaicOptions mosaic;
  module.def(
      "mosaic",
      [](aug::MosaicFit fit, const std::array<double, 2>& center, aug::MixTargets targets, double p, double min_visibility) {
        return AnyMixer(
            aug::Mosaic({.fit = fit, .center = center, .targets = targets, .p = p, .min_visibility = min_visibility}));
      },
      py::arg("fit") = mosaic.fit, py::arg("center") = mosaic.center, py::arg("targets") = mosaic.targets,
      py::arg("p") = mosaic.p, py::arg("min_visibility") = mosaic.min_visibility);
}

}  // namespace

void bind_label_safety(py::module_& module) {
  module.def(
      "guarded",
      [](const aug::AnyPipeline& pipeline, aug::LostLabel lost, double min_visibility, int attempts) {
        return pipeline.guarded({.lost = lost, .min_visibility = min_visibility, .attempts = attempts});
      },
      py::arg("pipeline"), py::arg("lost"), py::arg("min_visibility"), py::arg("attempts"));
  module.def("augment", &augment, py::arg("pipeline"), py::arg("image"), py::arg("boxes"), py::arg("box_labels"),
             py::arg("masks"), py::arg("mask_labels"), py::arg("others"), py::arg("seed"), py::arg("epoch"), py::arg("index"));
  bind_mixers(module);
}

}  // namespace multilabel::python
