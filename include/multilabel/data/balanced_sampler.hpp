// SPDX-License-Identifier: Apache-2.0
#pragma once
// Samplers for long tails: they show images with rare labels more often than the data set holds them. Measure with and without:
// an image with a rare label usually carries frequent ones too, so these even out less than they do with one class an image.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"
#include "multilabel/data/sampler.hpp"

namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER {

namespace detail {

/// For each label the images that have it.
template <matrix_like Targets>
[[nodiscard]] std::vector<std::vector<std::size_t>> images_by_label(const Targets& targets) {
  std::vector<std::vector<std::size_t>> images(targets.shape(1));
  for (std::size_t i = 0; i < targets.shape(0); ++i)
    for (std::size_t label = 0; label < images.size(); ++label)
      if (static_cast<double>(targets(i, label)) > 0.5) images[label].push_back(i);
  return images;
}

}  // namespace detail

struct RepeatFactorSamplerOptions {
  double threshold = 0.01;  ///< labels on a smaller share of the images than this are repeated; in (0, 1]
  std::uint64_t seed = 0;
};

/// Repeats images with rare labels (gupta2019, LVIS): a label on a share f of the images has the factor
/// r = max(1, sqrt(threshold / f)), an image the largest factor of its labels (1 without any). Over many epochs an image comes
/// r times an epoch; in each it comes floor(r) or ceil(r) times. The length of an epoch is fixed: the sum of the factors,
/// rounded down.
class RepeatFactorSampler {
 public:
  /// `targets` [samples, labels]: above 0.5 is present; unknown cells (NaN) count as absent. Throws `ArgumentError` for a
  /// threshold out of range or no samples.
  template <matrix_like Targets>
  explicit RepeatFactorSampler(const Targets& targets, RepeatFactorSamplerOptions options = {})
      : options_(options), factors_(targets.shape(0), 1.0) {
    constexpr std::string_view where = "data::RepeatFactorSampler";
    if (factors_.empty()) fail<ArgumentError>({where, "targets must have rows", "none"});
    if (!(options.threshold > 0 && options.threshold <= 1))
      fail<ArgumentError>({where, "threshold must be above 0 and at most 1", join_text(options.threshold)});
    for (const auto& images : detail::images_by_label(targets)) {
      const double share = static_cast<double>(images.size()) / static_cast<double>(factors_.size());
      for (const std::size_t i : images) factors_[i] = std::max(factors_[i], std::sqrt(options.threshold / share));
    }
    for (const double factor : factors_) {
      whole_ += static_cast<std::size_t>(factor);
      rest_ += factor - std::floor(factor);
    }
  }

  /// The factor of each image.
  [[nodiscard]] const std::vector<double>& factors() const noexcept { return factors_; }
  [[nodiscard]] std::size_t size() const noexcept { return whole_ + extra(); }

  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    const RandomKey key{.seed = options_.seed, .epoch = epoch, .stream = detail::ORDER_STREAM};
    std::vector<std::size_t> chosen;
    chosen.reserve(size());
    for (std::size_t i = 0; i < factors_.size(); ++i) chosen.insert(chosen.end(), static_cast<std::size_t>(factors_[i]), i);
    // The fractions are rounded together: marks at equal distances on the line of all fractions, so that each image is met with
    // the probability of its own, and the number of marks is always the same.
    const double distance = extra() > 0 ? rest_ / static_cast<double>(extra()) : 0;
    double mark = Random(key.with_stream(ROUNDING_STREAM)).uniform() * distance;
    double end = 0;
    std::size_t left = extra();
    for (const std::size_t i : permutation(factors_.size(), key.with_stream(ROUNDING_STREAM + 1))) {
      end += factors_[i] - std::floor(factors_[i]);
      if (left == 0 || mark >= end) continue;
      chosen.push_back(i);
      mark += distance;
      --left;
    }
    while (left-- > 0) chosen.push_back(chosen.front());  // only if rounding lost the last mark
    std::vector<std::size_t> order(chosen.size());
    const auto places = permutation(chosen.size(), key);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = chosen[places[i]];
    return order;
  }

 private:
  static constexpr std::uint32_t ROUNDING_STREAM = 0x726F756Eu;

  [[nodiscard]] std::size_t extra() const noexcept { return static_cast<std::size_t>(rest_ + 1e-9); }

  RepeatFactorSamplerOptions options_;
  std::vector<double> factors_;
  std::size_t whole_ = 0;
  double rest_ = 0;
};

struct ClassAwareSamplerOptions {
  std::size_t samples = 0;  ///< length of an epoch; 0: as many as the data set has
  std::uint64_t seed = 0;
};

/// Takes a label, then an image that has it (shen2016): every label that occurs gets the same number of turns in an
/// epoch, up to one, and within a label all its images come before one comes again. Images without labels never come.
class ClassAwareSampler {
 public:
  /// `targets` [samples, labels]: above 0.5 is present; unknown cells (NaN) count as absent. Throws `ArgumentError` where no
  /// label occurs.
  template <matrix_like Targets>
  explicit ClassAwareSampler(const Targets& targets, ClassAwareSamplerOptions options = {})
      : options_(options),
        size_(options.samples > 0 ? options.samples : targets.shape(0)),
        images_(detail::images_by_label(targets)) {
    std::erase_if(images_, [](const auto& images) { return images.empty(); });
    if (images_.empty())
      fail<ArgumentError>({"data::ClassAwareSampler", "targets must hold at least one present label", "none"});
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] std::vector<std::size_t> order(std::uint32_t epoch) const {
    Deck labels(images_.size(), {.seed = options_.seed, .epoch = epoch, .stream = detail::ORDER_STREAM});
    std::vector<Deck> images;
    for (std::size_t label = 0; label < images_.size(); ++label)
      images.emplace_back(images_[label].size(), RandomKey{.seed = options_.seed,
                                                           .epoch = epoch,
                                                           .index = static_cast<std::uint32_t>(label),
                                                           .stream = detail::ORDER_STREAM + 1});
    std::vector<std::size_t> order(size_);
    for (auto& position : order) {
      const std::size_t label = labels.next();
      position = images_[label][images[label].next()];
    }
    return order;
  }

 private:
  // Cards that are shuffled whenever all have been dealt.
  class Deck {
   public:
    Deck(std::size_t size, RandomKey key) : cards_(size), dealt_(size), random_(key) {
      std::iota(cards_.begin(), cards_.end(), std::size_t{0});
    }
    std::size_t next() {
      if (dealt_ == cards_.size()) {
        for (std::size_t i = cards_.size(); i > 1; --i)
          std::swap(cards_[i - 1], cards_[random_.below(static_cast<std::uint32_t>(i))]);
        dealt_ = 0;
      }
      return cards_[dealt_++];
    }

   private:
    std::vector<std::size_t> cards_;
    std::size_t dealt_;
    Random random_;
  };

  ClassAwareSamplerOptions options_;
  std::size_t size_;
  std::vector<std::vector<std::size_t>> images_;
};

}  // namespace MULTILABEL_NAMESPACE::data::inline MULTILABEL_DECODER
