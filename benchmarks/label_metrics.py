# SPDX-License-Identifier: Apache-2.0
"""F1, precision, recall, Jaccard, subset accuracy and Hamming loss of 0/1 predictions, dense and sparse.

Against scikit-learn on one core; then against ourselves: two cores, beside what bare reading gains from them, and ten times
the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import sklearn.metrics as peer
from answers import answers, growth, sparse_answers
from harness import Contest, Settings, on_cores

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
                on_cores(1, partial(getattr(metrics, name), targets, predictions, **call)),
                {"scikit-learn": partial(getattr(peer, name), targets, predictions, **call)},
                difference,
            )
    for name in ("accuracy_score", "hamming_loss"):
        yield Contest(
            f"{name}, {shape}",
            on_cores(1, partial(getattr(metrics, name), targets, predictions)),
            {"scikit-learn": partial(getattr(peer, name), targets, predictions)},
            difference,
        )
    stored = sparse_answers(settings.size(40_000, 400))
    for average in ("samples", "macro"):
        call = {"average": average, "zero_division": 0}
        yield Contest(
            f"f1_score, {average}, CSR, {len(targets):,} x 600",
            on_cores(1, partial(metrics.f1_score, *stored, **call)),
            {"scikit-learn": partial(peer.f1_score, *stored, **call)},
            difference,
        )
    f1 = partial(metrics.f1_score, average="macro", zero_division=0)
    many, _, guesses = answers(settings.size(400_000, 4_000))
    yield Contest(
        f"f1_score, macro, {len(many):,} x {many.shape[1]}, two cores",
        on_cores(2, partial(f1, many, guesses)),
        {"multilabel, one core": on_cores(1, partial(f1, many, guesses))},
        difference,
        tolerance=0,
        clock="wall",
    )
    yield Contest(
        f"a yardstick: NumPy's maximum of the same two arrays, {len(many):,} x {many.shape[1]}, two threads",
        partial(_read, (many, guesses), 2),
        {"NumPy, one thread": partial(_read, (many, guesses), 1)},
        difference,
        tolerance=0,
        clock="wall",
        remark="what reading memory gains from two cores",
    )
    yield from growth("f1_score, macro", lambda t, _, p: f1(t, p), settings)


def _read(arrays: tuple[np.ndarray, ...], threads: int) -> int:
    parts = [part for array in arrays for part in np.array_split(array, threads)]
    with ThreadPoolExecutor(threads) as pool:
        return int(max(pool.map(np.max, parts)))
