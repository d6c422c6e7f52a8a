# SPDX-License-Identifier: Apache-2.0
"""Five stratified folds: ours against iterative-stratification, whose folds they are, seed for seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from answers import answers
from harness import Contest, Settings
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

from multilabel.data import KFold


def contests(settings: Settings) -> Iterator[Contest]:
    targets, _, _ = answers(settings.size(40_000, 400))
    empty = np.zeros(len(targets))
    ours = KFold(5, shuffle=True, random_state=0)
    peer = MultilabelStratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    yield Contest(
        f"5 stratified folds, {len(targets):,} x {targets.shape[1]}",
        lambda: [test for _, test in ours.split(empty, targets)],
        {"iterative-stratification": lambda: [test for _, test in peer.split(empty, targets)]},
        lambda a, b: float(not all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))),
        0,
    )
