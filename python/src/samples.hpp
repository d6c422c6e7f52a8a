// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Python calls a sample as the library's: a path, the bytes of a file or an array of pixels, with names or a row of
// targets. All of these need the GIL.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <multilabel/data/detail/reading.hpp>
#include <multilabel/data/label_meaning.hpp>
#include <multilabel/data/sample.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "images.hpp"

namespace multilabel::python {

/// Whether the object holds the bytes of a file: bytes, bytearray, a memoryview of bytes, or a uint8 array of one dimension.
inline bool is_encoded(const pybind11::object& object) {
  if (PyObject_CheckBuffer(object.ptr()) == 0) return false;
  const auto info = pybind11::reinterpret_borrow<pybind11::buffer>(object).request();
  return info.ndim == 1 && info.itemsize == 1 && info.strides[0] == 1;
}

inline std::vector<std::uint8_t> encoded_bytes(const pybind11::object& object) {
  const auto info = pybind11::reinterpret_borrow<pybind11::buffer>(object).request();
  const auto* first = static_cast<const std::uint8_t*>(info.ptr);
  return {first, first + info.size};
}

/// Sets the image of `sample`: a path, the bytes of a file, a Pillow image, or uint8 [height, width, 3]. Arrays are shared,
/// bytes copied. `i` names it.
inline void set_image(data::Sample& sample, const pybind11::object& image, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  if (py::isinstance<py::str>(image) || py::hasattr(image, "__fspath__")) {
    sample.image = image.cast<std::filesystem::path>();
    return;
  }
  sample.image = join_text("sample ", i);
  if (is_encoded(image)) {
    sample.bytes = std::make_shared<const std::vector<std::uint8_t>>(encoded_bytes(image));
    return;
  }
  const py::object array = py::module_::import("multilabel.data._images").attr("pixels_of")(image);
  auto held = std::make_unique<ImageArgument>(to_image(array, join_text(where, ": sample ", i)));
  const cv::Mat* pixels = &held->image;
  const std::shared_ptr<ImageArgument> owner(held.release(), [](ImageArgument* argument) {
    const py::gil_scoped_acquire gil;
    delete argument;
  });
  sample.pixels = std::shared_ptr<const cv::Mat>(owner, pixels);
}

/// What `set_image` was given: a path, bytes or an array.
inline pybind11::object image_of(const data::Sample& sample) {
  namespace py = pybind11;
  if (sample.pixels) return from_image(sample.pixels->clone());
  if (sample.bytes) return py::bytes(reinterpret_cast<const char*>(sample.bytes->data()), sample.bytes->size());
  return path_text(sample.image);
}

/// The target in one cell of Python's: a number from 0 to 1, None or NaN (or -1 in integers) for unknown, or a code of text.
inline std::optional<float> target_of(pybind11::handle cell) {
  namespace py = pybind11;
  if (cell.is_none()) return std::numeric_limits<float>::quiet_NaN();
  if (py::isinstance<py::str>(cell)) return data::code_target(cell.cast<std::string>());
  const double number = PyFloat_AsDouble(cell.ptr());
  if (PyErr_Occurred() != nullptr) return PyErr_Clear(), std::nullopt;
  if (number == -1 && PyIndex_Check(cell.ptr()) != 0) return std::numeric_limits<float>::quiet_NaN();
  return number < 0 || number > 1 ? std::nullopt : std::optional(static_cast<float>(number));
}

/// Adds what a mapping of names and cells says; a label that it names is known to be absent, not only unnamed.
inline void add_named_cells(data::Sample& sample, const pybind11::object& cells, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  for (const auto pair : cells.attr("items")()) {
    const auto [label, cell] = pair.cast<std::pair<py::object, py::object>>();
    const auto target = target_of(cell);
    if (!py::isinstance<py::str>(label) || !target)
      fail<ArgumentError>({where, "labels of a sample must be names, each with 1, 0 or None for unknown",
                           join_text(std::string(py::repr(label)), ": ", std::string(py::repr(cell)), " (sample ", i, ")")});
    if (*target == 0) {
      sample.absent.push_back(label.cast<std::string>());
    } else {
      data::detail::add_target(sample, label.cast<std::string>(), *target);
    }
  }
}

inline bool all_text(const pybind11::object& values) {
  for (const auto value : values)
    if (!pybind11::isinstance<pybind11::str>(value)) return false;
  return true;
}

/// Sets the labels of `sample`: a list of names, a mapping of names (a row of a data frame is one), or a row of numbers with
/// NaN (or -1 in integers) where unknown.
inline void set_labels(data::Sample& sample, const pybind11::object& labels, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  const bool text = py::isinstance<py::str>(labels) || py::isinstance<py::bytes>(labels);
  const bool mapping = py::hasattr(labels, "items") && py::hasattr(labels, "keys");
  if (mapping && (all_text(labels.attr("keys")()) || py::isinstance<py::dict>(labels)))
    return add_named_cells(sample, labels, i, where);
  if (!text && py::hasattr(labels, "__iter__") && py::hasattr(labels, "__len__") && all_text(labels)) {
    for (const auto label : labels) sample.labels.push_back(label.cast<std::string>());
    return;
  }
  const py::array array = text ? py::array() : py::array::ensure(labels);
  const char kind = array && array.size() > 0 ? array.dtype().kind() : 'O';
  if (!array || array.ndim() != 1 || std::string_view("biuf").find(kind) == std::string_view::npos) {
    PyErr_Clear();
    fail<ArgumentError>({where, "labels of a sample must be a list of names or a row of numbers, one a label",
                         join_text(std::string(py::repr(labels)), " (sample ", i, ")")});
  }
  const auto row = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  for (py::ssize_t j = 0; j < row.size(); ++j) {
    const double cell = row.at(j);
    const bool unknown = kind == 'i' && cell == -1;
    if (!unknown && (cell < 0 || cell > 1))
      fail<ArgumentError>({where, "a row of targets must hold 1, 0 and what is between, NaN or an integer -1 for unknown",
                           join_text(std::string(py::repr(labels)), " (sample ", i, ")"),
                           "Numbers of classes are no row: give the names of the labels."});
    sample.targets.push_back(unknown ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(cell));
  }
}

/// Puts names in the place of a row of targets; the labels that it does not have are known to be absent.
inline void name_targets(data::Sample& sample, const std::vector<std::string>& vocabulary, std::size_t i,
                         std::string_view where) {
  if (sample.targets.empty()) return;
  if (sample.targets.size() != vocabulary.size())
    fail<ShapeError>(
        {where, join_text("a row of targets must have ", vocabulary.size(), " cells, one for each label of vocabulary"),
         join_text(sample.targets.size(), " (sample ", i, ")"), vocabulary.empty() ? "Name the labels in vocabulary." : ""});
  for (std::size_t j = 0; j < vocabulary.size(); ++j) data::detail::add_target(sample, vocabulary[j], sample.targets[j]);
  sample.targets.clear();
}

/// What `dataset[i]` of a user's own data set gives: (image, labels), more is left alone.
inline data::Sample to_sample(const pybind11::object& item, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  if (!py::isinstance<py::tuple>(item) && !py::isinstance<py::list>(item))
    fail<ArgumentError>({where, "the data set must give (image, labels) for each sample",
                         std::string(py::str(py::type::of(item).attr("__name__")))});
  const py::sequence parts = item;
  if (py::len(parts) < 2)
    fail<ArgumentError>(
        {where, "the data set must give (image, labels) for each sample", join_text("a tuple of ", py::len(parts))});
  data::Sample sample;
  set_image(sample, parts[0], i, where);
  set_labels(sample, parts[1], i, where);
  return sample;
}

}  // namespace multilabel::python
