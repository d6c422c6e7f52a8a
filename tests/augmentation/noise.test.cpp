// SPDX-License-Identifier: Apache-2.0
#include "multilabel/augmentation/noise.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace {
using multilabel::augmentation::NoiseField;

struct Field {
  std::vector<double> red, green, blue;
};

Field draw(std::uint64_t seed, std::size_t blocks) {
  NoiseField field(seed);
  Field values;
  std::array<std::int32_t, NoiseField::LANES> r, g, b;
  for (std::size_t i = 0; i < blocks; ++i) {
    field.next(r.data(), g.data(), b.data());
    values.red.insert(values.red.end(), r.begin(), r.end());
    values.green.insert(values.green.end(), g.begin(), g.end());
    values.blue.insert(values.blue.end(), b.begin(), b.end());
  }
  return values;
}

double mean_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum / static_cast<double>(a.size()) / (NoiseField::DEVIATION * NoiseField::DEVIATION);
}

double mean(const std::vector<double>& a) {
  return mean_product(a, std::vector<double>(a.size(), 1.0)) * NoiseField::DEVIATION;
}

TEST_CASE("NoiseField: 320,000 draws have mean 0, deviation 1 and uncorrelated channels") {
  const Field f = draw(42, 20000);
  // Standard error of a mean or a correlation of n = 320,000 draws: 0.0018; of the variance: about 0.0024. Four of them.
  for (const auto* channel : {&f.red, &f.green, &f.blue}) {
    CHECK(std::abs(mean(*channel)) < 0.0072);
    CHECK(mean_product(*channel, *channel) == Approx(1).margin(0.01));
  }
  CHECK(std::abs(mean_product(f.red, f.green)) < 0.0072);
  CHECK(std::abs(mean_product(f.red, f.blue)) < 0.0072);
  CHECK(std::abs(mean_product(f.green, f.blue)) < 0.0072);
}

TEST_CASE("NoiseField: one draw in twenty lies beyond 1.96 deviations, as of a normal") {
  const Field f = draw(7, 20000);
  const auto beyond =
      std::count_if(f.red.begin(), f.red.end(), [](double x) { return std::abs(x) > 1.96 * NoiseField::DEVIATION; });
  CHECK(static_cast<double>(beyond) / static_cast<double>(f.red.size()) == Approx(0.05).margin(0.003));
}

TEST_CASE("NoiseField: the seed decides, and near seeds are unrelated") {
  CHECK(draw(1, 10).red == draw(1, 10).red);
  CHECK(std::abs(mean_product(draw(1, 5000).red, draw(2, 5000).red)) < 0.015);  // standard error 0.0035
}
}  // namespace
