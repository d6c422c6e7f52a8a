// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything in the folder: metrics that see their data batch by batch.

#include "multilabel/metrics/streaming/classification.hpp"
#include "multilabel/metrics/streaming/collection.hpp"
#include "multilabel/metrics/streaming/concepts.hpp"
#include "multilabel/metrics/streaming/ranking.hpp"
