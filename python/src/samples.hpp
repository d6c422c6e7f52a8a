// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Python calls a sample as the library's: a path, the bytes of a file or an array of pixels, with names or a row of
// targets. All of these need the GIL.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <multilabel/data/sample.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "images.hpp"

namespace multilabel::python {

/// Sets the image of `sample`: a path, bytes, or uint8 [height, width, 3]. Arrays are shared, bytes copied. `i` names it.
inline void set_image(data::Sample& sample, const pybind11::object& image, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  if (py::isinstance<py::str>(image) || py::hasattr(image, "__fspath__")) {
    sample.image = py::module_::import("os").attr("fspath")(image).cast<std::string>();
    return;
  }
  sample.image = join_text("sample ", i);
  if (py::isinstance<py::bytes>(image) || py::isinstance<py::bytearray>(image)) {
    const auto bytes = py::bytes(image).cast<std::string_view>();
    sample.bytes = std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end());
    return;
  }
  auto held = std::make_unique<ImageArgument>(to_image(image, join_text(where, ": sample ", i)));
  const cv::Mat* pixels = &held->image;
  const std::shared_ptr<ImageArgument> owner(held.release(), [](ImageArgument* argument) {
    const py::gil_scoped_acquire gil;
    delete argument;
  });
  sample.pixels = std::shared_ptr<const cv::Mat>(owner, pixels);
}

/// What `set_image` was given: a str, bytes or an array.
inline pybind11::object image_of(const data::Sample& sample) {
  namespace py = pybind11;
  if (sample.pixels) return from_image(sample.pixels->clone());
  if (sample.bytes) return py::bytes(reinterpret_cast<const char*>(sample.bytes->data()), sample.bytes->size());
  return py::str(sample.image.string());
}

/// Sets the labels of `sample`: a list of names, or a row of numbers with NaN (or -1 in integers) where unknown.
inline void set_labels(data::Sample& sample, const pybind11::object& labels, std::size_t i, std::string_view where) {
  namespace py = pybind11;
  const bool list = py::isinstance<py::list>(labels) || py::isinstance<py::tuple>(labels) || py::isinstance<py::set>(labels) ||
                    py::isinstance<py::frozenset>(labels);
  if (list && (py::len(labels) == 0 || py::isinstance<py::str>(*py::iter(labels)))) {
    for (const auto label : labels) {
      if (!py::isinstance<py::str>(label)) break;
      sample.labels.push_back(label.cast<std::string>());
    }
    if (sample.labels.size() == py::len(labels)) return;
  }
  py::array array = py::isinstance<py::str>(labels) ? py::array() : py::array::ensure(labels);
  const char kind = array && array.size() > 0 ? array.dtype().kind() : 'O';
  if (!array || array.ndim() != 1 || std::string_view("biuf").find(kind) == std::string_view::npos) {
    PyErr_Clear();
    fail<ArgumentError>({where, "labels of a sample must be a list of names or a row of numbers, one a label",
                         join_text(std::string(py::repr(labels)), " (sample ", i, ")")});
  }
  const auto row = py::array_t<float, py::array::c_style | py::array::forcecast>::ensure(array);
  sample.targets.assign(row.data(), row.data() + row.size());
  if (kind != 'i') return;
  for (float& cell : sample.targets)
    if (cell < 0) cell = std::numeric_limits<float>::quiet_NaN();
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
