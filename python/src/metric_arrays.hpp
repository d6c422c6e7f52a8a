// SPDX-License-Identifier: Apache-2.0
#pragma once
// NumPy arrays as the kernels of the metrics read them: labels of any number type without a copy, weights, and the averages by
// name.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <multilabel/core/sparse.hpp>
#include <multilabel/metrics/averaging.hpp>
#include <multilabel/metrics/detail/cells.hpp>
#include <multilabel/metrics/detail/sparse_codes.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "matrix_arrays.hpp"

namespace multilabel::python {

namespace py = pybind11;
using metrics::Average;
using metrics::detail::LabelCells;
using Weights = std::optional<py::array_t<double, py::array::c_style | py::array::forcecast>>;

/// The targets or predictions of one call as the kernels see them: an array of any number type, or the stored cells of a sparse
/// matrix, behind a mask where there is one. Keeps the arrays alive.
class Labels {
 public:
  using Mask = std::optional<py::array_t<bool, py::array::c_style>>;

  Labels(const py::array& values, const Mask& mask) : Labels(values, dense_cells(values), mask) {}

  [[nodiscard]] static Labels sparse(const py::array_t<double, py::array::c_style>& values,
                                     const py::array_t<std::int64_t, py::array::c_style>& columns,
                                     const py::array_t<std::int64_t, py::array::c_style>& row_starts, std::size_t width,
                                     const Mask& mask) {
    const SparseView<double> view(span_of(values), span_of(columns), span_of(row_starts), width);
    return {values, LabelCells(std::make_shared<const metrics::detail::SparseCodes>(view)), mask};
  }

  [[nodiscard]] const LabelCells& cells() const noexcept { return cells_; }
  /// The array, or what the sparse matrix stores.
  [[nodiscard]] const py::array& values() const noexcept { return values_; }

 private:
  Labels(py::array values, const LabelCells& cells, const Mask& mask) : values_(std::move(values)), mask_(mask), cells_(cells) {
    if (!mask_) return;
    require_matrix("metrics", "mask", *mask_);
    require_same_shape("metrics", "targets and mask", cells, view_of<bool>(*mask_));
    cells_ = cells.masked(reinterpret_cast<const std::uint8_t*>(mask_->data()));  // NumPy's bools are bytes of 0 and 1
  }

  template <class T>
  [[nodiscard]] static std::span<const T> span_of(const py::array_t<T, py::array::c_style>& array) {
    return {array.data(), static_cast<std::size_t>(array.size())};
  }

  [[nodiscard]] static LabelCells dense_cells(const py::array& array) {
    require_matrix("metrics", "targets and predictions", array);
    const auto seen_as = [&]<class T>(T) { return LabelCells(view_of<T>(array)); };
    const char kind = array.dtype().kind();
    const auto size = array.itemsize();
    if (kind == 'b') return seen_as(bool{});
    if (kind == 'u')
      return size == 1   ? seen_as(std::uint8_t{})
             : size == 2 ? seen_as(std::uint16_t{})
             : size == 4 ? seen_as(std::uint32_t{})
                         : seen_as(std::uint64_t{});
    if (kind == 'i')
      return size == 1   ? seen_as(std::int8_t{})
             : size == 2 ? seen_as(std::int16_t{})
             : size == 4 ? seen_as(std::int32_t{})
                         : seen_as(std::int64_t{});
    if (kind == 'f' && size == 4) return seen_as(float{});
    if (kind == 'f' && size == 8) return seen_as(double{});
    fail<ArgumentError>(
        {"metrics", "targets and predictions must be arrays of numbers", py::str(array.dtype()).cast<std::string>()});
  }

  py::array values_;
  Mask mask_;
  LabelCells cells_;
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
