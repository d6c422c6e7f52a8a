// SPDX-License-Identifier: Apache-2.0
#pragma once
// The loader that Python makes, as the one C++ type that `_core` and `_torch` both know.

#include <pybind11/pybind11.h>
#include <multilabel/data.hpp>

#include "any_augmentation.hpp"

namespace multilabel::python {

/// A `multilabel._core.data.DataLoader`; the public Python class holds it as `_loader`.
using AnyDataLoader = data::DataLoader<AnyAugmentation>;

/// A `multilabel._core.data.BatchTransform`: any function on finished batches.
struct AnyBatchTransform {
  data::BatchTransform call;
};

void bind_loader(pybind11::module_& module);  // into the submodule of data

}  // namespace multilabel::python
