# SPDX-License-Identifier: Apache-2.0
"""Metrics that see their data batch by batch, with torchmetrics' names: ``update``, ``compute``, ``reset``, and ``merge``.

Targets come first and scores second, as in every function of this module; torchmetrics has them the other way round.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilabel import _core
from multilabel._arguments import flag, real
from multilabel._choices import one_of
from multilabel._label_arrays import as_array, label_array, mask_array, require_same_names, score_array, weight_array

_StreamedAverage = Literal["micro", "macro", "weighted", "samples"]
_RankedAverage = Literal["micro", "macro", "weighted"]
Memory = Literal["exact", "bounded"]


@runtime_checkable
class Accumulator(Protocol):
    """What a metric over batches does; a :class:`MetricCollection` takes any object that does it.

    Examples
    --------
    >>> from multilabel.metrics import Accumulator, ExactMatch
    >>> isinstance(ExactMatch(), Accumulator)
    True
    """

    def update(self, y_true: ArrayLike, y_score: ArrayLike, *, sample_weight: ArrayLike | None = None) -> None:
        """Add a batch."""

    def compute(self) -> Any:
        """Return the metric of all batches so far."""

    def reset(self) -> None:
        """Forget all batches."""

    def merge(self, other: Any) -> None:
        """Add what another one of the same options has seen."""


class _Metric:
    """What the metrics share: keyword options, a compiled accumulator, and batches on their way into it."""

    def __init__(self, accumulator: Any, options: dict[str, Any]) -> None:
        self._accumulator = accumulator
        self._options = options

    def update(
        self,
        y_true: ArrayLike,
        y_score: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> None:
        """Add a batch.

        Parameters
        ----------
        y_true : array-like of shape (samples, labels)
            0, 1, and NaN or -1 where the truth is unknown. NumPy, torch, SciPy sparse or lists.
        y_score : array-like of shape (samples, labels)
            Finite scores in floating point; integers or booleans are predictions already (counting metrics only).
        sample_weight : array-like of shape (samples,), optional
            How much each row counts.
        mask : array-like of bool of shape (samples, labels), optional
            True where the truth is known; cells that are False count nowhere.

        Raises
        ------
        ShapeError, ArgumentError
            Both are ValueErrors; the batch was then not seen.
        """
        self._commit(self._prepare(y_true, y_score, sample_weight, mask))

    def _prepare(self, y_true: Any, y_score: Any, sample_weight: Any, mask: Any) -> Any:
        require_same_names(type(self).__name__, y_true=y_true, y_score=y_score, sample_weight=sample_weight, mask=mask)
        targets = _masked(label_array(y_true, "y_true"), mask)
        scores = self._scores(y_score)
        weights = weight_array(sample_weight, len(targets))
        try:
            return self._accumulator.prepare(targets, scores, weights)
        except _core.ArgumentError as error:
            if targets.dtype.kind == "f" and not _holds_labels(targets) and _holds_labels(scores):
                raise _core.ArgumentError(f"{error} Targets come first, scores second.") from None
            raise

    def _commit(self, batch: Any) -> None:
        self._accumulator.commit(batch)

    def _scores(self, y_score: Any) -> NDArray[Any]:
        raise NotImplementedError

    def compute(self) -> Any:
        """Return the metric of all batches so far: a float, or one value a label where ``average=None``.

        Raises
        ------
        ArgumentError
            Before the first row.
        """
        if self._options.get("average", "") is None:
            return self._accumulator.by_label()
        return self._accumulator.compute()

    def reset(self) -> None:
        """Forget all batches."""
        self._accumulator.reset()

    def merge(self, other: Any) -> None:
        """Add what ``other`` has seen: another thread's, process's or machine's part of the data.

        Raises
        ------
        ArgumentError
            ``other`` is another metric, or has other options.
        ShapeError
            It has seen another number of labels.
        """
        if type(other) is not type(self) or _plain(other._options) != _plain(self._options):
            raise _core.ArgumentError(
                f"{type(self).__name__}.merge: other must be the same metric with the same options; got {other!r}"
            )
        self._accumulator.merge(other._accumulator)

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Return what was seen, as arrays by name: for a file, or for another process that merges it."""
        return self._accumulator.state_dict()

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Go on from a state. Raises ArgumentError, and changes nothing, when it is not a state of such a metric."""
        self._accumulator.load_state_dict(_state(f"{type(self).__name__}.load_state_dict", state))

    def __call__(self, y_true: ArrayLike, y_score: ArrayLike, **options: Any) -> Any:
        """Add a batch and return the metric of that batch alone."""
        batch = type(self)(**self._options)
        batch.update(y_true, y_score, **options)
        self.merge(batch)
        return batch.compute()

    def __getstate__(self) -> dict[str, Any]:
        return {"options": self._options, "state": self.state_dict()}

    def __setstate__(self, pickled: dict[str, Any]) -> None:
        type(self).__init__(self, **pickled["options"])
        self.load_state_dict(pickled["state"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._options.items())})"


class _Counting(_Metric):
    """Metrics on predictions."""

    def _scores(self, y_score: Any) -> NDArray[Any]:
        threshold = self._options["threshold"]
        if _is_rule(threshold):
            return label_array(threshold.apply(as_array(y_score, "y_score")), "y_score")
        return label_array(y_score, "y_score")


class _Ranking(_Metric):
    """Metrics on scores."""

    def _scores(self, y_score: Any) -> NDArray[Any]:
        return score_array(y_score, "y_score")

    def bounds(self) -> tuple[float, float]:
        """Return the lower and the upper bound of the exact value; both are it with ``memory="exact"``."""
        return self._accumulator.bounds()


def _masked(targets: NDArray[Any], mask: Any) -> NDArray[Any]:
    known = mask_array(mask, targets.shape)
    if known is None:
        return targets
    if targets.dtype.kind in "bu":
        targets = targets.astype(np.int64)
    return np.where(known, targets, np.nan if targets.dtype.kind == "f" else -1)


def _holds_labels(values: NDArray[Any]) -> bool:
    return bool(np.isin(values, (0, 1)).all())


def _plain(options: dict[str, Any]) -> str:
    def plain(value: Any) -> Any:
        return value.to_dict() if _is_rule(value) else np.asarray(value).tolist()

    return repr({name: plain(value) for name, value in options.items()})


def _state(where: str, state: Any) -> dict[str, Any]:
    if isinstance(state, Mapping):
        return dict(state)
    raise _core.ArgumentError(f"{where}: the state must be a mapping, as state_dict returns; got {state!r}")


def _is_rule(threshold: Any) -> bool:
    return hasattr(threshold, "apply") and hasattr(threshold, "thresholds_")


def _numbers(where: str, threshold: Any) -> list[float]:
    """The threshold as the kernels take it: one number, one a label, or none for the row's highest score."""
    if threshold is None:
        return []
    if _is_rule(threshold):
        return [0.5]  # its predictions arrive as whole numbers
    try:
        values = np.atleast_1d(as_array(threshold, "threshold").astype(np.float64))
    except (TypeError, ValueError, OverflowError):
        raise _core.ArgumentError(
            f"{where}: threshold must be a number, one number a label, a fitted rule or None; got {threshold!r}"
        ) from None
    if values.ndim != 1 or values.size == 0:
        raise _core.ShapeError(f"{where}: threshold must be a number or one number a label; got shape {values.shape}")
    return values.tolist()


def _divisor(where: str, zero_division: Any) -> float:
    if isinstance(zero_division, int | float) and (zero_division in (0, 1) or zero_division != zero_division):
        return float(zero_division)
    raise _core.ArgumentError(f"{where}: zero_division must be 0, 1 or nan; got {zero_division!r}")


_AVERAGES = (None, "micro", "macro", "weighted", "samples")


class _Averaged(_Counting):
    def __init__(
        self,
        *,
        threshold: Any = 0.5,
        average: _StreamedAverage | None = "macro",
        zero_division: float = 0.0,
        **further: Any,
    ) -> None:
        where = type(self).__name__
        one_of(where, "average", average, _AVERAGES)
        options = {**further, "threshold": threshold, "average": average, "zero_division": zero_division}
        compiled = getattr(_core.metrics, where)(
            **further,
            average=average or "macro",
            zero_division=_divisor(where, zero_division),
            threshold=_numbers(where, threshold),
        )
        super().__init__(compiled, options)


_AVERAGED_PARAMETERS = """
    Parameters
    ----------
    threshold : float, array-like of shape (labels,), rule or None, default=0.5
        A score above it is a prediction, as in torchmetrics and Keras. One number a label; a fitted rule of
        :mod:`multilabel.threshold`, which predicts from its threshold on; or None: the highest score of each row.
    average : {"micro", "macro", "weighted", "samples"} or None, default="macro"
        How labels become one number; None for one value a label.
    zero_division : {0, 1, nan}, default=0
        The value where the denominator is 0; nan leaves it out of averages.
"""


class F1Score(_Averaged):
    __doc__ = f"""F1 over batches: the value of :func:`f1_score` on all rows, without keeping them.
{_AVERAGED_PARAMETERS}
    Examples
    --------
    >>> from multilabel.metrics import F1Score
    >>> metric = F1Score(average="micro")
    >>> metric.update([[1, 0, 1]], [[0.9, 0.2, 0.4]])
    >>> metric.update([[0, 1, 0]], [[0.1, 0.7, 0.6]])
    >>> round(metric.compute(), 4)
    0.6667
    """


class Precision(_Averaged):
    __doc__ = f"""The share of predictions that are right, over batches.
{_AVERAGED_PARAMETERS}
    Examples
    --------
    >>> from multilabel.metrics import Precision
    >>> metric = Precision(average="micro")
    >>> metric.update([[1, 0, 1]], [[0.9, 0.2, 0.4]])
    >>> metric.update([[0, 1, 0]], [[0.1, 0.7, 0.6]])
    >>> round(metric.compute(), 4)
    0.6667
    """


class Recall(_Averaged):
    __doc__ = f"""The share of positives that are found, over batches.
{_AVERAGED_PARAMETERS}
    Examples
    --------
    >>> from multilabel.metrics import Recall
    >>> metric = Recall(average="micro", threshold=0.3)  # lower: finds more
    >>> metric.update([[1, 0, 1]], [[0.9, 0.2, 0.4]])
    >>> metric.update([[0, 1, 0]], [[0.1, 0.7, 0.6]])
    >>> metric.compute()
    1.0
    """


class FBetaScore(_Averaged):
    __doc__ = f"""F-beta over batches; above 1 ``beta`` gives recall more weight, below 1 precision.
{_AVERAGED_PARAMETERS}
    beta : float, default=1.0
        0 or more.

    Examples
    --------
    >>> from multilabel.metrics import FBetaScore
    >>> metric = FBetaScore(beta=2.0, average="micro", threshold=0.3)
    >>> metric.update([[1, 0, 1]], [[0.9, 0.2, 0.4]])
    >>> metric.update([[0, 1, 0]], [[0.1, 0.7, 0.6]])
    >>> round(metric.compute(), 4)
    0.9375
    """

    def __init__(
        self,
        beta: float = 1.0,
        *,
        threshold: Any = 0.5,
        average: _StreamedAverage | None = "macro",
        zero_division: float = 0.0,
    ) -> None:
        beta = real("FBetaScore", "beta", beta)
        super().__init__(beta=beta, threshold=threshold, average=average, zero_division=zero_division)


class _Cells(_Counting):
    def __init__(self, *, threshold: Any = 0.5) -> None:
        where = type(self).__name__
        super().__init__(getattr(_core.metrics, where)(_numbers(where, threshold)), {"threshold": threshold})


class ExactMatch(_Cells):
    """The share of rows that are right in every known label (subset accuracy), over batches.

    Parameters
    ----------
    threshold : float, array-like of shape (labels,), rule or None, default=0.5
        As in :class:`F1Score`.

    Examples
    --------
    >>> from multilabel.metrics import ExactMatch
    >>> metric = ExactMatch()
    >>> metric.update([[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.4]])  # the second row misses a label
    >>> metric.compute()
    0.5
    """


class HammingDistance(_Cells):
    """The share of known cells that are wrong, over batches; ``by_label()`` gives it for each label.

    Parameters
    ----------
    threshold : float, array-like of shape (labels,), rule or None, default=0.5
        As in :class:`F1Score`.

    Examples
    --------
    >>> from multilabel.metrics import HammingDistance
    >>> metric = HammingDistance()
    >>> metric.update([[1, 0], [1, -1]], [[0.9, 0.2], [0.3, 0.4]])  # -1: unknown, and not counted
    >>> round(metric.compute(), 4)
    0.3333
    >>> metric.by_label()
    array([0.5, 0. ])
    """

    def by_label(self) -> NDArray[np.float64]:
        """Return the value of each label; NaN for a label of which nothing is known."""
        return self._accumulator.by_label()


class BinaryAccuracy(_Cells):
    """The share of known cells that are right, over batches: 1 - :class:`HammingDistance`.

    High for any model that predicts nothing where labels are rare. ``by_label()`` gives it for each label.

    Parameters
    ----------
    threshold : float, array-like of shape (labels,), rule or None, default=0.5
        As in :class:`F1Score`.

    Examples
    --------
    >>> from multilabel.metrics import BinaryAccuracy
    >>> metric = BinaryAccuracy()
    >>> metric.update([[1, 0, 0, 0, 0]], [[0.1, 0.1, 0.1, 0.1, 0.1]])  # predicts nothing
    >>> metric.compute()
    0.8
    """

    def by_label(self) -> NDArray[np.float64]:
        """Return the value of each label; NaN for a label of which nothing is known."""
        return self._accumulator.by_label()


class AveragePrecision(_Ranking):
    """Average precision over batches; its macro average is mAP.

    Parameters
    ----------
    average : {"micro", "macro", "weighted"} or None, default="macro"
        How labels become one number; None for one value a label.
    memory : {"exact", "bounded"}, default="exact"
        "exact" keeps every score, 4 or 8 bytes each, and gives the value of :func:`average_precision_score`. "bounded"
        keeps a histogram of 63,488 bytes a label whatever the number of rows; the order of scores in one bin, at most
        1/64 of a logit wide, counts as random, and ``bounds()`` says between which numbers the exact value lies.
    from_logits : bool, default=False
        For bounded memory: scores are logits, not probabilities. Never guessed from a batch.
    undefined : {"sklearn", "skip"}, default="sklearn"
        What a label without positives counts as: 0, or nothing (NaN, left out of averages).
    definition : {"sklearn", "voc07", "voc10", "asl"}, default="sklearn"
        Which number average precision is; see :func:`average_precision_score`.

    Examples
    --------
    >>> from multilabel.metrics import AveragePrecision
    >>> metric = AveragePrecision()
    >>> metric.update([[1, 0], [0, 1]], [[0.9, 0.6], [0.2, 0.5]])
    >>> metric.compute()
    0.75
    """

    def __init__(
        self,
        *,
        average: _RankedAverage | None = "macro",
        memory: Memory = "exact",
        from_logits: bool = False,
        undefined: Literal["sklearn", "skip"] = "sklearn",
        definition: Literal["sklearn", "voc07", "voc10", "asl"] = "sklearn",
    ) -> None:
        where = "AveragePrecision"
        one_of(where, "average", average, _AVERAGES[:-1])
        one_of(where, "memory", memory, ("exact", "bounded"))
        one_of(where, "undefined", undefined, ("sklearn", "skip"))
        one_of(where, "definition", definition, ("sklearn", "voc07", "voc10", "asl"))
        compiled = _core.metrics.AveragePrecision(
            average or "macro",
            memory == "bounded",
            flag(where, "from_logits", from_logits),
            undefined == "skip",
            definition,
        )
        options = {
            "average": average,
            "memory": memory,
            "from_logits": from_logits,
            "undefined": undefined,
            "definition": definition,
        }
        super().__init__(compiled, options)


class AUROC(_Ranking):
    """The area under the ROC curve over batches.

    Parameters
    ----------
    average : {"micro", "macro", "weighted"} or None, default="macro"
        How labels become one number; None for one value a label.
    memory : {"exact", "bounded"}, default="exact"
        As in :class:`AveragePrecision`.
    from_logits : bool, default=False
        For bounded memory: scores are logits, not probabilities. Never guessed from a batch.
    undefined : {"sklearn", "skip"}, default="sklearn"
        What a label without positives or without negatives counts as: NaN, and so the average; or nothing.

    Examples
    --------
    >>> from multilabel.metrics import AUROC
    >>> metric = AUROC()
    >>> metric.update([[1, 0], [0, 1]], [[0.9, 0.6], [0.2, 0.5]])
    >>> metric.compute()
    0.5
    """

    def __init__(
        self,
        *,
        average: _RankedAverage | None = "macro",
        memory: Memory = "exact",
        from_logits: bool = False,
        undefined: Literal["sklearn", "skip"] = "sklearn",
    ) -> None:
        where = "AUROC"
        one_of(where, "average", average, _AVERAGES[:-1])
        one_of(where, "memory", memory, ("exact", "bounded"))
        one_of(where, "undefined", undefined, ("sklearn", "skip"))
        logits = flag(where, "from_logits", from_logits)
        compiled = _core.metrics.AUROC(average or "macro", memory == "bounded", logits, undefined == "skip")
        options = {"average": average, "memory": memory, "from_logits": from_logits, "undefined": undefined}
        super().__init__(compiled, options)


class MetricCollection:
    """Several metrics over the same batches, updated, merged and computed together.

    Parameters
    ----------
    metrics : mapping of str to metric, or iterable of metrics
        The metrics by name; without names each has that of its class.

    Examples
    --------
    >>> from multilabel.metrics import AveragePrecision, F1Score, MetricCollection
    >>> collection = MetricCollection({"F1": F1Score(average="samples"), "mAP": AveragePrecision()})
    >>> collection.update([[1, 0], [0, 1]], [[0.9, 0.6], [0.2, 0.7]])
    >>> collection.compute()
    {'F1': 0.8333333333333333, 'mAP': 1.0}
    """

    def __init__(self, metrics: Mapping[str, Accumulator] | Iterable[Accumulator]) -> None:
        values: Any = metrics.values() if isinstance(metrics, Mapping) else metrics
        listed = list(values) if isinstance(values, Iterable) else [values]
        for metric in listed:
            if isinstance(metric, type) or not isinstance(metric, Accumulator):
                raise _core.ArgumentError(
                    f"MetricCollection: metrics must be metrics over batches, by name or in a list; got {metric!r}"
                )
        if isinstance(metrics, Mapping):
            self._metrics = dict(metrics)
            return
        self._metrics = {type(metric).__name__: metric for metric in listed}
        if len(self._metrics) < len(listed):
            names = [type(metric).__name__ for metric in listed]
            raise _core.ArgumentError(
                f"MetricCollection: every metric must have a name of its own; got {names}. Give them as a dict."
            )

    def update(
        self,
        y_true: ArrayLike,
        y_score: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> None:
        """Give the batch to every metric; where one of this module's refuses it, none of them has seen it."""
        own = [metric for metric in self._metrics.values() if isinstance(metric, _Metric)]
        batches = [metric._prepare(y_true, y_score, sample_weight, mask) for metric in own]
        for metric, batch in zip(own, batches, strict=True):
            metric._commit(batch)
        targets = y_true if mask is None else _masked(label_array(y_true, "y_true"), mask)
        for metric in self._metrics.values():
            if not isinstance(metric, _Metric):
                metric.update(targets, y_score, sample_weight=sample_weight)

    def compute(self) -> dict[str, Any]:
        """Return the value of each metric by its name."""
        return {name: metric.compute() for name, metric in self._metrics.items()}

    def reset(self) -> None:
        """Forget all batches."""
        for metric in self._metrics.values():
            metric.reset()

    def merge(self, other: MetricCollection) -> None:
        """Add what ``other``, a collection of the same names and options, has seen."""
        if not isinstance(other, MetricCollection):
            raise _core.ArgumentError(f"MetricCollection.merge: other must be a MetricCollection; got {other!r}")
        if list(self._metrics) != list(other._metrics):
            raise _core.ArgumentError(
                f"MetricCollection.merge: both must have the same names; got {list(self._metrics)} and "
                f"{list(other._metrics)}"
            )
        merged = {name: copy.deepcopy(metric) for name, metric in self._metrics.items()}
        for name, metric in merged.items():
            metric.merge(other._metrics[name])
        self._metrics.update(merged)

    def state_dict(self) -> dict[str, Any]:
        """Return the state of each metric by its name."""
        return {name: metric.state_dict() for name, metric in self._metrics.items()}

    def load_state_dict(self, states: Mapping[str, Any]) -> None:
        """Go on from the states of a collection of the same names."""
        states = _state("MetricCollection.load_state_dict", states)
        if set(states) != set(self._metrics):
            raise _core.ArgumentError(
                f"MetricCollection.load_state_dict: states must be those of {list(self._metrics)}; got {list(states)}"
            )
        for name, metric in self._metrics.items():
            metric.load_state_dict(states[name])

    def __getitem__(self, name: str) -> Any:
        return self._metrics[name]

    def __len__(self) -> int:
        return len(self._metrics)

    def __iter__(self) -> Any:
        return iter(self._metrics)

    def __repr__(self) -> str:
        return f"MetricCollection({self._metrics!r})"
