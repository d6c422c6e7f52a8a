// SPDX-License-Identifier: Apache-2.0
#pragma once
// Iterative stratification: deals samples to folds, rarest label first, each to the fold that still wants that label most.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "multilabel/data/detail/numpy_random.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail {

/// What is dealt as one: samples, or groups of samples that must stay together. Row i of the labels is
/// labels[starts[i]] ... labels[starts[i + 1] - 1].
struct Items {
  struct Own {
    std::uint32_t label;
    double samples;  ///< how many of the item's samples have it
  };
  std::vector<double> samples;
  std::vector<std::size_t> starts{0};
  std::vector<Own> labels;

  [[nodiscard]] std::size_t size() const noexcept { return samples.size(); }
  [[nodiscard]] std::span<const Own> of(std::size_t i) const noexcept {
    return {labels.data() + starts[i], starts[i + 1] - starts[i]};
  }
};

/// Who still wants how much.
class Wishes {
 public:
  Wishes(const Items& items, std::size_t labels, const std::vector<double>& shares)
      : folds_(shares.size()), samples_(folds_), label_(folds_ * labels) {
    double samples = 0;
    std::vector<double> count(labels, 0.0);
    for (const double number : items.samples) samples += number;
    for (const auto& [label, number] : items.labels) count[label] += number;
    for (std::size_t f = 0; f < folds_; ++f) {
      samples_[f] = shares[f] * samples;
      for (std::size_t j = 0; j < labels; ++j) label_[j * folds_ + f] = shares[f] * count[j];
    }
  }

  /// The fold that wants the label most; of equals the one with most room, then by a draw.
  [[nodiscard]] std::size_t fold_for(std::size_t label, NumpyRandom& random) {
    tied_.clear();
    keep_largest({label_.data() + label * folds_, folds_});
    if (tied_.size() > 1) {
      double top = -std::numeric_limits<double>::infinity();
      for (const std::size_t f : tied_) top = std::max(top, samples_[f]);
      std::erase_if(tied_, [&](std::size_t f) { return samples_[f] != top; });
    }
    return draw(random);
  }

  /// The fold with most room.
  [[nodiscard]] std::size_t roomiest(NumpyRandom& random) {
    tied_.clear();
    keep_largest(samples_);
    return draw(random);
  }

  void give(std::size_t fold, double samples, std::span<const Items::Own> labels) noexcept {
    samples_[fold] -= samples;
    for (const auto& [label, number] : labels) label_[label * folds_ + fold] -= number;
  }

 private:
  void keep_largest(std::span<const double> wishes) {
    double top = -std::numeric_limits<double>::infinity();
    for (const double wish : wishes) top = std::max(top, wish);
    for (std::size_t f = 0; f < wishes.size(); ++f) {
      if (wishes[f] == top) tied_.push_back(f);
    }
  }

  [[nodiscard]] std::size_t draw(NumpyRandom& random) const {
    return tied_.size() > 1 ? tied_[random.up_to(static_cast<std::uint32_t>(tied_.size() - 1))] : tied_.front();
  }

  std::size_t folds_;
  std::vector<double> samples_, label_;
  std::vector<std::size_t> tied_;
};

/// The fold of every item (Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011), dealt in the order given, with the draws and ties
/// of iterative-stratification 0.1.9. O(items * folds + labels^2 + cells).
[[nodiscard]] inline std::vector<std::uint32_t> stratify(const Items& items, const std::vector<std::size_t>& order,
                                                         std::size_t labels, const std::vector<double>& shares,
                                                         NumpyRandom& random) {
  Wishes wishes(items, labels, shares);
  std::vector<double> left(labels, 0.0);
  std::vector<std::size_t> ends(labels + 1, 0);
  for (const auto& [label, number] : items.labels) left[label] += number, ++ends[label + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  const std::vector<std::size_t> begins = ends;
  std::vector<std::uint32_t> with_label(items.labels.size());  // the items of each label, in the order they are dealt
  for (const std::size_t i : order) {
    for (const auto& own : items.of(i)) with_label[ends[own.label]++] = static_cast<std::uint32_t>(i);
  }
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> fold(items.size(), none);
  const auto place = [&](std::size_t i, std::size_t f) {
    fold[i] = static_cast<std::uint32_t>(f);
    wishes.give(f, items.samples[i], items.of(i));
  };
  std::vector<std::size_t> rarest;
  for (;;) {
    double fewest = 0;
    rarest.clear();
    for (std::size_t j = 0; j < labels; ++j) {
      if (left[j] <= 0) continue;
      if (rarest.empty() || left[j] < fewest) fewest = left[j], rarest.clear();
      if (left[j] == fewest) rarest.push_back(j);
    }
    if (rarest.empty()) break;
    const std::size_t label =
        rarest.size() > 1 ? rarest[random.up_to(static_cast<std::uint32_t>(rarest.size() - 1))] : rarest[0];
    for (std::size_t k = begins[label]; k < ends[label]; ++k) {
      const std::size_t i = with_label[k];
      if (fold[i] != none) continue;
      place(i, wishes.fold_for(label, random));
      for (const auto& [own, number] : items.of(i)) left[own] -= number;
    }
  }
  for (const std::size_t i : order) {
    if (fold[i] == none) place(i, wishes.roomiest(random));
  }
  return fold;
}

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER::detail
