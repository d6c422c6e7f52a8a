// SPDX-License-Identifier: Apache-2.0
#pragma once
// Splits samples so that every part has its share of every label, the rare ones too: k folds, repeated random splits, and one
// split into training and test. Seed for seed the folds of iterative-stratification 0.1.9. Samples of one group stay together.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/detail/numpy_random.hpp"
#include "multilabel/data/detail/stratification.hpp"

namespace multilabel::data {

/// The positions of the samples on each side, ascending.
struct Split {
  std::vector<std::size_t> train, test;
  friend bool operator==(const Split&, const Split&) = default;
};

enum class Deal {
  in_order,  ///< samples are dealt as they stand; draws only break ties
  shuffled   ///< samples are shuffled first
};

struct KFoldOptions {
  std::size_t folds = 3;
  Deal deal = Deal::in_order;
  std::uint32_t seed = 0;
  std::size_t repeats = 1;            ///< above 1 every repeat is shuffled, as in RepeatedKFold
  std::vector<std::size_t> groups{};  ///< one number per sample, or none
};

struct ShuffleSplitOptions {
  std::size_t splits = 1;
  double test_share = 0.1;  ///< in (0, 1); the number of test samples is rounded up
  std::uint32_t seed = 0;
  std::vector<std::size_t> groups{};
};

namespace detail {

/// Samples, or groups of samples in the order of their first one, ready to be dealt.
class Dealer {
 public:
  template <matrix_like Targets>
  Dealer(std::string_view where, const Targets& targets, const std::vector<std::size_t>& groups) {
    const auto known = core::detail::known_targets(where, targets);
    if (known.empty()) {
      fail<ShapeError>(
          {where, "targets must have at least one sample and one label", shape_text(known.rows(), known.columns())});
    }
    if (!groups.empty() && groups.size() != known.rows()) {
      fail<ShapeError>(
          {where, join_text("groups must have ", known.rows(), " numbers, one per sample"), join_text(groups.size())});
    }
    labels_ = known.columns();
    std::map<std::size_t, std::size_t> item_of_group;
    for (std::size_t i = 0; i < known.rows(); ++i) {
      std::size_t item = i;
      if (!groups.empty()) item = item_of_group.try_emplace(groups[i], item_of_group.size()).first->second;
      item_of_sample_.push_back(item);
      if (item == items_.size()) items_.push_back({.samples = 0, .labels = {}});
      items_[item].samples += 1;
      for (std::size_t j = 0; j < labels_; ++j) {
        if (known(i, j) == 1) add(items_[item], j);
      }
    }
  }

  [[nodiscard]] std::size_t samples() const noexcept { return item_of_sample_.size(); }
  [[nodiscard]] std::size_t items() const noexcept { return items_.size(); }

  /// The part of every sample, dealt by `shares`.
  [[nodiscard]] std::vector<std::size_t> deal(const std::vector<double>& shares, Deal how, NumpyRandom& random) const {
    std::vector<std::size_t> order(items_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (how == Deal::shuffled) random.shuffle(order);
    std::vector<Item> dealt;
    dealt.reserve(items_.size());
    for (const std::size_t i : order) dealt.push_back(items_[i]);
    const auto part = stratify(dealt, labels_, shares, random);
    std::vector<std::size_t> part_of_item(items_.size()), parts;
    for (std::size_t i = 0; i < order.size(); ++i) part_of_item[order[i]] = part[i];
    for (const std::size_t item : item_of_sample_) parts.push_back(part_of_item[item]);
    return parts;
  }

 private:
  static void add(Item& item, std::size_t label) {
    for (auto& [own, number] : item.labels) {
      if (own == label) {
        number += 1;
        return;
      }
    }
    item.labels.emplace_back(label, 1.0);
  }

  std::size_t labels_ = 0;
  std::vector<std::size_t> item_of_sample_;
  std::vector<Item> items_;
};

[[nodiscard]] inline Split split_at(const std::vector<std::size_t>& parts, std::size_t test) {
  Split split;
  for (std::size_t i = 0; i < parts.size(); ++i) (parts[i] == test ? split.test : split.train).push_back(i);
  return split;
}

}  // namespace detail

/// The folds, each once as the test side; `repeats` times over. Sizes may differ by a few samples, for labels come first.
/// @param targets [samples, labels] of 0, 1, and NaN or -1 for unknown, which counts as absent here.
/// @param random where the draws come from, instead of the options' seed.
/// @throws ArgumentError for fewer than 2 folds or more folds than samples (or groups); ShapeError.
template <matrix_like Targets>
[[nodiscard]] std::vector<Split> stratified_folds(const Targets& targets, const KFoldOptions& options,
                                                  detail::NumpyRandom& random) {
  constexpr std::string_view where = "data::stratified_folds";
  const detail::Dealer dealer(where, targets, options.groups);
  if (options.folds < 2 || options.folds > dealer.items()) {
    fail<ArgumentError>({where, join_text("folds must be from 2 to the number of samples (or groups), ", dealer.items()),
                         join_text(options.folds)});
  }
  if (options.repeats == 0) fail<ArgumentError>({where, "repeats must be at least 1", "0"});
  const std::vector<double> shares(options.folds, 1.0 / static_cast<double>(options.folds));
  std::vector<Split> splits;
  for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
    const auto parts = dealer.deal(shares, options.repeats > 1 ? Deal::shuffled : options.deal, random);
    for (std::size_t fold = 0; fold < options.folds; ++fold) splits.push_back(detail::split_at(parts, fold));
  }
  return splits;
}

template <matrix_like Targets>
[[nodiscard]] std::vector<Split> stratified_folds(const Targets& targets, const KFoldOptions& options = {}) {
  detail::NumpyRandom random(options.seed);
  return stratified_folds(targets, options, random);
}

/// Random splits into training and test, each shuffled and stratified anew.
/// @param train, test how many samples are wanted on each side; only their ratio matters.
template <matrix_like Targets>
[[nodiscard]] std::vector<Split> stratified_splits(const Targets& targets, std::size_t splits, double train, double test,
                                                   const std::vector<std::size_t>& groups, detail::NumpyRandom& random) {
  constexpr std::string_view where = "data::stratified_splits";
  const detail::Dealer dealer(where, targets, groups);
  if (splits == 0 || !(train > 0) || !(test > 0)) {
    fail<ArgumentError>({where, "there must be at least one split, with samples on both sides",
                         join_text(splits, " of ", train, " and ", test)});
  }
  const std::vector<double> shares{train / (train + test), test / (train + test)};
  std::vector<Split> made;
  for (std::size_t i = 0; i < splits; ++i) made.push_back(detail::split_at(dealer.deal(shares, Deal::shuffled, random), 1));
  return made;
}

template <matrix_like Targets>
[[nodiscard]] std::vector<Split> stratified_splits(const Targets& targets, const ShuffleSplitOptions& options = {}) {
  if (!(options.test_share > 0 && options.test_share < 1)) {
    fail<ArgumentError>({"data::stratified_splits", "test_share must be in (0, 1)", join_text(options.test_share)});
  }
  const double samples = static_cast<double>(targets.shape(0));
  const double test = std::ceil(options.test_share * samples);
  detail::NumpyRandom random(options.seed);
  return stratified_splits(targets, options.splits, samples - test, test, options.groups, random);
}

}  // namespace multilabel::data
