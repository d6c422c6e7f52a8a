// SPDX-License-Identifier: Apache-2.0
#pragma once
// Any element of a pipeline as one type, for lists that are known only when the program runs: the alternatives of a `OneOf`,
// and the operations of an `AnyPipeline`.

#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>

#include "multilabel/augmentation/pipeline.hpp"
#include "multilabel/augmentation/plan.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// An operation of the library or a user's own callable, shared and immutable.
class AnyOperation {
 public:
  template <element Op>
    requires(!std::same_as<Op, AnyOperation>)
  // NOLINTNEXTLINE(google-explicit-constructor): a list of alternatives is written as the operations themselves.
  AnyOperation(Op op) : held_(std::make_shared<const Held<Op>>(std::move(op))) {}

  /// As `run_step`.
  void run(Canvas& canvas, RandomKey key, std::uint32_t stream, Tape* tape = nullptr, When when = When::drawn) const {
    held_->run(canvas, key, stream, tape, when);
  }
  void plan(Preprocessing& format) const { held_->plan(format); }
  [[nodiscard]] Step step() const { return held_->step(); }

  /// The probability of the operation; 1 for a user's own callable without a member `p`.
  [[nodiscard]] double p() const { return held_->p(); }

  /// The operation itself if it is an `Op`, else null; lives as long as this.
  template <element Op>
  [[nodiscard]] const Op* target() const noexcept {
    const auto* held = dynamic_cast<const Held<Op>*>(held_.get());
    return held != nullptr ? &held->op_ : nullptr;
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual void run(Canvas& canvas, RandomKey key, std::uint32_t stream, Tape* tape, When when) const = 0;
    virtual void plan(Preprocessing& format) const = 0;
    [[nodiscard]] virtual Step step() const = 0;
    [[nodiscard]] virtual double p() const = 0;
  };
  template <class Op>
  struct Held final : Interface {
    explicit Held(Op op) : op_(std::move(op)) {}
    void run(Canvas& canvas, RandomKey key, std::uint32_t stream, Tape* tape, When when) const override {
      run_step(op_, canvas, key, stream, tape, when);
    }
    void plan(Preprocessing& format) const override { augmentation::plan(op_, format); }
    [[nodiscard]] Step step() const override { return step_of(op_); }
    [[nodiscard]] double p() const override { return probability_of(op_); }
    Op op_;
  };

  std::shared_ptr<const Interface> held_;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation
