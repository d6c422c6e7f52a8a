// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the library's own operations have in common: options with a probability, a name, a line of text, and `apply` on a
// `Canvas`, which lets neighbours share one pass. A user's operation needs none of this: see `augmentation` in concepts.hpp.

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>

#include "multilabel/augmentation/canvas.hpp"
#include "multilabel/augmentation/draws.hpp"
#include "multilabel/augmentation/preprocessing.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// What an operation does, and so which neighbours it can share a pass with.
enum class Kind {
  geometry,  ///< moves pixels: shares one resampling
  values,    ///< changes values: shares one pass with noise and normalisation
  pixels,    ///< needs the finished 8-bit pixels: a pass of its own
};

/// An operation that plans on a `Canvas`. `apply` is called when the draw for `options().p` says so; all randomness comes from
/// `draws`, which is the operation's own stream. An operation that takes a plain `Random&` will do; its draws have no names.
template <class Op>
concept operation = requires(const Op& op, Canvas& canvas, Draws& draws) {
  op.apply(canvas, draws);
  { op.options().p } -> std::convertible_to<double>;
  { op.text() } -> std::convertible_to<std::string>;
  { Op::name } -> std::convertible_to<std::string_view>;
  { Op::kind } -> std::convertible_to<Kind>;
};

/// Values drawn uniformly from [low, high). One number stands for the range from minus to plus it.
struct SymmetricRange {
  double low;
  double high;
  // NOLINTNEXTLINE(google-explicit-constructor): `.limit = 15` is how everybody writes it.
  constexpr SymmetricRange(double limit) : low(0 - limit), high(limit) {}
  constexpr SymmetricRange(double from, double to) : low(from), high(to) {}
  friend bool operator==(const SymmetricRange&, const SymmetricRange&) = default;
};

/// Whole numbers drawn uniformly from low ... high, both included.
struct WholeRange {
  int low = 0;
  int high = 0;
  friend bool operator==(const WholeRange&, const WholeRange&) = default;
};

/// Values drawn uniformly from [low, high).
struct Range {
  double low = 0;
  double high = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

namespace detail {

inline void require_probability(std::string_view where, double p) {
  if (p >= 0 && p <= 1) return;
  fail<ArgumentError>({where, "p must be between 0 and 1", join_text(p)});
}

template <class R>
void require_order(std::string_view where, std::string_view name, const R& range) {
  if (range.low <= range.high) return;
  fail<ArgumentError>(
      {where, join_text(name, " must be (low, high) with low <= high"), join_text("(", range.low, ", ", range.high, ")")});
}

/// Throws unless least <= low <= high <= most.
template <class R>
void require_within(std::string_view where, std::string_view name, const R& range, double least, double most) {
  if (range.low >= least && range.low <= range.high && range.high <= most) return;
  const std::string bounds = std::isinf(most) ? join_text("of at least ", least) : join_text("between ", least, " and ", most);
  fail<ArgumentError>({where, join_text(name, " must be (low, high), low <= high, ", bounds),
                       join_text("(", range.low, ", ", range.high, ")")});
}

inline void require_color(std::string_view where, const std::array<double, 3>& fill) {
  for (const double value : fill)
    if (!(value >= 0 && value <= 255)) fail<ArgumentError>({where, "fill must be between 0 and 255", join_text(value)});
}

inline void require_size(std::string_view where, int height, int width) {
  if (height > 0 && width > 0) return;
  fail<ArgumentError>({where, "height and width must be at least 1", join_text(height, " and ", width)});
}

inline std::string text_of(Border border) {
  constexpr std::array<std::string_view, 5> names = {"constant", "replicate", "reflect", "wrap", "reflect_101"};
  return std::string(names[static_cast<std::size_t>(border)]);
}

template <class R>
std::string text_of_range(const R& range) {
  return join_text("(", range.low, ", ", range.high, ")");
}

}  // namespace detail

}  // namespace MULTILABEL_NAMESPACE::augmentation
