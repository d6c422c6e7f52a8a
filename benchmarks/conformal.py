# SPDX-License-Identifier: Apache-2.0
"""Conformal risk control of the false negative rate: ours with the exact threshold against MAPIE on its grid of 100.

MAPIE copies the scores once a grid point and loops over rows and points in Python; at 40,000 x 80 that takes 2.6 GB and
more than half a minute a call. Its share is timed on 4,000 rows, and ours on those and on all 40,000: the peer's time
grows with the rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
from answers import answers
from harness import Contest, Settings
from mapie.risk_control import MultiLabelClassificationController

from multilabel.threshold import conformal

ALPHA = 0.1


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))
    present = targets.sum(1) > 0  # the peer refuses rows without labels
    targets, scores = targets[present], scores[present]
    rows = settings.size(4_000, 200)
    few_targets, few_scores = targets[:rows], scores[:rows]

    def ours() -> float:
        return float(conformal(few_targets, few_scores, risk="fnr", alpha=ALPHA, method="crc").thresholds_[0])

    def peer() -> float:
        controller = MultiLabelClassificationController(
            predict_function=lambda x: x, risk="recall", method="crc", target_level=1 - ALPHA
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            controller.calibrate(few_scores, few_targets)
        return float(np.ravel(controller.best_predict_param)[0])

    yield Contest(
        f"conformal risk control of the false negative rate, {rows:,} x {targets.shape[1]}",
        ours,
        {"MAPIE, 100 grid points": peer},
        lambda a, b: max(0.0, b - a, a - b - 0.02),  # the exact threshold is the boldest: in the peer's next grid step
        remark="ours the exact threshold",
    )
