// SPDX-License-Identifier: Apache-2.0
#pragma once
// Several metrics over the same batches, updated, merged and computed together, each under a name of its own.

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/core/error.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"

namespace MULTILABEL_NAMESPACE::metrics {

/// `MetricCollection collection{{"F1", "mAP"}, F1Score{}, AveragePrecision{}}`.
template <batch_accumulator... Metrics>
class MetricCollection {
 public:
  /// Throws `ArgumentError` when two metrics have the same name.
  MetricCollection(std::array<std::string, sizeof...(Metrics)> names, Metrics... metrics)
      : names_(std::move(names)), metrics_(std::move(metrics)...) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (names_[i] == names_[j])
          fail<ArgumentError>(
              {"metrics::MetricCollection", "every metric must have a name of its own", quoted(names_[i]) + " twice"});
      }
    }
  }

  /// Gives the batch to every metric. Where one refuses it, none has seen it.
  template <class Targets, class Scores>
  void update(const Targets& targets, const Scores& scores, const std::vector<double>& sample_weight = {}) {
    each([&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto batches = std::tuple{std::get<I>(metrics_).prepare(targets, scores, sample_weight)...};
      (std::get<I>(metrics_).commit(std::get<I>(batches)), ...);
    });
  }

  /// The value of each metric by its name.
  [[nodiscard]] std::map<std::string, double> compute() const {
    std::map<std::string, double> values;
    std::size_t i = 0;
    std::apply([&](const auto&... metric) { (values.emplace(names_[i++], metric.compute()), ...); }, metrics_);
    return values;
  }

  void reset() {
    std::apply([](auto&... metric) { (metric.reset(), ...); }, metrics_);
  }

  /// Adds what `other` has seen. Throws `ArgumentError` unless both have the same names.
  void merge(const MetricCollection& other) {
    if (names_ != other.names_)
      fail<ArgumentError>(
          {"metrics::MetricCollection", "collections that are merged must have the same names", "different ones"});
    each([&]<std::size_t... I>(std::index_sequence<I...>) { (std::get<I>(metrics_).merge(std::get<I>(other.metrics_)), ...); });
  }

  /// The state of each metric by its name.
  [[nodiscard]] std::map<std::string, MetricState> state_dict() const {
    std::map<std::string, MetricState> states;
    std::size_t i = 0;
    std::apply([&](const auto&... metric) { (states.emplace(names_[i++], metric.state_dict()), ...); }, metrics_);
    return states;
  }

  [[nodiscard]] const std::tuple<Metrics...>& metrics() const noexcept { return metrics_; }

 private:
  template <class Visit>
  static void each(Visit&& visit) {
    visit(std::index_sequence_for<Metrics...>{});
  }

  std::array<std::string, sizeof...(Metrics)> names_;
  std::tuple<Metrics...> metrics_;
};

template <class... Metrics>
MetricCollection(std::array<std::string, sizeof...(Metrics)>, Metrics...) -> MetricCollection<Metrics...>;

}  // namespace MULTILABEL_NAMESPACE::metrics
