# SPDX-License-Identifier: Apache-2.0
"""Losses for targets with several labels a sample, all with one contract.

``loss(logits, targets, mask=None, sample_weight=None)`` takes logits and targets ``[n, labels]``, targets in [0, 1]
with NaN or -1 where unknown, and returns a scalar, or ``[n, labels]`` with ``reduction="none"``. Unknown cells change
neither value nor gradient; a batch without a known cell gives 0 with a gradient of 0. Half and bfloat16 logits are
computed in float32. Every loss is a :class:`torch.nn.Module` around the C++ one of the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NoReturn

from torch import Tensor, nn

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._core import ArgumentError
from ._torch import loss as _loss

__all__ = ["Asymmetric", "BCEWithLogits", "get", "names"]

Reduction = Literal["mean", "sum", "sum_per_image", "none"]
Weights = Sequence[float] | Tensor | None


def _weights(weights: Weights) -> list[float]:
    return [] if weights is None else [float(weight) for weight in weights]


def _smoothing(smoothing: float | tuple[float, float]) -> tuple[float, float]:
    if isinstance(smoothing, (int, float)):
        return smoothing / 2, smoothing / 2
    positive, negative = smoothing
    return float(positive), float(negative)


class _Loss(nn.Module):
    """Holds the arguments, from which the C++ loss is made again after a copy or an unpickling."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._options = options
        self._native = self._make()

    def _make(self) -> Any:
        return getattr(_loss, type(self).__name__)(**self._options)

    @property
    def native(self) -> Any:
        """The C++ loss, which the C++ training loop takes."""
        return self._native

    def forward(
        self, logits: Tensor, targets: Tensor, *, mask: Tensor | None = None, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss.

        Parameters
        ----------
        logits
            ``[n, labels]``, raw outputs of the model, floating-point.
        targets
            ``[n, labels]``, in [0, 1]; NaN or -1 where unknown.
        mask
            ``[n, labels]``, bool: False where the target is unknown, in addition to the above.
        sample_weight
            ``[n]``: multiplies the cells of an image; does not change what ``"mean"`` divides by.
        """
        return self._native(logits, targets, mask, sample_weight)

    def extra_repr(self) -> str:
        """Name the arguments."""
        return ", ".join(f"{name}={value!r}" for name, value in self._options.items())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_native"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._native = self._make()


class BCEWithLogits(_Loss):
    """Binary cross-entropy on logits: every label is a question of its own.

    ``class_weight * (pos_weight * y * log(1 + exp(-x)) + (1 - y) * log(1 + exp(x)))``, the formula of
    :class:`torch.nn.BCEWithLogitsLoss`, with unknown cells left out.

    Parameters
    ----------
    pos_weight
        One weight a label for its positive part. With a weight w the scores estimate w p / (w p + 1 - p) and not p, so
        thresholds move with it.
    class_weight
        One weight a label for both parts.
    label_smoothing
        e: y becomes y (1 - e) + e / 2, as in Keras; or a pair: what positives lose and what negatives gain.
    reduction
        ``"mean"`` over the known cells, ``"sum"``, ``"sum_per_image"`` (the sum divided by n) or ``"none"``. The
        learning rate belongs to the reduction: ``"sum"`` is n times labels times ``"mean"``.

    Examples
    --------
    >>> import math, torch
    >>> import multilabel as ml
    >>> loss = ml.loss.BCEWithLogits()
    >>> float(loss(torch.tensor([[0.0, 5.0]]), torch.tensor([[1.0, math.nan]])))  # log 2; the second cell is unknown
    0.6931471824645996
    """

    def __init__(
        self,
        *,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: float | tuple[float, float] = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            pos_weight=_weights(pos_weight),
            class_weight=_weights(class_weight),
            label_smoothing=_smoothing(label_smoothing),
            reduction=reduction,
        )


class Asymmetric(_Loss):
    """Asymmetric loss: negatives focused harder than positives, the easiest dropped (Ridnik et al., ICCV 2021).

    ``y * (1 - p)^gamma_positive * -log p + (1 - y) * q^gamma_negative * -log(1 - q)`` with ``p = sigmoid(x)`` and
    ``q = max(p - clip, 0)``. For long label lists where BCE drowns in easy negatives; on small data or few labels BCE
    is usually as good and simpler to tune.

    By design a negative below ``clip`` has no gradient at all, and one that the model is sure about has almost none, so
    confident false positives stay. Scores come out higher than the frequencies they stand for: tune the threshold.

    Parameters
    ----------
    gamma_negative, gamma_positive
        Focusing of negatives and positives, at least 0. The paper's class has 4 and 1, its training script 4 and 0.
    clip
        Probability under which a negative counts as solved, in [0, 1).
    focus_gradient
        ``"detached"``: the focusing weight counts as a constant in the backward pass, as in the published training;
        ``"full"``: it is differentiated, as in the variant called "optimized" and in timm. Values are equal, gradients
        differ by a factor of two to five.
    pos_weight, class_weight, label_smoothing
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.Asymmetric(reduction="none")
    >>> loss(torch.tensor([[-4.0, 4.0]]), torch.tensor([[0.0, 0.0]]))  # p = 0.02 is below the clip
    tensor([[0.0000, 2.0750]])
    """

    def __init__(
        self,
        *,
        gamma_negative: float = 4.0,
        gamma_positive: float = 1.0,
        clip: float = 0.05,
        focus_gradient: Literal["detached", "full"] = "detached",
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: float | tuple[float, float] = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            gamma_negative=gamma_negative,
            gamma_positive=gamma_positive,
            clip=clip,
            focus_gradient=focus_gradient,
            pos_weight=_weights(pos_weight),
            class_weight=_weights(class_weight),
            label_smoothing=_smoothing(label_smoothing),
            reduction=reduction,
        )


_BY_NAME: dict[str, type[_Loss]] = {
    "asymmetric": Asymmetric,
    "bce_with_logits": BCEWithLogits,
    "binary_crossentropy": BCEWithLogits,
}
_REFUSED = ("categorical_crossentropy", "categoricalcrossentropy", "softmax", "cross_entropy", "crossentropy", "nll")


def names() -> list[str]:
    """Return the names that :func:`get` knows, sorted."""
    return sorted(_BY_NAME)


def _refuse(name: str) -> NoReturn:
    raise ArgumentError(
        f"loss.get: the loss must be one for labels that do not exclude each other; got {name!r}. Softmax makes the "
        "labels of an image compete for one unit of probability, so an image with two labels can never be right about "
        "both. Use 'binary_crossentropy'"
    )


def get(name: str, **options: Any) -> nn.Module:
    """Return the loss of that name, in any spelling: ``"BCEWithLogits"``, ``"bce_with_logits"``, Keras's names.

    Raises
    ------
    ArgumentError
        For a name that is not known, and for softmax cross-entropy, with the reason.

    Examples
    --------
    >>> import multilabel as ml
    >>> type(ml.loss.get("binary_crossentropy")).__name__
    'BCEWithLogits'
    """
    wanted = name.lower().replace("-", "_").replace(" ", "_")
    if wanted in _REFUSED or wanted.replace("_", "") in {refused.replace("_", "") for refused in _REFUSED}:
        _refuse(name)
    known = {key.replace("_", ""): make for key, make in _BY_NAME.items()}
    make = known.get(wanted.replace("_", ""))
    if make is None:
        raise ArgumentError(f"loss.get: the loss must be one of {', '.join(names())}; got {name!r}")
    return make(**options)
