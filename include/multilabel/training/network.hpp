// SPDX-License-Identifier: Apache-2.0
#pragma once
// The network as a run sees it, whatever its type: images to logits, its numbers by name, and the modes of its parts. Held so,
// the loop is compiled once, and this header needs no module class of torch's.

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/concepts.hpp"
#include "multilabel/model/named_tensors.hpp"

namespace MULTILABEL_NAMESPACE::training {

/// The interface to a network of any kind. Nothing is kept: numbers and modes are those of now.
class Network {
 public:
  virtual ~Network() = default;
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] virtual at::Tensor forward(const at::Tensor& images) = 0;
  /// Parameters and buffers by name, the network's own tensors.
  [[nodiscard]] virtual model::NamedTensors state() const = 0;
  [[nodiscard]] virtual bool is_training() const = 0;
  /// Switches all parts.
  virtual void train(bool on) = 0;
  /// Takes its tensors to another device; they stay the same objects.
  virtual void to(at::Device device) = 0;
  /// What puts every part back into the mode that it is in now.
  [[nodiscard]] virtual std::function<void()> modes() const = 0;
};

namespace detail {

template <class Model>
class NetworkOf final : public Network {
 public:
  explicit NetworkOf(Model model) : model_(std::move(model)) {}

  [[nodiscard]] at::Tensor forward(const at::Tensor& images) override { return model_->forward(images); }
  [[nodiscard]] model::NamedTensors state() const override { return model::named_state(*model_); }
  [[nodiscard]] bool is_training() const override { return model_->is_training(); }
  void train(bool on) override { model_->train(on); }
  void to(at::Device device) override {
    if constexpr (requires { model_->to(device); }) {
      model_->to(device);
    } else {
      fail<ArgumentError>({"training::Trainer", "a model must have to(device) to be moved", join_text(device.str()),
                           "Move it before the trainer gets it, and leave device empty."});
    }
  }
  [[nodiscard]] std::function<void()> modes() const override {
    std::vector<std::pair<typename decltype(model_->modules())::value_type, bool>> modes;
    for (const auto& part : model_->modules()) modes.emplace_back(part, part->is_training());
    return [modes] {
      for (const auto& [part, on] : modes) part->train(on);  // parents come first, and their children after them
    };
  }

 private:
  Model model_;
};

// Evaluation mode for as long as it lives; afterwards every part is as before.
class Evaluating {
 public:
  explicit Evaluating(Network& network) : restore_(network.modes()) { network.train(false); }
  ~Evaluating() { restore_(); }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::function<void()> restore_;
};

// Training mode before each epoch, parts that somebody set aside (a frozen batch norm) included; afterwards all is as before.
class TrainingModes {
 public:
  explicit TrainingModes(Network& network) : network_(network), before_(network.modes()) {}
  ~TrainingModes() { before_(); }
  TrainingModes(const TrainingModes&) = delete;
  TrainingModes& operator=(const TrainingModes&) = delete;

  // A network that a callback has put into evaluation mode is trained as in the epoch before.
  void begin_epoch() {
    if (!network_.is_training()) learning_ ? learning_() : network_.train(true);
    learning_ = network_.modes();
  }

 private:
  Network& network_;
  std::function<void()> before_;
  std::function<void()> learning_;
};

}  // namespace detail

/// `model`, a shared handle to a network, as a `Network`; one that is a `Network` already is that.
template <class Model>
[[nodiscard]] std::shared_ptr<Network> network_of(Model model) {
  if constexpr (std::is_convertible_v<Model, std::shared_ptr<Network>>) {
    return model;
  } else {
    static_assert(model::classifier<Model>,
                  "the model must have forward, parameters, train and is_training: model::classifier");
    return std::make_shared<detail::NetworkOf<Model>>(std::move(model));
  }
}

/// Logits [samples, labels] of `images`; throws `ShapeError` where the network gives another shape.
[[nodiscard]] inline at::Tensor logits_of(Network& network, const at::Tensor& images, std::size_t labels,
                                          std::string_view where) {
  at::Tensor logits = network.forward(images);
  if (logits.dim() != 2 || logits.size(0) != images.size(0) || logits.size(1) != static_cast<std::int64_t>(labels)) {
    fail<ShapeError>(
        {where,
         join_text("the model must give one logit for each of the ", labels, " labels, [", images.size(0), ", ", labels, "]"),
         join_text(logits.sizes()), "Make the model's last layer as wide as the vocabulary."});
  }
  return logits;
}

}  // namespace MULTILABEL_NAMESPACE::training
