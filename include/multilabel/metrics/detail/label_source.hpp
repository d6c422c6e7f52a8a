// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whatever a user calls targets or predictions, held as `LabelCells`: a matrix, a sparse view, or either behind a mask.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "multilabel/core/shape.hpp"
#include "multilabel/core/sparse.hpp"
#include "multilabel/metrics/detail/cells.hpp"
#include "multilabel/metrics/detail/sparse_codes.hpp"
#include "multilabel/metrics/masked.hpp"

namespace MULTILABEL_NAMESPACE::metrics::detail {

/// `cells()` looks at the matrix, which must outlive this.
template <class M>
class LabelSource {
 public:
  explicit LabelSource(const M& matrix) : held_(row_major(matrix)), cells_(held_.view()) {}

  [[nodiscard]] const LabelCells& cells() const noexcept { return cells_; }

 private:
  RowMajor<cell_t<M>> held_;
  LabelCells cells_;
};

template <sparse_view M>
class LabelSource<M> {
 public:
  explicit LabelSource(const M& matrix) : cells_(std::make_shared<const SparseCodes>(matrix)) {}

  [[nodiscard]] const LabelCells& cells() const noexcept { return cells_; }

 private:
  LabelCells cells_;
};

template <class Targets, class Mask>
class LabelSource<Masked<Targets, Mask>> {
 public:
  explicit LabelSource(const Masked<Targets, Mask>& both)
      : targets_(both.targets()), bytes_(bytes_of(both.mask())), cells_(targets_.cells().masked(bytes_.data())) {}

  [[nodiscard]] const LabelCells& cells() const noexcept { return cells_; }

 private:
  [[nodiscard]] static std::vector<std::uint8_t> bytes_of(const Mask& mask) {
    const auto held = row_major(mask);
    const auto values = held.view().values();
    std::vector<std::uint8_t> bytes(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) bytes[i] = values[i] != cell_t<Mask>{0} ? 1 : 0;
    return bytes;
  }

  LabelSource<Targets> targets_;
  std::vector<std::uint8_t> bytes_;
  LabelCells cells_;
};

}  // namespace MULTILABEL_NAMESPACE::metrics::detail
