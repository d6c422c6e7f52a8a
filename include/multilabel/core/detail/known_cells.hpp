// SPDX-License-Identifier: Apache-2.0
#pragma once
// The checks that thresholds and calibration make of their targets and scores, and the compact form they then work on.

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/clean_codes.hpp"
#include "multilabel/core/detail/score_range.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::core::detail {

template <class T>
[[noreturn]] void refuse_target(std::string_view where, MatrixView<const T> targets) {
  for (const T value : targets.values()) {
    const bool known = value == T{0} || value == T{1};
    bool unknown = value != value;
    if constexpr (std::is_signed_v<T>) unknown |= value == T{-1};
    if (known || unknown) continue;
    fail<ArgumentError>({where, "targets must be 0, 1, or unknown (NaN or -1)", join_text(static_cast<double>(value)),
                         "Encode label names with MultiLabelBinarizer."});
  }
  fail<ArgumentError>({where, "targets must be 0, 1, or unknown (NaN or -1)", "another value"});
}

inline constexpr std::size_t cells_worth_a_thread = std::size_t{1} << 18;

/// Targets that are 0, 1, or -1 for unknown: a look at somebody's matrix of bytes, or a copy of its own. Not changed by anyone.
class KnownTargets {
 public:
  explicit KnownTargets(RowMajor<std::int8_t> codes) : codes_(std::move(codes)) {}

  [[nodiscard]] MatrixView<const std::int8_t> view() const noexcept { return codes_.view(); }
  [[nodiscard]] std::size_t rows() const noexcept { return view().rows(); }
  [[nodiscard]] std::size_t columns() const noexcept { return view().columns(); }
  [[nodiscard]] bool empty() const noexcept { return view().empty(); }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return view().shape(axis); }
  [[nodiscard]] const std::int8_t* data() const noexcept { return view().data(); }
  [[nodiscard]] const std::int8_t& operator()(std::size_t row, std::size_t column) const noexcept {
    return view()(row, column);
  }

 private:
  RowMajor<std::int8_t> codes_;
};

/// Codes 0, 1 and -1 of `count` cells; false when one is neither 0, 1 nor unknown.
template <class T>
[[nodiscard]] bool encode_known(const T* cells, std::size_t count, std::int8_t* codes) noexcept {
  constexpr std::size_t block = 8192;  // the second look finds the cells in cache
  bool valid = true;
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t end = std::min(begin + block, count);
    if constexpr (sizeof(T) <= 8) {
      if (encode_clean(cells + begin, end - begin, reinterpret_cast<std::uint8_t*>(codes + begin))) continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      const T value = cells[i];
      const bool positive = value == T{1};
      bool unknown = value != value;
      if constexpr (std::is_signed_v<T>) unknown |= value == T{-1};
      valid &= positive | unknown | (value == T{0});
      codes[i] = static_cast<std::int8_t>(static_cast<int>(positive) - static_cast<int>(unknown));
    }
  }
  return valid;
}

/// The targets as 0, 1 and -1 for unknown; a matrix of signed bytes that lie row after row is not copied and must outlive them.
/// @throws ArgumentError on any other value.
template <matrix_like M>
  requires(!std::derived_from<M, KnownTargets>)
[[nodiscard]] KnownTargets known_targets(std::string_view where, const M& targets) {
  using T = cell_t<M>;
  auto rows = row_major(targets);
  const auto view = rows.view();
  std::atomic<bool> valid{true};
  if constexpr (std::is_same_v<T, std::int8_t>) {
    parallel_blocks(view.size(), cells_worth_a_thread, [&](std::size_t begin, std::size_t end) {
      bool good = true;
      for (std::size_t i = begin; i < end; ++i) good &= static_cast<std::uint8_t>(view.data()[i] + 1) <= 2;
      if (!good) valid = false;
    });
    if (!valid) refuse_target(where, view);
    return KnownTargets(std::move(rows));
  } else {
    auto codes = std::make_unique_for_overwrite<std::int8_t[]>(view.size());
    parallel_blocks(view.size(), cells_worth_a_thread, [&](std::size_t begin, std::size_t end) {
      if (!encode_known(view.data() + begin, end - begin, codes.get() + begin)) valid = false;
    });
    if (!valid) refuse_target(where, view);
    return KnownTargets(RowMajor<std::int8_t>(std::move(codes), view.rows(), view.columns()));
  }
}

/// The same targets, which were looked at before and must outlive the result.
[[nodiscard]] inline KnownTargets known_targets(std::string_view, const KnownTargets& targets) {
  return KnownTargets(RowMajor<std::int8_t>(targets.view()));
}

/// Throws unless targets and scores (or logits: `name` is what the caller calls them) are of one shape, hold at least one known
/// cell, and every score is finite. Gives back the scores with their range.
template <class S>
RangedScores<S> require_scores(std::string_view where, MatrixView<const std::int8_t> targets, MatrixView<const S> scores,
                               std::string_view name = "scores") {
  require_same_shape(where, join_text("targets and ", name), targets, scores);
  if (scores.empty()) {
    fail<ShapeError>({where, join_text("targets and ", name, " must have at least one sample and one label"),
                      shape_text(scores.rows(), scores.columns())});
  }
  const auto seen = look_at(scores);
  if (!seen.finite) {
    fail<ArgumentError>({where, join_text(name, " must be finite"), "a NaN or an infinity", "Check the model's output."});
  }
  const auto values = targets.values();
  const bool known = std::any_of(values.begin(), values.end(), [](std::int8_t target) { return target >= 0; });
  if (!known) fail<ArgumentError>({where, "targets must have a known cell", "unknown cells only"});
  return {scores, seen.range};
}

/// The score type that the algorithms work in: float stays float, everything else becomes double.
template <class T>
using score_t = std::conditional_t<std::is_same_v<T, float>, float, double>;

/// `scores` in their working type; a copy only where the type changes.
template <matrix_like M>
[[nodiscard]] auto working_scores(const M& scores) {
  using T = cell_t<M>;
  if constexpr (std::is_same_v<T, score_t<T>>) {
    return row_major(scores);
  } else {
    const auto rows = row_major(scores);
    Matrix<double> copy(rows.view().rows(), rows.view().columns());
    for (std::size_t i = 0; i < copy.size(); ++i) copy.data()[i] = static_cast<double>(rows.view().data()[i]);
    return RowMajor<double>(std::move(copy));
  }
}

}  // namespace multilabel::core::detail
