// SPDX-License-Identifier: Apache-2.0
#pragma once
// NumPy arrays as the kernels of the metrics read them: labels of any number type without a copy, weights, and the averages by
// name.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <multilabel/metrics/averaging.hpp>
#include <multilabel/metrics/detail/cells.hpp>
#include <optional>
#include <string>
#include <vector>

#include "matrix_arrays.hpp"

namespace multilabel::python {

namespace py = pybind11;
using metrics::Average;
using metrics::detail::LabelCells;
using Weights = std::optional<py::array_t<double, py::array::c_style | py::array::forcecast>>;

/// A label array and the kernels' view of it.
struct Labels {
  Labels(const char* where, const char* name, const py::array& source) : array(source), cells(view(where, name)) {}

  py::array array;
  LabelCells cells;

 private:
  template <class T>
  [[nodiscard]] LabelCells seen_as() const {
    return LabelCells(view_of<T>(array));
  }

  [[nodiscard]] LabelCells view(const char* where, const char* name) const {
    require_matrix(where, name, array);
    const char kind = array.dtype().kind();
    const auto size = array.itemsize();
    if (kind == 'b') return seen_as<bool>();
    if (kind == 'u')
      return size == 1   ? seen_as<std::uint8_t>()
             : size == 2 ? seen_as<std::uint16_t>()
             : size == 4 ? seen_as<std::uint32_t>()
                         : seen_as<std::uint64_t>();
    if (kind == 'i')
      return size == 1   ? seen_as<std::int8_t>()
             : size == 2 ? seen_as<std::int16_t>()
             : size == 4 ? seen_as<std::int32_t>()
                         : seen_as<std::int64_t>();
    if (kind == 'f' && size == 4) return seen_as<float>();
    if (kind == 'f' && size == 8) return seen_as<double>();
    fail<ArgumentError>({where, join_text(name, " must be an array of numbers"), py::str(array.dtype()).cast<std::string>()});
  }
};

inline std::vector<double> to_vector(const Weights& weights) {
  if (!weights) return {};
  return {weights->data(), weights->data() + weights->size()};
}

inline Average average_of(const char* where, const std::string& name) {
  if (const auto found = metrics::average_from(name)) return *found;
  fail<ArgumentError>({where, "average must be one of micro, macro, weighted and samples", quoted(name)});
}

}  // namespace multilabel::python
