// SPDX-License-Identifier: Apache-2.0
#pragma once
// Splits samples so that every part has its share of every label, the rare ones too: k folds, repeated random splits, and one
// split into training and test. Seed for seed the folds of iterative-stratification 0.1.9. Samples of one group stay together.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/detail/known_cells.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/detail/numpy_random.hpp"
#include "multilabel/data/detail/stratification.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

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
    if (groups.empty()) {
      read_samples(known.view());
    } else {
      read_groups(known.view(), groups);
    }
  }

  [[nodiscard]] std::size_t items() const noexcept { return items_.size(); }

  /// The part of every sample, dealt by `shares`.
  [[nodiscard]] std::vector<std::uint32_t> deal(const std::vector<double>& shares, Deal how, NumpyRandom& random) const {
    std::vector<std::size_t> order(items_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (how == Deal::shuffled) random.shuffle(order);
    auto part = stratify(items_, order, labels_, shares, random);
    if (item_of_sample_.empty()) return part;
    std::vector<std::uint32_t> parts;
    parts.reserve(item_of_sample_.size());
    for (const std::size_t item : item_of_sample_) parts.push_back(part[item]);
    return parts;
  }

 private:
  void read_samples(MatrixView<const std::int8_t> known) {
    items_.samples.assign(known.rows(), 1.0);
    items_.starts.reserve(known.rows() + 1);
    for (std::size_t i = 0; i < known.rows(); ++i) {
      const std::int8_t* row = known.row(i).data();
      for (std::size_t j = 0; j < labels_; ++j) {
        if (row[j] == 1) items_.labels.push_back({static_cast<std::uint32_t>(j), 1.0});
      }
      items_.starts.push_back(items_.labels.size());
    }
  }

  void read_groups(MatrixView<const std::int8_t> known, const std::vector<std::size_t>& groups) {
    std::map<std::size_t, std::size_t> item_of_group;
    std::vector<std::vector<std::size_t>> samples;  // of each group, in the order of the groups' first samples
    for (std::size_t i = 0; i < known.rows(); ++i) {
      const std::size_t item = item_of_group.try_emplace(groups[i], item_of_group.size()).first->second;
      if (item == samples.size()) samples.emplace_back();
      samples[item].push_back(i);
      item_of_sample_.push_back(item);
    }
    for (const auto& own : samples) {
      items_.samples.push_back(static_cast<double>(own.size()));
      for (std::size_t j = 0; j < labels_; ++j) {
        const auto number = std::count_if(own.begin(), own.end(), [&](std::size_t i) { return known(i, j) == 1; });
        if (number > 0) items_.labels.push_back({static_cast<std::uint32_t>(j), static_cast<double>(number)});
      }
      items_.starts.push_back(items_.labels.size());
    }
  }

  std::size_t labels_ = 0;
  std::vector<std::size_t> item_of_sample_;  // empty without groups: every sample is an item
  Items items_;
};

[[nodiscard]] inline Split split_at(const std::vector<std::uint32_t>& parts, std::size_t test) {
  const auto size = static_cast<std::size_t>(std::count(parts.begin(), parts.end(), static_cast<std::uint32_t>(test)));
  Split split{std::vector<std::size_t>(parts.size() - size + 1), std::vector<std::size_t>(size + 1)};
  std::size_t train = 0, tested = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {  // writes to both sides and moves on in one: no branch to mispredict
    const bool here = parts[i] == test;
    split.train[train] = i, split.test[tested] = i;
    train += here ? 0 : 1, tested += here ? 1 : 0;
  }
  split.train.pop_back(), split.test.pop_back();
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

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
