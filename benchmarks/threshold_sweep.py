# SPDX-License-Identifier: Apache-2.0
"""The threshold with the best samples-F1: ours of all scores, exactly, against the usual loop over 99 thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from answers import answers
from harness import Contest, Settings, on_cores
from sklearn.metrics import f1_score

from multilabel import threshold

GRID = np.arange(1, 100) / 100


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))

    def loop() -> np.ndarray:
        return np.array([f1_score(targets, scores >= cut, average="samples", zero_division=0) for cut in GRID.tolist()])

    def best_of_loop() -> float:
        return float(loop().max())

    shape = f"{len(targets):,} x {targets.shape[1]}"
    yield Contest(
        f"samples-F1 at 99 thresholds, {shape}",
        lambda: threshold.sweep(targets, scores, metric="f1", average="samples", thresholds=GRID).values,
        {"scikit-learn f1_score in a loop": loop},
        lambda ours, peer: np.abs(ours - peer).max(),
    )
    distinct = len(np.unique(scores))
    yield Contest(
        f"best threshold for samples-F1, {shape}",
        lambda: threshold.tune(targets, scores, metric="f1", average="samples").value_,
        {"scikit-learn f1_score in a loop": best_of_loop},
        lambda ours, peer: max(peer - ours, 0.0),  # the exact optimum is at least the best of 99
        remark=f"ours is the best of all {distinct:,} scores, the peer's of 99 thresholds",
    )
    yield Contest(
        f"samples-F1 at every score, {shape}",
        lambda: threshold.sweep(targets, scores, metric="f1", average="samples").values,
        {"scikit-learn f1_score in a loop": loop},
        lambda ours, peer: max(peer.max() - ours.max(), 0.0),
        remark=f"ours are {distinct:,} values, the peer's 99",
    )
    many, guesses, _ = answers(settings.size(400_000, 4_000))
    large = f"{len(many):,} x {many.shape[1]}, two cores"
    for name, call in (
        ("samples-F1 at 99 thresholds", partial(threshold.sweep, metric="f1", average="samples", thresholds=GRID)),
        ("best threshold for samples-F1", partial(threshold.tune, metric="f1", average="samples")),
        ("samples-F1 at every score", partial(threshold.sweep, metric="f1", average="samples")),
        ("best F1 threshold of each label", partial(threshold.tune, metric="f1", average="macro", per_label=True)),
    ):
        yield Contest(
            f"{name}, {large}",
            on_cores(2, partial(call, many, guesses)),
            {"multilabel, one core": on_cores(1, partial(call, many, guesses))},
            clock="wall",
        )
