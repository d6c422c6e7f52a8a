// SPDX-License-Identifier: Apache-2.0
// multilabel._core: everything that needs no torch. Private; the public names are in the Python modules beside it.

#include <multilabel/core/error.hpp>
#include <multilabel/core/parallel.hpp>
#include <multilabel/version.hpp>

#include <exception>

#include <torch/headeronly/version.h>

#include "bind.hpp"
#include "held_out.hpp"
#include "images.hpp"

namespace py = pybind11;

namespace {

// Users know the exceptions as `multilabel.ArgumentError`, which is also where pickle looks for them.
void publish(const py::object& type, const char* doc) {
  type.attr("__module__") = "multilabel";
  type.attr("__doc__") = doc;
}

// DataError has `path` (a str, or None) and `row` (an int, or None) in Python too.
void bind_data_error(py::module_& module, const py::tuple& bases) {
  static py::handle type = py::exception<multilabel::DataError>(module, "DataError", bases).release();
  publish(py::reinterpret_borrow<py::object>(type),
          "A file of the data set cannot be used. `path` is the file and `row` the line of a table, counted from 1 with the "
          "header as line 1; None where there is none. An OSError, too.");
  type.attr("path") = py::none();
  type.attr("row") = py::none();
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const multilabel::DataError& error) {
      const py::object value = type(error.what());
      if (!error.path().empty()) value.attr("path") = multilabel::python::path_text(error.path());
      if (error.row()) value.attr("row") = *error.row();
      PyErr_SetObject(type.ptr(), value.ptr());
    }
  });
}

// Each exception of the library is also the built-in one that a Python user would catch.
void bind_errors(py::module_& module) {
  const auto base = py::exception<multilabel::Error>(module, "Error", PyExc_Exception);
  publish(base, "Base of everything the library raises on purpose.");
  const auto also = [&](PyObject* builtin) { return py::make_tuple(base, py::reinterpret_borrow<py::object>(builtin)); };
  publish(py::register_exception<multilabel::ArgumentError>(module, "ArgumentError", also(PyExc_ValueError)),
          "An option or argument is out of its range; a ValueError, too.");
  publish(py::register_exception<multilabel::ShapeError>(module, "ShapeError", also(PyExc_ValueError)),
          "Two arrays do not fit together, or one has the wrong number of dimensions; a ValueError, too.");
  publish(py::register_exception<multilabel::LabelError>(module, "LabelError", also(PyExc_ValueError)),
          "A label is unknown, or two vocabularies that must be equal are not; a ValueError, too.");
  bind_data_error(module, also(PyExc_OSError));
  publish(py::register_exception<multilabel::BundleError>(module, "BundleError", also(PyExc_OSError)),
          "A bundle, checkpoint or weight file cannot be read or written, or does not belong here; an OSError, too.");
  publish(py::register_exception<multilabel::NotFittedError>(module, "NotFittedError", also(PyExc_ValueError)),
          "`fit` has to come first; a ValueError, too.");
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
  fill("evaluation", bind_evaluation);
  fill("augmentation", bind_augmentation);
  fill("data", bind_data);
}
