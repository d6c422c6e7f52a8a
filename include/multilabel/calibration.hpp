// SPDX-License-Identifier: Apache-2.0
#pragma once
// The calibration component: from logits to probabilities that come true as often as they say.

#include "multilabel/calibration/concepts.hpp"
#include "multilabel/calibration/isotonic.hpp"
#include "multilabel/calibration/options.hpp"
#include "multilabel/calibration/platt.hpp"
#include "multilabel/calibration/reliability.hpp"
#include "multilabel/calibration/temperature.hpp"
