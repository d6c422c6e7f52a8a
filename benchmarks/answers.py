# SPDX-License-Identifier: Apache-2.0
"""Targets, scores and predictions like those of COCO's validation set: 80 labels, 2.9 on an image, most rare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
from harness import Contest, Settings, on_cores
from scipy import sparse

LABELS = 80
POSITIVES = 2.9


@cache
def answers(samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return targets (int64), scores (float32) and the predictions at 0.5 (int64), all [samples, labels]."""
    random = np.random.default_rng(0)
    share = 1 / (np.arange(LABELS) + 2.0)
    for _ in range(50):  # so that the capped shares add up to the wanted number of labels an image
        share = np.minimum(share * POSITIVES / share.sum(), 0.5)
    targets = (random.random((samples, LABELS)) < share).astype(np.int64)
    logits = random.normal(-3.0, 1.3, targets.shape) + targets * random.normal(3.2, 1.2, targets.shape)
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return targets, scores, (scores >= 0.5).astype(np.int64)


@cache
def sparse_answers(samples: int, labels: int = 600) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return targets and predictions of about three labels a row, most of them right, as CSR matrices."""
    random = np.random.default_rng(0)
    popular = (labels * random.random((samples, 3)) ** 3).astype(np.int64)
    guessed = np.where(random.random(popular.shape) < 0.7, popular, (labels * random.random(popular.shape)).astype(int))

    def matrix(columns: np.ndarray) -> sparse.csr_matrix:
        rows = np.repeat(np.arange(samples), columns.shape[1])
        stored = sparse.coo_matrix(
            (np.ones(rows.size, np.int64), (rows, columns.ravel())), shape=(samples, labels)
        ).tocsr()
        stored.data[:] = 1  # a label drawn twice
        return stored

    return matrix(popular), matrix(guessed)


def growth(
    name: str, call: Callable[[np.ndarray, np.ndarray, np.ndarray], object], settings: Settings
) -> Iterator[Contest]:
    """Compare a call on targets, scores and predictions with itself on ten times the rows."""
    for rows in (4_000, 40_000):
        few, many = answers(settings.size(rows, rows // 100)), answers(settings.size(10 * rows, rows // 10))
        yield Contest(
            f"{name}, {len(few[0]):,} x {few[0].shape[1]}",
            on_cores(1, partial(call, *few)),
            {"multilabel, ten times the rows": on_cores(1, partial(call, *many))},
            remark="10 is linear; more where only the smaller fits the caches",
        )
