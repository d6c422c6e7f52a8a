// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a calibrator has one set of parameters for all labels or one for each.

#include <cstddef>
#include <string_view>

#include "multilabel/core/check.hpp"

namespace MULTILABEL_NAMESPACE::calibration {

enum class Scope {
  global,    ///< one fit over all cells: steady on small validation sets
  per_label  ///< one fit a label; a label without a known positive and a known negative takes the global fit
};

struct CalibrationOptions {
  Scope scope = Scope::global;
};

namespace detail {

/// Throws unless parameters for `fitted` labels (1: for all) serve a matrix of `labels` columns.
inline void require_labels(std::string_view where, std::size_t fitted, std::size_t rows, std::size_t labels) {
  if (fitted == 1 || fitted == labels) return;
  fail<ShapeError>({where, join_text("the matrix must have ", fitted, " labels, one per fitted parameter"),
                    shape_text(rows, labels), "Use the vocabulary the calibrator was fitted with."});
}

}  // namespace detail
}  // namespace MULTILABEL_NAMESPACE::calibration
