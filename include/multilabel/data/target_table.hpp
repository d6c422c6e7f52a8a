// SPDX-License-Identifier: Apache-2.0
#pragma once
// The targets of a data set in as little memory as its labels need: the columns that are set, not a matrix. Rows of floats are
// written out where they are wanted.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/data/detail/plain_file.hpp"
#include "multilabel/data/sample.hpp"
#include "multilabel/encoding/multi_label_binarizer.hpp"
#include "multilabel/encoding/vocabulary.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

/// Labels of samples as columns of a vocabulary. Immutable.
class TargetTable {
 public:
  /// Encodes `sample(0)` ... `sample(size - 1)`. A label that `vocabulary` lacks is a `LabelError`, which names the image and
  /// the nearest label, or is left out and counted if `policy` says so.
  template <class SampleAt>
  TargetTable(std::size_t size, const SampleAt& sample, const encoding::Vocabulary& vocabulary,
              encoding::UnknownLabel policy = encoding::UnknownLabel::error)
      : labels_(vocabulary.size()), policy_(policy) {
    ends_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const Sample& one = sample(i);
      for (const auto& label : one.labels) add(one, label, vocabulary);
      const std::size_t named = cells_.size();
      for (const auto& label : one.unknown) add(one, label, vocabulary);
      const std::size_t unknown = cells_.size();
      for (const auto& label : one.absent) add(one, label, vocabulary);
      for (const auto& [label, target] : one.soft)
        if (add(one, label, vocabulary)) soft_.push_back({cells_.back(), target}), cells_.pop_back();
      ends_.push_back({named, unknown, cells_.size(), soft_.size(), one.unnamed == Unnamed::unknown});
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  [[nodiscard]] std::size_t labels() const noexcept { return labels_; }

  /// How many labels were left out because the vocabulary lacks them.
  [[nodiscard]] std::size_t ignored() const noexcept { return ignored_; }

  /// Writes the `labels()` cells of sample `i`: 1 present, 0 absent, NaN unknown, between for a soft label. A label both
  /// present and unknown or absent is present, one both unknown and absent is unknown; a soft one gives way to all others.
  void write(std::size_t i, float* row) const {
    constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1].absent;
    std::fill(row, row + labels_, ends_[i].rest_unknown ? unknown : 0.0f);
    for (std::size_t cell = i == 0 ? 0 : ends_[i - 1].soft; cell < ends_[i].soft; ++cell)
      row[soft_[cell].column] = soft_[cell].target;
    for (std::size_t cell = ends_[i].unknown; cell < ends_[i].absent; ++cell) row[cells_[cell]] = 0.0f;
    for (std::size_t cell = ends_[i].named; cell < ends_[i].unknown; ++cell) row[cells_[cell]] = unknown;
    for (std::size_t cell = begin; cell < ends_[i].named; ++cell) row[cells_[cell]] = 1.0f;
  }

 private:
  struct End {
    std::size_t named;
    std::size_t unknown;
    std::size_t absent;
    std::size_t soft;
    bool rest_unknown;
  };
  struct Soft {
    std::uint32_t column;
    float target;
  };

  // False if the label is left out.
  bool add(const Sample& sample, const std::string& label, const encoding::Vocabulary& vocabulary) {
    if (const auto found = vocabulary.find(label)) {
      cells_.push_back(static_cast<std::uint32_t>(*found));
      return true;
    }
    if (policy_ == encoding::UnknownLabel::ignore) {
      ++ignored_;
      return false;
    }
    std::string actual = join_text(quoted(label), " beside ", detail::quoted_path(sample.image));
    if (sample.row > 0) actual += join_text(" (row ", sample.row, ")");
    const auto mend = encoding::detail::did_you_mean(label, vocabulary.labels());
    fail<LabelError>(
        {"data: targets", join_text("labels must be among the ", vocabulary.size(), " of the vocabulary"), actual, mend});
  }

  std::size_t labels_;
  encoding::UnknownLabel policy_;
  std::size_t ignored_ = 0;
  std::vector<std::uint32_t> cells_;
  std::vector<Soft> soft_;
  std::vector<End> ends_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
