// SPDX-License-Identifier: Apache-2.0
#include "multilabel/training/layer_decay.hpp"

#include <catch2/catch.hpp>
#include <map>

namespace {

namespace training = multilabel::training;

std::map<std::string, double> factors(const std::vector<std::string>& names, double decay) {
  multilabel::model::NamedTensors named;
  for (const auto& name : names) named.emplace_back(name, at::Tensor());
  const auto groups = training::layer_decay(named, {.decay = decay});
  std::map<std::string, double> found;
  for (const auto& name : names) {
    const auto* group = training::detail::group_of(groups, name);
    found[name] = group == nullptr ? 1 : group->rate_factor;
  }
  return found;
}

}  // namespace

TEST_CASE("layer_decay: blocks by the names of several families") {
  CHECK(factors({"conv_stem.weight", "bn1.weight", "blocks.0.0.conv_dw.weight", "blocks.1.0.conv_pw.weight",
                 "blocks.1.0.bn1.weight", "blocks.10.0.conv_pw.weight", "conv_head.weight", "classifier.bias"},
                0.5) == std::map<std::string, double>{{"conv_stem.weight", 0.0625},
                                                      {"bn1.weight", 0.0625},
                                                      {"blocks.0.0.conv_dw.weight", 0.125},
                                                      {"blocks.1.0.conv_pw.weight", 0.25},
                                                      {"blocks.1.0.bn1.weight", 0.25},
                                                      {"blocks.10.0.conv_pw.weight", 0.5},
                                                      {"conv_head.weight", 1},
                                                      {"classifier.bias", 1}});
  const auto resnet = factors({"conv1.weight", "layer1.0.conv1.weight", "layer2.0.downsample.0.weight", "fc.weight"}, 0.5);
  CHECK(resnet.at("conv1.weight") == 0.125);
  CHECK(resnet.at("layer1.0.conv1.weight") == 0.25);
  CHECK(resnet.at("layer2.0.downsample.0.weight") == 0.5);
  const auto vit = factors({"cls_token", "patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.1.mlp.fc1.weight",
                            "norm.weight", "head.weight"},
                           0.5);
  CHECK(vit.at("cls_token") == 0.125);
  CHECK(vit.at("blocks.1.mlp.fc1.weight") == 0.5);
  CHECK(vit.at("norm.weight") == 1);
  const auto convnext = factors({"stem.0.weight", "stages.0.blocks.0.gamma", "stages.0.blocks.1.gamma", "head.fc.weight"}, 0.5);
  CHECK(convnext.at("stages.0.blocks.0.gamma") == 0.25);
  CHECK(convnext.at("stages.0.blocks.1.gamma") == 0.5);
}

TEST_CASE("layer_decay: a block begins later than the one behind it") {
  const auto groups = training::layer_decay({{"stem.weight", {}}, {"blocks.0.weight", {}}, {"blocks.1.weight", {}}},
                                            {.decay = 1, .epochs_a_block = 2});
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].frozen_epochs == 6);
  CHECK(groups[1].frozen_epochs == 4);
  CHECK(groups[2].frozen_epochs == 2);
}

TEST_CASE("layer_decay: bad arguments are named") {
  CHECK_THROWS_WITH(training::layer_decay({{"blocks.0.weight", {}}}, {.decay = 0}), Catch::Contains("decay must be in (0, 1]"));
  CHECK_THROWS_WITH(training::layer_decay({{"weight", {}}}), Catch::Contains("must number its blocks"));
}
