# SPDX-License-Identifier: Apache-2.0
"""One call from pictures to a served model, ``multilabel.train``: the quickstart, line by line, that returns all of its parts.

Whoever wants another loss, model or schedule copies the body of `train` and goes on by hand; nothing in it is private.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import augmentation, bundle, calibration, data, encoding, loss, metrics, model, threshold, training
from ._core import DataError
from ._doubts import doubt
from ._find_data import read
from ._settings import Settings, resolved, write_toml
from .evaluation import HeldOut

if TYPE_CHECKING:
    from ._progress import Progress

__all__ = ["Run", "train"]


@dataclass(frozen=True, repr=False)
class Run:
    """Everything that a training leaves; made by `train`, and written by it as a folder.

    Examples
    --------
    >>> import multilabel as ml
    >>> run = ml.train("labels.csv", out="out/run")  # doctest: +SKIP
    >>> run.report().samples_f1, run.predict("cat.jpg")  # doctest: +SKIP
    """

    settings: Settings
    """Every setting by section and name, those that were found included."""
    model: model.Classifier
    """With the best weights."""
    history: training.History
    held_out: HeldOut
    """Calibrated answers on the validation pictures, on which calibrator and rule were fitted."""
    tested: HeldOut
    """Calibrated answers on the test pictures, which nothing else has seen."""
    calibrator: calibration.TemperatureScaling
    rule: threshold.ThresholdRule
    """Of calibrated scores; its ``value_`` is out of fold where ``threshold.cross_fit`` says into how many."""
    preprocessing: augmentation.Preprocessing
    inspection: data.Inspection

    def report(self) -> metrics.MultiLabelReport:
        """Return the numbers on the test pictures."""
        tested = self.tested
        return metrics.evaluate(tested.targets, tested.scores, self.rule.apply(tested.scores), tested.vocabulary)

    def predict(self, images: Any) -> Any:
        """Return the labels of one picture or many, as a :class:`~multilabel.bundle.Predictor` does."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            self.save(Path(folder) / "model")
            return bundle.load(Path(folder) / "model")(images)

    def save(self, directory: str | PathLike[str]) -> None:
        """Write the bundle that :func:`multilabel.load` reads."""
        bundle.save(
            directory,
            model=self.model,
            vocabulary=self.tested.vocabulary,
            preprocessing=self.preprocessing,
            threshold=self.rule,
            calibrator=self.calibrator,
        )

    def __repr__(self) -> str:
        report = self.report()
        return (
            f"Run({len(self.tested.vocabulary.labels)} labels, {len(self.history)} epochs, best {self.history.best_epoch})\n"
            f"validation: {self.rule.average} {self.rule.metric} {self.rule.value_:.3f}\n"
            f"test: samples F1 {report.samples_f1:.3f}, mAP {report.mean_average_precision:.3f}\n"
            f"{self.calibrator!r}, {self.rule!r}"
        )


def train(
    source: str | PathLike[str] | data.Dataset,
    *,
    out: str | PathLike[str] | None = None,
    preset: Literal["quick", "standard", "best"] = "standard",
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: Progress = True,
) -> Run:
    """Read, inspect, split, train, calibrate, tune and test once; with ``out``, write a folder that repeats the run.

    Parameters
    ----------
    source : path or Dataset
        A table of images and labels, whose columns are found; lines of JSON, COCO's JSON, or a folder with a folder a label.
    out : path, optional
        The folder to write: ``model/`` (a bundle), ``report.html`` where matplotlib and jinja2 are installed, ``history.csv``,
        ``validation.safetensors``, ``test.safetensors``, ``checkpoints/`` and ``run.toml``.
    preset : {"quick", "standard", "best"}, default="standard"
        How much time to spend.
    settings : dict, optional
        Single settings by ``section.name``, such as ``{"training.learning_rate": 1e-4}``; ``run.toml`` shows them all.
    resume : bool, default=False
        Go on from the checkpoint in ``out``, where there is one.
    progress : bool, "bar" or "lines", default=True
        As in :class:`multilabel.Trainer`.

    Returns
    -------
    Run

    Raises
    ------
    ArgumentError
        For a setting that is not known, or where two columns would do.
    DataError
        For pictures or tables that cannot be read.

    Examples
    --------
    >>> import multilabel as ml
    >>> table = ml.data.read_csv("examples/data/openclipart/labels.csv")
    >>> some = table.filter(lambda image, labels: "bird" in labels or "tree" in labels)[:60]
    >>> tiny = {"augmentation.size": 32, "training.epochs": 1, "data.split": "", "threshold.cross_fit": 0}
    >>> run = ml.train(some, settings=tiny, progress=False)
    >>> len(run.history), run.report().samples
    (1, 9)
    """
    of = resolved(preset, settings or {})
    if not isinstance(source, data.Dataset):
        told = {name: of["data"][name] for name in ("image", "labels", "delimiter", "root")}
        of["data"]["path"] = str(Path(source).absolute())
        source, columns = read(Path(source), **told)
        of["data"].update(columns)
    inspection = data.inspect(source, split=of["data"]["split"])
    pictures, groups = _usable(source, inspection, of["data"]["groups"])
    learning, validation, test = _three(pictures, groups, of["data"])

    binarizer = encoding.MultiLabelBinarizer().fit(learning.labels)
    _doubt_unseen(set(binarizer.classes_), validation.labels + test.labels)
    recipe = augmentation.restrained(size=of["augmentation"]["size"])
    plain = augmentation.evaluation(size=of["augmentation"]["size"])
    sizes = {"batch_size": of["training"]["batch_size"], "workers": of["training"]["workers"], "ignore_unknown": True}
    learning_loader = data.DataLoader(learning, binarizer, recipe, shuffle=True, seed=of["training"]["seed"], **sizes)
    validation_loader = data.DataLoader(validation, binarizer, plain, **sizes)
    test_loader = data.DataLoader(test, binarizer, plain, **sizes)

    if not of["model"]["pretrained"]:
        doubt(
            "train: model.pretrained should name a .safetensors file of weights; got none, so that the network learns to "
            "see from these pictures alone. docs/model.md says where such files come from (--weights on the command line)."
        )
    prior = np.clip(encoding.label_counts(binarizer.transform(learning.labels)) / len(learning), 1e-3, 1 - 1e-3)
    network = model.create(
        of["model"]["backbone"],
        labels=len(binarizer.classes_),
        head=of["model"]["head"],
        pretrained=of["model"]["pretrained"] or None,
        seed=of["model"]["seed"],
        dropout=of["model"]["dropout"],
        bias_prior=[float(share) for share in prior],
    )
    trainer = training.Trainer(
        network,
        loss.BCEWithLogits(label_smoothing=of["training"]["label_smoothing"]),
        learning_rate=of["training"]["learning_rate"],
        schedule=training.cosine(warmup=of["training"]["warmup"]),
        ema_decay=of["training"]["ema_decay"],
        seed=of["training"]["seed"],
        device=of["training"]["device"],
        precision=of["training"]["precision"],
        callbacks=[training.EarlyStopping(patience=of["training"]["patience"])],
        progress=progress,
    )
    checkpoint = None
    if out is not None:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        write_toml(folder / "run.toml", of)
        saved = training.ModelCheckpoint(folder / "checkpoints")
        trainer.callbacks += [training.CSVLogger(folder / "history.csv"), saved]
        checkpoint = saved.last if resume and saved.last.exists() else None
    with _deadline(of["training"]["minutes"]) as stop:
        history = trainer.fit(
            learning_loader, validation_loader, epochs=of["training"]["epochs"], resume=checkpoint, stop=stop
        )

    held_out = trainer.predict(validation_loader)
    per_label = of["calibration"]["per_label"]
    calibrator = calibration.TemperatureScaling.fit(held_out.targets, held_out.logits, per_label=per_label)
    held_out = replace(held_out, scores=calibrator.apply(held_out.logits))
    rule = threshold.tune(held_out.targets, held_out.scores, **of["threshold"])
    tested = trainer.predict(test_loader)  # once, at the end
    tested = replace(tested, scores=calibrator.apply(tested.logits))
    run = Run(of, network, history, held_out, tested, calibrator, rule, validation_loader.preprocessing, inspection)
    if out is not None:
        held_out.save(folder / "validation.safetensors")
        tested.save(folder / "test.safetensors")
        run.save(folder / "model")
        _write_report(folder, source, binarizer)
    return run


def _usable(source: data.Dataset, inspection: data.Inspection, column: str) -> tuple[data.Dataset, np.ndarray]:
    """The pictures that can be read, and one number for all that look alike or share a cell of ``column``."""
    group = list(range(len(source)))

    def root(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    alike = [*inspection.duplicates, *inspection.near_duplicates]
    if column:
        cells: dict[str, list[int]] = {}
        for i, cell in enumerate(source.column(column)):
            cells.setdefault(cell, []).append(i)
        alike += cells.values()
    for first, *others in alike:
        for other in others:
            group[root(other)] = root(first)
    groups = np.array([root(i) for i in range(len(source))])
    unreadable = {file.sample: file for file in inspection.unreadable}
    if unreadable:
        worst = next(iter(unreadable.values()))
        doubt(f"train: every picture must be readable; got {len(unreadable)} that are left out, such as {worst.reason}")
    if inspection.looks_multi_class:
        doubt(
            "train: pictures should have several labels; got one on every picture, for which a softmax may be the better model."
        )
    kept = np.array([i not in unreadable for i in range(len(source))], dtype=bool)
    if not kept.any():
        raise DataError("train: there must be pictures to train on; got none that can be read")
    return source[kept], groups[kept]


def _doubt_unseen(known: set[str], rows: list[list[str]]) -> None:
    """Warn of labels that no training picture has."""
    unseen = sorted({label for row in rows for label in row} - known)
    if unseen:
        doubt(
            f"train: every label must be on a training picture; got {len(unseen)} that are not and are left out, such as "
            f"{unseen[0]!r}. Remove such labels, or add pictures of them."
        )


_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
}


def _three(pictures: data.Dataset, groups: np.ndarray, of: Mapping[str, Any]) -> list[data.Dataset]:
    """Training, validation and test pictures: by the table's column where it says all three, else stratified."""
    if of["split"] in pictures.columns:
        named = np.array([_SPLITS.get(cell.strip().lower(), "") for cell in pictures.column(of["split"])])
        if {"train", "val", "test"} <= set(named):
            return [pictures[named == name] for name in ("train", "val", "test")]
    size = {"random_state": of["seed"], "groups": groups}
    rest_groups, _, rest, test = data.train_test_split(groups, pictures, test_size=of["test_size"], **size)
    share = of["validation_size"] / (1 - of["test_size"])
    size["groups"] = rest_groups
    learning, validation = data.train_test_split(rest, test_size=share, **size)
    return [learning, validation, test]


class _deadline:
    """A stop that is asked for after so many minutes, 0 for never."""

    def __init__(self, minutes: float) -> None:
        self._stop = training.StopToken()
        self._timer = threading.Timer(minutes * 60, self._stop.request_stop) if minutes > 0 else None

    def __enter__(self) -> training.StopToken:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self._stop

    def __exit__(self, *_: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _write_report(folder: Path, source: data.Dataset, binarizer: encoding.MultiLabelBinarizer) -> None:
    """Write report.html where what it needs is installed; with the data, where all of their labels were learnt."""
    try:
        from . import report
    except ImportError:
        return
    learnt = set(source.vocabulary.labels) <= set(binarizer.classes_)
    report.write_html(folder, data=source if learnt else None)
