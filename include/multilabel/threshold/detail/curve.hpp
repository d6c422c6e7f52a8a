// SPDX-License-Identifier: Apache-2.0
#pragma once
// A metric at ascending thresholds, written down by several threads. A threshold takes the place of the cell that it comes
// from: the memory of the cells becomes that of the curve, and needs no second one.

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "multilabel/core/detail/ascending.hpp"
#include "multilabel/core/long_array.hpp"
#include "multilabel/core/parallel.hpp"

namespace multilabel::threshold::detail {

/// The part of a curve that one thread writes, from some place on upwards or downwards.
struct CurvePiece {
  double *thresholds = nullptr, *values = nullptr;  ///< of that place
  std::ptrdiff_t first = 0, end = 0;                ///< what was written, counted from there

  void add_higher(double threshold, double value) noexcept {
    thresholds[end] = threshold;
    values[end++] = value;
  }
  void add_lower(double threshold, double value) noexcept {
    thresholds[--first] = threshold;
    values[first] = value;
  }
};

/// `open`, a `piece` for each thread that goes back to `keep`, `close`.
class Curve {
 public:
  LongArray<double> thresholds, values;

  /// For the cells that the threads are about to read.
  template <class S>
  void open(core::detail::AscendingCells<S>& cells, std::size_t pieces) {
    values.resize(cells.size() + 1);
    memory_ = cells.memory().data();
    words_ = cells.words;
    pieces_.resize(pieces);
  }

  /// A piece that begins below that cell or goes down from there. It must never get ahead of the cells that have been read.
  [[nodiscard]] CurvePiece piece(std::size_t cell) noexcept { return {memory_ + words_ * cell, values.data() + cell}; }
  void keep(std::size_t number, const CurvePiece& piece) noexcept { pieces_[number] = piece; }

  /// Closes the gaps between the pieces, which are ascending; `memory` is that of the cells.
  void close(LongArray<double> memory) {
    thresholds = std::move(memory);
    const std::array<std::pair<LongArray<double>*, double* CurvePiece::*>, 2> arrays{
        {{&thresholds, &CurvePiece::thresholds}, {&values, &CurvePiece::values}}};
    parallel_for(arrays.size(), pieces_.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t a = begin; a < end; ++a) {
        const auto& [array, place] = arrays[a];
        double* const start = pieces_.front().*place + pieces_.front().first;
        double* to = start;
        for (const auto& piece : pieces_) {
          const double* from = piece.*place + piece.first;
          if (from != to) std::copy_n(from, piece.end - piece.first, to);
          to += piece.end - piece.first;
        }
        array->drop_front(static_cast<std::size_t>(start - array->data()));
        array->resize(static_cast<std::size_t>(to - start));
      }
    });
  }

 private:
  double* memory_ = nullptr;
  std::size_t words_ = 1;
  std::vector<CurvePiece> pieces_;
};

}  // namespace multilabel::threshold::detail
