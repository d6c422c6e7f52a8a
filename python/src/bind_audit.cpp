// SPDX-License-Identifier: Apache-2.0
// multilabel._core.data: the audit of an augmentation by a Python predictor.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/augmentation.hpp>
#include <multilabel/data.hpp>

#include <string>
#include <utility>
#include <vector>

#include "bind.hpp"
#include "images.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

// `predict(list of images) -> float32 [images, labels]`; the GIL is taken for it alone.
Matrix<float> ask(const py::function& predict, std::span<const cv::Mat> images) {
  const py::gil_scoped_acquire gil;
  py::list list;
  for (const auto& image : images) list.append(from_image(image.clone()));
  const auto scores = py::array_t<float, py::array::c_style | py::array::forcecast>::ensure(predict(list));
  if (!scores)
    fail<ArgumentError>({"augmentation.audit", "predictor must return an array of numbers [images, labels]", "something else"});
  if (scores.ndim() != 2)
    fail<ShapeError>({"augmentation.audit", "predictor must return scores [images, labels]",
                      join_text("an array of ", scores.ndim(), " dimensions")});
  const auto rows = static_cast<std::size_t>(scores.shape(0));
  const auto columns = static_cast<std::size_t>(scores.shape(1));
  return Matrix<float>(rows, columns, std::vector<float>(scores.data(), scores.data() + scores.size()));
}

py::dict plain(const aug::AuditCell& cell) {
  using namespace py::literals;
  return py::dict("images"_a = cell.images, "before"_a = cell.before, "after"_a = cell.after, "survival"_a = cell.survival,
                  "error"_a = cell.error, "lost"_a = cell.lost, "destroyed"_a = cell.destroyed);
}

py::list plain(const std::vector<aug::AuditCell>& cells) {
  py::list list;
  for (const auto& cell : cells) list.append(plain(cell));
  return list;
}

py::dict plain(const aug::Audit& audit) {
  using namespace py::literals;
  py::list cells;
  py::list destroyed;
  py::list destroys;
  for (std::size_t i = 0; i < audit.operations.size(); ++i) {
    cells.append(plain(audit.cells[i]));
    destroyed.append(audit.destroyed(i));
    destroys.append(audit.destroys(i));
  }
  py::list worst;
  for (const auto& one : audit.worst)
    worst.append(py::dict("sample"_a = one.sample, "draw"_a = one.draw, "operation"_a = one.operation, "label"_a = one.label,
                          "before"_a = one.before, "after"_a = one.after));
  return py::dict("operations"_a = audit.operations, "labels"_a = audit.labels, "overall"_a = plain(audit.overall),
                  "cells"_a = cells, "destroyed"_a = destroyed, "destroys"_a = destroys, "worst"_a = worst,
                  "safe"_a = audit.safe(), "text"_a = audit.text());
}

}  // namespace

void bind_audit(py::module_& module) {
  const aug::AuditOptions defaults;
  module.def(
      "audit",
      [](const aug::AnyPipeline& pipeline, const data::Dataset& dataset, const std::vector<std::string>& labels,
         const py::function& predict, std::uint64_t seed, int draws, double min_score, double min_survival, int min_images,
         std::size_t worst) {
        const aug::AuditOptions options{.seed = seed,
                                        .draws = draws,
                                        .min_score = min_score,
                                        .min_survival = min_survival,
                                        .min_images = min_images,
                                        .worst = worst};
        const aug::Audit found = [&] {
          const py::gil_scoped_release release;
          const data::SequentialOpenCV threads;
          return data::audit(
              pipeline, dataset, encoding::Vocabulary(labels),
              [&](std::span<const cv::Mat> images) { return ask(predict, images); }, options);
        }();
        return plain(found);
      },
      py::arg("pipeline"), py::arg("dataset"), py::arg("labels"), py::arg("predict"), py::arg("seed") = defaults.seed,
      py::arg("draws") = defaults.draws, py::arg("min_score") = defaults.min_score,
      py::arg("min_survival") = defaults.min_survival, py::arg("min_images") = defaults.min_images,
      py::arg("worst") = defaults.worst);
  module.def(
      "audited_picture",
      [](const aug::AnyPipeline& pipeline, const data::Dataset& dataset, std::size_t sample, std::size_t draw,
         std::size_t operation, std::uint64_t seed) {
        cv::Mat picture;
        {
          const py::gil_scoped_release release;
          const auto& one = dataset[sample];
          picture = aug::audited_picture(pipeline, {data::read_sample(one), data::objects_of(one)},
                                         {.sample = sample, .draw = draw, .operation = operation}, {.seed = seed});
        }
        return from_image(std::move(picture));
      },
      py::arg("pipeline"), py::arg("dataset"), py::arg("sample"), py::arg("draw"), py::arg("operation"), py::arg("seed"));
  module.def(
      "sample_image",
      [](const data::Dataset& dataset, std::size_t sample) { return from_image(data::read_sample(dataset[sample])); },
      py::arg("dataset"), py::arg("sample"));
  module.def(
      "sample_boxes",
      [](const data::Dataset& dataset, std::size_t sample) {
        py::list boxes;
        for (const auto& box : data::objects_of(dataset[sample]).boxes)
          boxes.append(py::make_tuple(box.left, box.top, box.right, box.bottom, box.label));
        return boxes;
      },
      py::arg("dataset"), py::arg("sample"));
  module.def("sampled", &data::sampled, py::arg("dataset"), py::arg("most"));
}

}  // namespace multilabel::python
