// SPDX-License-Identifier: Apache-2.0
#include <multilabel/model.hpp>

#include <ATen/Parallel.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/sigmoid.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

namespace ml = multilabel;
using Catch::Matchers::Contains;

static_assert(ml::model::classifier<ml::model::Classifier>);

namespace {

std::set<std::string> names_of(const ml::model::Classifier& classifier) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : ml::model::named_state(*classifier)) names.insert(name);
  return names;
}

// A user's own backbone: one convolution.
class Tiny : public ml::model::Backbone {
 public:
  Tiny() { conv_ = add<ml::model::Conv>("conv", ml::model::ConvOptions{.in = 3, .out = 4, .kernel = 3, .stride = 2}); }
  at::Tensor forward(const at::Tensor& images) override { return conv_->forward(images); }
  std::int64_t channels() const override { return 4; }
  std::string head_name() const override { return "head"; }

 private:
  std::shared_ptr<ml::model::Conv> conv_;
};

ml::model::Classifier tiny(const ml::model::ModelOptions& options) {
  return ml::model::Classifier([] { return std::make_shared<Tiny>(); }, ml::model::ModelConfig{"tiny", options});
}

}  // namespace

TEST_CASE("Classifier: a backbone of one's own without stochastic depth refuses drop_path") {
  CHECK_NOTHROW(tiny({.labels = 2}));
  CHECK_THROWS_WITH(tiny({.labels = 2, .drop_path = 0.1}), Catch::Contains("drop_path must be 0") && Catch::Contains("0.1"));
}

TEST_CASE("create: the names are timm's") {
  at::set_num_threads(1);
  const auto lite = names_of(ml::model::create("efficientnet_lite0", {.labels = 5}));
  CHECK(lite.size() == 296);
  for (const auto* name : {"conv_stem.weight", "bn1.running_var", "blocks.0.0.conv_dw.weight", "blocks.0.0.conv_pw.weight",
                           "blocks.1.0.conv_pwl.weight", "blocks.6.0.bn3.bias", "conv_head.weight", "bn2.weight",
                           "classifier.weight", "classifier.bias"})
    CHECK(lite.count(name) == 1);
  const auto resnet = names_of(ml::model::create("resnet50", {.labels = 5}));
  for (const auto* name : {"conv1.weight", "layer1.0.downsample.0.weight", "layer1.0.downsample.1.bias",
                           "layer3.5.conv3.weight", "layer4.2.bn3.running_mean", "fc.weight"})
    CHECK(resnet.count(name) == 1);
}

TEST_CASE("create: equal seeds give equal numbers, and the head does not disturb the backbone") {
  const auto first = ml::model::create("resnet18", {.labels = 5, .seed = 3});
  const auto second = ml::model::create("resnet18", {.labels = 5, .seed = 3});
  const auto other_head = ml::model::create("resnet18", {.labels = 9, .head = ml::model::Head::csra, .seed = 3});
  const auto other_seed = ml::model::create("resnet18", {.labels = 5, .seed = 4});
  const auto state = ml::model::named_state(*first);
  const auto same = ml::model::named_state(*second);
  for (std::size_t i = 0; i < state.size(); ++i) CHECK(state[i].second.equal(same[i].second));
  CHECK(state[0].second.equal(ml::model::named_state(*other_head)[0].second));
  CHECK_FALSE(state[0].second.equal(ml::model::named_state(*other_seed)[0].second));
}

TEST_CASE("create: the drawn convolutions have He's variance for the outgoing side") {
  auto classifier = ml::model::create("resnet18", {.labels = 5, .seed = 3});
  const auto weight = classifier->named_parameters()["layer4.1.conv2.weight"];  // 512 x 512 x 3 x 3
  CHECK(weight.var().item<double>() == Approx(2.0 / (9 * 512)).epsilon(0.01));
  CHECK(weight.mean().item<double>() == Approx(0.0).margin(1e-4));
}

TEST_CASE("Classifier: logits have one column a label, whatever the memory order of the images") {
  auto classifier = ml::model::create("efficientnet_lite0", {.labels = 7, .seed = 1});
  classifier->eval();
  const at::NoGradGuard guard;
  const auto images = at::rand({3, 3, 65, 96});
  const auto logits = classifier->forward(images);
  CHECK(logits.sizes().vec() == std::vector<std::int64_t>{3, 7});
  CHECK(classifier->forward(images.contiguous(at::MemoryFormat::ChannelsLast)).equal(logits));
  CHECK(classifier->feature_map(images).sizes().vec() == std::vector<std::int64_t>{3, 1280, 3, 3});  // 65 / 32 rounded up
  CHECK(classifier->features(images).sizes().vec() == std::vector<std::int64_t>{3, 1280});
}

TEST_CASE("Classifier: the bias prior is where the scores start") {
  const auto classifier = ml::model::create("resnet18", {.labels = 2, .bias_prior = {0.02, 0.5}});
  const auto bias = classifier->named_parameters()["fc.bias"];
  CHECK(at::sigmoid(bias)[0].item<double>() == Approx(0.02));
  CHECK(bias[1].item<double>() == 0.0);
}

TEST_CASE("Classifier: a clone is equal and apart, and keeps type, mode and frozen weights") {
  auto classifier = ml::model::create("resnet18", {.labels = 2, .seed = 5});
  classifier->to(at::kDouble);
  classifier->eval();
  classifier->named_parameters()["conv1.weight"].set_requires_grad(false);
  const auto copy = std::dynamic_pointer_cast<ml::model::ClassifierImpl>(classifier->clone());
  const at::NoGradGuard guard;
  const auto images = at::rand({1, 3, 64, 64}, at::kDouble);
  const auto expected = classifier->forward(images);
  CHECK_FALSE(copy->is_training());
  CHECK_FALSE(copy->named_parameters()["conv1.weight"].requires_grad());
  CHECK(copy->forward(images).equal(expected));
  copy->named_parameters()["fc.bias"].add_(1);
  CHECK(classifier->forward(images).equal(expected));
  CHECK(copy->config() == classifier->config());
}

TEST_CASE("Classifier: takes a backbone of the user's own, and clones it") {
  auto classifier = tiny({.labels = 2, .seed = 1});
  CHECK(names_of(classifier) == std::set<std::string>{"conv.weight", "head.weight", "head.bias"});
  const auto images = at::rand({1, 3, 8, 8});
  const auto copy = std::dynamic_pointer_cast<ml::model::ClassifierImpl>(classifier->clone());
  CHECK(copy->forward(images).equal(classifier->forward(images)));
}

TEST_CASE("register_backbone, register_head: create knows them by name afterwards, each name once") {
  struct Sum : ml::model::HeadModule {
    explicit Sum(std::int64_t labels) { keep_parameter("bias", bias_, at::zeros({labels})); }
    at::Tensor forward(const at::Tensor& map) override { return map.sum({1, 2, 3}).unsqueeze(1) + bias_; }
    at::Tensor& bias() override { return bias_; }
    at::Tensor bias_;
  };
  CHECK_THROWS_WITH(ml::model::create("my_tiny", {.labels = 2}), Catch::Contains("register_backbone"));
  ml::model::register_backbone("my_tiny", [] { return std::make_shared<Tiny>(); });
  ml::model::register_head("my_sum", [](std::int64_t, const ml::model::ModelOptions& options) {
    return std::make_shared<Sum>(static_cast<std::int64_t>(options.labels));
  });
  const auto made = ml::model::create("my_tiny", {.labels = 2, .head = {"my_sum"}, .seed = 1});
  CHECK(names_of(made) == std::set<std::string>{"conv.weight", "head.bias"});
  const auto names = ml::model::backbone_names();
  CHECK(std::count(names.begin(), names.end(), "my_tiny") == 1);
  CHECK_THROWS_WITH(ml::model::register_backbone("my_tiny", [] { return std::make_shared<Tiny>(); }),
                    Catch::Contains("must be new"));
  CHECK_THROWS_WITH(ml::model::create("my_tiny", {.labels = 2, .head = {"mine"}}),
                    Catch::Contains("csra, linear, my_sum; got 'mine'"));
}

TEST_CASE("Classifier: forward_with runs on other numbers and leaves its own") {
  auto classifier = tiny({.labels = 2, .seed = 1});
  const auto images = at::rand({1, 3, 8, 8});
  const auto before = classifier->forward(images);
  std::vector<at::Tensor> state;
  for (const auto& [name, tensor] : ml::model::named_state(*classifier)) state.push_back(tensor.detach() * 0);
  state.back().fill_(3);
  CHECK(classifier->forward_with(state, images).equal(at::ones({1, 2}) * 3));
  CHECK(classifier->forward(images).equal(before));
  CHECK_THROWS_WITH(classifier->forward_with({}, images), Contains("must hold the 3 tensors"));
}

TEST_CASE("Conv: TensorFlow's SAME pads right and below") {
  // One row 1 2 3 4, kernel of ones, stride 2: windows 1 2 3 and 3 4 (0). Symmetric padding would give (0) 1 2 and 2 3 4.
  ml::model::Conv conv({.in = 1, .out = 1, .kernel = 3, .stride = 2, .padding = ml::model::Padding::tensorflow_same});
  conv.weight().detach().fill_(1);
  const auto row = at::arange(1, 5, at::kFloat).reshape({1, 1, 1, 4});
  CHECK(conv.forward(row).detach().flatten().equal(at::tensor({6.0f, 7.0f})));
}

TEST_CASE("load_state: a strict load names what differs and copies nothing") {
  auto classifier = tiny({.labels = 2, .seed = 1});
  const auto before = classifier->named_parameters()["head.bias"].detach().clone();
  const ml::model::NamedTensors given{
      {"head.bias", at::ones({2})}, {"head.weight", at::ones({9, 4})}, {"extra", at::ones({1})}};
  CHECK_THROWS_WITH(ml::model::load_state(*classifier, given),
                    Contains("missing: conv.weight; another shape: head.weight [9, 4] for [2, 4]; not expected: extra"));
  CHECK(classifier->named_parameters()["head.bias"].equal(before));
  const auto report = ml::model::load_state(*classifier, given, ml::model::LoadPolicy::available);
  CHECK(report.missing == std::vector<std::string>{"conv.weight"});
  CHECK(report.unexpected == std::vector<std::string>{"extra"});
  CHECK(classifier->named_parameters()["head.bias"].equal(at::ones({2})));
}

TEST_CASE("create: an unknown backbone lists the names") {
  CHECK_THROWS_WITH(ml::model::create("vgg", {.labels = 1}),
                    Contains("efficientnet_lite0") && Contains("resnet18") && Contains("'vgg'"));
  CHECK_THROWS_AS(ml::model::create("resnet18", {}), ml::ArgumentError);
}

TEST_CASE("Classifier: images of another shape are named") {
  auto classifier = tiny({.labels = 2});
  CHECK_THROWS_WITH(classifier->forward(at::ones({3, 8, 8})), Contains("[n, 3, height, width]; got [3, 8, 8]"));
}
