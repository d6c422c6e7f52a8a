// SPDX-License-Identifier: Apache-2.0
#pragma once
// The checks that thresholds and calibration make of their targets and scores, and the compact form they then work on.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/clean_codes.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::core::detail {

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

/// Looks at scores as doubles, which hold every float exactly, and knows whether they were floats: a threshold that is to lie
/// next above one of them has to exist in the caller's own type.
struct ScoreCells {
  MatrixView<const double> cells;
  bool are_floats = false;

  [[nodiscard]] std::size_t rows() const noexcept { return cells.rows(); }
  [[nodiscard]] std::size_t columns() const noexcept { return cells.columns(); }
  [[nodiscard]] std::size_t shape(std::size_t axis) const noexcept { return cells.shape(axis); }
  [[nodiscard]] double operator()(std::size_t row, std::size_t label) const noexcept { return cells(row, label); }

  /// The lowest threshold of the caller's type above `score`.
  [[nodiscard]] double next_above(double score) const noexcept {
    if (!are_floats) return std::nextafter(score, std::numeric_limits<double>::infinity());
    return static_cast<double>(std::nextafter(static_cast<float>(score), std::numeric_limits<float>::infinity()));
  }
  /// The threshold as the caller's type holds it, which is what scores are compared with.
  [[nodiscard]] double in_their_type(double threshold) const noexcept {
    return are_floats ? static_cast<double>(static_cast<float>(threshold)) : threshold;
  }
};

/// Scores of any type as doubles; a matrix of doubles that lie row after row is not copied and must outlive them.
class KnownScores {
 public:
  template <matrix_like M>
  explicit KnownScores(const M& scores) : rows_(as_doubles(scores)), are_floats_(std::is_same_v<cell_t<M>, float>) {}

  /// Scores that have this form already, which must outlive the result.
  explicit KnownScores(const ScoreCells& scores) : rows_(scores.cells), are_floats_(scores.are_floats) {}

  [[nodiscard]] ScoreCells cells() const noexcept { return {rows_.view(), are_floats_}; }

  template <matrix_like M>
  [[nodiscard]] static RowMajor<double> as_doubles(const M& scores) {
    auto rows = row_major(scores);
    if constexpr (std::is_same_v<cell_t<M>, double>) {
      return rows;
    } else {
      const auto view = rows.view();
      auto copy = std::make_unique_for_overwrite<double[]>(view.size());
      std::transform(view.data(), view.data() + view.size(), copy.get(), [](auto score) { return static_cast<double>(score); });
      return RowMajor<double>(std::move(copy), view.rows(), view.columns());
    }
  }

 private:
  RowMajor<double> rows_;
  bool are_floats_;
};

/// Throws unless targets and scores (or logits: `name` is what the caller calls them) are of one shape, hold at least one known
/// cell, and every score is finite.
inline void require_scores(std::string_view where, MatrixView<const std::int8_t> targets, MatrixView<const double> scores,
                           std::string_view name = "scores") {
  require_same_shape(where, join_text("targets and ", name), targets, scores);
  if (scores.empty()) {
    fail<ShapeError>({where, join_text("targets and ", name, " must have at least one sample and one label"),
                      shape_text(scores.rows(), scores.columns())});
  }
  const auto values = scores.values();
  if (!std::all_of(values.begin(), values.end(), [](double score) { return std::isfinite(score); })) {
    fail<ArgumentError>({where, join_text(name, " must be finite"), "a NaN or an infinity", "Check the model's output."});
  }
  const auto cells = targets.values();
  if (std::none_of(cells.begin(), cells.end(), [](std::int8_t target) { return target >= 0; })) {
    fail<ArgumentError>({where, "targets must have a known cell", "unknown cells only"});
  }
}

}  // namespace MULTILABEL_NAMESPACE::core::detail
