// SPDX-License-Identifier: Apache-2.0
// multilabel._core.augmentation: files of pipelines as C++ reads and writes them.

#include <multilabel/augmentation/pipeline_json.hpp>
#include <multilabel/data/operation_forms.hpp>

#include <string>

#include "bind.hpp"

namespace multilabel::python {

namespace {

namespace py = pybind11;
namespace aug = multilabel::augmentation;

}  // namespace

void bind_pipeline_json(py::module_& module) {
  module.def(
      "pipeline_from_json",
      [](const std::string& text) { return aug::from_json(aug::Json::parse(text), data::operation_forms()); }, py::arg("text"));
  module.def(
      "pipeline_to_json",
      [](const aug::AnyPipeline& pipeline) { return aug::to_json(pipeline, data::operation_forms()).dump(); },
      py::arg("pipeline"));
}

}  // namespace multilabel::python
