// SPDX-License-Identifier: Apache-2.0
#pragma once
// Losses for targets with several labels a sample, all with one contract (see `loss/concepts.hpp`).

#include "multilabel/loss/any_loss.hpp"
#include "multilabel/loss/asymmetric.hpp"
#include "multilabel/loss/binary_cross_entropy.hpp"
#include "multilabel/loss/cells.hpp"
#include "multilabel/loss/concepts.hpp"
#include "multilabel/loss/options.hpp"
