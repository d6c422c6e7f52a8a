// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that turns targets, scores and predictions into numbers.

#include "multilabel/metrics/accuracy.hpp"
#include "multilabel/metrics/average_precision.hpp"
#include "multilabel/metrics/averaging.hpp"
#include "multilabel/metrics/bins.hpp"
#include "multilabel/metrics/bootstrap_interval.hpp"
#include "multilabel/metrics/classification.hpp"
#include "multilabel/metrics/classification_report.hpp"
#include "multilabel/metrics/coco_report.hpp"
#include "multilabel/metrics/concepts.hpp"
#include "multilabel/metrics/confusion.hpp"
#include "multilabel/metrics/cumulative_gain.hpp"
#include "multilabel/metrics/curves.hpp"
#include "multilabel/metrics/label_ranking.hpp"
#include "multilabel/metrics/masked.hpp"
#include "multilabel/metrics/multilabel_confusion_matrix.hpp"
#include "multilabel/metrics/precision_recall_fscore_support.hpp"
#include "multilabel/metrics/probabilistic.hpp"
#include "multilabel/metrics/report.hpp"
#include "multilabel/metrics/roc_auc.hpp"
#include "multilabel/metrics/streaming.hpp"
