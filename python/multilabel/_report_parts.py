# SPDX-License-Identifier: Apache-2.0
"""The parts of the report, each as the plain values that templates/report.html.j2 shows."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import numpy as np

from . import _drawing, metrics, plot, threshold
from ._core import __version__
from ._report_pictures import Thumbnails, chart
from ._run_folder import HeldOut, RunFolder


@dataclass(frozen=True)
class Rule:
    """The thresholds in use, one a label, and where they come from."""

    thresholds: np.ndarray
    origin: str
    tuned: bool

    @property
    def shared(self) -> float | None:
        """The threshold, when all labels have the same."""
        return float(self.thresholds[0]) if (self.thresholds == self.thresholds[0]).all() else None

    @property
    def name(self) -> str:
        if self.shared is None:
            return "tuned, one a label"
        return f"tuned {self.shared:.3f}" if self.tuned else f"{self.shared:g}"

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Return the predictions [samples, labels], True where the score reaches the threshold."""
        return scores >= self.thresholds


def threshold_in_use(run: RunFolder) -> Rule:
    labels = len(run.test.vocabulary)
    if run.thresholds is not None:
        tuned_for = _drawing.readable(run.tuned_for.replace(" ", "_"))
        origin = f"the bundle's, tuned for the best {tuned_for}" if tuned_for else "the bundle's"
        return Rule(run.thresholds, origin, tuned=bool(tuned_for))
    if run.validation is not None:
        rule: Any = threshold.tune(run.validation.targets, run.validation.scores, metric="f1", average="samples")
        tuned = np.asarray(rule.thresholds_, dtype=np.float64)
        return Rule(np.broadcast_to(tuned, (labels,)), "tuned here on the validation images", tuned=True)
    return Rule(np.full(labels, 0.5), "the usual 0.5, as nothing was tuned", tuned=False)


def numbers(held_out: HeldOut, predicted: np.ndarray) -> dict[str, float]:
    """Return the numbers of the whole set by name; labels without positives have no part in the mAP."""
    truth, guess = held_out.targets, predicted.astype(np.int64)
    average_precision = average_precisions(held_out)
    found = np.isfinite(average_precision)
    result = {"map": float(average_precision[found].mean()) if found.any() else float("nan")}
    for average in ("samples", "micro", "macro"):
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            truth, guess, average=average, zero_division=0
        )
        result |= {f"precision_{average}": float(precision), f"recall_{average}": float(recall)}
        result[f"f1_{average}"] = float(f1)
    result["hamming_loss"] = float(metrics.hamming_loss(truth, guess))
    result["subset_accuracy"] = float(metrics.accuracy_score(truth, guess))
    result["labels_per_image"] = float(predicted.sum(axis=1).mean())
    return result


def average_precisions(held_out: HeldOut) -> np.ndarray:
    """Return the average precision of each label, NaN where no image carries it."""
    present = np.any(held_out.targets > 0, axis=0)
    values = np.full(present.shape, np.nan)
    if present.any():
        truth, scores = held_out.targets[:, present], held_out.scores[:, present]
        values[present] = metrics.average_precision_score(truth, scores, average=None)
    return values


def summary(run: RunFolder, rule: Rule) -> str:
    test = run.test
    validation = f" and {len(run.validation.images):,} for validation" if run.validation is not None else ""
    per_image = np.sum(test.targets > 0) / len(test.images)
    return (
        f"{len(test.images):,} test images{validation}, {len(test.vocabulary)} labels, "
        f"{per_image:.2f} true labels an image. Threshold in use: {rule.origin}."
    )


def tiles(test: HeldOut, predicted: np.ndarray) -> list[dict[str, Any]]:
    values = numbers(test, predicted)
    described = (
        ("map", "mAP", "mean average precision of the labels; no threshold involved"),
        ("f1_samples", "samples F1", "how well the labels of one image fit, averaged over images"),
        ("f1_micro", "micro F1", "all cells together; frequent labels weigh more"),
        ("f1_macro", "macro F1", "every label counts the same, rare ones too"),
        ("subset_accuracy", "subset accuracy", "images whose labels are all exactly right"),
        ("hamming_loss", "Hamming loss", "share of wrong cells; lower is better"),
    )
    return [{"value": values[key], "name": name, "what": what} for key, name, what in described]


def thresholds(run: RunFolder, rule: Rule, fixed: Sequence[float]) -> dict[str, Any]:
    shown, which = (run.validation, "validation") if run.validation is not None else (run.test, "test")
    note = f"A label is predicted when its score reaches the threshold, here {rule.origin}. "
    note += f"The curve shows the F1 of the {which} images for one threshold shared by all labels."
    if rule.shared is None:
        note += " In use is one threshold a label (see the table below), so no point of the curve is marked."
    columns = {
        "f1_samples": "samples F1",
        "f1_micro": "micro F1",
        "f1_macro": "macro F1",
        "precision_micro": "precision",
        "recall_micro": "recall",
        "subset_accuracy": "subset accuracy",
        "hamming_loss": "Hamming loss",
        "labels_per_image": "labels an image",
    }
    tried = [(rule.name, rule.apply(run.test.scores))]
    tried += [(f"{value:g}", run.test.scores >= value) for value in fixed if value != rule.shared]
    table = [numbers(run.test, predicted) for _, predicted in tried]
    best = {}  # none where all are equal
    for key in columns:
        values = [row[key] for row in table]
        if key != "labels_per_image" and min(values) < max(values):
            best[key] = min(values) if key == "hamming_loss" else max(values)
    rows = []
    for i, ((name, _), row) in enumerate(zip(tried, table, strict=True)):
        cells = [
            {
                "text": f"{row[key]:.4f}" if key == "hamming_loss" else f"{row[key]:.3f}",
                "best": row[key] == best.get(key),
            }
            for key in columns
        ]
        rows.append({"name": name, "chosen": i == 0, "cells": cells})
    curves = plot.threshold_curves(shown.targets, shown.scores, chosen=rule.shared)
    picture = chart(curves, f"F1 of the {which} images against the threshold", size=(10.6, 3.4))
    return {"note": note, "chart": picture, "columns": list(columns.values()), "rows": rows}


def training(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    table = _drawing.read_history(path)
    losses = [name for name in table if name.endswith("loss") and name != "hamming_loss"]
    other = {"epoch", "learning_rate", "seconds", "hamming_loss", *losses}
    quality = [name for name in table if name not in other][:6]
    quality.sort(key=lambda name: "map" in name or "mean_average_precision" in name)  # the last one's best is marked
    pictures: list[tuple[list[str], Literal["min", "max"] | None, str]] = [
        (losses, "min", "loss"),
        (quality, "max", "quality on the validation images"),
        ([name for name in table if name == "learning_rate"], None, "learning rate"),
    ]
    charts = [
        chart(plot.history(table, columns=columns, best=best), heading, size=(4.4, 3.1))
        for columns, best, heading in pictures
        if columns
    ]
    epochs = len(next(iter(table.values())))
    note = f"{epochs} epoch{'s' * (epochs > 1)}"
    seconds = table.get("seconds", [np.nan])
    if np.isfinite(seconds).all():
        minutes, rest = divmod(round(sum(seconds)), 60)
        note += f" in {minutes} min {rest} s" if minutes else f" in {rest} s"
    if quality and np.isfinite(table[quality[-1]]).any():
        number = table.get("epoch", range(1, epochs + 1))[int(np.nanargmax(table[quality[-1]]))]
        note += f"; {_drawing.readable(quality[-1])} was best in epoch {number:g}"
    return {"note": f"{note}. A dot marks the best epoch of its line.", "charts": charts}


def labels(test: HeldOut, predicted: np.ndarray, rule: Rule) -> dict[str, Any]:
    truth, guess = test.targets, predicted.astype(np.int64)
    support = np.sum(truth > 0, axis=0)
    guessed = np.sum(predicted & np.isfinite(truth), axis=0)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(truth, guess, average=None, zero_division=0)
    average_precision = average_precisions(test)
    order = sorted(range(len(support)), key=lambda i: (not support[i], -np.nan_to_num(average_precision[i]), i))
    rows = [
        {
            "name": test.vocabulary[i],
            "support": int(support[i]),
            "predicted": int(guessed[i]),
            "threshold": float(rule.thresholds[i]),
            "precision": float(precision[i]) if guessed[i] else None,
            "recall": float(recall[i]) if support[i] else None,
            "f1": float(f1[i]) if support[i] or guessed[i] else None,
            "average_precision": float(average_precision[i]) if support[i] else None,
        }
        for i in order
    ]
    values = numbers(test, predicted)
    totals = [
        {
            "name": f"{average} average",
            "precision": values[f"precision_{average}"],
            "recall": values[f"recall_{average}"],
            "f1": values[f"f1_{average}"],
            "average_precision": values["map"] if average == "macro" else None,
        }
        for average in ("samples", "micro", "macro")
    ]
    return {"rows": rows, "totals": totals, "absent": [test.vocabulary[i] for i in np.flatnonzero(support == 0)]}


def examples(test: HeldOut, predicted: np.ndarray, count: int, pictures: Thumbnails) -> tuple[list[Any], list[Any]]:
    """Return images whose labels are all right, and those with the largest mistakes; few of one label set."""
    known = np.isfinite(test.targets)
    truth = test.targets > 0
    mistaken = ((predicted != truth) & known).any(axis=1)
    inside = np.clip(test.scores.astype(np.float64), 1e-7, 1 - 1e-7)
    surprise = -np.where(known, np.where(truth, np.log(inside), np.log1p(-inside)), 0).sum(axis=1)

    def take(order: Iterable[int], of_one_set: int) -> list[dict[str, Any]]:
        seen: dict[bytes, int] = {}
        cards: list[dict[str, Any]] = []
        for i in order:
            if len(cards) == count:
                break
            key = truth[i].tobytes()
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= of_one_set:
                groups = zip(
                    ("found", "missing", "spurious"), _drawing.verdict(test.targets[i], predicted[i]), strict=True
                )
                tags = [_tag(kind, test, i, label) for kind, group in groups for label in group]
                cards.append({"picture": pictures.read(test.images[i]), "name": test.images[i], "tags": tags})
        return cards

    right = np.flatnonzero(~mistaken & truth.any(axis=1)).tolist()
    several_first = sorted(right, key=lambda i: (-truth[i].sum(), surprise[i]))
    worst_first = sorted(np.flatnonzero(mistaken).tolist(), key=lambda i: -surprise[i])
    return take(several_first, 1), take(worst_first, 2)


def scores(test: HeldOut, rule: Rule) -> list[Any]:
    average_precision = average_precisions(test)
    ranked = [i for i in np.argsort(average_precision) if np.isfinite(average_precision[i])]
    ends = [test.vocabulary[ranked[i]] for i in (-1, 0)] if len(ranked) > 1 else []
    curve = plot.precision_recall(test.targets, test.scores, test.vocabulary, highlight=ends, threshold=rule.shared)
    note = "Grey: one line a label; in colour the easiest and the hardest."
    charts = [chart(curve, "precision against recall", note=note)]
    if test.scores.min() >= 0 and test.scores.max() <= 1:
        note = (
            "On the dashed line a score of 0.7 is right 70 % of the time; points below it are too sure of themselves."
        )
        charts.append(chart(plot.reliability(test.targets, test.scores), "reliability of the scores", note=note))
    return charts


def data(run: RunFolder, dataset: Any) -> dict[str, Any]:
    """Describe the data set if it is there, and otherwise the held-out images that the run has stored."""
    vocabulary = run.test.vocabulary
    splits = {"validation": run.validation.targets} if run.validation is not None else {}
    splits["test"] = run.test.targets
    inspection = None
    if dataset is not None:
        from . import data as data_module

        inspection = str(data_module.inspect(dataset).to_text())
        targets = dataset.targets(vocabulary)
        splits = {"data set": targets}
        if "split" in dataset.columns:
            column = np.asarray(dataset.column("split"))
            splits = {str(name): targets[column == name] for name in dict.fromkeys(column.tolist())}
    every = np.vstack(list(splits.values()))
    present = every > 0
    counts, per_image = present.sum(axis=0), present.sum(axis=1)
    note = f"{len(every):,} images ({', '.join(f'{name} {len(part):,}' for name, part in splits.items())}), "
    note += f"with {per_image.mean():.2f} labels each and at most {per_image.max()}"
    if counts.any():
        ratio = counts.max() / counts[counts > 0].min()
        note += f"; the most frequent label is {ratio:.1f} times as frequent as the rarest"
    note += f"; {len(np.unique(present, axis=0)):,} distinct label sets"
    note += f"; {np.sum(per_image == 0):,} images without a label"
    unknown = np.isnan(every).mean()
    note += f"; {unknown:.1%} of the cells unknown." if unknown else "."
    distribution = chart(plot.label_distribution(splits, vocabulary, top=80), "images of each label")
    together = None
    if len(counts) <= 120:  # beyond, the cells are too small to read
        together = chart(plot.co_occurrence(every, vocabulary), "labels that appear together")
    return {"note": note, "distribution": distribution, "together": together, "inspection": inspection}


def noise(run: RunFolder, count: int, pictures: Thumbnails) -> dict[str, Any] | None:
    """Return the cells that contradict the model most, by the one-against-rest form of confident learning.

    A label is perhaps forgotten where its score reaches the mean score of the images that carry it, and perhaps not
    there where its score is at most the mean score of the images that do not (Northcutt, Jiang and Chuang, 2021).
    """
    parts = [part for part in (run.validation, run.test) if part is not None]
    truth, score = np.vstack([part.targets for part in parts]), np.vstack([part.scores for part in parts])
    place = [(part, i) for part in parts for i in range(len(part.images))]
    with_label, without = truth > 0, truth == 0
    usual = np.where(with_label, score, 0).sum(axis=0) / np.maximum(with_label.sum(axis=0), 1)
    floor = np.where(without, score, 0).sum(axis=0) / np.maximum(without.sum(axis=0), 1)
    judged = with_label.any(axis=0) & without.any(axis=0)
    forgotten = np.where(without & judged & (score >= usual), score - usual, -1)
    mistaken = np.where(with_label & judged & (score <= floor), floor - score, -1)

    def cards(contradiction: np.ndarray, kind: str) -> list[dict[str, Any]]:
        found = []
        for cell in np.argsort(-contradiction, axis=None, kind="stable")[:count]:
            row, label = np.unravel_index(cell, contradiction.shape)
            if contradiction[row, label] < 0:
                break
            part, i = place[row]
            others = [k for k in np.flatnonzero(part.targets[i] > 0) if k != label]
            tags = [_tag(kind, part, i, int(label)), *(_tag("", part, i, int(k)) for k in others)]
            found.append({"picture": pictures.read(part.images[i]), "name": part.images[i], "tags": tags})
        return found

    sizes = np.sum(forgotten >= 0), np.sum(mistaken >= 0)
    if not any(sizes):
        return None
    note = (
        f"Held-out images whose given labels contradict the model most: {sizes[0]:,} labels that it sees where none "
        f"was given, {sizes[1]:,} that were given and look unlike the rest. Some are the model's mistakes, some the "
        "labels'. The strongest of each kind, the image's other labels in grey:"
    )
    return {"note": note, "absent": cards(forgotten, "spurious"), "present": cards(mistaken, "missing")}


def versions(vocabulary: Sequence[str]) -> dict[str, str]:
    rows = {"multilabel": __version__, "Python": platform.python_version(), "system": platform.platform()}
    for name in ("torch", "numpy", "matplotlib"):
        try:
            rows[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return rows | {f"vocabulary ({len(vocabulary)} labels)": ", ".join(vocabulary)}


def _tag(kind: str, held_out: HeldOut, sample: int, label: int) -> dict[str, Any]:
    mark = {"found": "✓", "missing": "−", "spurious": "+", "": ""}[kind]
    score = float(held_out.scores[sample, label]) if kind else None
    return {"kind": kind, "mark": mark, "label": held_out.vocabulary[label], "score": score}
