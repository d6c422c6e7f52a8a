// SPDX-License-Identifier: Apache-2.0
#pragma once
// The threshold component: from scores to predictions.

#include "multilabel/threshold/concepts.hpp"
#include "multilabel/threshold/conformal.hpp"
#include "multilabel/threshold/constraint.hpp"
#include "multilabel/threshold/decode.hpp"
#include "multilabel/threshold/fixed.hpp"
#include "multilabel/threshold/metric.hpp"
#include "multilabel/threshold/risk.hpp"
#include "multilabel/threshold/rule.hpp"
#include "multilabel/threshold/sweep.hpp"
#include "multilabel/threshold/tune.hpp"
#include "multilabel/threshold/value.hpp"
