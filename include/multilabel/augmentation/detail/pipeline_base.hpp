// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a pipeline can do, whatever holds its operations: a tuple whose types are known (`Pipeline`) or a list that is made when
// the program runs (`AnyPipeline`).

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "multilabel/augmentation/guard.hpp"
#include "multilabel/augmentation/operation.hpp"
#include "multilabel/augmentation/placement.hpp"
#include "multilabel/augmentation/plan.hpp"

namespace MULTILABEL_NAMESPACE::augmentation::detail {

/// `Self` has `steps()`, `run_all(canvas, key, streams, tape)` and `plan_all(format)`.
template <class Self>
class PipelineBase {
 public:
  /// The augmented image: 8-bit RGB, or CV_32FC3 if the pipeline ends in `Normalize`.
  [[nodiscard]] cv::Mat operator()(const cv::Mat& image, RandomKey key) const {
    Canvas canvas(image, fusion_);
    run(canvas, key);
    return canvas.image();
  }

  /// Writes the augmented image as planes of float, [3, height, width] of `output_size()`; `ShapeError` if it has another size.
  void write(const cv::Mat& image, RandomKey key, float* planar) const {
    Canvas canvas(image, fusion_);
    run(canvas, key);
    require_output(output_size(), canvas.size());
    canvas.write(planar);
  }

  /// The same for an image of which objects are known: they go through the same moves, and the guard says what becomes of
  /// labels that are lost. Throws what `require_objects` throws.
  [[nodiscard]] Augmented operator()(const cv::Mat& image, const Objects& objects, RandomKey key) const {
    std::vector<cv::Mat> none;
    return (*this)(image, objects, key, none);
  }

  /// `followers` are further images of the same size and of any type, which go where masks would.
  [[nodiscard]] Augmented operator()(const cv::Mat& image, const Objects& objects, RandomKey key,
                                     std::vector<cv::Mat>& followers) const {
    Canvas canvas = guarded_run(image, objects, key);
    for (auto& follower : followers) follower = canvas.track().follow(follower);
    return finish(canvas, objects, guard_);
  }
  Placement write(const cv::Mat& image, const Objects& objects, RandomKey key, float* planar) const {
    Canvas canvas = guarded_run(image, objects, key);
    require_output(output_size(), canvas.size());
    canvas.write(planar);
    return place(objects, canvas, guard_);
  }

  /// This pipeline with another guard; that of a new one keeps all targets.
  [[nodiscard]] Self guarded(const GuardOptions& guard) const {
    require_guard("augmentation::Pipeline::guarded", guard);
    Self result = self();
    result.guard_ = guard;
    return result;
  }
  [[nodiscard]] const GuardOptions& guard() const noexcept { return guard_; }

  /// What the pipeline draws for this image and key; `replay` gives the same pixels.
  [[nodiscard]] Record record(const cv::Mat& image, RandomKey key) const {
    Canvas canvas(image, fusion_);
    Tape tape(key);
    run(canvas, key, &tape);
    return tape.record();
  }

  /// The augmented image with the draws of `record`, some of which may have been changed by hand. `ArgumentError` for a record
  /// of another pipeline.
  [[nodiscard]] cv::Mat replay(const cv::Mat& image, const Record& record) const {
    Canvas canvas(image, fusion_);
    Tape tape(record);
    run(canvas, record.key, &tape);
    tape.finish();
    return canvas.image();
  }

  /// The format of what `write` writes. A height or width of 0 means that it depends on the image.
  [[nodiscard]] Preprocessing preprocessing() const {
    Preprocessing format = untouched();
    self().plan_all(format);
    return format;
  }

  /// The size of what `write` writes; [0, 0] if it depends on the image.
  [[nodiscard]] cv::Size output_size() const {
    const Preprocessing format = preprocessing();
    return {format.width, format.height};
  }

  /// The size that the whole image is averaged to before any operation counts its pixels, for
  /// `data::ReadImageOptions::shrinks_to`; [0, 0] if there is none.
  [[nodiscard]] cv::Size shrinks_to() const { return augmentation::shrinks_to(self().steps()); }

  /// The same operations and draws, sharing passes over the pixels or not.
  [[nodiscard]] Self fuse(Fusion fusion) const {
    Self other = self();
    other.fusion_ = fusion;
    return other;
  }
  [[nodiscard]] Fusion fusion() const noexcept { return fusion_; }

  /// The plan for humans: which operations share which pass over the pixels.
  [[nodiscard]] std::string describe() const { return augmentation::describe(self().steps(), fusion_); }

 protected:
  PipelineBase() = default;

  /// To be called once the operations are there. Throws `ArgumentError` if something that changes pixels follows `Normalize`.
  void begin(const std::vector<Step>& steps) {
    streams_ = streams_of(steps);
    require_order(steps);
  }

 private:
  [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }

  void run(Canvas& canvas, RandomKey key, Tape* tape = nullptr) const { self().run_all(canvas, key, streams_, tape); }

  [[nodiscard]] Canvas guarded_run(const cv::Mat& image, const Objects& objects, RandomKey key) const {
    return run_guarded([this](Canvas& canvas, RandomKey own) { run(canvas, own); }, image, objects, key, guard_, nullptr,
                       fusion_);
  }

  std::vector<std::uint32_t> streams_;
  GuardOptions guard_;
  Fusion fusion_ = Fusion::on;
};

}  // namespace MULTILABEL_NAMESPACE::augmentation::detail
