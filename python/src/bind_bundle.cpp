// SPDX-License-Identifier: Apache-2.0
#include "bind.hpp"

namespace multilabel::python {

void bind_bundle(pybind11::module_&) {}

}  // namespace multilabel::python
