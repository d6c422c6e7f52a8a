# SPDX-License-Identifier: Apache-2.0
"""Does an augmentation leave in the picture what the labels name? Public as ``multilabel.augmentation.audit``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from multilabel._core import ArgumentError
from multilabel._core import data as _data
from multilabel.augmentation import Compose

from ._dataset import Dataset, _label_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CELL = ("images", "before", "after", "survival", "error", "lost", "destroyed")


class Audit:
    """How much of each label's score survives each operation of a pipeline. ``print`` it for the table.

    Attributes
    ----------
    operations : list of str
        In the order of the pipeline; the last one is ``"all together"``.
    labels : list of str
    survival : array [operations, labels]
        Score after the operation over the score before it; NaN where no image says anything.
    images : array [operations, labels] of int
        How many images say something.
    lost : array [operations, labels]
        Share of the cases that keep less than half of their score.
    overall : dict of str to dict
        Operation -> the same figures over all labels.
    destroyed : dict of str to dict
        Operation -> label -> survival of the labels that it destroys, the worst first; operations without any are left
        out, those that only lower all scores together have an empty dict.
    safe : bool
        No operation destroys a label.
    worst : list of dict
        The cases that lost most: ``sample`` (position among the audited images), ``draw``, ``operation``, ``label``,
        ``before``, ``after``.

    Examples
    --------
    >>> import multilabel as ml
    >>> import numpy as np
    >>> from multilabel.augmentation import CenterCrop, Compose, HorizontalFlip, audit
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:20]
    >>> def height_of(images):  # stands in for a model: it believes in labels as far as the picture is high
    ...     return [np.full(len(data.vocabulary), min(1, len(image) / 64)) for image in images]
    >>> found = audit(Compose([HorizontalFlip()]), data, height_of, labels=data.vocabulary)
    >>> found
    Audit(1 operations, 6 labels, safe=True)
    >>> found.survival.shape == found.images.shape == found.lost.shape == (2, len(data.vocabulary))
    True
    """

    def __init__(self, found: dict[str, Any], pipeline: Compose, dataset: Dataset, seed: int):
        self._found = found
        self._pipeline = pipeline
        self._seed = seed
        self.dataset = dataset
        self.operations: list[str] = found["operations"]
        self.labels: list[str] = found["labels"]
        self.safe: bool = found["safe"]
        shape = (len(self.operations), len(self.labels))
        for name, kind in (("survival", float), ("images", int), ("lost", float)):
            values = [[cell[name] for cell in row] for row in found["cells"]]
            setattr(self, name, np.array(values, dtype=kind).reshape(shape))
        self.overall: dict[str, dict[str, Any]] = dict(zip(self.operations, found["overall"]))
        self.destroyed: dict[str, dict[str, float]] = {
            operation: {self.labels[label]: float(self.survival[i, label]) for label in found["destroyed"][i]}
            for i, operation in enumerate(self.operations)
            if found["destroys"][i]
        }
        self.worst: list[dict[str, Any]] = [
            {**one, "operation": self.operations[one["operation"]], "label": self.labels[one["label"]]}
            for one in found["worst"]
        ]

    survival: np.ndarray
    images: np.ndarray
    lost: np.ndarray

    def __str__(self) -> str:
        return self._found["text"]

    def __repr__(self) -> str:
        return f"Audit({len(self.operations) - 1} operations, {len(self.labels)} labels, safe={self.safe})"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON; survival without images is None."""

        def known(cell: dict[str, Any]) -> dict[str, Any]:
            return {key: None if value != value else value for key, value in cell.items()}

        return {
            "safe": self.safe,
            "operations": [
                {
                    "operation": operation,
                    "overall": known(self.overall[operation]),
                    "labels": {
                        label: known(cell)
                        for label, cell in zip(self.labels, self._found["cells"][i])
                        if cell["images"]
                    },
                    "destroyed": self.destroyed.get(operation, {}),
                }
                for i, operation in enumerate(self.operations)
            ],
            "worst": [dict(one) for one in self.worst],
        }

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row for each operation and label that some image speaks of."""
        import pandas as pd

        rows = [
            {"operation": operation, "label": label, **{name: cell[name] for name in _CELL}}
            for operation, cells in zip(self.operations, self._found["cells"])
            for label, cell in zip(self.labels, cells)
            if cell["images"]
        ]
        return pd.DataFrame(rows, columns=["operation", "label", *_CELL])

    def pictures(self, count: int = 8) -> list[tuple[dict[str, Any], np.ndarray, np.ndarray]]:
        """Return the worst cases with their images: before the pipeline, and after the operation."""
        result = []
        for one, plain in list(zip(self.worst, self._found["worst"]))[:count]:
            before = _data.sample_image(self.dataset._dataset, one["sample"])
            after = _data.audited_picture(
                self._pipeline._pipeline,
                self.dataset._dataset,
                one["sample"],
                one["draw"],
                plain["operation"],
                self._seed,
            )
            result.append((one, before, after))
        return result

    def plot(self, count: int = 8, *, ax: Axes | None = None) -> Axes:
        """Draw the worst cases as ``plot.audit`` does; needs matplotlib."""
        from multilabel import plot

        return plot.audit(self, count=count, ax=ax)


def audit(
    pipeline: Compose,
    dataset: Dataset,
    predictor: Any,
    *,
    labels: Any = None,
    images: int = 200,
    draws: int = 2,
    seed: int = 0,
    min_score: float = 0.3,
    min_survival: float = 0.8,
    min_images: int = 10,
    worst: int = 12,
) -> Audit:
    """Score images before and after every operation of a pipeline, and say which operations destroy which labels.

    Each operation is applied with certainty on top of what the ones before it did with their own probabilities, so it is
    judged where it stands in the pipeline. Only labels that an image has and that the model sees in it count.

    Parameters
    ----------
    pipeline : Compose
        ``Normalize`` is left to the predictor.
    dataset : Dataset
        Images with labels, best ones that the model was not trained on. Boxes go along where there are any.
    predictor : Predictor or callable
        A ``multilabel.Predictor``, or ``predictor(images) -> scores``: from a list of uint8 arrays [height, width, 3] of any
        size to an array [images, labels] of 0 to 1.
    labels : MultiLabelBinarizer, Vocabulary or list of str, optional
        The columns of the scores; a ``Predictor`` knows them.
    images : int
        At most so many, drawn from all over the data set, always the same ones.
    draws : int
        Of the pipeline for each image, at least 1.
    seed : int
        Of the draws.
    min_score : float
        Above 0: an image in which the model does not see the label says nothing about it.
    min_survival : float
        0 to 1: an operation destroys a label when less than this is left of its score, by more than two standard errors.
    min_images : int
        At least 2: a label of fewer images is never said to be destroyed.
    worst : int
        How many cases to keep for looking at.

    Returns
    -------
    Audit
        Printed it is a table; ``destroyed`` and ``safe`` are the verdict.

    Examples
    --------
    >>> import multilabel as ml
    >>> import numpy as np
    >>> from multilabel.augmentation import CenterCrop, Compose, Resize, audit
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:20]
    >>> def height_of(images):  # stands in for a model: it believes in labels as far as the picture is high
    ...     return [np.full(len(data.vocabulary), min(1, len(image) / 64)) for image in images]
    >>> found = audit(Compose([Resize(64, 64), CenterCrop(32, 64)]), data, height_of, labels=data.vocabulary)
    >>> found.safe, list(found.destroyed)
    (False, ['CenterCrop(height=32, width=64, p=1)', 'all together'])
    """
    if not isinstance(pipeline, Compose):
        raise ArgumentError(
            f"augmentation.audit: pipeline must be a multilabel.augmentation.Compose; got {type(pipeline).__name__}"
        )
    if not isinstance(dataset, Dataset):
        raise ArgumentError(
            f"augmentation.audit: dataset must be a multilabel.data.Dataset; got {type(dataset).__name__}"
        )
    if labels is None:
        labels = getattr(predictor, "vocabulary", None)
        if labels is None:
            raise ArgumentError(
                "augmentation.audit: labels must name the columns of the scores; got none. A Predictor knows them, "
                "any other predictor needs labels="
            )
    score: Callable[[Sequence[np.ndarray]], Any] = getattr(predictor, "scores", predictor)
    part = Dataset._of(_data.sampled(dataset._dataset, images))
    found = _data.audit(
        pipeline._pipeline,
        part._dataset,
        _label_names(labels),
        lambda pictures: np.asarray(score(pictures), dtype=np.float32),
        seed=seed,
        draws=draws,
        min_score=min_score,
        min_survival=min_survival,
        min_images=min_images,
        worst=worst,
    )
    return Audit(found, pipeline, part, seed)


for _public in (Audit, audit):
    _public.__module__ = "multilabel.augmentation"  # its name for users
