# SPDX-License-Identifier: Apache-2.0
"""Numbers for multi-label predictions and scores, with scikit-learn's names, parameters, warnings and values.

Targets and predictions are matrices of 0 and 1 of shape (samples, labels): NumPy arrays of any number type, torch
tensors, SciPy sparse matrices, DataFrames or nested lists. In targets NaN or -1 marks a cell whose truth is unknown;
every metric then equals what it would be had the cell never been there. Binary and multiclass input is passed on to
scikit-learn where it is installed.
"""

from __future__ import annotations

from ._accuracy import accuracy_score, binary_accuracy, hamming_loss, zero_one_loss
from ._classification import (
    classification_report,
    f1_score,
    fbeta_score,
    jaccard_score,
    multilabel_confusion_matrix,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
)
from ._input import UndefinedMetricWarning
from ._probability import brier_score_loss, expected_calibration_error, log_loss
from ._ranking import (
    LabelRanking,
    coverage_error,
    dcg_score,
    label_ranking,
    label_ranking_average_precision_score,
    label_ranking_loss,
    ndcg_score,
)
from ._reports import (
    BootstrapInterval,
    LabelReport,
    MultiLabelReport,
    bootstrap_interval,
    coco_report,
    evaluate,
    top_k_predictions,
)
from ._scores import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve
from ._streaming import (
    AUROC,
    Accumulator,
    AveragePrecision,
    BinaryAccuracy,
    ExactMatch,
    F1Score,
    FBetaScore,
    HammingDistance,
    MetricCollection,
    Precision,
    Recall,
)

__all__ = [
    "AUROC",
    "Accumulator",
    "AveragePrecision",
    "BinaryAccuracy",
    "BootstrapInterval",
    "ExactMatch",
    "F1Score",
    "FBetaScore",
    "HammingDistance",
    "LabelReport",
    "MetricCollection",
    "MultiLabelReport",
    "Precision",
    "Recall",
    "UndefinedMetricWarning",
    "accuracy_score",
    "average_precision_score",
    "binary_accuracy",
    "bootstrap_interval",
    "brier_score_loss",
    "classification_report",
    "coco_report",
    "coverage_error",
    "dcg_score",
    "evaluate",
    "expected_calibration_error",
    "f1_score",
    "fbeta_score",
    "hamming_loss",
    "jaccard_score",
    "LabelRanking",
    "label_ranking",
    "label_ranking_average_precision_score",
    "label_ranking_loss",
    "log_loss",
    "multilabel_confusion_matrix",
    "ndcg_score",
    "precision_recall_curve",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
    "roc_auc_score",
    "roc_curve",
    "top_k_predictions",
    "zero_one_loss",
]
