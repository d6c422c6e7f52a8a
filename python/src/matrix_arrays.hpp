// SPDX-License-Identifier: Apache-2.0
#pragma once
// NumPy arrays, torch tensors, SciPy sparse matrices and nested lists as matrices, without a copy where rows lie contiguous,
// and matrices back as NumPy arrays that own the C++ memory.

#include <pybind11/numpy.h>

#include <cstdint>
#include <memory>
#include <multilabel/core/detail/known_cells.hpp>
#include <multilabel/core/shape.hpp>
#include <multilabel/metrics/masked.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bind.hpp"

namespace multilabel::python {

/// Anything array-like as a C-contiguous NumPy array of the machine's byte order, read as the metrics read it; what is unknown
/// or hidden is NaN. `where` and `name` are for the sentence about what is none.
inline pybind11::array as_array(std::string_view where, std::string_view name, pybind11::handle object) {
  return pybind11::module_::import("multilabel._label_arrays").attr("array_for")(where, name, object).cast<pybind11::array>();
}

/// Looks at all together before they are read; the function of multilabel._label_arrays says how.
inline void check_together(const char* function, std::string_view where, pybind11::handle targets, pybind11::handle scores,
                           pybind11::handle mask, const char* scores_name = "scores") {
  namespace py = pybind11;
  py::dict named;
  named["targets"] = targets, named[scores_name] = scores, named["mask"] = mask;
  py::module_::import("multilabel._label_arrays").attr(function)(where, **named);
}

inline void require_matrix(std::string_view where, std::string_view name, const pybind11::array& array) {
  if (array.ndim() == 2) return;
  fail<ShapeError>(
      {where, join_text(name, " must have two dimensions [samples, labels]"), join_text(array.ndim(), " dimension(s)")});
}

template <class T>
MatrixView<const T> view_of(const pybind11::array& array) {
  return {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.shape(0)),
          static_cast<std::size_t>(array.shape(1))};
}

/// Targets as 0, 1 and -1, and the array they may be a look at.
class TargetArray : public core::detail::KnownTargets {
 public:
  TargetArray(pybind11::array array, core::detail::KnownTargets known)
      : KnownTargets(std::move(known)), array_(std::move(array)) {}

 private:
  pybind11::array array_;
};

/// Targets of any number type as 0, 1 and -1 for unknown, which is also what a mask of bool hides; it may be None.
inline TargetArray target_matrix(std::string_view where, pybind11::handle object, pybind11::handle mask = pybind11::none()) {
  namespace py = pybind11;
  py::array array = as_array(where, "targets", object);
  require_matrix(where, "targets", array);
  const auto read = [&]<class T>(T) {
    const auto targets = view_of<T>(array);
    if (mask.is_none()) return TargetArray(array, core::detail::known_targets(where, targets));
    const auto shape = py::make_tuple(targets.rows(), targets.columns());
    const py::array known = py::module_::import("multilabel._label_arrays").attr("mask_array")(mask, shape);
    return TargetArray(array, core::detail::known_targets(where, metrics::masked(targets, view_of<bool>(known))));
  };
  const char kind = array.dtype().kind();
  const auto size = array.itemsize();
  if (kind == 'b' || (kind == 'u' && size == 1)) return read(std::uint8_t{});
  if (kind == 'i' && size == 1) return read(std::int8_t{});
  if (kind == 'i' && size == 4) return read(std::int32_t{});
  if (kind == 'i' && size == 8) return read(std::int64_t{});
  if (kind == 'f' && size == 4) return read(float{});
  if (kind != 'b' && kind != 'i' && kind != 'u' && kind != 'f') {
    fail<ArgumentError>({where, "targets must be numbers", py::str(array.dtype()).cast<std::string>(),
                         "Encode label names with MultiLabelBinarizer."});
  }
  array = py::array_t<double, py::array::c_style | py::array::forcecast>(array);
  return read(double{});
}

/// Scores as a matrix of float where they are float32 or float16, of double otherwise.
inline pybind11::array real_matrix(std::string_view where, pybind11::handle object) {
  namespace py = pybind11;
  py::array array = as_array(where, "scores", object);
  require_matrix(where, "scores", array);
  const char kind = array.dtype().kind();
  if (kind != 'b' && kind != 'i' && kind != 'u' && kind != 'f') {
    fail<ArgumentError>({where, "scores must be real numbers", py::str(array.dtype()).cast<std::string>()});
  }
  if (kind == 'f' && array.itemsize() <= 4) return py::array_t<float, py::array::c_style | py::array::forcecast>(array);
  return py::array_t<double, py::array::c_style | py::array::forcecast>(array);
}

/// Calls `use` with the scores as a MatrixView of their own type.
template <class Use>
decltype(auto) with_scores(std::string_view where, pybind11::handle object, Use&& use) {
  const pybind11::array scores = real_matrix(where, object);
  return scores.itemsize() == 4 ? use(view_of<float>(scores)) : use(view_of<double>(scores));
}

/// Scores as doubles, and the array they may be a look at.
class ScoreArray {
 public:
  ScoreArray(pybind11::array array, core::detail::KnownScores scores) : array_(std::move(array)), scores_(std::move(scores)) {}

  [[nodiscard]] core::detail::ScoreCells cells() const noexcept { return scores_.cells(); }

 private:
  pybind11::array array_;
  core::detail::KnownScores scores_;
};

/// Scores for functions that take them in one form.
inline ScoreArray score_array(std::string_view where, pybind11::handle object) {
  pybind11::array array = real_matrix(where, object);
  auto known = array.itemsize() == 4 ? core::detail::KnownScores(view_of<float>(array))
                                     : core::detail::KnownScores(view_of<double>(array));
  return {std::move(array), std::move(known)};
}

/// A NumPy array that keeps `values` alive: a std::vector or a LongArray.
template <class Values>
pybind11::array_t<typename Values::value_type> to_numpy(Values values) {
  auto owner = std::make_unique<Values>(std::move(values));
  const pybind11::capsule keep(owner.get(), [](void* data) { delete static_cast<Values*>(data); });
  const auto* held = owner.release();
  return pybind11::array_t<typename Values::value_type>(static_cast<pybind11::ssize_t>(held->size()), held->data(), keep);
}

template <class T>
pybind11::array_t<T> to_numpy(Matrix<T> values) {
  auto owner = std::make_unique<Matrix<T>>(std::move(values));
  const pybind11::capsule keep(owner.get(), [](void* data) { delete static_cast<Matrix<T>*>(data); });
  const auto* held = owner.release();
  return pybind11::array_t<T>({static_cast<pybind11::ssize_t>(held->rows()), static_cast<pybind11::ssize_t>(held->columns())},
                              held->data(), keep);
}

}  // namespace multilabel::python
