# SPDX-License-Identifier: Apache-2.0
"""Lists of label names to rows of 0 and 1, and back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from answers import answers
from harness import Contest, Settings
from sklearn.preprocessing import MultiLabelBinarizer as Peer

from multilabel import MultiLabelBinarizer


def contests(settings: Settings) -> Iterator[Contest]:
    targets, _, _ = answers(settings.size(40_000, 400))
    names = np.array([f"label {i:02d}" for i in range(targets.shape[1])], dtype=object)
    rows = [list(names[np.flatnonzero(row)]) for row in targets]
    ours, peer = MultiLabelBinarizer().fit(rows), Peer().fit(rows)

    def difference(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.abs(np.asarray(a, dtype=np.int64) - b).max())

    shape = f"{len(rows):,} lists, {len(names)} labels"
    yield Contest(
        f"MultiLabelBinarizer.fit_transform, {shape}",
        lambda: MultiLabelBinarizer().fit_transform(rows),
        {"scikit-learn": lambda: Peer().fit_transform(rows)},
        difference,
        0,
    )
    yield Contest(
        f"MultiLabelBinarizer.transform, {shape}",
        lambda: ours.transform(rows),
        {"scikit-learn": lambda: peer.transform(rows)},
        difference,
        0,
    )
    matrix = peer.transform(rows)
    yield Contest(
        f"MultiLabelBinarizer.inverse_transform, {shape}",
        lambda: ours.inverse_transform(matrix),
        {"scikit-learn": lambda: peer.inverse_transform(matrix)},
        lambda a, b: float(list(map(tuple, a)) != b),
        0,
    )
