# SPDX-License-Identifier: Apache-2.0
"""Average precision, ROC AUC and the three label-ranking metrics, which need no threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sklearn.metrics as peer
from answers import answers, growth
from harness import Contest, Settings, on_cores

from multilabel import metrics

RANKING = ("label_ranking_average_precision_score", "coverage_error", "label_ranking_loss")


def contests(settings: Settings) -> Iterator[Contest]:
    targets, scores, _ = answers(settings.size(40_000, 400))
    shape = f"{len(targets):,} x {targets.shape[1]}"
    torchmetrics = _torchmetrics(targets, scores)
    for name, theirs in (
        ("average_precision_score", "multilabel_average_precision"),
        ("roc_auc_score", "multilabel_auroc"),
    ):
        if not hasattr(metrics, name):
            continue
        peers = {"scikit-learn": lambda name=name: getattr(peer, name)(targets, scores, average="macro")}
        if torchmetrics:
            peers["torchmetrics, exact"] = torchmetrics[theirs]
        yield Contest(
            f"{name}, macro, {shape}",
            on_cores(1, partial(getattr(metrics, name), targets, scores, average="macro")),
            peers,
            lambda ours, other: abs(ours - float(other)),
            tolerance=1e-5,  # torchmetrics works in float32
        )
    yield Contest(
        f"ranking average precision, coverage and ranking loss, {shape}",
        on_cores(1, lambda: [getattr(metrics, name)(targets, scores) for name in RANKING]),
        {"scikit-learn": lambda: [getattr(peer, name)(targets, scores) for name in RANKING]},
        lambda ours, other: max(abs(a - b) for a, b in zip(ours, other, strict=True)),
        tolerance=1e-10,
    )
    yield Contest(
        f"label_ranking: the three in one pass, {shape}",
        on_cores(1, lambda: list(metrics.label_ranking(targets, scores))),
        {"scikit-learn, three calls": lambda: [getattr(peer, name)(targets, scores) for name in RANKING]},
        lambda ours, other: max(abs(a - b) for a, b in zip(ours, other, strict=True)),
        tolerance=1e-10,
    )
    many, guesses, _ = answers(settings.size(400_000, 4_000))
    for name in ("average_precision_score", "label_ranking"):
        call = getattr(metrics, name)
        yield Contest(
            f"{name}, {len(many):,} x {many.shape[1]}, two cores",
            on_cores(2, partial(call, many, guesses)),
            {"multilabel, one core": on_cores(1, partial(call, many, guesses))},
            lambda ours, other: 0.0 if ours == other else 1.0,
            tolerance=0,
            clock="wall",
        )
        yield from growth(name, lambda t, s, _, call=call: call(t, s), settings)


def _torchmetrics(targets: Any, scores: Any) -> dict[str, Callable[[], Any]]:
    try:
        import torch
        from torchmetrics.functional import classification
    except ImportError:
        return {}
    truth, score = torch.from_numpy(targets), torch.from_numpy(scores)
    options = {"num_labels": truth.shape[1], "average": "macro"}
    names = ("multilabel_average_precision", "multilabel_auroc")
    return {name: partial(getattr(classification, name), score, truth, **options) for name in names}
