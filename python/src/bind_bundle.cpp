// SPDX-License-Identifier: Apache-2.0
// multilabel._torch.bundle: saving, loading and the predictor.

#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <torch/csrc/utils/pybind.h>
#include <multilabel/bundle.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "images.hpp"
#include "matrix_arrays.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

namespace {

using bundle::Predictor;

// Images in memory as matrices that look at them; the arrays must stay alive.
std::vector<ImageArgument> look_at(const std::vector<py::object>& images) {
  std::vector<ImageArgument> arguments;
  for (const auto& image : images) arguments.push_back(to_image(image, "bundle.Predictor"));
  return arguments;
}

Matrix<float> score_images(const Predictor& self, const std::vector<py::object>& images) {
  const auto arguments = look_at(images);
  std::vector<cv::Mat> matrices;
  for (const auto& argument : arguments) matrices.push_back(argument.image);
  const py::gil_scoped_release release;
  return self.scores(std::span<const cv::Mat>(matrices));
}

Matrix<float> score_paths(const Predictor& self, const std::vector<std::filesystem::path>& paths) {
  const py::gil_scoped_release release;
  return self.scores(std::span<const std::filesystem::path>(paths));
}

std::vector<std::vector<std::pair<std::string, double>>> predictions(const Predictor& self, const Matrix<float>& scores,
                                                                     const std::optional<threshold::ThresholdRule>& rule,
                                                                     std::size_t top_k) {
  std::vector<std::vector<std::pair<std::string, double>>> rows;
  for (auto& row : self.answers(scores, {.threshold = rule, .top_k = top_k})) {
    auto& pairs = rows.emplace_back();
    for (auto& [label, score] : row) pairs.emplace_back(std::move(label), score);
  }
  return rows;
}

}  // namespace

void bind_bundle(py::module_& module) {
  module.def(
      "save",
      [](const std::filesystem::path& directory, std::shared_ptr<model::ClassifierImpl> native, std::vector<std::string> labels,
         const augmentation::Preprocessing& preprocessing, const threshold::ThresholdRule& threshold,
         std::map<std::string, std::string> metadata, const bundle::Calibrator& calibrator) {
        const py::gil_scoped_release release;
        bundle::save(directory, {.model = model::Classifier(std::move(native)),
                                 .vocabulary = encoding::Vocabulary(std::move(labels)),
                                 .preprocessing = preprocessing,
                                 .threshold = threshold,
                                 .metadata = std::move(metadata),
                                 .calibrator = calibrator});
      },
      "directory"_a, "model"_a, "labels"_a, "preprocessing"_a, "threshold"_a, "metadata"_a, "calibrator"_a);

  py::class_<Predictor>(module, "Predictor")
      .def(
          "scores_of_images",
          [](const Predictor& self, const std::vector<py::object>& images) { return to_numpy(score_images(self, images)); },
          "images"_a)
      .def(
          "scores_of_paths",
          [](const Predictor& self, const std::vector<std::filesystem::path>& paths) {
            return to_numpy(score_paths(self, paths));
          },
          "paths"_a)
      .def(
          "scores_of_batch", [](const Predictor& self, const at::Tensor& images) { return self.scores(images); }, "images"_a,
          py::call_guard<py::gil_scoped_release>())
      .def(
          "predict_images",
          [](const Predictor& self, const std::vector<py::object>& images, const std::optional<threshold::ThresholdRule>& rule,
             std::size_t top_k) { return predictions(self, score_images(self, images), rule, top_k); },
          "images"_a, "threshold"_a, "top_k"_a)
      .def(
          "predict_paths",
          [](const Predictor& self, const std::vector<std::filesystem::path>& paths,
             const std::optional<threshold::ThresholdRule>& rule,
             std::size_t top_k) { return predictions(self, score_paths(self, paths), rule, top_k); },
          "paths"_a, "threshold"_a, "top_k"_a)
      .def(
          "require_labels",
          [](const Predictor& self, std::vector<std::string> labels) {
            self.require_vocabulary(encoding::Vocabulary(std::move(labels)));
          },
          "labels"_a)
      .def_property_readonly("labels", [](const Predictor& self) { return self.vocabulary().labels(); })
      .def_property_readonly("preprocessing", &Predictor::preprocessing)
      .def_property_readonly("threshold", &Predictor::threshold)
      .def_property_readonly("calibrator", &Predictor::calibrator)
      .def_property_readonly("metadata", &Predictor::metadata)
      .def_property_readonly("model", [](const Predictor& self) { return self.model().ptr(); });
  module.def("load", &bundle::load, "directory"_a, "device"_a, py::call_guard<py::gil_scoped_release>());
}

}  // namespace multilabel::python
