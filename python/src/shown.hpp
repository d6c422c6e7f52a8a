// SPDX-License-Identifier: Apache-2.0
#pragma once
// Results that show themselves: a table in a notebook, a DataFrame when asked for. multilabel/_tables.py says what is in it.

#include <pybind11/pybind11.h>

#include <string>

namespace multilabel::python {

template <class Class>
void shows_itself(Class& type) {
  namespace py = pybind11;
  type.def("_repr_html_",
           [](const py::object& self) {
             return py::module_::import("multilabel._tables").attr("to_html")(self).template cast<std::string>();
           })
      .def(
          "to_frame", [](const py::object& self) { return py::module_::import("multilabel._tables").attr("to_frame")(self); },
          "Return the table as a pandas DataFrame; only this imports pandas.");
}

/// The same, and four lines as its `repr`.
template <class Class>
void shows_itself_in_lines(Class& type, const char* name = "__repr__") {
  namespace py = pybind11;
  shows_itself(type);
  type.def(name, [](const py::object& self) {
    return py::module_::import("multilabel._tables").attr("in_lines")(self).template cast<std::string>();
  });
}

}  // namespace multilabel::python
