// SPDX-License-Identifier: Apache-2.0
// multilabel._torch: losses, models, training and bundles. Private; the public names are in the Python modules beside it.

#include "bind.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_torch, module) {
  using namespace multilabel::python;
  py::module_::import("torch");  // without it the first tensor that is returned ends the process
  py::module_::import("multilabel._core");
  module.doc() = "The torch half of multilabel, compiled.";
  const auto fill = [&](const char* name, void (*bind)(py::module_&)) {
    py::module_ submodule = module.def_submodule(name);
    bind(submodule);
  };
  fill("loss", bind_loss);
  fill("model", bind_model);
  fill("training", bind_training);
  fill("bundle", bind_bundle);
}
