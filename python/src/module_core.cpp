// SPDX-License-Identifier: Apache-2.0
// multilabel._core: everything that needs no torch. Private; the public names are in the Python modules beside it.

#include <multilabel/core/error.hpp>
#include <multilabel/core/parallel.hpp>
#include <multilabel/version.hpp>

#include <exception>

#include <torch/headeronly/version.h>

#include "bind.hpp"

namespace py = pybind11;

namespace {

// DataError has `path` (a str, or None) and `row` (an int, or None) in Python too.
void bind_data_error(py::module_& module, const py::tuple& bases) {
  static py::handle type = py::exception<multilabel::DataError>(module, "DataError", bases).release();
  type.attr("path") = py::none();
  type.attr("row") = py::none();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const multilabel::DataError& error) {
      const py::object value = type(error.what());
      if (!error.path().empty()) value.attr("path") = error.path().string();
      if (error.row()) value.attr("row") = *error.row();
      PyErr_SetObject(type.ptr(), value.ptr());
    }
  });
}

// Each exception of the library is also the built-in one that a Python user would catch.
void bind_errors(py::module_& module) {
  const auto base = py::exception<multilabel::Error>(module, "Error", PyExc_Exception);
  const auto also = [&](PyObject* builtin) { return py::make_tuple(base, py::reinterpret_borrow<py::object>(builtin)); };
  py::register_exception<multilabel::ArgumentError>(module, "ArgumentError", also(PyExc_ValueError));
  py::register_exception<multilabel::ShapeError>(module, "ShapeError", also(PyExc_ValueError));
  py::register_exception<multilabel::LabelError>(module, "LabelError", also(PyExc_ValueError));
  bind_data_error(module, also(PyExc_OSError));
  py::register_exception<multilabel::BundleError>(module, "BundleError", also(PyExc_OSError));
  py::register_exception<multilabel::NotFittedError>(module, "NotFittedError", also(PyExc_ValueError));
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  using namespace multilabel::python;
  module.doc() = "The torch-free half of multilabel, compiled.";
  module.attr("__version__") = MULTILABEL_VERSION;
  module.attr("torch_version") = TORCH_VERSION;  // what _torch is compiled against; Python compares before it loads that
  bind_errors(module);
  module.def("get_num_threads", &multilabel::get_num_threads);
  module.def("set_num_threads", &multilabel::set_num_threads, py::arg("threads"));
  const auto fill = [&](const char* name, void (*bind)(py::module_&)) {
    py::module_ submodule = module.def_submodule(name);
    bind(submodule);
  };
  fill("encoding", bind_encoding);
  fill("metrics", bind_metrics);
  fill("calibration", bind_calibration);
  fill("threshold", bind_threshold);
  fill("augmentation", bind_augmentation);
  fill("data", bind_data);
}
