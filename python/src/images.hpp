// SPDX-License-Identifier: Apache-2.0
#pragma once
// NumPy images [height, width, 3] <-> cv::Mat, without copies where the memory allows it. All of these need the GIL.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <multilabel/core/check.hpp>
#include <multilabel/core/error.hpp>
#include <opencv2/core.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace multilabel::python {

/// A path as Python writes it, its bytes as os.fsdecode gives them, so that names that are not UTF-8 come back unchanged.
inline pybind11::str path_text(const std::filesystem::path& path) {
  const std::string& bytes = path.native();
  return pybind11::reinterpret_steal<pybind11::str>(
      PyUnicode_DecodeFSDefaultAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

/// An image of Python's, and what keeps its pixels alive.
struct ImageArgument {
  pybind11::array owner;
  cv::Mat image;
};

/// Looks at a uint8 array [height, width, 3]; copies only if pixels are not packed. Throws `ShapeError` for anything else.
inline ImageArgument to_image(const pybind11::object& object, std::string_view where) {
  namespace py = pybind11;
  py::array array = py::array::ensure(object);
  if (!array) {
    PyErr_Clear();
    fail<ShapeError>({where, "image must be a uint8 array [height, width, 3] in RGB order", py::str(py::type::of(object))});
  }
  if (!py::isinstance<py::array_t<std::uint8_t>>(array) || array.ndim() != 3 || array.shape(2) != 3 || array.size() == 0) {
    fail<ShapeError>({where, "image must be a uint8 array [height, width, 3] in RGB order",
                      join_text(std::string(py::str(array.dtype())), " of shape ", std::string(py::str(array.attr("shape"))))});
  }
  if (array.strides(2) != 1 || array.strides(1) != 3 || array.strides(0) < 3 * array.shape(1))
    array = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>::ensure(array);
  cv::Mat image(static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)), CV_8UC3, const_cast<void*>(array.data()),
                static_cast<std::size_t>(array.strides(0)));
  return {std::move(array), std::move(image)};
}

/// An array that shares the pixels of `image`, which must own them or is copied; three channels of uint8 or float32.
inline pybind11::array from_image(cv::Mat image) {
  namespace py = pybind11;
  if (image.u == nullptr || !image.isContinuous()) image = image.clone();
  auto* owner = new cv::Mat(std::move(image));
  const py::capsule keep(owner, [](void* pointer) { delete static_cast<cv::Mat*>(pointer); });
  const std::vector<py::ssize_t> shape = {owner->rows, owner->cols, 3};
  if (owner->depth() == CV_32F) return py::array_t<float>(shape, owner->ptr<float>(), keep);
  return py::array_t<std::uint8_t>(shape, owner->data, keep);
}

}  // namespace multilabel::python
