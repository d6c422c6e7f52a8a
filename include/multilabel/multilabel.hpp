// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything. A program that needs one component includes that one's header instead and compiles faster.

#include "multilabel/augmentation.hpp"
#include "multilabel/bundle.hpp"
#include "multilabel/calibration.hpp"
#include "multilabel/data.hpp"
#include "multilabel/encoding.hpp"
#include "multilabel/evaluation.hpp"
#include "multilabel/loss.hpp"
#include "multilabel/metrics.hpp"
#include "multilabel/model.hpp"
#include "multilabel/threshold.hpp"
#include "multilabel/training.hpp"
#include "multilabel/version.hpp"
