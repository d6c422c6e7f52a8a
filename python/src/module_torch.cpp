// SPDX-License-Identifier: Apache-2.0
// multilabel._torch: losses, models, training and bundles. Private; the public names are in the Python modules beside it.

#include <multilabel/core/parallel.hpp>

#include <cstddef>

#include "bind.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_torch, module) {
  using namespace multilabel::python;
  py::module_::import("torch");  // without it the first tensor that is returned ends the process
  const auto core = py::module_::import("multilabel._core");
  module.doc() = "The torch half of multilabel, compiled.";
  // Each module has a number of its own; Python's set_num_threads sets both, and this one begins with what was said before.
  multilabel::set_num_threads(core.attr("get_num_threads")().cast<std::size_t>());
  module.def("get_num_threads", &multilabel::get_num_threads);
  module.def("set_num_threads", &multilabel::set_num_threads, py::arg("threads"));
  const auto fill = [&](const char* name, void (*bind)(py::module_&)) {
    py::module_ submodule = module.def_submodule(name);
    bind(submodule);
  };
  fill("loss", bind_loss);
  fill("model", bind_model);
  fill("training", bind_training);
  fill("bundle", bind_bundle);
}
