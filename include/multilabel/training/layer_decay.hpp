// SPDX-License-Identifier: Apache-2.0
#pragma once
// Smaller learning rates, and a later begin, the further a layer is from the head: parameter groups by depth.

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "multilabel/core/check.hpp"
#include "multilabel/model/named_tensors.hpp"
#include "multilabel/training/parameters.hpp"

namespace MULTILABEL_NAMESPACE::training {

struct LayerDecayOptions {
  double decay = 0.75;             ///< the factor from one block to the one before it, in (0, 1]
  std::size_t epochs_a_block = 0;  ///< gradual unfreezing: a block is learnt so many epochs later than the one behind it
};

namespace detail {

[[nodiscard]] inline bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The block that a parameter belongs to, with a dot at its end: "blocks.3.1.", "layer2.0.", "stages.1.blocks.2."; empty for one
// outside all blocks.
[[nodiscard]] inline std::string block_of(const std::string& name) {
  std::vector<std::string_view> parts;
  std::vector<std::size_t> ends;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.push_back(std::string_view(name).substr(begin, end - begin));
    ends.push_back(std::min(end + 1, name.size()));
    begin = end + 1;
  }
  std::size_t last = 0;
  while (last < parts.size() && !is_number(parts[last])) ++last;
  if (last + 1 >= parts.size()) return {};
  for (;;) {
    if (last + 2 < parts.size() && is_number(parts[last + 1])) {
      ++last;
    } else if (last + 3 < parts.size() && (parts[last + 1] == "blocks" || parts[last + 1] == "layers") &&
               is_number(parts[last + 2])) {
      last += 2;
    } else {
      return name.substr(0, ends[last]);
    }
  }
}

}  // namespace detail

/// One group a block, in the order of the names, and one for what stands before the first: of n blocks number k, counted from
/// 0, learns at decay^(n - k) of the rate, the stem at decay^(n + 1), and what stands behind the last block at the whole rate
/// (layer-wise decay as in BEiT, and timm's numbers). Works for the library's networks, for timm's, and for others whose names
/// number their blocks. Throws `ArgumentError` for a decay out of range, and for a network without numbered blocks.
[[nodiscard]] inline std::vector<ParameterGroup> layer_decay(const model::NamedTensors& named,
                                                             const LayerDecayOptions& options = {}) {
  constexpr std::string_view where = "training::layer_decay";
  if (!(options.decay > 0 && options.decay <= 1)) {
    fail<ArgumentError>({where, "decay must be in (0, 1]", join_text(options.decay)});
  }
  std::vector<std::string> stem, blocks;
  for (const auto& [name, tensor] : named) {
    std::string block = detail::block_of(name);
    if (block.empty()) {
      if (blocks.empty()) stem.push_back(name);
    } else if (blocks.empty() || blocks.back() != block) {
      blocks.push_back(std::move(block));
    }
  }
  if (blocks.empty()) {
    fail<ArgumentError>({where, "the network's names must number its blocks, as in blocks.0.", "none that does",
                         "Write the groups yourself: a ParameterGroup a prefix."});
  }
  std::vector<ParameterGroup> groups;
  const auto add = [&](const std::string& prefix, std::size_t from_head) {
    groups.push_back({.prefix = prefix,
                      .rate_factor = std::pow(options.decay, static_cast<double>(from_head)),
                      .weight_decay = {},
                      .frozen_epochs = from_head * options.epochs_a_block});
  };
  for (const auto& name : stem) add(name, blocks.size() + 1);
  for (std::size_t k = 0; k < blocks.size(); ++k) add(blocks[k], blocks.size() - k);
  return groups;
}

}  // namespace MULTILABEL_NAMESPACE::training
