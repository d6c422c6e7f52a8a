// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sums that a logistic fit needs, eight labels side by side: over all rows, or over bins of the logits, which are as good
// for the first steps and cost next to nothing. The same loop is compiled for every x86-64 CPU and for those with AVX2; both
// give the same bits.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "multilabel/calibration/detail/exponential.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

inline constexpr std::size_t lanes = 8;

struct Line {
  double slope = 0.0, intercept = 0.0;
};

/// What the likelihood needs to know of a label's targets.
struct TargetSums {
  double positives = 0, negatives = 0, positive_logits = 0, negative_logits = 0;

  [[nodiscard]] bool has_both() const noexcept { return positives > 0 && negatives > 0; }
  friend TargetSums operator+(const TargetSums& a, const TargetSums& b) noexcept {
    return {a.positives + b.positives, a.negatives + b.negatives, a.positive_logits + b.positive_logits,
            a.negative_logits + b.negative_logits};
  }
};

/// And of the model at its present line: sums of the probability p, of w = p (1 - p), and of both times the logit z.
struct LogisticSums {
  double p = 0, pz = 0, w = 0, wz = 0, wzz = 0;
  friend LogisticSums operator+(const LogisticSums& a, const LogisticSums& b) noexcept {
    return {a.p + b.p, a.pz + b.pz, a.w + b.w, a.wz + b.wz, a.wzz + b.wzz};
  }
};

struct LaneLines {
  std::array<double, lanes> slope{}, intercept{};
};

struct LaneSums {
  std::array<double, lanes> p{}, pz{}, w{}, wz{}, wzz{};
};

#if MULTILABEL_HAS_VECTORS
using Numbers = core::detail::Vec<double>::type;
using NumberBits = core::detail::Vec<std::uint64_t>::type;
#else
using Numbers = double;
using NumberBits = std::uint64_t;
#endif

/// Adds rows of eight logits, each with a weight or each counting once.
template <bool weighted>
struct AddLanes {
  MULTILABEL_ALWAYS_INLINE void operator()(const double* logits, const double* weights, std::size_t rows,
                                           const LaneLines* lines, LaneSums* sums) const {
    constexpr std::size_t width = sizeof(Numbers) / sizeof(double);
    for (std::size_t first = 0; first < lanes; first += width) {
      const auto load = [first](const double* from, Numbers& to) { std::memcpy(&to, from + first, sizeof(to)); };
      Numbers slope, intercept, p, pz, w, wz, wzz;
      load(lines->slope.data(), slope), load(lines->intercept.data(), intercept);
      load(sums->p.data(), p), load(sums->pz.data(), pz);
      load(sums->w.data(), w), load(sums->wz.data(), wz), load(sums->wzz.data(), wzz);
      for (std::size_t i = 0; i < rows; ++i) {
        Numbers z, full;
        load(logits + i * lanes, z);
        const Numbers x = slope * z + intercept;
        fast_sigmoid<NumberBits>(x, full);
        Numbers probability = full;
        if constexpr (weighted) {
          Numbers weight;
          load(weights + i * lanes, weight);
          probability *= weight;
        }
        const Numbers variance = probability - probability * full, moment = variance * z;
        p += probability;
        pz += probability * z;
        w += variance;
        wz += moment;
        wzz += moment * z;
      }
      const auto store = [first](const Numbers& from, double* to) { std::memcpy(to + first, &from, sizeof(from)); };
      store(p, sums->p.data()), store(pz, sums->pz.data());
      store(w, sums->w.data()), store(wz, sums->wz.data()), store(wzz, sums->wzz.data());
    }
  }
};

/// Adds all rows of the labels first ... first + count - 1; unknown cells weigh nothing.
template <class S>
void add_rows(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, std::size_t first, std::size_t count,
              const LaneLines& lines, LaneSums& sums) {
  constexpr std::size_t tile = 256;
  std::array<double, tile * lanes> z{}, weights{};
  for (std::size_t row = 0; row < logits.rows(); row += tile) {
    const std::size_t rows = std::min(tile, logits.rows() - row);
    int lowest = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      const S* logit = logits.row(row + i).data() + first;
      const std::int8_t* target = targets.row(row + i).data() + first;
      for (std::size_t l = 0; l < count; ++l) {
        z[i * lanes + l] = static_cast<double>(logit[l]);
        lowest = std::min<int>(lowest, target[l]);
      }
    }
    if (lowest >= 0) {
      core::detail::run_kernel(AddLanes<false>{}, z.data(), weights.data(), rows, &lines, &sums);
      continue;
    }
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t l = 0; l < count; ++l) weights[i * lanes + l] = targets(row + i, first + l) >= 0 ? 1.0 : 0.0;
    }
    core::detail::run_kernel(AddLanes<true>{}, z.data(), weights.data(), rows, &lines, &sums);
  }
}

/// Rows of eight weighted logits that stand for many.
struct LaneBins {
  std::vector<double> logits, weights;
};

/// The labels' logits in 256 bins each; every bin becomes two points of its mean and variance. Also sums up the targets.
template <class S>
[[nodiscard]] LaneBins binned(MatrixView<const std::int8_t> targets, MatrixView<const S> logits, std::size_t first,
                              std::size_t count, TargetSums* known) {
  constexpr std::size_t size = 256;
  struct Bin {
    double cells = 0, sum = 0, squares = 0;  // of the distance from the bin's middle
  };
  std::array<double, lanes> low{}, width{}, scale{};
  std::array<S, lanes> least, most;
  least.fill(std::numeric_limits<S>::max());
  most.fill(std::numeric_limits<S>::lowest());
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    const S* z = logits.row(i).data() + first;
    for (std::size_t l = 0; l < count; ++l) {
      least[l] = z[l] < least[l] ? z[l] : least[l];
      most[l] = z[l] > most[l] ? z[l] : most[l];
    }
  }
  for (std::size_t l = 0; l < count; ++l) {
    low[l] = static_cast<double>(least[l]);
    width[l] = std::max((static_cast<double>(most[l]) - low[l]) / size, 1e-300);
    scale[l] = 1.0 / width[l];
  }
  std::vector<Bin> bins(size * lanes);
  std::array<double, lanes> positives{}, positive_logits{};
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    const S* logit = logits.row(i).data() + first;
    const std::int8_t* target = targets.row(i).data() + first;
    for (std::size_t l = 0; l < count; ++l) {
      if (target[l] < 0) continue;
      const double z = static_cast<double>(logit[l]), place = (z - low[l]) * scale[l];
      const auto at = static_cast<std::int32_t>(std::min(place, static_cast<double>(size - 1)));
      const double away = z - (low[l] + (at + 0.5) * width[l]);
      Bin& bin = bins[static_cast<std::size_t>(at) * lanes + l];
      bin.cells += 1;
      bin.sum += away;
      bin.squares += away * away;
      if (target[l] == 1) positives[l] += 1, positive_logits[l] += z;
    }
  }
  LaneBins result{std::vector<double>(2 * bins.size()), std::vector<double>(2 * bins.size())};
  for (std::size_t l = 0; l < count; ++l) {
    double cells = 0, sum = 0;
    for (std::size_t b = 0; b < size; ++b) {
      const Bin& bin = bins[b * lanes + l];
      if (bin.cells == 0) continue;
      const double middle = low[l] + (static_cast<double>(b) + 0.5) * width[l], mean = bin.sum / bin.cells;
      const double deviation = std::sqrt(std::max(0.0, bin.squares / bin.cells - mean * mean));
      for (std::size_t side = 0; side < 2; ++side) {
        const std::size_t at = (2 * b + side) * lanes + l;
        result.logits[at] = middle + mean + (side == 0 ? -deviation : deviation);
        result.weights[at] = bin.cells / 2;
      }
      cells += bin.cells;
      sum += bin.cells * middle + bin.sum;
    }
    known[l] = {positives[l], cells - positives[l], positive_logits[l], sum - positive_logits[l]};
  }
  return result;
}

}  // namespace multilabel::calibration::detail
