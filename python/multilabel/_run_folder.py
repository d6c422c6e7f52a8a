# SPDX-License-Identifier: Apache-2.0
"""What a training leaves in its output folder, read without torch: held-out answers, history, the bundle's labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import evaluation
from ._core import BundleError, DataError, LabelError


@dataclass(frozen=True)
class HeldOut:
    """Truth and answers on images that the model was not trained on; every matrix is [samples, labels]."""

    targets: np.ndarray  # NaN: unknown
    scores: np.ndarray
    images: list[str]
    vocabulary: list[str]


@dataclass(frozen=True)
class RunFolder:
    """Everything a report can use; what is not there is None or empty."""

    test: HeldOut
    validation: HeldOut | None
    history: Path | None
    thresholds: np.ndarray | None = None  # one per label, from the bundle
    tuned_for: str = ""  # average and metric of those
    documents: dict[str, Any] = field(default_factory=dict)  # the bundle's JSON files by name


def read_run_folder(directory: Path) -> RunFolder:
    """Read the folder and check that its parts speak of the same labels in the same order."""
    where = "report.write_html"
    if not directory.is_dir():
        raise DataError(f"{where}: {directory} must be the output folder of a training; got no such folder")
    test = read_held_out(directory / "test.safetensors")
    validation_path = directory / "validation.safetensors"
    validation = read_held_out(validation_path) if validation_path.exists() else None
    if validation is not None:
        _require_same(test.vocabulary, validation.vocabulary, f"{where}: {validation_path}")
    documents = {path.name: _read_json(path) for path in sorted((directory / "model").glob("*.json"))}
    thresholds, tuned_for = None, ""
    if "multilabel.json" in documents:
        place = f"{where}: {directory / 'model' / 'multilabel.json'}"
        _require_same(test.vocabulary, _labels_of(documents["multilabel.json"], place), place)
        thresholds, tuned_for = _thresholds_of(documents["multilabel.json"], len(test.vocabulary), place)
    history = directory / "history.csv"
    return RunFolder(test, validation, history if history.exists() else None, thresholds, tuned_for, documents)


def read_held_out(path: Path) -> HeldOut:
    """Read a file of HeldOut.save, and check that there is something to report in it."""
    where = f"report.write_html: {path}"
    try:
        read = evaluation.HeldOut.load(path)
    except BundleError as error:
        raise DataError(f"{where} must be a file of held_out.save(path); got the error {error}") from error
    if not read.scores.size:
        raise DataError(f"{where} must hold at least one sample and one label; got {[*read.scores.shape]}")
    if np.isnan(read.scores).any():
        row = int(np.argwhere(np.isnan(read.scores))[0, 0])
        raise DataError(f"{where}: scores must be numbers; got NaN in row {row}")
    targets = np.where(read.targets == -1, np.nan, read.targets.astype(np.float64))
    images = read.images or [f"sample {i}" for i in range(len(targets))]  # a loader need not know files
    return HeldOut(targets, read.scores, images, [str(label) for label in read.vocabulary.labels])


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"report.write_html: {path} must be a readable JSON file; got {error}") from error


def _labels_of(manifest: Any, place: str) -> list[str]:
    labels = manifest.get("labels") if isinstance(manifest, dict) else None
    if not isinstance(labels, list):
        raise BundleError(f"{place} must hold the labels as a list; got {labels!r:.60}")
    return labels


def _thresholds_of(manifest: dict[str, Any], labels: int, place: str) -> tuple[np.ndarray, str]:
    """Return one threshold a label, and what they were tuned for as people say it; empty when they were not."""
    threshold: Any = manifest.get("threshold")
    try:
        values = np.asarray(threshold["thresholds"], dtype=np.float64)
    except (KeyError, TypeError, ValueError):
        raise BundleError(f"{place} must hold the thresholds as a list; got {threshold!r:.60}") from None
    if values.shape not in ((1,), (labels,)):
        raise BundleError(f"{place}: thresholds must be one number or one per label, {labels}; got {values.size}")
    tuned_for = " ".join(str(threshold[key]) for key in ("average", "metric") if threshold.get(key))
    return np.broadcast_to(values, (labels,)).copy(), tuned_for


def _require_same(expected: Sequence[str], actual: Sequence[str], place: str) -> None:
    if list(expected) == list(actual):
        return
    if sorted(expected) == sorted(actual):
        at = next(i for i, (a, b) in enumerate(zip(expected, actual, strict=True)) if a != b)
        raise LabelError(
            f"{place} must have the labels of the test set in the same order; got {actual[at]!r} where "
            f"{expected[at]!r} is expected (label {at}; only the order differs)"
        )
    odd = sorted(set(expected) ^ set(actual))
    raise LabelError(
        f"{place} must have the {len(expected)} labels of the test set; got {len(actual)}, "
        f"and only one side has {odd[0]!r}"
    )
