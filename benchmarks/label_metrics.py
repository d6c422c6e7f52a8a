# SPDX-License-Identifier: Apache-2.0
"""F1, precision, recall, Jaccard, subset accuracy and Hamming loss of 0/1 predictions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import sklearn.metrics as peer
from answers import answers
from harness import Contest, Settings

from multilabel import metrics


def contests(settings: Settings) -> Iterator[Contest]:
    targets, _, predictions = answers(settings.size(40_000, 400))
    shape = f"{len(targets):,} x {targets.shape[1]}"

    def difference(ours: float, theirs: float) -> float:
        return float(np.abs(np.asarray(ours) - np.asarray(theirs)).max())

    for name, averages in (
        ("f1_score", ("samples", "micro", "macro", "weighted")),
        ("precision_score", ("samples", "macro")),
        ("recall_score", ("samples", "macro")),
        ("jaccard_score", ("samples", "macro")),
    ):
        for average in averages:
            call = {"average": average, "zero_division": 0}
            yield Contest(
                f"{name}, {average}, {shape}",
                partial(getattr(metrics, name), targets, predictions, **call),
                {"scikit-learn": partial(getattr(peer, name), targets, predictions, **call)},
                difference,
            )
    for name in ("accuracy_score", "hamming_loss"):
        yield Contest(
            f"{name}, {shape}",
            partial(getattr(metrics, name), targets, predictions),
            {"scikit-learn": partial(getattr(peer, name), targets, predictions)},
            difference,
        )
