// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations inside operations: one of several, some of them, or a group that happens together or not at all. Each draws from a
// stream of its own, and so does the choice among them: one more alternative takes over the images that it wins and leaves the
// draws and the choices for all others as they were.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/augmentation/any_operation.hpp"
#include "multilabel/augmentation/operation.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

struct NoOpOptions {
  double p = 0.5;
  friend bool operator==(const NoOpOptions&, const NoOpOptions&) = default;
};

/// Leaves the image as it is: an alternative for `OneOf`.
class NoOp {
 public:
  static constexpr std::string_view name = "NoOp";
  static constexpr Kind kind = Kind::geometry;
  static constexpr bool idle = true;

  explicit NoOp(NoOpOptions options = {}) : options_(options) { detail::require_probability("augmentation::NoOp", options_.p); }
  [[nodiscard]] const NoOpOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::string text() const { return join_text("NoOp(p=", options_.p, ")"); }
  void apply(Canvas&, Draws&) const {}

 private:
  NoOpOptions options_;
};

namespace detail {

/// The operations inside another one, with their streams.
class Children {
 public:
  Children(std::string_view where, std::vector<AnyOperation> operations) : operations_(std::move(operations)) {
    if (operations_.empty()) fail<ArgumentError>({where, "there must be at least one operation inside", "none"});
    streams_ = streams_of(steps());
  }

  [[nodiscard]] std::size_t size() const noexcept { return operations_.size(); }
  [[nodiscard]] const std::vector<AnyOperation>& operations() const noexcept { return operations_; }
  [[nodiscard]] const AnyOperation& operator[](std::size_t i) const { return operations_[i]; }

  void run(std::size_t i, Canvas& canvas, const Draws& parent, When when, std::uint32_t repetition = 0) const {
    operations_[i].run(canvas, inside(parent), streams_[i] + 0x85EBCA6Bu * repetition, parent.tape(), when);
  }

  /// The time at which child `i` arrives in a race in which it is `weight` times as fast as one of weight 1: the first to
  /// arrive is child i with probability weight_i / sum of weights, and a further child changes nobody else's time.
  [[nodiscard]] double arrival(std::size_t i, double weight, const Draws& parent, std::uint32_t repetition = 0) const {
    if (weight <= 0) return std::numeric_limits<double>::infinity();
    const RandomKey key = inside(parent);
    Random random(key.with_stream((key.stream + streams_[i] + 0x85EBCA6Bu * repetition) ^ 0xA5A5A5A5u));
    return -std::log1p(-random.uniform()) / weight;
  }

  [[nodiscard]] std::vector<Step> steps() const {
    std::vector<Step> steps;
    for (const auto& operation : operations_) steps.push_back(operation.step());
    return steps;
  }

  /// The step of the whole: it shares a pass with its neighbours if all that is inside does.
  [[nodiscard]] Step step(std::string_view name, const std::string& options) const {
    Step whole{.name = std::string(name), .text = join_text(name, "(["), .kind = steps().front().kind};
    for (const auto& step : steps()) {
      if (step.kind != whole.kind) whole.kind = Kind::pixels;
      whole.looks_beyond = whole.looks_beyond || step.looks_beyond;
      whole.text += join_text(whole.text.back() == '[' ? "" : ", ", step.text);
    }
    whole.text += join_text("], ", options, ")");
    return whole;
  }

  /// Throws `ArgumentError` if one of the operations ends pipelines.
  void refuse_normalize(std::string_view where) const {
    for (const auto& step : steps())
      if (step.normalizes)
        fail<ArgumentError>(
            {where, "Normalize must not depend on chance", "Normalize inside", "Put it at the end of the pipeline"});
  }

 private:
  static RandomKey inside(const Draws& parent) {
    const std::uint32_t stream = parent.key().stream;
    return parent.key().with_stream((stream ^ (stream >> 15)) * 0x9E3779B1u + 1);
  }

  std::vector<AnyOperation> operations_;
  std::vector<std::uint32_t> streams_;
};

/// The format that holds whichever of the two comes out.
inline Preprocessing either(Preprocessing a, const Preprocessing& b) {
  if (a.height != b.height) a.height = 0;
  if (a.width != b.width) a.width = 0;
  a.interpolation = b.interpolation;
  return a;
}

/// `drawn`, or what a record says instead. Throws `ArgumentError` when that is none of `count` alternatives.
[[nodiscard]] inline std::size_t kept_choice(Draws& draws, std::size_t drawn, std::size_t count) {
  const double choice = draws.keep("choice", static_cast<double>(drawn));
  if (!(choice >= 0 && choice < static_cast<double>(count))) {
    fail<ArgumentError>({"augmentation: replay", join_text("choice must be from 0 to ", count - 1), join_text(choice)});
  }
  return static_cast<std::size_t>(choice);
}

}  // namespace detail

struct OneOfOptions {
  double p = 0.5;
};

/// With probability p exactly one of the operations, chosen with weights proportional to their own p and then certain.
class OneOf {
 public:
  static constexpr std::string_view name = "OneOf";
  static constexpr Kind kind = Kind::pixels;

  template <element... Ops>
  explicit OneOf(OneOfOptions options, Ops... operations)
      : OneOf(options, std::vector<AnyOperation>{AnyOperation(std::move(operations))...}) {}

  OneOf(OneOfOptions options, std::vector<AnyOperation> operations)
      : options_(options), children_("augmentation::OneOf", std::move(operations)) {
    detail::require_probability("augmentation::OneOf", options_.p);
    children_.refuse_normalize("augmentation::OneOf");
    double sum = 0;
    for (std::size_t i = 0; i < children_.size(); ++i) sum += children_[i].p();
    if (sum <= 0) fail<ArgumentError>({"augmentation::OneOf", "at least one operation inside must have p above 0", "none"});
  }
  [[nodiscard]] const OneOfOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<AnyOperation>& operations() const noexcept { return children_.operations(); }
  [[nodiscard]] std::string text() const { return step().text; }
  [[nodiscard]] Step step() const { return children_.step(name, join_text("p=", options_.p)); }
  void apply(Canvas& canvas, Draws& draws) const {
    std::size_t first = 0;
    double earliest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < children_.size(); ++i) {
      const double time = children_.arrival(i, children_[i].p(), draws);
      if (time < earliest) {
        earliest = time;
        first = i;
      }
    }
    children_.run(detail::kept_choice(draws, first, children_.size()), canvas, draws, When::chosen);
  }
  void plan(Preprocessing& format) const {
    Preprocessing result = format;
    bool known = options_.p < 1;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      Preprocessing one = format;
      children_[i].plan(one);
      result = known ? detail::either(result, one) : one;
      known = true;
    }
    format = result;
  }

 private:
  OneOfOptions options_;
  detail::Children children_;
};

/// Whether an operation may be chosen more than once.
enum class Replacement { without, with };

struct SomeOfOptions {
  int n = 1;  ///< how many; without replacement at most as many as there are
  Replacement replace = Replacement::without;
  double p = 1;
};

/// With probability p, `n` of the operations with equal chances, in the order they were given; each then obeys its own p.
class SomeOf {
 public:
  static constexpr std::string_view name = "SomeOf";
  static constexpr Kind kind = Kind::pixels;

  template <element... Ops>
  explicit SomeOf(SomeOfOptions options, Ops... operations)
      : SomeOf(options, std::vector<AnyOperation>{AnyOperation(std::move(operations))...}) {}

  SomeOf(SomeOfOptions options, std::vector<AnyOperation> operations)
      : options_(options), children_("augmentation::SomeOf", std::move(operations)) {
    detail::require_probability("augmentation::SomeOf", options_.p);
    children_.refuse_normalize("augmentation::SomeOf");
    const auto most = static_cast<int>(children_.size());
    const bool too_many = options_.replace == Replacement::without && options_.n > most;
    if (options_.n < 1 || too_many)
      fail<ArgumentError>({"augmentation::SomeOf",
                           too_many ? join_text("n without replacement must be at most ", most) : "n must be at least 1",
                           join_text(options_.n)});
  }
  [[nodiscard]] const SomeOfOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<AnyOperation>& operations() const noexcept { return children_.operations(); }
  [[nodiscard]] std::string text() const { return step().text; }
  [[nodiscard]] Step step() const { return children_.step(name, join_text("n=", options_.n, ", p=", options_.p)); }
  void apply(Canvas& canvas, Draws& draws) const {
    std::vector<std::size_t> chosen = options_.replace == Replacement::with ? with_replacement(draws) : without(draws);
    std::sort(chosen.begin(), chosen.end());
    for (auto& one : chosen) one = detail::kept_choice(draws, one, children_.size());
    std::vector<std::uint32_t> seen(children_.size(), 0);
    for (const std::size_t one : chosen) children_.run(one, canvas, draws, When::drawn, seen[one]++);
  }
  void plan(Preprocessing& format) const {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      Preprocessing one = format;
      children_[i].plan(one);
      format = detail::either(format, one);
    }
  }

 private:
  [[nodiscard]] std::vector<std::size_t> without(const Draws& draws) const {
    std::vector<double> times;
    for (std::size_t i = 0; i < children_.size(); ++i) times.push_back(children_.arrival(i, 1, draws));
    std::vector<std::size_t> order(children_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
    order.resize(static_cast<std::size_t>(options_.n));
    return order;
  }

  [[nodiscard]] std::vector<std::size_t> with_replacement(const Draws& draws) const {
    std::vector<std::size_t> chosen;
    for (std::uint32_t round = 0; round < static_cast<std::uint32_t>(options_.n); ++round) {
      std::size_t first = 0;
      for (std::size_t i = 1; i < children_.size(); ++i)
        if (children_.arrival(i, 1, draws, round) < children_.arrival(first, 1, draws, round)) first = i;
      chosen.push_back(first);
    }
    return chosen;
  }

  SomeOfOptions options_;
  detail::Children children_;
};

struct SequentialOptions {
  double p = 0.5;
};

/// With probability p all of the operations, one after the other; each then obeys its own p.
class Sequential {
 public:
  static constexpr std::string_view name = "Sequential";
  static constexpr Kind kind = Kind::pixels;

  template <element... Ops>
  explicit Sequential(SequentialOptions options, Ops... operations)
      : Sequential(options, std::vector<AnyOperation>{AnyOperation(std::move(operations))...}) {}

  Sequential(SequentialOptions options, std::vector<AnyOperation> operations)
      : options_(options), children_("augmentation::Sequential", std::move(operations)) {
    detail::require_probability("augmentation::Sequential", options_.p);
    require_order(children_.steps());
    if (options_.p < 1) children_.refuse_normalize("augmentation::Sequential");
  }
  [[nodiscard]] const SequentialOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<AnyOperation>& operations() const noexcept { return children_.operations(); }
  [[nodiscard]] std::string text() const { return step().text; }
  [[nodiscard]] Step step() const {
    Step whole = children_.step(name, join_text("p=", options_.p));
    for (const auto& step : children_.steps()) whole.normalizes = whole.normalizes || step.normalizes;
    return whole;
  }
  void apply(Canvas& canvas, Draws& draws) const {
    for (std::size_t i = 0; i < children_.size(); ++i) children_.run(i, canvas, draws, When::drawn);
  }
  void plan(Preprocessing& format) const {
    Preprocessing after = format;
    for (std::size_t i = 0; i < children_.size(); ++i) children_[i].plan(after);
    format = options_.p < 1 ? detail::either(format, after) : after;
  }

 private:
  SequentialOptions options_;
  detail::Children children_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
