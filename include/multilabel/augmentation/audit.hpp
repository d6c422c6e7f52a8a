// SPDX-License-Identifier: Apache-2.0
#pragma once
// Does an augmentation leave in the picture what the labels name? Ask a model that knows the labels: score each image before
// and after every operation of a pipeline, and see how much of the score survives. A label whose score collapses under an
// operation is one that the model can no longer see, and that training would teach it to imagine.

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "multilabel/augmentation/any_operation.hpp"
#include "multilabel/augmentation/audit_table.hpp"
#include "multilabel/augmentation/box.hpp"
#include "multilabel/augmentation/canvas.hpp"
#include "multilabel/augmentation/guard.hpp"
#include "multilabel/augmentation/placement.hpp"
#include "multilabel/augmentation/plan.hpp"
#include "multilabel/core/check.hpp"
#include "multilabel/core/random.hpp"
#include "multilabel/core/shape.hpp"

namespace MULTILABEL_NAMESPACE::augmentation {

/// An image to be audited, 8-bit RGB, and where its labels are, if that is known.
struct AuditSample {
  cv::Mat image;
  Objects objects = {};
};

/// Callable `predict(images) -> scores`, [images, labels] of 0 to 1, for 8-bit RGB images of any size. Law: the scores of an
/// image do not depend on its neighbours.
template <class P>
concept image_scorer = requires(const P& predict, std::span<const cv::Mat> images) {
  { predict(images) } -> std::convertible_to<Matrix<float>>;
};

namespace detail {

/// One operation of a pipeline, to be run alone; `certain` overrules its probability.
struct AuditStage {
  Step step;
  std::uint32_t stream = 0;
  double p = 1;
  std::function<void(Canvas&, RandomKey)> run;
  std::function<void(Canvas&, RandomKey)> run_certainly;

  /// Whether the draw for the operation's probability says that it happens.
  [[nodiscard]] bool happens(RandomKey key) const { return p >= 1 || Random(key.with_stream(key.stream + stream)).chance(p); }
};

template <class Op>
AuditStage stage_of(const Op& op, std::uint32_t stream) {
  return {.step = step_of(op),
          .stream = stream,
          .p = probability_of(op),
          .run = [op, stream](Canvas& canvas, RandomKey key) { run_step(op, canvas, key, stream); },
          .run_certainly = [op, stream](Canvas& canvas,
                                        RandomKey key) { run_step(op, canvas, key, stream, nullptr, When::chosen); }};
}

template <class... Ops>
std::vector<AuditStage> stages_of(const std::tuple<Ops...>& operations) {
  const auto steps = std::apply([](const Ops&... ops) { return std::vector<Step>{step_of(ops)...}; }, operations);
  const auto streams = streams_of(steps);
  std::size_t i = 0;
  return std::apply([&](const Ops&... ops) { return std::vector<AuditStage>{stage_of(ops, streams[i++])...}; }, operations);
}

inline std::vector<AuditStage> stages_of(const std::vector<AnyOperation>& operations) {
  std::vector<Step> steps;
  for (const auto& operation : operations) steps.push_back(operation.step());
  const auto streams = streams_of(steps);
  std::vector<AuditStage> stages;
  for (std::size_t i = 0; i < operations.size(); ++i) stages.push_back(stage_of(operations[i], streams[i]));
  return stages;
}

/// The picture after the first `count` stages, the last of which certainly happens; moves and values only, 8 bits.
inline cv::Mat audit_picture(const std::vector<AuditStage>& stages, std::size_t count, const AuditSample& sample,
                             RandomKey key) {
  Canvas canvas(sample.image);
  if (!sample.objects.empty()) canvas.follow(&sample.objects);
  for (std::size_t i = 0; i < count; ++i)
    if (!stages[i].step.normalizes) (i + 1 == count ? stages[i].run_certainly : stages[i].run)(canvas, key);
  return canvas.pixels().clone();
}

/// The pictures of one image under one draw: for each audited stage the one before it and the one after it, as positions in a
/// list of pictures; picture 0 is the image itself.
struct AuditPictures {
  std::vector<std::size_t> before, after;
  std::size_t last = 0;
};

}  // namespace detail

/// Runs every operation of `pipeline` on `source(0)` ... `source(samples - 1)` and compares scores. `targets` is [samples,
/// labels]; only labels that an image has (1) and that the model sees in it (a score of at least `min_score`) say anything.
/// Each operation is applied with certainty on top of what the ones before it did with their own probabilities, so it is
/// judged where it stands in the pipeline; `Normalize` is left to the predictor. Labels that the pipeline's guard has turned
/// off do not count. Throws `ShapeError` where shapes disagree.
template <class Pipeline, class Source, image_scorer Predict>
[[nodiscard]] Audit audit(const Pipeline& pipeline, std::size_t samples, const Source& source, MatrixView<const float> targets,
                          std::vector<std::string> labels, const Predict& predict, const AuditOptions& options = {}) {
  constexpr std::string_view where = "augmentation::audit";
  require_audit(where, options);
  if (targets.rows() != samples || targets.columns() != labels.size())
    fail<ShapeError>({where, join_text("targets must be ", shape_text(samples, labels.size()), ", [samples, labels]"),
                      shape_text(targets.rows(), targets.columns())});
  const auto all = detail::stages_of(pipeline.operations());
  std::vector<std::size_t> audited;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].step.normalizes && all[i].step.name != "Normalize")
      fail<ArgumentError>(
          {where, "Normalize must stand in the pipeline itself", all[i].step.name, "Take it out of the group."});
    if (all[i].step.normalizes) continue;
    audited.push_back(i);
    names.push_back(all[i].step.text);
  }
  detail::AuditTally tally(std::move(names), std::move(labels), options);

  for (std::size_t i = 0; i < samples; ++i) {
    const AuditSample sample = source(i);
    std::vector<cv::Mat> pictures = {sample.image};
    std::vector<detail::AuditPictures> draws;
    std::vector<std::map<std::string, float>> kept;  // the guard's targets of each draw
    for (int draw = 0; draw < options.draws; ++draw) {
      RandomKey key{.seed = options.seed, .epoch = static_cast<std::uint32_t>(draw), .index = static_cast<std::uint32_t>(i)};
      auto& guarded = kept.emplace_back();
      if (!sample.objects.empty()) {
        const auto run = [&](Canvas& canvas, RandomKey own) {
          for (const std::size_t stage : audited) all[stage].run(canvas, own);
        };
        const Canvas canvas = run_guarded(run, sample.image, sample.objects, key, pipeline.guard(), &key);
        for (const auto& one : place(sample.objects, canvas, pipeline.guard()).labels) guarded[one.label] = one.target;
      }
      detail::AuditPictures shown;
      for (const std::size_t stage : audited) {
        shown.before.push_back(shown.last);
        pictures.push_back(detail::audit_picture(all, stage + 1, sample, key));
        shown.after.push_back(pictures.size() - 1);
        if (all[stage].happens(key)) shown.last = pictures.size() - 1;
      }
      draws.push_back(std::move(shown));
    }
    const Matrix<float> scores = predict(std::span<const cv::Mat>(pictures));
    if (scores.rows() != pictures.size() || scores.columns() != targets.columns())
      fail<ShapeError>({where, join_text("predict must return ", shape_text(pictures.size(), targets.columns()), " scores"),
                        shape_text(scores.rows(), scores.columns())});
    for (const float score : scores.view().values())
      if (!(score >= 0 && score <= 1)) fail<ArgumentError>({where, "predict must return scores of 0 to 1", join_text(score)});
    for (std::size_t label = 0; label < targets.columns(); ++label) {
      if (targets(i, label) != 1 || !(scores(0, label) >= options.min_score)) continue;
      for (std::size_t draw = 0; draw < draws.size(); ++draw) {
        const auto guard = kept[draw].find(tally.label(label));
        if (guard != kept[draw].end() && guard->second != 1) continue;
        const auto& shown = draws[draw];
        for (std::size_t k = 0; k < audited.size(); ++k)
          tally.add({i, draw, k, label, scores(shown.before[k], label), scores(shown.after[k], label)});
        tally.add({i, draw, audited.size(), label, scores(0, label), scores(shown.last, label)});
      }
    }
  }
  return tally.finish();
}

/// The picture that case `one` of an audit of `pipeline` is about, after its operation.
template <class Pipeline>
[[nodiscard]] cv::Mat audited_picture(const Pipeline& pipeline, const AuditSample& sample, const AuditCase& one,
                                      const AuditOptions& options) {
  const auto all = detail::stages_of(pipeline.operations());
  RandomKey key{
      .seed = options.seed, .epoch = static_cast<std::uint32_t>(one.draw), .index = static_cast<std::uint32_t>(one.sample)};
  std::size_t left = one.operation + 1;
  std::size_t count = 0;
  const auto run = [&](Canvas& canvas, RandomKey own) {
    for (const auto& stage : all)
      if (!stage.step.normalizes) stage.run(canvas, own);
  };
  Canvas canvas(sample.image);
  if (sample.objects.empty()) {
    run(canvas, key);
  } else {
    canvas = run_guarded(run, sample.image, sample.objects, key, pipeline.guard(), &key);
  }
  for (; count < all.size() && left > 0; ++count) left -= all[count].step.normalizes ? 0 : 1;
  if (left > 0) return canvas.pixels().clone();  // the row of all operations together
  return detail::audit_picture(all, count, sample, key);
}

}  // namespace MULTILABEL_NAMESPACE::augmentation
