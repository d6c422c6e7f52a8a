// SPDX-License-Identifier: Apache-2.0
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <multilabel/data/split.hpp>
#include <utility>
#include <vector>

#include "matrix_arrays.hpp"

namespace py = pybind11;

namespace multilabel::python {
namespace {

using data::detail::NumpyRandom;

NumpyRandom from_state(const py::array_t<std::uint32_t, py::array::c_style | py::array::forcecast>& words,
                       std::uint32_t position) {
  NumpyRandom random;
  if (static_cast<std::size_t>(words.size()) != random.words.size() || position > random.words.size()) {
    fail<ArgumentError>({"data.splits", "the state must be that of a numpy.random.RandomState", "another one"});
  }
  std::copy_n(words.data(), random.words.size(), random.words.begin());
  random.position = position;
  return random;
}

py::tuple with_state(const std::vector<data::Split>& splits, const NumpyRandom& random) {
  py::list sides;
  for (const auto& split : splits) {
    sides.append(py::make_tuple(to_numpy(std::vector<std::int64_t>(split.train.begin(), split.train.end())),
                                to_numpy(std::vector<std::int64_t>(split.test.begin(), split.test.end()))));
  }
  return py::make_tuple(sides, to_numpy(std::vector<std::uint32_t>(random.words.begin(), random.words.end())), random.position);
}

}  // namespace

void bind_split(py::module_& module) {
  module.def(
      "stratified_folds",
      [](const py::object& targets, std::size_t folds, bool shuffle, std::vector<std::size_t> groups,
         const py::array_t<std::uint32_t>& words, std::uint32_t position) {
        auto random = from_state(words, position);
        const auto known = target_matrix("data.KFold", targets);
        const data::KFoldOptions options{
            .folds = folds, .deal = shuffle ? data::Deal::shuffled : data::Deal::in_order, .groups = std::move(groups)};
        const auto splits = [&] {
          const py::gil_scoped_release release;
          return data::stratified_folds(known, options, random);
        }();
        return with_state(splits, random);
      },
      py::arg("targets"), py::arg("folds"), py::arg("shuffle"), py::arg("groups"), py::arg("words"), py::arg("position"));
  module.def(
      "stratified_splits",
      [](const py::object& targets, std::size_t splits, double train, double test, const std::vector<std::size_t>& groups,
         const py::array_t<std::uint32_t>& words, std::uint32_t position) {
        auto random = from_state(words, position);
        const auto known = target_matrix("data.ShuffleSplit", targets);
        const auto made = [&] {
          const py::gil_scoped_release release;
          return data::stratified_splits(known, splits, train, test, groups, random);
        }();
        return with_state(made, random);
      },
      py::arg("targets"), py::arg("splits"), py::arg("train"), py::arg("test"), py::arg("groups"), py::arg("words"),
      py::arg("position"));
}

}  // namespace multilabel::python
