// SPDX-License-Identifier: Apache-2.0
#pragma once
// Boxes of Python's, [boxes, 4] in pixels, as the library's.

#include <pybind11/numpy.h>
#include <multilabel/augmentation/box.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace multilabel::python {

/// left, top, right, bottom.
using Boxes = pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>;

/// One object a row; Python has checked the shapes.
inline augmentation::Objects to_objects(std::string_view where, const Boxes& boxes, const std::vector<std::string>& labels) {
  augmentation::Objects objects;
  const auto n = static_cast<std::size_t>(boxes.ndim() == 2 ? boxes.shape(0) : 0);
  if (n != labels.size())
    fail<ShapeError>({where, "bboxes and their labels must have the same length", join_text(n, " and ", labels.size())});
  for (std::size_t i = 0; i < n; ++i) {
    const double* row = boxes.data(static_cast<pybind11::ssize_t>(i), 0);
    objects.boxes.push_back({row[0], row[1], row[2], row[3], labels[i]});
  }
  return objects;
}

}  // namespace multilabel::python
