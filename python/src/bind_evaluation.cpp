// SPDX-License-Identifier: Apache-2.0
// multilabel._core.evaluation: the file of held-out answers, and the measures by name.

#include <pybind11/stl/filesystem.h>
#include <multilabel/evaluation.hpp>
#include <multilabel/evaluation/held_out_file.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "held_out.hpp"

namespace py = pybind11;
using namespace py::literals;

namespace multilabel::python {

void bind_evaluation(py::module_& module) {
  module.def(
      "save_held_out",
      [](const std::filesystem::path& path, const py::object& targets, const py::object& logits, const py::object& scores,
         std::vector<std::string> images, std::vector<std::string> labels) {
        const auto held_out =
            held_out_from("evaluation.HeldOut.save", targets, logits, scores, std::move(images), std::move(labels));
        const py::gil_scoped_release release;
        held_out.save(path);
      },
      "path"_a, "targets"_a, "logits"_a, "scores"_a, "images"_a, "labels"_a);
  module.def(
      "load_held_out", [](const std::filesystem::path& path) { return held_out_dict(evaluation::HeldOut::load(path)); },
      "path"_a);
  module.def("measure_names", [] {
    std::vector<std::string> names;
    for (const auto& measure : evaluation::usual_measures()) names.push_back(measure.name);
    return names;
  });
  module.def(
      "measure",
      [](const std::string& name, const py::object& targets, const py::object& logits, const py::object& scores,
         std::vector<std::string> images, std::vector<std::string> labels) {
        const auto held_out =
            held_out_from("evaluation.evaluate", targets, logits, scores, std::move(images), std::move(labels));
        return evaluation::measure_of_name(name).call(held_out);
      },
      "name"_a, "targets"_a, "logits"_a, "scores"_a, "images"_a, "labels"_a);
}

}  // namespace multilabel::python
