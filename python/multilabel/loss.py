# SPDX-License-Identifier: Apache-2.0
"""Losses for targets with several labels a sample, all with one contract.

``loss(logits, targets, mask=None, sample_weight=None)`` takes logits and targets ``[n, labels]``, targets in [0, 1]
with NaN or -1 where unknown, and returns a scalar, or ``[n, labels]`` with ``reduction="none"``. Unknown cells change
neither value nor gradient, unless the loss says what they count as; a batch without a cell that counts gives 0 with a
gradient of 0. Half and bfloat16 logits are computed in float32. Every loss is a :class:`torch.nn.Module` around the C++
one of the same name. Some change with the epoch: the library's trainer calls their ``on_epoch_begin``, and in a loop of
your own you do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._arguments import label_numbers, reals
from ._core import ArgumentError, ShapeError
from ._loss_guards import refuse_competing
from ._torch import loss as _loss

__all__ = [
    "EPR",
    "SPLC",
    "ZLPR",
    "Asymmetric",
    "AsymmetricPolynomial",
    "BCEWithLogits",
    "CellLoss",
    "ClassBalanced",
    "DistributionBalanced",
    "EntropyMaximization",
    "Focal",
    "Hill",
    "LargeLoss",
    "Loss",
    "PartialAsymmetric",
    "PriorWeighting",
    "SoftF1",
    "SoftMargin",
    "TwoWay",
    "WeakAssumeNegative",
    "get",
    "index_targets",
    "names",
]

Reduction = Literal["mean", "sum", "sum_per_image", "none"]
Unknown = Literal["ignore", "negative"]
FocusGradient = Literal["detached", "full"]
Smoothing = float | tuple[float, float]
Weights = Sequence[float] | Mapping[int, float] | Tensor | None


@runtime_checkable
class Loss(Protocol):
    """What every loss here is, and what a loss of your own should be: the C++ concept ``loss_function``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> isinstance(ml.loss.Focal(), ml.loss.Loss)
    True
    >>> def absolute(logits, targets, *, mask=None, sample_weight=None):  # a function will do
    ...     return (logits.sigmoid() - targets).abs().nanmean()
    >>> absolute(torch.zeros(1, 2), torch.tensor([[1.0, float("nan")]]))
    tensor(0.5000)
    """

    def __call__(
        self, logits: Tensor, targets: Tensor, *, mask: Tensor | None = None, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss; see :mod:`multilabel.loss`."""
        ...


def _weights(where: str, name: str, weights: Weights) -> list[float]:
    return [] if weights is None else label_numbers(f"loss.{where}", name, weights)


def _smoothing(where: str, smoothing: Smoothing) -> tuple[float, float]:
    if isinstance(smoothing, (int, float)):
        return smoothing / 2, smoothing / 2
    parts = reals(f"loss.{where}", "label_smoothing", smoothing)
    if len(parts) != 2:
        raise ArgumentError(f"loss.{where}: label_smoothing must be a number or two; got {smoothing!r}")
    return parts[0], parts[1]


@lru_cache(maxsize=64)
def _restored(spec: str) -> Any:
    described = json.loads(spec)
    native = getattr(_loss, described["loss"])(**described["options"])
    if described["epoch"]:
        native.on_epoch_begin(described["epoch"])
    return native


# How many of the logits' dimensions are left with reduction="none"; 2 where not named.
_LEFT = {"ZLPR": [0], "SoftMargin": [0], "SoftF1": [1]}


def _left(spec: str) -> list[int]:
    described = json.loads(spec)
    if described["options"]["reduction"] != "none":
        return []
    return _LEFT.get(described["loss"], [0, 1])


@torch.library.custom_op("multilabel::loss", mutates_args=())
def _operator(
    logits: Tensor, targets: Tensor, mask: Tensor | None, sample_weight: Tensor | None, spec: str
) -> tuple[Tensor, Tensor]:
    """Return value and gradient: what torch.compile and torch.export see of a loss."""
    value, gradient = _restored(spec).value_and_gradient(logits, targets, mask, sample_weight)
    return value, gradient


@_operator.register_fake
def _shapes(
    logits: Tensor, targets: Tensor, mask: Tensor | None, sample_weight: Tensor | None, spec: str
) -> tuple[Tensor, Tensor]:
    dtype = torch.float64 if logits.dtype == torch.float64 else torch.float32
    shape = [logits.shape[dimension] for dimension in _left(spec)]
    return logits.new_empty(shape, dtype=dtype), logits.new_empty(logits.shape, dtype=dtype)


def _keep(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    ctx.save_for_backward(output[1])
    ctx.set_materialize_grads(False)
    ctx.left, ctx.dtype = _left(inputs[4]), inputs[0].dtype


def _backward(ctx: Any, of_value: Tensor | None, of_gradient: Tensor | None) -> tuple[Tensor | None, ...]:
    if of_gradient is not None:
        raise ArgumentError(
            "loss: a compiled loss must be differentiated once; got a second derivative. Call the loss itself instead"
        )
    if of_value is None:
        return None, None, None, None, None
    if len(ctx.left) == 1:
        of_value = of_value.unsqueeze(1 - ctx.left[0])
    (gradient,) = ctx.saved_tensors
    return (of_value * gradient).to(ctx.dtype), None, None, None, None


_operator.register_autograd(_backward, setup_context=_keep)
for _device in ("cpu", "cuda"):
    _operator.register_autocast(_device, torch.float32)  # the formula is computed in float32 whatever comes in


class _Loss(nn.Module):
    """Holds the arguments, from which the C++ loss is made again after a copy or an unpickling."""

    def __init__(
        self, *, pos_weight: Weights, class_weight: Weights, label_smoothing: Smoothing, reduction: str, **options: Any
    ) -> None:
        super().__init__()
        self._options = {
            **options,
            "pos_weight": _weights(type(self).__name__, "pos_weight", pos_weight),
            "class_weight": _weights(type(self).__name__, "class_weight", class_weight),
            "label_smoothing": _smoothing(type(self).__name__, label_smoothing),
            "reduction": reduction,
        }
        self._epoch = 0
        self._spec = self._describe()
        self._native = self._make()

    def _make(self) -> Any:
        native = getattr(_loss, type(self).__name__)(**self._options)
        if self._epoch:
            native.on_epoch_begin(self._epoch)
        return native

    def _describe(self) -> str:
        """Return all that the torch operator must know to make this loss again, in another process too."""
        return json.dumps({"loss": type(self).__name__, "options": self._options, "epoch": self._epoch})

    @property
    def native(self) -> Any:
        """The C++ loss, which the C++ training loop takes."""
        return self._native

    def on_epoch_begin(self, epoch: int) -> None:
        """Tell the loss that an epoch begins, counted from 1. Nothing for a loss that does not change with the epoch."""
        if epoch < 1:
            raise ArgumentError(f"{type(self).__name__}.on_epoch_begin: epoch must be at least 1; got {epoch}")
        self._epoch = epoch
        self._spec = self._describe()
        self._native.on_epoch_begin(epoch)

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
        if torch.compiler.is_compiling() and self._traceable():
            value: Tensor = torch.ops.multilabel.loss(logits, targets, mask, sample_weight, self._spec)[0]
            return value
        return self._native(logits, targets, mask, sample_weight)

    def _traceable(self) -> bool:
        """Whether the value depends on nothing but arguments and options."""
        return True

    def extra_repr(self) -> str:
        """Name the arguments."""
        return ", ".join(f"{name}={value!r}" for name, value in self._options.items())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_native"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._native = self._make()


class BCEWithLogits(_Loss):
    """Binary cross-entropy on logits: every label is a question of its own. The first loss to try.

    ``class_weight * (pos_weight * y * log(1 + exp(-x)) + (1 - y) * log(1 + exp(x)))``, the formula of
    :class:`torch.nn.BCEWithLogitsLoss`, with unknown cells left out. Scores are probabilities as they come. Not for
    label counts that differ by a factor of 100, nor for labels that are often missing.

    Parameters
    ----------
    pos_weight
        One weight a label for its positive part, in the order of the columns or by their numbers (``{0: 2.0, 1: 1.0}``).
        With a weight w the scores estimate w p / (w p + 1 - p) and not p, so
        thresholds move with it.
    class_weight
        One weight a label for both parts.
    label_smoothing
        e: y becomes y (1 - e) + e / 2, as in Keras; or a pair: what positives lose and what negatives gain.
    reduction
        ``"mean"`` over the known cells, ``"sum"``, ``"sum_per_image"`` (the sum divided by n) or ``"none"``. The
        learning rate belongs to the reduction: ``"sum"`` is n times labels times ``"mean"``.
    unknown
        What an unknown cell counts as: nothing (``"ignore"``), or a ``"negative"``, as if its target were 0.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.BCEWithLogits()
    >>> float(loss(torch.tensor([[0.0, 5.0]]), torch.tensor([[1.0, -1.0]])))  # log 2; the second cell is unknown
    0.6931471824645996
    """

    def __init__(
        self,
        *,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class Focal(_Loss):
    """Focal loss: cells that the model has right already count less (lin2017).

    ``alpha y (1 - p)^gamma * -log p + (1 - alpha) (1 - y) p^gamma * -log(1 - p)`` with ``p = sigmoid(x)``. For many easy
    cells. Not for missing labels: the wrongly negative cells are the hard ones. Scores shrink towards 0.5 with a growing
    gamma: tune the threshold. Gradients are smaller than those of BCE, 0.6 of them at p = 0.5, so it learns slower at
    the same learning rate.

    Parameters
    ----------
    gamma
        Focusing, at least 0; 2 is the paper's. 0 is binary cross-entropy.
    alpha
        Weight of positives, negatives get 1 - alpha; 0: each weighs 1. The paper's 0.25 belongs to detection: here it
        would give rare positives a third of the weight of negatives.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.Focal()
    >>> loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))  # 0.5^2 log 2
    tensor(0.1733)
    """

    def __init__(
        self,
        *,
        gamma: float = 2.0,
        alpha: float = 0.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            gamma=gamma,
            alpha=alpha,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class Asymmetric(_Loss):
    """Asymmetric loss: negatives focused harder than positives, the easiest dropped (ridnik2021).

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
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.Asymmetric(reduction="none")
    >>> loss(torch.tensor([[-4.0, 4.0]]), torch.tensor([[0.0, 0.0]]))  # p = 0.02 is below the clip
    tensor([[0.0000, 2.0286]])
    """

    def __init__(
        self,
        *,
        gamma_negative: float = 4.0,
        gamma_positive: float = 1.0,
        clip: float = 0.05,
        focus_gradient: FocusGradient = "detached",
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            gamma_negative=gamma_negative,
            gamma_positive=gamma_positive,
            clip=clip,
            focus_gradient=focus_gradient,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class AsymmetricPolynomial(_Loss):
    """Asymmetric loss with the first terms of the positive logarithm's series reweighted (huang2023).

    ``y (1 - p)^gamma_positive (-log p - epsilon_positive (1 - p) - epsilon_square (1 - p)^2 / 2)`` and, for negatives,
    ``(1 - y) q^gamma_negative (-log(1 - q) - epsilon_negative q)`` with ``p = sigmoid(x)``, ``q = max(p - clip, 0)``.
    The dead zones and scores of :class:`Asymmetric`, which is the simpler choice: the gain over it is small.

    Parameters
    ----------
    gamma_negative, gamma_positive, clip, focus_gradient
        As in :class:`Asymmetric`; the paper has 4, 0 and 0.05.
    epsilon_positive, epsilon_square, epsilon_negative
        What is taken from the first and second term for positives and from the first for negatives; the defaults are the
        paper's.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.AsymmetricPolynomial()
    >>> loss(torch.zeros(1, 1), torch.ones(1, 1))  # log 2 - 0.5 + 1.25 * 0.25
    tensor(0.5056)
    """

    def __init__(
        self,
        *,
        gamma_negative: float = 4.0,
        gamma_positive: float = 0.0,
        clip: float = 0.05,
        epsilon_positive: float = 1.0,
        epsilon_square: float = -2.5,
        epsilon_negative: float = 0.0,
        focus_gradient: FocusGradient = "detached",
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            gamma_negative=gamma_negative,
            gamma_positive=gamma_positive,
            clip=clip,
            epsilon_positive=epsilon_positive,
            epsilon_square=epsilon_square,
            epsilon_negative=epsilon_negative,
            focus_gradient=focus_gradient,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class DistributionBalanced(_Loss):
    """Distribution-balanced loss, for long-tailed label counts with class-aware sampling (wu2020).

    ``scale * w (y (1 - s)^gamma * -log s + (1 - y) (1 - t)^gamma / lambda * -log t)`` with ``z = x + kappa / lambda *
    logit(prior)``, ``s = sigmoid(z)``, ``t = sigmoid(-lambda z)``, and ``w = alpha + sigmoid(beta (r - mu))`` of the ratio
    r = (1 / n_c) / (sum of 1 / n_j over the positives j of the image). An image without a positive has w = alpha + 1.

    The logits you pass stay as they are. Scores of rare labels come out lower than their frequency: tune one threshold
    a label. Without a long tail BCE is as good.

    Parameters
    ----------
    positives
        Images with each label in the training set, each at least 1.
    images
        Images of the training set.
    alpha, beta, mu
        Least weight, steepness, and the ratio half way up; the paper's for COCO (mu is 0.3 for VOC).
    lambda_, kappa
        Factor of negative logits (5 for VOC), and the share of the prior's logit added.
    gamma, scale
        Focusing, and factor of the whole.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.DistributionBalanced(positives=[900, 10], images=1000)
    >>> loss(torch.zeros(1, 2), torch.tensor([[1.0, 1.0]])) > 0
    tensor(True)
    """

    def __init__(
        self,
        *,
        positives: Sequence[float] | Tensor,
        images: float,
        alpha: float = 0.1,
        beta: float = 10.0,
        mu: float = 0.2,
        lambda_: float = 2.0,
        kappa: float = 0.05,
        gamma: float = 2.0,
        scale: float = 2.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            positives=_weights("DistributionBalanced", "positives", positives),
            images=images,
            alpha=alpha,
            beta=beta,
            mu=mu,
            lambda_=lambda_,
            kappa=kappa,
            gamma=gamma,
            scale=scale,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class ZLPR(_Loss):
    """Softmax for several labels: positives above 0, negatives below, all pairs in one log-sum (su2022).

    ``log(1 + sum over labels of (1 - y) exp(x)) + log(1 + sum of y exp(-x))``, one number an image. Weights multiply the
    terms of the sums. For long label lists where 0 is wanted as the threshold of the logit: it is by design. sigmoid(x)
    is a rank and no probability. With few labels BCE is as good. Gradients of an image sum to at most 2 whatever the
    number of labels: learning rates are those of softmax.

    Parameters
    ----------
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        ``"mean"`` over the images with a known cell, ``"sum"``, ``"sum_per_image"`` or ``"none"``, which gives ``[n]``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.ZLPR()
    >>> loss(torch.zeros(1, 3), torch.tensor([[1.0, 0.0, 0.0]]))  # log 3 + log 2
    tensor(1.7918)
    """

    def __init__(
        self,
        *,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class TwoWay(_Loss):
    """Two-way loss: ranks the labels of each image, and the images of each label (kobayashi2023).

    ``softplus(Tn * logsumexp over negatives of x / Tn + Tp * logsumexp over positives of -x / Tp)`` along each row, plus the
    same down each column. A soft target is in both sums, with weights y and 1 - y. A row or column without a positive or
    without a negative costs 0. ``"mean"`` is the mean over the rows that have a positive plus the mean over such columns.

    For large batches (the published runs have 512): the second half compares within the batch. Only differences of
    logits count, so scores are ranks: tune one threshold a label.

    Parameters
    ----------
    temperature_positive, temperature_negative
        Above 0; the paper's.
    terms
        Which comparisons to make.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        ``"mean"``, ``"sum"`` or ``"sum_per_image"``; there is no value a cell.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.TwoWay(terms="images")
    >>> loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))  # softplus(0)
    tensor(0.6931)
    """

    def __init__(
        self,
        *,
        temperature_positive: float = 4.0,
        temperature_negative: float = 1.0,
        terms: Literal["both", "images", "labels"] = "both",
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Literal["mean", "sum", "sum_per_image"] = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            temperature_positive=temperature_positive,
            temperature_negative=temperature_negative,
            terms=terms,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class Hill(_Loss):
    """Hill loss: a negative that the model scores high is likely a missed positive, and let go (zhang2021).

    ``y (1 - p')^gamma * -log p' + (1 - y) (lambda - p) p^2`` with ``p = sigmoid(x)`` and ``p' = sigmoid(x - margin)``. For
    data where positives are missing. Where all cells are known, BCE is the better choice. The margin pushes the scores of
    positives up; they are no probabilities: tune the threshold.

    Parameters
    ----------
    lambda_
        Height of the hill, at least 1; 1.5 puts the steepest gradient of a negative at p = 0.5.
    margin
        Taken from the logit of positives.
    gamma
        Focusing of positives, at least 0.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.Hill(reduction="none")
    >>> loss(torch.tensor([[0.0, 20.0]]), torch.zeros(1, 2))
    tensor([[0.2500, 0.5000]])
    """

    def __init__(
        self,
        *,
        lambda_: float = 1.5,
        margin: float = 1.0,
        gamma: float = 2.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "negative",
    ) -> None:
        super().__init__(
            lambda_=lambda_,
            margin=margin,
            gamma=gamma,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class SPLC(_Loss):
    """Self-paced loss correction: confident negatives are taken for missed positives (zhang2021).

    ``y (1 - p')^gamma * -log p' + (1 - y) p^gamma * -log(1 - p)`` with ``p = sigmoid(x)``, ``p' = sigmoid(x - margin)``; in
    epochs after ``change_epoch`` a negative with p above ``tau`` costs ``(1 - p)^gamma * -log p`` instead. For data where
    positives are missing; labels that always occur together may be talked into each other. Scores are no probabilities:
    tune the threshold. Before the first ``on_epoch_begin`` nothing is corrected.

    Parameters
    ----------
    tau
        Score above which a negative is corrected, in (0, 1).
    change_epoch
        The first epoch that corrects comes after this one.
    margin, gamma
        Taken from the logit of given positives; focusing of both sides.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.SPLC(reduction="sum")
    >>> before = loss(torch.tensor([[3.0]]), torch.zeros(1, 1))
    >>> loss.on_epoch_begin(2)
    >>> before > loss(torch.tensor([[3.0]]), torch.zeros(1, 1))
    tensor(True)
    """

    def __init__(
        self,
        *,
        tau: float = 0.6,
        change_epoch: int = 1,
        margin: float = 1.0,
        gamma: float = 2.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "negative",
    ) -> None:
        super().__init__(
            tau=tau,
            change_epoch=change_epoch,
            margin=margin,
            gamma=gamma,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class PartialAsymmetric(_Loss):
    """Partial asymmetric loss with class-aware selection, CSL (benbaruch2022).

    :class:`Asymmetric` with three groups of cells, each with a focusing and a weight of its own: positives, annotated
    negatives (0) and unknown cells (NaN, -1 or off in the mask), which count as negatives. ``mode="selective"`` leaves
    out the likeliest unknown cells of the batch and those of labels with a high prior.

    When half of all cells are annotated, ``"ignore"`` is better than taking the rest for negatives; when few are, the
    reverse, and ``"selective"`` is best in both. Scores are no probabilities: tune the threshold.

    Parameters
    ----------
    gamma_positive, gamma_negative, gamma_unknown
        Focusing of the three groups; the defaults are the training script's.
    alpha_positive, alpha_negative, alpha_unknown
        Weights of the three groups.
    clip, focus_gradient
        As in :class:`Asymmetric`.
    mode
        What becomes of unknown cells: see above.
    likeliest_per_image
        So many times the images of the batch, its likeliest unknown cells count nothing.
    prior_threshold, prior
        Unknown cells of labels whose prior (the estimated share of positives, one a label) is above count nothing.
    pos_weight, class_weight, label_smoothing
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`. The published learning rates belong to ``"sum"``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.PartialAsymmetric(mode="ignore", reduction="sum")
    >>> loss(torch.zeros(1, 3), torch.tensor([[1.0, 0.0, -1.0]]))  # log 2 and 0.5 log 2
    tensor(1.0397)
    """

    def __init__(
        self,
        *,
        gamma_positive: float = 0.0,
        gamma_negative: float = 1.0,
        gamma_unknown: float = 4.0,
        alpha_positive: float = 1.0,
        alpha_negative: float = 1.0,
        alpha_unknown: float = 1.0,
        clip: float = 0.0,
        focus_gradient: FocusGradient = "detached",
        mode: Literal["selective", "negative", "ignore"] = "selective",
        likeliest_per_image: float = 5.0,
        prior_threshold: float = 0.5,
        prior: Weights = None,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            gamma_positive=gamma_positive,
            gamma_negative=gamma_negative,
            gamma_unknown=gamma_unknown,
            alpha_positive=alpha_positive,
            alpha_negative=alpha_negative,
            alpha_unknown=alpha_unknown,
            clip=clip,
            focus_gradient=focus_gradient,
            mode=mode,
            likeliest_per_image=likeliest_per_image,
            prior_threshold=prior_threshold,
            prior=_weights("PartialAsymmetric", "prior", prior),
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
        )


class WeakAssumeNegative(_Loss):
    """All that is not a known positive is a negative, but weakly (cole2021).

    ``y log(1 + exp(-x)) + (1 - y) w log(1 + exp(x))`` with ``w = 1 / (labels - 1)``. For data where each image has about one
    positive written down. Not where images have many known positives: they drown the negatives. Scores come out too
    high, p / (p + w (1 - p)) for a frequency p: tune the threshold.

    Parameters
    ----------
    negative_weight
        Weight of negatives, in [0, 1]; 0: the published 1 / (labels - 1).
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.WeakAssumeNegative(reduction="sum")
    >>> loss(torch.zeros(1, 3), torch.tensor([[1.0, -1.0, -1.0]]))  # log 2 + 2 * log 2 / 2
    tensor(1.3863)
    """

    def __init__(
        self,
        *,
        negative_weight: float = 0.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "negative",
    ) -> None:
        super().__init__(
            negative_weight=negative_weight,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class EPR(_Loss):
    """Expected positive regularisation: known positives, and how many labels an image has (cole2021).

    Mean over images of the sum of ``-y log p``, plus ``((mean over images of the sum of p) - expected_positives)^2 /
    labels^2``. Negatives cost nothing by themselves. For data where only positives were written down; where negatives
    are known, BCE is far better. It ranks; scores are no probabilities: tune the threshold.

    Parameters
    ----------
    expected_positives
        Labels an image has on average, above 0; published: VOC 1.5, COCO 2.9, NUS 1.9, CUB 31.4.
    pos_weight, class_weight, label_smoothing
        As in :class:`BCEWithLogits`.
    reduction
        ``"mean"``, ``"sum"`` or ``"sum_per_image"``; there is no value a cell.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.EPR(expected_positives=1.5)
    >>> loss(torch.zeros(2, 3), torch.full((2, 3), -1.0).index_fill(1, torch.tensor([0]), 1.0))  # log 2 + 0
    tensor(0.6931)
    """

    def __init__(
        self,
        *,
        expected_positives: float,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Literal["mean", "sum", "sum_per_image"] = "mean",
    ) -> None:
        super().__init__(
            expected_positives=expected_positives,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
        )


class EntropyMaximization(_Loss):
    """Unknown cells are kept uncertain, and later the least likely are weak negatives (zhou2022).

    Known cells: binary cross-entropy. Unknown cells: ``-alpha * H(p)`` with the entropy H; in epochs after
    ``warmup_epochs`` the ``negative_share`` of them with the lowest scores cost ``beta * log(1 + exp(x))`` instead. In the
    paper a pseudo-negative's target is its score of the epoch before; here it is 0, chosen anew in each batch, so that
    nothing need be remembered for each image.

    For data where only positives were written down; with known negatives BCE is better. The loss may be negative.
    Unknown cells hover about p = 0.5 by design, so 0.5 is no threshold: tune it.

    Parameters
    ----------
    alpha
        Weight of the entropy; the paper has 0.2, 0.1, 0.1 and 0.01 for VOC, COCO, NUS and CUB.
    beta
        Weight of pseudo-negatives; the paper has 0.02, 0.9, 0.2 and 0.4.
    negative_share
        Share of the unknown cells of the batch that become pseudo-negatives, in [0, 1].
    warmup_epochs
        Epochs without pseudo-negatives.
    pos_weight, class_weight, label_smoothing
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.EntropyMaximization(reduction="sum")
    >>> loss(torch.zeros(1, 2), torch.tensor([[1.0, -1.0]]))  # log 2 - 0.1 log 2
    tensor(0.6238)
    """

    def __init__(
        self,
        *,
        alpha: float = 0.1,
        beta: float = 0.9,
        negative_share: float = 0.9,
        warmup_epochs: int = 5,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            alpha=alpha,
            beta=beta,
            negative_share=negative_share,
            warmup_epochs=warmup_epochs,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
        )


class LargeLoss(_Loss):
    """The largest losses of assumed negatives are missed positives: reject or correct them (kim2022).

    Binary cross-entropy with unknown cells as negatives; in epoch e the ``(e - 1) * percent_per_epoch`` percent of the
    batch's cells with the largest losses among the assumed negatives are left out, or count as positives for the step.
    The first epoch suspects none. For data where positives are missing; on clean data the largest losses are the hard
    cells that matter most. Scores come near those of full labels, somewhat low.

    Parameters
    ----------
    mode
        What becomes of the suspects.
    percent_per_epoch
        In [0, 100]; published: 0.1 to 0.5.
    zeros_are_unknown
        Whether targets of 0 are assumptions too; False: only NaN, -1 and cells off in the mask are.
    pos_weight, class_weight, label_smoothing
        As in :class:`BCEWithLogits`.
    reduction
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.LargeLoss(percent_per_epoch=50, reduction="none")
    >>> loss.on_epoch_begin(2)
    >>> loss(torch.tensor([[0.0, 3.0]]), torch.zeros(1, 2))
    tensor([[0.6931, 0.0000]])
    """

    def __init__(
        self,
        *,
        mode: Literal["reject", "correct"] = "reject",
        percent_per_epoch: float = 0.2,
        zeros_are_unknown: bool = True,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(
            mode=mode,
            percent_per_epoch=percent_per_epoch,
            zeros_are_unknown=zeros_are_unknown,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
        )


class SoftF1(_Loss):
    """The macro F-measure itself, made differentiable (benedict2021).

    ``1 - 2 tp / (2 tp + fp + fn)`` a label, with ``s = sigmoid(slope * x + offset)``, ``tp = sum of s y``,
    ``fp = sum of s (1 - y)``, ``fn = sum of (1 - s) y``. The sums run over the epoch: those of earlier batches are added as
    constants, so that rare labels have positives to be measured on. Calls with gradients off leave no trace, and
    ``on_epoch_begin`` forgets.

    For the last epochs of a training that is judged by F1; from scratch it hardly learns. Scores lose all calibration:
    keep the threshold at sigmoid(-offset / slope).

    Parameters
    ----------
    slope, offset
        Of the sigmoid; a larger slope is nearer to a hard threshold.
    memory
        What the counts of earlier batches weigh, in [0, 1]; 0: each batch for itself.
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        ``"mean"`` over the labels with a positive, ``"sum"``, ``"sum_per_image"`` or ``"none"``, which gives ``[labels]``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.SoftF1()
    >>> loss(torch.zeros(2, 1), torch.tensor([[1.0], [0.0]]))  # tp = fp = fn = 0.5
    tensor(0.5000)
    """

    def __init__(
        self,
        *,
        slope: float = 1.0,
        offset: float = 0.0,
        memory: float = 1.0,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            slope=slope,
            offset=offset,
            memory=memory,
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )

    def _traceable(self) -> bool:
        return bool(self._options["memory"] == 0)


class SoftMargin(_Loss):
    """Binary cross-entropy averaged over each image's known labels first, then over images.

    The formula of :class:`torch.nn.MultiLabelSoftMarginLoss`. With all cells known it is :class:`BCEWithLogits`; otherwise
    an image with few known cells weighs as much as one with many. Scores are probabilities.

    Parameters
    ----------
    pos_weight, class_weight, label_smoothing, unknown
        As in :class:`BCEWithLogits`.
    reduction
        ``"mean"`` over the images with a known cell, ``"sum"``, ``"sum_per_image"`` or ``"none"``, which gives ``[n]``.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> loss = ml.loss.SoftMargin()
    >>> loss(torch.zeros(2, 2), torch.tensor([[1.0, -1.0], [0.0, 1.0]]))
    tensor(0.6931)
    """

    def __init__(
        self,
        *,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__(
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )


class CellLoss(nn.Module):
    """A loss of your own from two functions of the logit: what a positive costs and what a negative costs.

    A cell with a target y costs ``pos_weight * y * positive(x) + (1 - y) * negative(x)``; checks, unknown cells, weights and
    reduction are those of every loss. It runs in tensor operations; the C++ class of this name compiles the formula.

    Parameters
    ----------
    positive, negative
        From logits ``[n, labels]`` to losses of that shape. They should be finite for every logit: use
        ``torch.nn.functional.softplus(-x)`` and not ``-torch.sigmoid(x).log()``.
    pos_weight, class_weight, label_smoothing, reduction, unknown
        As in :class:`BCEWithLogits`.

    Examples
    --------
    >>> import torch
    >>> import multilabel as ml
    >>> brier = ml.loss.CellLoss(lambda x: torch.sigmoid(-x) ** 2, lambda x: torch.sigmoid(x) ** 2)
    >>> brier(torch.zeros(1, 2), torch.tensor([[1.0, -1.0]]))  # the second cell is unknown
    tensor(0.2500)
    """

    def __init__(
        self,
        positive: Callable[[Tensor], Tensor],
        negative: Callable[[Tensor], Tensor],
        *,
        pos_weight: Weights = None,
        class_weight: Weights = None,
        label_smoothing: Smoothing = 0.0,
        reduction: Reduction = "mean",
        unknown: Unknown = "ignore",
    ) -> None:
        super().__init__()
        self.positive, self.negative = positive, negative
        self._weights = (
            _weights("CellLoss", "pos_weight", pos_weight),
            _weights("CellLoss", "class_weight", class_weight),
        )
        self._smoothing = _smoothing("CellLoss", label_smoothing)
        self._reduction, self._unknown = reduction, unknown
        BCEWithLogits(  # checks the options
            pos_weight=pos_weight,
            class_weight=class_weight,
            label_smoothing=label_smoothing,
            reduction=reduction,
            unknown=unknown,
        )

    def forward(
        self, logits: Tensor, targets: Tensor, *, mask: Tensor | None = None, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return the loss; the arguments are those of every loss."""
        with torch.no_grad():  # the checks are those of the others
            zeros = torch.zeros_like(logits, requires_grad=False)
            BCEWithLogits(pos_weight=self._weights[0] or None, class_weight=self._weights[1] or None)(
                zeros, targets, mask=mask, sample_weight=sample_weight
            )
        x = logits if logits.dtype == torch.float64 else logits.float()
        y = targets.detach().to(x)
        annotated = y.eq(y) & y.ne(-1)
        if mask is not None:
            annotated = annotated & mask
        known = annotated if self._unknown == "ignore" else torch.ones_like(annotated)
        x = torch.where(known, x, 0)
        lost, gained = self._smoothing
        y = torch.where(annotated, y, 0) * (1 - lost - gained) + gained
        pos_weight, class_weight = (x.new_tensor(weight) if weight else 1.0 for weight in self._weights)
        values = (pos_weight * y * self.positive(x) + (1 - y) * self.negative(x)) * class_weight
        if sample_weight is not None:
            values = values * sample_weight.to(x).unsqueeze(1)
        values = torch.where(known, values, 0)
        if self._reduction == "none":
            return values
        divisor: float | Tensor = {"sum": 1.0, "sum_per_image": float(max(1, len(x)))}.get(self._reduction, 0.0)
        return values.sum() / (divisor or known.sum().clamp(min=1))


class ClassBalanced:
    """Weights of labels by the effective number of their samples (cui2019), for any loss.

    ``(1 - beta) / (1 - beta^n)``, scaled to a mean of 1; a label with n = 0 counts as n = 1. For label counts that differ by
    a factor of ten and more. Positives and negatives of a label weigh alike, so scores stay probabilities.

    Parameters
    ----------
    positives
        Images with each label in the training set.
    beta
        In [0, 1); published: 0.9 to 0.9999. Nearer to 1 is nearer to 1 / n.

    Examples
    --------
    >>> import multilabel as ml
    >>> weights = ml.loss.ClassBalanced([900, 10], beta=0.99)
    >>> [round(weight, 3) for weight in weights.class_weight]
    [0.175, 1.825]
    >>> loss = ml.loss.Focal(**weights.options)
    """

    def __init__(self, positives: Sequence[float] | Tensor, *, beta: float = 0.999) -> None:
        self.class_weight: list[float] = _loss.class_balanced(_weights("ClassBalanced", "positives", positives), beta)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments for a loss."""
        return {"class_weight": self.class_weight}


class PriorWeighting:
    """Weights of labels from their share r of positives, for any loss: e^(1 - r) for positives, e^r for negatives (li2015).

    Scores of rare labels come out higher than their frequency: tune thresholds.

    Parameters
    ----------
    positives
        Images with each label in the training set.
    images
        Images of the training set.

    Examples
    --------
    >>> import multilabel as ml
    >>> loss = ml.loss.BCEWithLogits(**ml.loss.PriorWeighting([900, 10], 1000).options)
    """

    def __init__(self, positives: Sequence[float] | Tensor, images: float) -> None:
        self.pos_weight: list[float]
        self.class_weight: list[float]
        self.pos_weight, self.class_weight = _loss.prior_weighting(
            _weights("PriorWeighting", "positives", positives), images
        )

    @property
    def options(self) -> dict[str, Any]:
        """The arguments for a loss."""
        return {"pos_weight": self.pos_weight, "class_weight": self.class_weight}


def index_targets(indices: Tensor | Sequence[Sequence[int]], labels: int) -> Tensor:
    """Return targets ``[n, labels]`` from lists of positives: 1 at the labels listed, 0 elsewhere.

    For label lists so long that rows of zeros are not worth keeping or sending to a device: as a tensor the lists may be
    where the logits are. For any loss.

    Parameters
    ----------
    indices
        One list of labels an image, or integers ``[n, k]`` whose rows are filled up with -1.
    labels
        How many labels there are.

    Examples
    --------
    >>> import multilabel as ml
    >>> ml.loss.index_targets([[2, 0], []], 3)
    tensor([[1., 0., 1.],
            [0., 0., 0.]])
    """
    if not isinstance(indices, Tensor):
        rows = [[int(index) for index in row] for row in indices]
        longest = max((len(row) for row in rows), default=0)
        filled = [row + [-1] * (longest - len(row)) for row in rows]
        indices = torch.tensor(filled, dtype=torch.int64).reshape(len(rows), longest)
    if indices.dim() != 2 or indices.dtype.is_floating_point or indices.dtype == torch.bool:
        raise ShapeError(
            f"loss.index_targets: indices must be integers of shape [n, k]; got {indices.dtype} {list(indices.shape)}"
        )
    outside = (indices < -1) | (indices >= labels)
    if bool(outside.any()):
        raise ArgumentError(
            f"loss.index_targets: an index must be in [0, {labels}), or -1 for none; got {int(indices[outside][0])}"
        )
    targets = torch.zeros(len(indices), labels + 1, device=indices.device)
    targets.scatter_(1, torch.where(indices < 0, labels, indices).long(), 1.0)
    return targets[:, :labels].contiguous()


_BY_NAME: dict[str, type[_Loss]] = {
    "asymmetric": Asymmetric,
    "asymmetric_polynomial": AsymmetricPolynomial,
    "bce_with_logits": BCEWithLogits,
    "binary_crossentropy": BCEWithLogits,
    "binary_focal_crossentropy": Focal,
    "distribution_balanced": DistributionBalanced,
    "entropy_maximization": EntropyMaximization,
    "epr": EPR,
    "focal": Focal,
    "hill": Hill,
    "large_loss": LargeLoss,
    "partial_asymmetric": PartialAsymmetric,
    "soft_f1": SoftF1,
    "soft_margin": SoftMargin,
    "splc": SPLC,
    "two_way": TwoWay,
    "weak_assume_negative": WeakAssumeNegative,
    "zlpr": ZLPR,
}
_REFUSED = ("categorical_crossentropy", "categoricalcrossentropy", "softmax", "cross_entropy", "crossentropy", "nll")


def names() -> list[str]:
    """Return the names that :func:`get` knows, sorted.

    Examples
    --------
    >>> import multilabel as ml
    >>> ml.loss.names()[:3]
    ['asymmetric', 'asymmetric_polynomial', 'bce_with_logits']
    """
    return sorted(_BY_NAME)


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
        refuse_competing("loss.get", repr(name))
    known = {key.replace("_", ""): make for key, make in _BY_NAME.items()}
    make = known.get(wanted.replace("_", ""))
    if make is None:
        raise ArgumentError(f"loss.get: the loss must be one of {', '.join(names())}; got {name!r}")
    return make(**options)
