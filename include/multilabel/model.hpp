// SPDX-License-Identifier: Apache-2.0
#pragma once
// Networks from images to logits, and the weight files they come from.

#include "multilabel/model/backbones.hpp"
#include "multilabel/model/classifier.hpp"
#include "multilabel/model/concepts.hpp"
#include "multilabel/model/create.hpp"
#include "multilabel/model/device.hpp"
#include "multilabel/model/heads.hpp"
#include "multilabel/model/initialize.hpp"
#include "multilabel/model/named_tensors.hpp"
#include "multilabel/model/options.hpp"
#include "multilabel/model/registry.hpp"
#include "multilabel/model/safetensors.hpp"
#include "multilabel/model/state.hpp"
