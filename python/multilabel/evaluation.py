# SPDX-License-Identifier: Apache-2.0
"""A model's answers beside the truth, and the named numbers about them that a training keeps and watches. No torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ._core import ArgumentError
from ._core import evaluation as _core
from ._doubts import mark_test_split
from ._tables import in_lines, to_frame, to_html

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .encoding import Vocabulary

__all__ = ["HeldOut", "Measure", "evaluate", "measure_names"]


@dataclass(frozen=True, repr=False)
class HeldOut:
    """A model's answers beside the truth; rows are images in the loader's order, columns labels of the vocabulary.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import multilabel as ml
    >>> logits = np.array([[2.0], [-1.0], [0.5], [-3.0]], np.float32)
    >>> truth = np.array([[1], [0], [1], [0]], np.float32)
    >>> held_out = ml.evaluation.HeldOut(truth, logits, 1 / (1 + np.exp(-logits)), [], ml.Vocabulary(["cat"]))
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "held_out.safetensors"
    >>> held_out.save(path)
    >>> ml.evaluation.HeldOut.load(path).vocabulary.labels
    ['cat']
    """

    targets: NDArray[np.float32]
    """``[samples, labels]``: 0 or 1, NaN where unknown."""
    logits: NDArray[np.float32]
    """``[samples, labels]``: the raw outputs."""
    scores: NDArray[np.float32]
    """``[samples, labels]``: sigmoid of the logits, in [0, 1]."""
    images: list[str]
    """The image files, one a row; empty where the loader knows none."""
    vocabulary: Vocabulary
    """The labels, one a column."""

    def __repr__(self) -> str:
        return in_lines(self)

    def _repr_html_(self) -> str:
        return to_html(self)

    def to_frame(self) -> Any:
        """Return the table as a pandas DataFrame; only this imports pandas."""
        return to_frame(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a .safetensors file, whole or not at all; its folder is made where it is missing."""
        _core.save_held_out(Path(path), *self._parts())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> HeldOut:
        """Return what :meth:`save` wrote. Raises BundleError naming the file and what is wrong with it."""
        return cls._of(_core.load_held_out(Path(path)), of_test=Path(path).stem == "test")

    @classmethod
    def _of(cls, parts: dict[str, Any], *, of_test: bool = False) -> HeldOut:
        from .encoding import Vocabulary

        if of_test:
            mark_test_split(parts["targets"])
        return cls(vocabulary=Vocabulary(parts.pop("labels")), **parts)

    def _parts(self) -> tuple[Any, ...]:
        labels = [str(label) for label in self.vocabulary.labels]
        return self.targets, self.logits, self.scores, list(self.images), labels


@dataclass(frozen=True)
class Measure:
    """A number about held-out answers with a name, so that it can be a column of a history and be monitored.

    Parameters
    ----------
    name
        Of the column.
    call
        A function of a :class:`HeldOut` that returns a number; NaN where there is nothing to measure.
    better
        ``"higher"`` or ``"lower"``: which values are the better ones.

    Examples
    --------
    >>> import numpy as np
    >>> import multilabel as ml
    >>> def exact(held_out):
    ...     return ((held_out.scores >= 0.5) == held_out.targets).all(axis=1).mean()
    >>> logits, truth = np.array([[2.0], [1.0]], np.float32), np.array([[1], [0]], np.float32)
    >>> held_out = ml.evaluation.HeldOut(truth, logits, 1 / (1 + np.exp(-logits)), [], ml.Vocabulary(["cat"]))
    >>> ml.evaluation.evaluate(held_out, ["f1_micro", ml.evaluation.Measure("exact", exact)])
    {'f1_micro': 0.6666666666666666, 'exact': 0.5}
    """

    name: str
    call: Callable[[HeldOut], float]
    better: Literal["higher", "lower"] = "higher"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ArgumentError(f"evaluation.Measure: name must be a text; got {self.name!r}")
        if not callable(self.call):
            raise ArgumentError(f"evaluation.Measure: call must be a function of a HeldOut; got {self.call!r}")
        if self.better not in ("higher", "lower"):
            raise ArgumentError(f"evaluation.Measure: better must be 'higher' or 'lower'; got {self.better!r}")


def measure_names() -> list[str]:
    """Return the names of the measures that a training takes by default.

    Examples
    --------
    >>> import multilabel as ml
    >>> ml.evaluation.measure_names()
    ['mean_average_precision', 'f1_samples', 'f1_micro']
    """
    return _core.measure_names()


def evaluate(held_out: HeldOut, measures: Iterable[str | Measure] | None = None) -> dict[str, float]:
    """Return numbers about the answers by name.

    Parameters
    ----------
    held_out
        What ``Trainer.predict`` returned, or was loaded from its file.
    measures
        Names of :func:`measure_names` and measures of your own; all of the former by default.

    Examples
    --------
    >>> import numpy as np
    >>> import multilabel as ml
    >>> logits, truth = np.array([[2.0], [-1.0]], np.float32), np.array([[1], [0]], np.float32)
    >>> held_out = ml.evaluation.HeldOut(truth, logits, 1 / (1 + np.exp(-logits)), [], ml.Vocabulary(["cat"]))
    >>> ml.evaluation.evaluate(held_out)
    {'mean_average_precision': 1.0, 'f1_samples': 0.5, 'f1_micro': 1.0}
    """
    measured = {}
    for measure in _core.measure_names() if measures is None else measures:
        if isinstance(measure, Measure):
            measured[measure.name] = float(measure.call(held_out))
        else:
            measured[measure] = _core.measure(measure, *held_out._parts())
    return measured
