// SPDX-License-Identifier: Apache-2.0
#pragma once
// A trained model as a folder, and the predictor that such a folder becomes.

#include "multilabel/bundle/card.hpp"
#include "multilabel/bundle/checksum.hpp"
#include "multilabel/bundle/config.hpp"
#include "multilabel/bundle/manifest.hpp"
#include "multilabel/bundle/package.hpp"
#include "multilabel/bundle/predictor.hpp"
