// SPDX-License-Identifier: Apache-2.0
#pragma once
// Iterative stratification: deals samples to folds, rarest label first, each to the fold that still wants that label most.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "multilabel/data/detail/numpy_random.hpp"

namespace multilabel::data::detail {

/// What is dealt as one: a sample, or a group of samples that must stay together.
struct Item {
  double samples = 1;
  std::vector<std::pair<std::size_t, double>> labels;  ///< label and how many of the samples have it
};

/// Who still wants how much.
class Wishes {
 public:
  Wishes(const std::vector<Item>& items, std::size_t labels, const std::vector<double>& shares)
      : labels_(labels), folds_(shares.size()), samples_(folds_), label_(folds_ * labels) {
    double samples = 0;
    std::vector<double> count(labels, 0.0);
    for (const Item& item : items) {
      samples += item.samples;
      for (const auto& [label, number] : item.labels) count[label] += number;
    }
    for (std::size_t f = 0; f < folds_; ++f) {
      samples_[f] = shares[f] * samples;
      for (std::size_t j = 0; j < labels; ++j) label_[f * labels + j] = shares[f] * count[j];
    }
  }

  /// The fold that wants the label most; of equals the one with most room, then by a draw.
  [[nodiscard]] std::size_t fold_for(std::size_t label, NumpyRandom& random) {
    keep_largest([&](std::size_t f) { return label_[f * labels_ + label]; }, all());
    if (tied_.size() > 1) keep_largest([&](std::size_t f) { return samples_[f]; }, tied_);
    return draw(random);
  }

  /// The fold with most room.
  [[nodiscard]] std::size_t roomiest(NumpyRandom& random) {
    keep_largest([&](std::size_t f) { return samples_[f]; }, all());
    return draw(random);
  }

  void give(std::size_t fold, const Item& item) {
    samples_[fold] -= item.samples;
    for (const auto& [label, number] : item.labels) label_[fold * labels_ + label] -= number;
  }

 private:
  [[nodiscard]] std::vector<std::size_t> all() const {
    std::vector<std::size_t> folds(folds_);
    for (std::size_t f = 0; f < folds_; ++f) folds[f] = f;
    return folds;
  }

  template <class Wish>
  void keep_largest(Wish wish, std::vector<std::size_t> among) {
    double top = -std::numeric_limits<double>::infinity();
    for (const std::size_t f : among) top = std::max(top, wish(f));
    std::erase_if(among, [&](std::size_t f) { return wish(f) != top; });
    tied_ = std::move(among);
  }

  [[nodiscard]] std::size_t draw(NumpyRandom& random) const {
    return tied_.size() > 1 ? tied_[random.up_to(static_cast<std::uint32_t>(tied_.size() - 1))] : tied_.front();
  }

  std::size_t labels_, folds_;
  std::vector<double> samples_, label_;
  std::vector<std::size_t> tied_;
};

/// The fold of every item (Sechidis, Tsoumakas and Vlahavas, ECML PKDD 2011), with the draws and ties of
/// iterative-stratification 0.1.9. O(items * folds + labels^2 + cells).
[[nodiscard]] inline std::vector<std::size_t> stratify(const std::vector<Item>& items, std::size_t labels,
                                                       const std::vector<double>& shares, NumpyRandom& random) {
  Wishes wishes(items, labels, shares);
  std::vector<double> left(labels, 0.0);
  std::vector<std::vector<std::size_t>> with_label(labels);
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const auto& [label, number] : items[i].labels) {
      left[label] += number;
      with_label[label].push_back(i);
    }
  }
  std::vector<std::size_t> fold(items.size()), rarest;
  std::vector<bool> placed(items.size(), false);
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
    for (const std::size_t i : with_label[label]) {
      if (placed[i]) continue;
      placed[i] = true;
      fold[i] = wishes.fold_for(label, random);
      wishes.give(fold[i], items[i]);
      for (const auto& [own, number] : items[i].labels) left[own] -= number;
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (placed[i]) continue;
    fold[i] = wishes.roomiest(random);
    wishes.give(fold[i], items[i]);
  }
  return fold;
}

}  // namespace multilabel::data::detail
