// SPDX-License-Identifier: Apache-2.0
#pragma once
// The loader that Python makes, as the one C++ type that `_core` and `_torch` both know.

#include <pybind11/pybind11.h>
#include <multilabel/augmentation/any_pipeline.hpp>
#include <multilabel/data.hpp>

namespace multilabel::python {

/// A `multilabel._core.data.DataLoader`; the public Python class holds it as `_loader`.
using AnyDataLoader = data::DataLoader<augmentation::AnyPipeline>;

/// A `multilabel._core.data.BatchTransform`: any function on finished batches.
struct AnyBatchTransform {
  data::BatchTransform call;
};

void bind_loader(pybind11::module_& module);  // into the submodule of data

}  // namespace multilabel::python
