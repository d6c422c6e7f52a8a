// SPDX-License-Identifier: Apache-2.0
#include "multilabel/threshold/metric.hpp"

#include <catch2/catch.hpp>

#include "multilabel/threshold/detail/counts.hpp"

namespace {
using multilabel::threshold::CostMatrix;
using multilabel::threshold::Metric;
using multilabel::threshold::Objective;
namespace detail = multilabel::threshold::detail;

double value(const Objective& objective, const detail::Counts<int>& counts) { return detail::GroupValue(objective)(counts); }

TEST_CASE("metrics of counts: the textbook values") {
  const detail::Counts<int> counts{.true_positives = 3, .predicted = 5, .positives = 4, .known = 10};  // FP 2, FN 1, TN 4
  CHECK(value({.metric = Metric::f1}, counts) == Approx(6.0 / 9));
  CHECK(value({.metric = Metric::fbeta, .beta = 2.0}, counts) == Approx(15.0 / 21));
  CHECK(value({.metric = Metric::jaccard}, counts) == Approx(3.0 / 6));
  CHECK(value({.metric = Metric::precision}, counts) == Approx(3.0 / 5));
  CHECK(value({.metric = Metric::recall}, counts) == Approx(3.0 / 4));
  CHECK(value({.metric = Metric::hamming}, counts) == Approx(3.0 / 10));
  CHECK(value({.metric = Metric::youden}, counts) == Approx(3.0 / 4 + 4.0 / 6 - 1));
  CHECK(value({.metric = Metric::accuracy}, counts) == 0.0);
  // 2 * 1 + 1 * 10 + 3 * (-2) + 4 * 0.5 = 8 over 10 cells
  const CostMatrix cost{.false_positive = 1, .false_negative = 10, .true_positive = -2, .true_negative = 0.5};
  CHECK(value({.metric = Metric::cost, .cost = cost}, counts) == Approx(0.8));
  CHECK(value({.metric = Metric::cost}, counts) == Approx(value({.metric = Metric::hamming}, counts)));
}

TEST_CASE("metrics of counts: 0 / 0 is 0") {
  for (const Metric metric : {Metric::f1, Metric::fbeta, Metric::jaccard, Metric::precision, Metric::recall}) {
    CHECK(value({.metric = metric}, {.known = 3}) == 0.0);
  }
  CHECK(value({.metric = Metric::accuracy}, {.known = 3}) == 1.0);
}

TEST_CASE("metric names: there and back") {
  for (const auto& [name, metric] : detail::metric_names) {
    CHECK(multilabel::threshold::to_string(metric) == name);
    CHECK(multilabel::threshold::metric_from(name) == metric);
  }
  CHECK_FALSE(multilabel::threshold::metric_from("F1"));
}
}  // namespace
