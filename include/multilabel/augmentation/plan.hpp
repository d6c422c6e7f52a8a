// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a list of operations amounts to, whatever its type: the stream each one draws from, the passes they share, and the rules
// of order. `Pipeline` and the Python module's list of operations both stand on it.

#include <cstddef>
#include <cstdint>
#include <map>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/augmentation/operation.hpp"
#include "multilabel/core/detail/fingerprint.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// One operation of a list, as far as planning is concerned.
struct Step {
  std::string name;
  std::string text;
  Kind kind = Kind::pixels;
  bool looks_beyond = false;  ///< its border must begin at the edges of its own input
  bool normalizes = false;
  bool any_scale = false;   ///< does to an image of half the size what it does to the whole one
  cv::Size footprint = {};  ///< the size that the whole image is averaged to, if it always is
  bool idle = false;        ///< changes no pixel, so it may follow `Normalize`
};

/// The step of an operation; a user's own callable may have members `name`, else it is called "custom", and `p`, else 1.
template <class Op>
[[nodiscard]] Step step_of(const Op& op) {
  if constexpr (requires { op.step(); }) {
    return op.step();
  } else if constexpr (operation<Op>) {
    Step step{.name = std::string(Op::name), .text = op.text(), .kind = Op::kind};
    if constexpr (requires { Op::looks_beyond; }) step.looks_beyond = Op::looks_beyond;
    if constexpr (requires { Op::any_scale; }) step.any_scale = Op::any_scale;
    if constexpr (requires { op.footprint(); })
      if (op.options().p >= 1) step.footprint = op.footprint();
    if constexpr (requires { Op::idle; }) step.idle = Op::idle;
    step.normalizes = step.name == "Normalize";
    return step;
  } else if constexpr (requires { std::string(op.name); }) {
    return {.name = std::string(op.name), .text = std::string(op.name)};
  } else {
    return {.name = "custom", .text = "custom"};
  }
}

/// One stream an operation: from its name and from how many of that name stand before it.
[[nodiscard]] inline std::vector<std::uint32_t> streams_of(const std::vector<Step>& steps) {
  std::map<std::string, std::uint32_t> seen;
  std::vector<std::uint32_t> streams;
  for (const auto& step : steps) {
    streams.push_back(core::detail::hash_of_name(step.name) + 0x9E3779B9u * seen[step.name]++);
  }
  return streams;
}

/// The size that the whole image is averaged to before any operation counts its pixels, so that a decoder may deliver a smaller
/// one; [0, 0] if there is none. A list that begins with its resize, as `evaluation` does, wants whole images: then files,
/// arrays and batches give a model equal answers to the last bit.
[[nodiscard]] inline cv::Size shrinks_to(const std::vector<Step>& steps) {
  for (const auto& step : steps) {
    if (step.footprint.width > 0) return &step == &steps.front() ? cv::Size() : step.footprint;
    if (!step.any_scale) break;
  }
  return {};
}

/// Throws `ArgumentError` if something that changes pixels follows `Normalize`.
inline void require_order(const std::vector<Step>& steps) {
  bool normalized = false;
  for (const auto& step : steps) {
    if (normalized && !step.idle)
      fail<ArgumentError>(
          {"augmentation::Pipeline", "Normalize must be the last operation", join_text(step.name, " after it")});
    normalized = normalized || step.normalizes;
  }
}

/// Throws `ShapeError` if an image came out in another size than the pipeline promises.
inline void require_output(cv::Size promised, cv::Size actual) {
  if (promised == actual) return;
  const bool fixed = promised.width > 0 && promised.height > 0;
  fail<ShapeError>({"augmentation::Pipeline::write",
                    fixed ? join_text("the result must be ", promised.height, " x ", promised.width, " (height x width)")
                          : "the size of the result must not depend on the image",
                    join_text(actual.height, " x ", actual.width), "End the moves with Resize, CenterCrop or RandomCrop"});
}

/// Whether an operation asks for its own probability, or has been chosen already.
enum class When { drawn, chosen };

/// The probability of an element; 1 for a user's own callable without a member `p`.
template <class Op>
[[nodiscard]] double probability_of(const Op& op) {
  if constexpr (operation<Op>)
    return op.options().p;
  else if constexpr (requires { static_cast<double>(op.p()); })
    return static_cast<double>(op.p());
  else if constexpr (requires { static_cast<double>(op.p); })
    return static_cast<double>(op.p);
  else
    return 1;
}

/// Applies one element of a list to the canvas, with draws from its own stream. A callable that is not an operation sees the
/// finished 8-bit pixels.
template <class Op>
void run_step(const Op& op, Canvas& canvas, RandomKey key, std::uint32_t stream, Tape* tape = nullptr,
              When when = When::drawn) {
  if constexpr (requires { op.run(canvas, key, stream, tape, when); }) {
    op.run(canvas, key, stream, tape, when);
  } else {
    const RandomKey own = key.with_stream(key.stream + stream);
    Draws draws(own, tape ? step_of(op).name : std::string(), tape);
    if (!draws.chance("applied", when == When::chosen ? 1 : probability_of(op))) return;
    if constexpr (operation<Op>)
      op.apply(canvas, draws);
    else if constexpr (requires { static_cast<double>(op.p); })
      canvas.replace(op(canvas.pixels(), own.with_stream(~own.stream)));  // its first number must not be the one above
    else
      canvas.replace(op(canvas.pixels(), own));
  }
  canvas.end_step();
}

/// Adds what `op` does to the format; an element that says nothing leaves it as it is.
template <class Op>
void plan(const Op& op, Preprocessing& format) {
  if constexpr (requires { op.plan(format); }) op.plan(format);
}

/// The passes over the pixels, one a line, with the operations that share each.
[[nodiscard]] inline std::string describe(const std::vector<Step>& steps, Fusion fusion = Fusion::on) {
  std::string text = "reads 8-bit RGB\n";
  std::size_t pass = 0;
  const Step* before = nullptr;
  bool beyond = false;
  bool floating = false;
  for (const auto& step : steps) {
    const bool shared = fusion == Fusion::on && before && before->kind == step.kind && step.kind != Kind::pixels &&
                        !(beyond && step.looks_beyond);
    if (!shared) {
      constexpr std::string_view titles[] = {"one resampling", "one multiply-add with noise", "the pixels"};
      text += join_text(pass ? "\n" : "", "pass ", pass + 1, ", ", titles[static_cast<std::size_t>(step.kind)], ": ");
      ++pass;
      beyond = false;
    } else {
      text += ", ";
    }
    beyond = beyond || step.looks_beyond;
    floating = floating || step.normalizes;
    text += step.text;
    before = &step;
  }
  text += join_text(pass ? "\n" : "", floating ? "writes float" : "writes 8-bit RGB, or float of 0 to 255 into a batch");
  return text;
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
