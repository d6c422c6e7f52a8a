// SPDX-License-Identifier: Apache-2.0
#pragma once
// Held-out answers on their way between NumPy and C++: the fields of multilabel.evaluation.HeldOut, but labels for vocabulary.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <multilabel/evaluation/held_out.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "matrix_arrays.hpp"

namespace multilabel::python {

inline pybind11::dict held_out_dict(evaluation::HeldOut held_out) {
  using namespace pybind11::literals;
  return pybind11::dict("targets"_a = to_numpy(std::move(held_out.targets)), "logits"_a = to_numpy(std::move(held_out.logits)),
                        "scores"_a = to_numpy(std::move(held_out.scores)), "images"_a = std::move(held_out.images),
                        "labels"_a = held_out.vocabulary.labels());
}

inline evaluation::HeldOut held_out_from(std::string_view where, pybind11::handle targets, pybind11::handle logits,
                                         pybind11::handle scores, std::vector<std::string> images,
                                         std::vector<std::string> labels) {
  namespace py = pybind11;
  const auto matrix = [&](std::string_view name, pybind11::handle object) {
    const py::array_t<float, py::array::c_style | py::array::forcecast> array(as_array(where, name, object));
    require_matrix(where, name, array);
    const auto view = view_of<float>(array);
    return Matrix<float>(view.rows(), view.columns(), std::vector<float>(view.values().begin(), view.values().end()));
  };
  evaluation::HeldOut held_out{.targets = matrix("targets", targets),
                               .logits = matrix("logits", logits),
                               .scores = matrix("scores", scores),
                               .images = std::move(images),
                               .vocabulary = encoding::Vocabulary(std::move(labels))};
  evaluation::require_consistent(where, held_out);
  return held_out;
}

void bind_evaluation(pybind11::module_& module);

}  // namespace multilabel::python
