// SPDX-License-Identifier: Apache-2.0
#pragma once
// A data set as plain values of Python's and back, for pickle and what stands on it: copies, other processes.

#include <pybind11/stl.h>
#include <multilabel/data/dataset.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "samples.hpp"

namespace multilabel::python {

inline pybind11::tuple sample_state(const data::Sample& sample) {
  namespace py = pybind11;
  py::list boxes, soft;
  for (const auto& box : sample.boxes) boxes.append(py::make_tuple(box.left, box.top, box.right, box.bottom, box.label));
  for (const auto& one : sample.soft) soft.append(py::make_tuple(one.label, one.target));
  py::object part = py::none();
  if (sample.part) part = py::make_tuple(path_text(sample.part->file), sample.part->offset, sample.part->size);
  const bool in_memory = sample.bytes || sample.pixels;
  return py::make_tuple(path_text(sample.image), in_memory ? image_of(sample) : py::object(py::none()), sample.labels,
                        sample.unknown, sample.absent, soft, sample.unnamed == data::Unnamed::unknown, sample.row, boxes, part,
                        sample.targets);
}

inline data::Sample sample_from_state(const pybind11::tuple& state, std::size_t i) {
  namespace py = pybind11;
  using Names = std::vector<std::string>;
  data::Sample sample;
  if (!state[1].is_none()) set_image(sample, state[1], i, "data.Dataset");
  sample.image = state[0].cast<std::filesystem::path>();
  sample.labels = state[2].cast<Names>();
  sample.unknown = state[3].cast<Names>();
  sample.absent = state[4].cast<Names>();
  for (const auto& [label, target] : state[5].cast<std::vector<std::pair<std::string, float>>>())
    sample.soft.push_back({label, target});
  sample.unnamed = state[6].cast<bool>() ? data::Unnamed::unknown : data::Unnamed::absent;
  sample.row = state[7].cast<std::size_t>();
  for (const auto& [left, top, right, bottom, label] :
       state[8].cast<std::vector<std::tuple<double, double, double, double, std::string>>>())
    sample.boxes.push_back({left, top, right, bottom, label});
  if (!state[9].is_none()) {
    const auto [file, offset, size] = state[9].cast<std::tuple<std::filesystem::path, std::uint64_t, std::uint64_t>>();
    sample.part = data::FilePart{file, offset, size};
  }
  sample.targets = state[10].cast<std::vector<float>>();
  return sample;
}

inline pybind11::tuple dataset_state(const data::Dataset& dataset) {
  namespace py = pybind11;
  py::list samples, passed_over;
  for (std::size_t i = 0; i < dataset.size(); ++i) samples.append(sample_state(dataset[i]));
  for (const auto& [path, reason] : dataset.passed_over()) passed_over.append(py::make_tuple(path_text(path), reason));
  data::Dataset::Columns columns;
  for (const auto& name : dataset.columns()) columns.emplace(name, dataset.column(name));
  const auto given = dataset.given_vocabulary();
  return py::make_tuple(samples, columns, given ? py::cast(given->labels()) : py::object(py::none()), passed_over);
}

inline data::Dataset dataset_from_state(const pybind11::tuple& state) {
  namespace py = pybind11;
  std::vector<data::Sample> samples;
  for (const auto one : state[0].cast<py::list>()) samples.push_back(sample_from_state(one.cast<py::tuple>(), samples.size()));
  std::vector<data::PassedOver> passed_over;
  for (const auto& [path, reason] : state[3].cast<std::vector<std::pair<std::filesystem::path, std::string>>>())
    passed_over.push_back({path, reason});
  std::optional<encoding::Vocabulary> vocabulary;
  if (!state[2].is_none()) vocabulary.emplace(state[2].cast<std::vector<std::string>>());
  return data::Dataset(std::move(samples), state[1].cast<data::Dataset::Columns>(), std::move(vocabulary),
                       std::move(passed_over));
}

}  // namespace multilabel::python
