# SPDX-License-Identifier: Apache-2.0
"""Platt scaling and isotonic calibration of every label: ours in one call against scikit-learn label by label."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from answers import answers
from harness import Contest, Settings
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression

from multilabel.calibration import IsotonicCalibration, PlattScaling


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))
    known = targets.sum(0) > 0  # a peer that never saw a positive has nothing to fit
    targets, scores = np.ascontiguousarray(targets[:, known]), np.ascontiguousarray(scores[:, known])
    logits = np.log(scores / (1 - scores))
    labels = range(targets.shape[1])
    grid = np.linspace(0.005, 0.995, 100, dtype=np.float32)[:, None].repeat(len(labels), 1)
    steps = np.log(grid / (1 - grid))
    shape = f"{len(targets):,} x {len(labels)}"

    def platt_of_peer() -> list[_SigmoidCalibration]:
        return [_SigmoidCalibration().fit(logits[:, j].astype(float), targets[:, j]) for j in labels]

    def isotonic_of_peer() -> list[IsotonicRegression]:
        return [IsotonicRegression(out_of_bounds="clip").fit(scores[:, j].astype(float), targets[:, j]) for j in labels]

    yield Contest(
        f"Platt scaling of each label, {shape}",
        lambda: PlattScaling.fit(targets, logits, per_label=True),
        {"scikit-learn": platt_of_peer},
        lambda a, b: np.abs(
            a.apply(steps.astype(float)) - np.stack([b[j].predict(steps[:, j].astype(float)) for j in labels], 1)
        ).max(),
        tolerance=5e-3,  # the peer's search stops early: the likelihood of ours is higher
        remark="probabilities compared",
    )
    yield Contest(
        f"isotonic calibration of each label, {shape}",
        lambda: IsotonicCalibration.fit(targets, scores, per_label=True),
        {"scikit-learn": isotonic_of_peer},
        lambda a, b: np.abs(
            a.apply(grid.astype(float)) - np.stack([b[j].predict(grid[:, j].astype(float)) for j in labels], 1)
        ).max(),
        tolerance=1e-6,
        remark="probabilities compared",
    )
