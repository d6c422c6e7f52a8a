# SPDX-License-Identifier: Apache-2.0
"""What a training leaves in its output folder, read without torch: held-out answers, history, the bundle's labels."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ._core import BundleError, DataError, LabelError, ShapeError

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I8": "i1", "U8": "u1", "BOOL": "?"}


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
    """Read a file of HeldOut::save: tensors targets and scores, metadata images and labels as JSON lists."""
    tensors, metadata = _read_safetensors(path)
    where = f"report.write_html: {path}"
    for name in ("targets", "scores"):
        if name not in tensors:
            raise DataError(f"{where} must hold the tensor {name}; got {', '.join(sorted(tensors)) or 'none'}")
    targets, scores = tensors["targets"].astype(np.float64), tensors["scores"]
    lists = {}
    for name in ("images", "labels"):
        try:
            lists[name] = json.loads(metadata[name])
        except (KeyError, ValueError):
            raise DataError(
                f"{where} must carry {name} as a JSON list in its metadata; got {metadata.get(name)!r:.60}"
            ) from None
    images = lists["images"] or [f"sample {i}" for i in range(len(targets))]  # a loader need not know files
    expected = (len(images), len(lists["labels"]))
    for name, matrix in (("targets", targets), ("scores", scores)):
        if matrix.shape != expected:
            raise ShapeError(
                f"{where}: {name} must have the shape [samples, labels], here {[*expected]}; got {[*matrix.shape]}"
            )
    if 0 in expected:
        raise DataError(f"{where} must hold at least one sample and one label; got {expected[0]} and {expected[1]}")
    if np.isnan(scores).any():
        raise DataError(f"{where}: scores must be numbers; got NaN in row {int(np.argwhere(np.isnan(scores))[0, 0])}")
    return HeldOut(np.where(targets == -1, np.nan, targets), scores, images, lists["labels"])


def _read_safetensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"report.write_html: {path} must be a readable safetensors file; got {error.strerror}. "
            "A training writes it with held_out.save(path)"
        ) from error
    try:
        (size,) = struct.unpack("<Q", content[:8])
        header = json.loads(content[8 : 8 + size])
        body = memoryview(content)[8 + size :]
        metadata = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[begin:end], dtype=_DTYPES[entry["dtype"]]).reshape(entry["shape"])
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"report.write_html: {path} must be a whole safetensors file; got {len(content)} bytes that are not"
        ) from error
    return tensors, metadata


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
