// SPDX-License-Identifier: Apache-2.0
#pragma once
// How Python hands over the options of operations, for the files that bind them.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <multilabel/augmentation/any_operation.hpp>
#include <multilabel/augmentation/operation.hpp>

#include <array>
#include <utility>

namespace multilabel::python {

using augmentation::AnyOperation;
using Pair = std::array<double, 2>;
using WholePair = std::array<int, 2>;
using Color = std::array<double, 3>;

inline augmentation::SymmetricRange symmetric(const Pair& pair) { return {pair[0], pair[1]}; }
inline augmentation::Range range(const Pair& pair) { return {pair[0], pair[1]}; }
inline augmentation::WholeRange whole_range(const WholePair& pair) { return {pair[0], pair[1]}; }
Pair pair(const auto& limits) { return {limits.low, limits.high}; }

}  // namespace multilabel::python
