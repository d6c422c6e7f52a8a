// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sums that a logistic fit needs, eight labels side by side, over rows of logits that count once or have weights. The same
// loop is compiled for every x86-64 CPU and for those with AVX2; both give the same bits.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "multilabel/calibration/detail/exponential.hpp"
#include "multilabel/core/detail/simd.hpp"
#include "multilabel/core/shape.hpp"

namespace multilabel::calibration::detail {

inline constexpr std::size_t lanes = 8;

/// How many blocks of eight hold so many labels.
[[nodiscard]] constexpr std::size_t blocks_of(std::size_t labels) noexcept { return (labels + lanes - 1) / lanes; }

struct Line {
  double slope = 0.0, intercept = 0.0;
};

/// What the likelihood needs to know of a label's targets.
struct TargetSums {
  double positives = 0, negatives = 0, positive_logits = 0, negative_logits = 0;

  [[nodiscard]] bool has_both() const noexcept { return positives > 0 && negatives > 0; }
};

/// And of the model at its present line: sums of the probability p, of w = p (1 - p), and of both times the logit z.
struct LogisticSums {
  double p = 0, pz = 0, w = 0, wz = 0, wzz = 0;
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

/// What the likelihood needs to know of the targets of the labels first ... first + count - 1.
template <class S>
[[nodiscard]] std::vector<TargetSums> target_sums(MatrixView<const std::int8_t> targets, MatrixView<const S> logits,
                                                  std::size_t first, std::size_t count) {
  std::vector<TargetSums> sums(count);
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      const int target = targets(i, first + j);
      const auto logit = static_cast<double>(logits(i, first + j));
      if (target == 1) sums[j].positives += 1, sums[j].positive_logits += logit;
      if (target == 0) sums[j].negatives += 1, sums[j].negative_logits += logit;
    }
  }
  return sums;
}

}  // namespace multilabel::calibration::detail
