# SPDX-License-Identifier: Apache-2.0
"""Metrics over batches: average precision in bounded memory against 200 thresholds, and exact against exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sklearn.metrics
import torch
from answers import answers
from harness import Contest, Settings
from torchmetrics.classification import MultilabelAveragePrecision, MultilabelF1Score

from multilabel import metrics

BATCH = 1_000


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))
    shape = f"{len(targets):,} x {targets.shape[1]}, in batches of {BATCH:,}"
    labels = targets.shape[1]
    truth, score = torch.from_numpy(targets), torch.from_numpy(scores)
    rows = range(0, len(targets), BATCH)

    def ours(metric: Any) -> Any:
        for i in rows:
            metric.update(targets[i : i + BATCH], scores[i : i + BATCH])
        return metric.compute()

    def theirs(metric: Any) -> float:
        for i in rows:
            metric.update(score[i : i + BATCH], truth[i : i + BATCH])
        return float(metric.compute())

    def difference(mine: float, other: float) -> float:
        return abs(mine - other)

    exact = sklearn.metrics.average_precision_score(targets, scores, average="macro")
    bounded = ours(metrics.AveragePrecision(memory="bounded"))
    binned = theirs(MultilabelAveragePrecision(num_labels=labels, thresholds=200))
    yield Contest(
        f"average precision in bounded memory, {shape}",
        lambda: ours(metrics.AveragePrecision(memory="bounded")),
        {"torchmetrics, 200 thresholds": lambda: theirs(MultilabelAveragePrecision(num_labels=labels, thresholds=200))},
        difference,
        tolerance=0.02,
        remark=f"off the exact value by {abs(bounded - exact):.0e} and {abs(binned - exact):.0e}",
    )
    yield Contest(
        f"average precision, every score kept, {shape}",
        lambda: ours(metrics.AveragePrecision()),
        {"torchmetrics, exact": lambda: theirs(MultilabelAveragePrecision(num_labels=labels))},
        difference,
        tolerance=1e-5,  # torchmetrics works in float32
    )
    yield Contest(
        f"macro F1, {shape}",
        lambda: ours(metrics.F1Score()),
        {"torchmetrics": lambda: theirs(MultilabelF1Score(num_labels=labels))},
        difference,
        tolerance=1e-5,
    )
