# SPDX-License-Identifier: Apache-2.0
"""The best F1 threshold of every label: ours against scikit-learn's precision_recall_curve label by label."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from answers import answers
from harness import Contest, Settings
from sklearn.metrics import precision_recall_curve

from multilabel import threshold


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))

    def ours() -> np.ndarray:
        return threshold.tune(targets, scores, metric="f1", average="macro", per_label=True).thresholds_

    def curves() -> np.ndarray:
        best = np.empty(targets.shape[1])
        for label in range(targets.shape[1]):
            precision, recall, cuts = precision_recall_curve(targets[:, label], scores[:, label])
            f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
            best[label] = cuts[np.argmax(f1[:-1])]
        return best

    def difference(a: np.ndarray, b: np.ndarray) -> float:
        """The largest difference in F1 that the thresholds reach, for equally good ones may differ."""
        reached = []
        for cuts in (a, b):
            guess = scores >= cuts.astype(np.float32)
            both = (guess & (targets == 1)).sum(0)
            reached.append(2 * both / np.maximum(guess.sum(0) + targets.sum(0), 1))
        return float(np.abs(reached[0] - reached[1]).max())

    yield Contest(
        f"best F1 threshold of each label, {len(targets):,} x {targets.shape[1]}",
        ours,
        {"scikit-learn precision_recall_curve": curves},
        difference,
        remark="F1 at the thresholds compared",
    )
