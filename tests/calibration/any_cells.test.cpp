// SPDX-License-Identifier: Apache-2.0
// Every calibrator against its plain definition, over ranges of logits, numbers of labels and of samples: the first passes over
// cells in one go, the last in several pieces from a start on some of them.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/calibration.hpp"
#include "multilabel/core/random.hpp"

namespace {
using multilabel::Matrix;
using multilabel::calibration::IsotonicCalibration;
using multilabel::calibration::PlattScaling;
using multilabel::calibration::Scope;
using multilabel::calibration::TemperatureScaling;

struct Range {
  const char* name;
  double middle, spread;
};
constexpr Range ranges[] = {{"around 0", -0.5, 2},    {"all positive", 9, 1},      {"all negative", -9, 1}, {"huge", 0, 1e6},
                            {"huge and far", 1e7, 1}, {"tiny", 0, 1e-4},           {"one value", 1.5, 0},   {"far", -1e3, 30},
                            {"all below 0", -40, 10}, {"beyond float", 1e40, 1e40}};

/// Targets that follow the logits; every eleventh cell is unknown and its logit far off.
std::pair<Matrix<std::int8_t>, Matrix<double>> drawn_cells(std::size_t rows, std::size_t labels, const Range& range) {
  Matrix<std::int8_t> targets(rows, labels);
  Matrix<double> logits(rows, labels);
  multilabel::Random random(multilabel::RandomKey{rows * 100 + labels, 0, 0, 0});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double drawn = random.normal();
    logits.data()[i] = range.middle + range.spread * drawn;
    targets.data()[i] = random.chance(1 / (1 + std::exp(1 - drawn))) ? 1 : 0;
    if (i % 11 == 10) targets.data()[i] = -1, logits.data()[i] = -1e5;
  }
  return {std::move(targets), std::move(logits)};
}

/// The known cells of the labels first ... last - 1, ascending by logit.
using Cells = std::vector<std::pair<double, double>>;
Cells known_cells(const Matrix<std::int8_t>& targets, const Matrix<double>& logits, std::size_t first, std::size_t last) {
  Cells cells;
  for (std::size_t i = 0; i < targets.rows(); ++i) {
    for (std::size_t j = first; j < last; ++j) {
      if (targets(i, j) >= 0) cells.emplace_back(logits(i, j), targets(i, j));
    }
  }
  std::sort(cells.begin(), cells.end());
  return cells;
}

bool has_both(const Cells& cells) {
  const auto positives = std::count_if(cells.begin(), cells.end(), [](const auto& cell) { return cell.second == 1; });
  return positives > 0 && positives < static_cast<std::ptrdiff_t>(cells.size());
}

double probability(double slope, double intercept, double logit) { return 1 / (1 + std::exp(-(slope * logit + intercept))); }

/// The likelihood's slope a cell by the intercept, and by the line's slope in units of the cells' spread around their mean.
std::pair<double, double> platt_gradient(const Cells& cells, double slope, double intercept) {
  const auto count = static_cast<double>(cells.size());
  double positives = 0, mean = 0, spread = 0;
  for (const auto& [logit, target] : cells) positives += target, mean += logit / count;
  for (const auto& cell : cells) spread = std::max(spread, std::abs(cell.first - mean));
  const double yes = (positives + 1) / (positives + 2), no = 1 / (count - positives + 2);
  std::pair<double, double> gradient{0, 0};
  for (const auto& [logit, target] : cells) {
    const double rest = probability(slope, intercept, logit) - (target == 1 ? yes : no);
    gradient.first += rest / count;
    gradient.second += spread > 0 ? rest * (logit - mean) / spread / count : 0.0;
  }
  return gradient;
}

/// The likeliest slope of temperature scaling, by halving 0.01 to 100.
double likeliest_slope(const Cells& cells) {
  double low = 0.01, high = 100;
  for (int i = 0; i < 200; ++i) {
    const double slope = std::sqrt(low * high);
    double gradient = 0;
    for (const auto& [logit, target] : cells) gradient += (probability(slope, 0, logit) - target) * logit;
    (gradient > 0 ? high : low) = slope;
  }
  return low;
}

/// Pool adjacent violators, straight from its definition: the least of the means that begin at or below, for each cell.
double isotonic_at(const Cells& cells, std::size_t at) {
  double best = 0;
  for (std::size_t begin = 0; begin <= at; ++begin) {
    if (begin > 0 && cells[begin].first == cells[begin - 1].first) continue;  // a tie is one point
    double sum = 0, least = 1;
    for (std::size_t end = begin; end < cells.size(); ++end) {
      sum += cells[end].second;
      const bool whole = end + 1 == cells.size() || cells[end + 1].first != cells[end].first;
      if (whole && end >= at) least = std::min(least, sum / static_cast<double>(end - begin + 1));
    }
    best = std::max(best, least);
  }
  return best;
}

void check_lines(const Matrix<std::int8_t>& targets, const Matrix<double>& logits, Scope scope) {
  const auto platt = PlattScaling::fit(targets, logits, {scope});
  const auto temperature = TemperatureScaling::fit(targets, logits, {scope});
  const std::size_t labels = targets.columns();
  for (std::size_t j = 0; j < platt.slopes().size(); ++j) {
    const auto cells = known_cells(targets, logits, scope == Scope::global ? 0 : j, scope == Scope::global ? labels : j + 1);
    const double slope = platt.slopes()[j], intercept = platt.intercepts()[j], found = 1 / temperature.temperatures()[j];
    if (!has_both(cells)) {
      const bool pooled = scope == Scope::per_label;
      CHECK(slope == (pooled ? PlattScaling::fit(targets, logits).slopes()[0] : 1.0));
      CHECK(found == (pooled ? 1 / TemperatureScaling::fit(targets, logits).temperatures()[0] : 1.0));
      continue;
    }
    const auto gradient = platt_gradient(cells, slope, intercept);
    CHECK(std::abs(gradient.first) < 1e-8);  // 1e7 * slope has eight digits left of sixteen
    CHECK(std::abs(gradient.second) < 1e-8);
    const double expected = likeliest_slope(cells);
    for (const auto& cell : cells) {  // where the cells separate, many slopes give the same probabilities
      if (std::abs(probability(found, 0, cell.first) - probability(expected, 0, cell.first)) < 1e-8) continue;
      CHECK(found == Approx(expected).epsilon(1e-8));
      break;
    }
  }
}

TEST_CASE("calibrators: Platt and temperature scaling are the likeliest line of any cells") {
  for (const auto& range : ranges) {
    for (const std::size_t rows : {1, 2, 7, 70}) {
      for (std::size_t labels = 1; labels <= 17; ++labels) {
        INFO(range.name << ", " << rows << " x " << labels);
        const auto [targets, logits] = drawn_cells(rows, labels, range);
        check_lines(targets, logits, Scope::global);
        check_lines(targets, logits, Scope::per_label);
      }
    }
    INFO(range.name << ", 6000 x 3");
    const auto [targets, logits] = drawn_cells(6000, 3, range);
    check_lines(targets, logits, Scope::global);
    check_lines(targets, logits, Scope::per_label);
  }
}

TEST_CASE("calibrators: a few logits far off the others do not lead Platt scaling astray") {
  for (const double far : {400.0, 1e5, -1e5}) {
    for (const int target : {0, 1}) {
      INFO(far << ", " << target);
      auto [targets, logits] = drawn_cells(6000, 1, ranges[0]);
      logits(17, 0) = far, targets(17, 0) = static_cast<std::int8_t>(target);
      check_lines(targets, logits, Scope::global);
    }
  }
}

TEST_CASE("calibrators: isotonic calibration is the non-decreasing curve of the least squared error of any cells") {
  for (const auto& range : ranges) {
    for (const std::size_t rows : {1, 2, 40}) {
      for (const std::size_t labels : {1, 2, 7, 8, 9, 17}) {
        INFO(range.name << ", " << rows << " x " << labels);
        const auto [targets, logits] = drawn_cells(rows, labels, range);
        const auto fitted = IsotonicCalibration::fit(targets, logits, {Scope::per_label});
        for (std::size_t j = 0; j < labels; ++j) {
          const auto cells = known_cells(targets, logits, j, j + 1);
          for (std::size_t i = 0; i < cells.size() && has_both(cells); ++i) {
            CHECK(fitted.curves()[j](cells[i].first) == Approx(isotonic_at(cells, i)).margin(1e-12));
          }
        }
      }
    }
  }
}

TEST_CASE("TemperatureScaling: overconfident logits that are all on one side of 0, five labels") {
  // Half of each label's cells are 4, of which seven in eight are true, the others 2, of which three in four are: by hand,
  // sum (sigmoid(z / T) - y) z = 0 at T = 4 (sigmoid(s 4) - 7/8) + 2 (sigmoid(s 2) - 3/4), between 2 / ln 7 * 2 and 2 / ln 3.
  Matrix<std::int8_t> targets(1600, 5);
  Matrix<double> logits(1600, 5);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const bool high = i % 2 == 0;
    logits.data()[i] = high ? 4 : 2;
    targets.data()[i] = static_cast<std::int8_t>(high ? (i / 2) % 8 != 0 : (i / 2) % 4 != 0);
  }
  const double slope = 1 / TemperatureScaling::fit(targets, logits).temperatures()[0];
  CHECK(4 * (probability(slope, 0, 4) - 0.875) + 2 * (probability(slope, 0, 2) - 0.75) == Approx(0).margin(1e-10));
}
}  // namespace
