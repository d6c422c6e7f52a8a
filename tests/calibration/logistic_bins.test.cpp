// SPDX-License-Identifier: Apache-2.0
// The bins that Platt and temperature scaling fit on: that they stand for the cells, and that nothing else is left of them.

#include "multilabel/calibration/detail/logistic_bins.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <utility>

#include "multilabel/calibration/platt.hpp"
#include "multilabel/core/parallel.hpp"
#include "multilabel/core/random.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::PlattScaling;
using multilabel::calibration::Scope;
namespace detail = multilabel::calibration::detail;

constexpr std::size_t cell_rows = 3000, cell_labels = 13;  // a block of eight labels and one of five

/// Logits of `shift` and five numbers more, and targets that follow them half as steeply; every eleventh cell is unknown.
template <class S>
std::pair<Matrix<std::int8_t>, Matrix<S>> drawn_cells(double shift) {
  Matrix<std::int8_t> targets(cell_rows, cell_labels);
  Matrix<S> logits(cell_rows, cell_labels);
  multilabel::Random random(multilabel::RandomKey{5, 0, 0, 0});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double logit = 2 * random.normal() - 1;
    logits.data()[i] = static_cast<S>(logit + shift);
    targets.data()[i] = static_cast<std::int8_t>(i % 11 == 0 ? -1 : random.chance(detail::sigmoid(logit / 2)) ? 1 : 0);
  }
  return {std::move(targets), std::move(logits)};
}

/// The gradient of Platt's likelihood, per known cell: by the intercept and by the slope.
template <class S>
std::pair<double, double> gradient(const Matrix<std::int8_t>& targets, const Matrix<S>& logits, std::size_t first,
                                   std::size_t last, double slope, double intercept) {
  double positives = 0, cells = 0;
  const auto each = [&](auto&& use) {
    for (std::size_t i = 0; i < targets.rows(); ++i) {
      for (std::size_t j = first; j < last; ++j) {
        if (targets(i, j) >= 0) use(targets(i, j) == 1, static_cast<double>(logits(i, j)));
      }
    }
  };
  each([&](bool positive, double) { positives += positive ? 1 : 0, cells += 1; });
  const double yes = (positives + 1) / (positives + 2), no = 1 / (cells - positives + 2);
  std::pair<double, double> sums{0, 0};
  each([&](bool positive, double logit) {
    const double rest = detail::sigmoid(slope * logit + intercept) - (positive ? yes : no);
    sums.first += rest / cells, sums.second += rest * logit / cells;
  });
  return sums;
}

TEST_CASE("bins: their points have the count and the first three moments of the cells, whatever is merged") {
  const auto [targets, logits] = drawn_cells<double>(0.0);
  const auto tables = detail::own_tables<double>(targets.view(), logits.view(), 8, 5);
  for (const std::size_t merged : {1, 8}) {
    const auto points = detail::quadrature(tables[0], 5, merged);
    for (std::size_t l = 0; l < detail::lanes; ++l) {
      double expected[4] = {}, found[4] = {};
      for (std::size_t i = 0; i < cell_rows && l < 5; ++i) {
        if (targets(i, 8 + l) < 0) continue;
        for (int power = 0; power < 4; ++power) expected[power] += std::pow(logits(i, 8 + l), power);
      }
      for (std::size_t at = l; at < points.logits.size(); at += detail::lanes) {
        for (int power = 0; power < 4; ++power) found[power] += points.weights[at] * std::pow(points.logits[at], power);
      }
      for (int power = 0; power < 4; ++power) CHECK(found[power] == Approx(expected[power]).epsilon(1e-11).margin(1e-7));
    }
  }
}

TEST_CASE("bins: the plain kernel and the one for this CPU fill them with the same bits") {
  const auto [targets, logits] = drawn_cells<float>(0.25);
  detail::BinTable plain, best;
  for (std::size_t l = 0; l < detail::lanes; ++l) plain.set_range(l, {-12.0, 12.5}), best.set_range(l, {-12.0, 12.5});
  const detail::FillBins<float> fill;
  fill(logits.data(), targets.data(), cell_labels, cell_rows, &plain);
  multilabel::core::detail::run_kernel(fill, logits.data(), targets.data(), cell_labels, cell_rows, &best);
  for (std::size_t b = 0; b < plain.bins.size(); ++b) {
    CHECK(plain.bins[b].cells == best.bins[b].cells);
    CHECK(plain.bins[b].first == best.bins[b].first);
    CHECK(plain.bins[b].second == best.bins[b].second);
    CHECK(plain.bins[b].third == best.bins[b].third);
  }
}

TEST_CASE("PlattScaling: the gradient is zero where bins do, and where a far-off logit makes them too wide") {
  for (const double far : {0.0, 400.0, 1e5}) {
    auto [targets, logits] = drawn_cells<double>(0.0);
    for (std::size_t j = 0; j < cell_labels; j += 2) {
      if (far > 0) logits(17, j) = far, targets(17, j) = 1;
    }
    const auto own = PlattScaling::fit(targets, logits, {.scope = Scope::per_label});
    for (std::size_t j = 0; j < cell_labels; ++j) {
      const auto [intercept, slope] = gradient(targets, logits, j, j + 1, own.slopes()[j], own.intercepts()[j]);
      CHECK(std::abs(intercept) < 1e-9);
      CHECK(std::abs(slope) < 1e-8);
    }
    const auto pooled = PlattScaling::fit(targets, logits);
    const auto [intercept, slope] = gradient(targets, logits, 0, cell_labels, pooled.slopes()[0], pooled.intercepts()[0]);
    CHECK(std::abs(intercept) < 1e-9);
    CHECK(std::abs(slope) < 1e-8);
  }
}

TEST_CASE("PlattScaling: the same line on any number of threads") {
  const auto [targets, logits] = drawn_cells<float>(3.0);
  const auto fit = [&, &y = targets, &z = logits](std::size_t threads) {
    return std::pair{detail::fit_lines<float>(y.view(), z.view(), {}, threads),
                     detail::fit_pooled_line<float>(y.view(), z.view(), {}, threads)};
  };
  const auto [own, pooled] = fit(1);
  for (const std::size_t threads : {2, 5}) {
    const auto [other, other_pooled] = fit(threads);
    for (std::size_t j = 0; j < cell_labels; ++j) {
      CHECK(own[j].slope == other[j].slope);
      CHECK(own[j].intercept == other[j].intercept);
    }
    CHECK(pooled.slope == other_pooled.slope);
    CHECK(pooled.intercept == other_pooled.intercept);
  }
}
}  // namespace
