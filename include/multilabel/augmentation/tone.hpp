// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes of single values by a curve: gamma, fewer bits, an inverted upper end. Neighbours become one table. Strong settings
// of the last two take away what fine-grained labels are told apart by.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "multilabel/augmentation/lookup.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct RandomGammaOptions {
  Range gamma_limit = {80, 120};  ///< hundredths: 80 brightens, 120 darkens
  double p = 0.5;
  friend bool operator==(const RandomGammaOptions&, const RandomGammaOptions&) = default;
};

/// 255 (x / 255)^(gamma / 100), rounded.
class RandomGamma {
 public:
  static constexpr std::string_view name = "RandomGamma";
  static constexpr Kind kind = Kind::values;

  explicit RandomGamma(RandomGammaOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::RandomGamma", options_.p);
    detail::require_within("augmentation::RandomGamma", "gamma_limit", options_.gamma_limit, 1, HUGE_VAL);
  }
  [[nodiscard]] const RandomGammaOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("RandomGamma(gamma_limit=", detail::text_of_range(options_.gamma_limit), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double gamma = draws.uniform("gamma", options_.gamma_limit.low, options_.gamma_limit.high) / 100;
    canvas.lookup(table_of([&](double value) { return 255 * std::pow(value / 255, gamma); }));
  }

 private:
  RandomGammaOptions options_;
};

struct PosterizeOptions {
  WholeRange num_bits = {4, 4};  ///< bits that are left, 1 to 7
  std::optional<std::array<WholeRange, 3>> per_channel =
      std::nullopt;  ///< instead of `num_bits`, for red, green and blue apart
  double p = 0.5;
  friend bool operator==(const PosterizeOptions&, const PosterizeOptions&) = default;
};

/// Keeps the highest bits of each value.
class Posterize {
 public:
  static constexpr std::string_view name = "Posterize";
  static constexpr Kind kind = Kind::values;

  explicit Posterize(PosterizeOptions options = {}) : options_(options) {
    constexpr std::string_view where = "augmentation::Posterize";
    detail::require_probability(where, options_.p);
    detail::require_within(where, "num_bits", options_.num_bits, 1, 7);
    if (options_.per_channel)
      for (const WholeRange& bits : *options_.per_channel) detail::require_within(where, "num_bits", bits, 1, 7);
  }
  [[nodiscard]] const PosterizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    std::string bits = detail::text_of_range(options_.num_bits);
    if (const auto& each = options_.per_channel)
      bits = join_text("(", detail::text_of_range((*each)[0]), ", ", detail::text_of_range((*each)[1]), ", ",
                       detail::text_of_range((*each)[2]), ")");
    return join_text("Posterize(num_bits=", bits, ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    Table table;
    int bits = 0;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const WholeRange range = options_.per_channel ? (*options_.per_channel)[channel] : options_.num_bits;
      if (channel == 0 || options_.per_channel) bits = draws.whole("num_bits", range.low, range.high);
      const unsigned mask = 256u - (1u << (8 - bits));
      for (unsigned value = 0; value < 256; ++value) table[channel][value] = static_cast<std::uint8_t>(value & mask);
    }
    canvas.lookup(table);
  }

 private:
  PosterizeOptions options_;
};

struct SolarizeOptions {
  Range threshold_range = {0.5, 0.5};  ///< share of 255
  double p = 0.5;
  friend bool operator==(const SolarizeOptions&, const SolarizeOptions&) = default;
};

/// Inverts all values from the threshold up.
class Solarize {
 public:
  static constexpr std::string_view name = "Solarize";
  static constexpr Kind kind = Kind::values;

  explicit Solarize(SolarizeOptions options = {}) : options_(options) {
    detail::require_probability("augmentation::Solarize", options_.p);
    detail::require_within("augmentation::Solarize", "threshold_range", options_.threshold_range, 0, 1);
  }
  [[nodiscard]] const SolarizeOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const {
    return join_text("Solarize(threshold_range=", detail::text_of_range(options_.threshold_range), ", p=", options_.p, ")");
  }
  void apply(Canvas& canvas, Draws& draws) const {
    const double threshold = 255 * draws.uniform("threshold", options_.threshold_range.low, options_.threshold_range.high);
    canvas.lookup(table_of([&](double value) { return value >= threshold ? 255 - value : value; }));
  }

 private:
  SolarizeOptions options_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
