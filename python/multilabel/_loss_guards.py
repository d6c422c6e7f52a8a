# SPDX-License-Identifier: Apache-2.0
"""Does the loss fit labels that do not exclude each other, and what the model returns? Told by types, and at the first step by
what torch recorded of it, so that a lambda around ``F.cross_entropy`` is found as its class is."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal, NoReturn

import torch
from torch import Tensor, nn
from torch.nn import functional

from ._core import ArgumentError
from ._doubts import doubt

Kind = Literal["logits", "probabilities", "categorical"]

_KINDS: dict[Kind, tuple[Any, ...]] = {
    "categorical": (
        nn.CrossEntropyLoss,
        nn.NLLLoss,
        nn.MultiMarginLoss,
        nn.AdaptiveLogSoftmaxWithLoss,
        functional.cross_entropy,
        functional.nll_loss,
        functional.multi_margin_loss,
    ),
    "logits": (
        nn.BCEWithLogitsLoss,
        nn.MultiLabelSoftMarginLoss,
        functional.binary_cross_entropy_with_logits,
        functional.multilabel_soft_margin_loss,
    ),
    "probabilities": (nn.BCELoss, functional.binary_cross_entropy),
}
_SOFTMAX = {"SoftmaxBackward0": "softmax", "LogSoftmaxBackward0": "log_softmax"}
_OF_LOGITS = {"SigmoidBackward0", "LogSigmoidBackward0", "SoftplusBackward0", "BinaryCrossEntropyWithLogitsBackward0"}
_UNCHANGED = (
    "View",
    "Reshape",
    "UnsafeView",
    "Squeeze",
    "Unsqueeze",
    "ToCopy",
    "Alias",
    "Clone",
    "Transpose",
    "T",
    "Permute",
)


def refuse_competing(where: str, what: str) -> NoReturn:
    """Say why softmax is not for several labels at once."""
    raise ArgumentError(
        f"{where}: the loss must be one for labels that do not exclude each other; got {what}. Softmax makes the labels of an "
        "image compete for one unit of probability, so an image with two labels can never be right about both. Use "
        "multilabel.loss.BCEWithLogits() on raw outputs"
    )


def kind_of(loss: Any) -> Kind | None:
    """What a loss of torch takes; None for any other."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    for kind, known in _KINDS.items():
        if any(isinstance(loss, one) if isinstance(one, type) else loss is one for one in known):
            return kind
    return None


def require_multi_label(where: str, loss: Any) -> None:
    """Refuse a loss of torch that is for one label an image."""
    if kind_of(loss) == "categorical":
        while isinstance(loss, functools.partial):
            loss = loss.func
        refuse_competing(where, getattr(loss, "__name__", type(loss).__name__))


class Watched:
    """A function of the user's, with all that it has, whose first value is looked at while a `FirstStep` is open."""

    _loss: Callable[..., Any]
    _look: Callable[[Tensor, Any], None] | None

    def __init__(self, loss: Callable[..., Any]) -> None:
        named = loss if hasattr(loss, "__qualname__") else type(loss)
        self.__dict__.update(
            _loss=loss, _look=None, __module__=named.__module__, __qualname__=getattr(named, "__qualname__", "")
        )

    def __call__(self, logits: Tensor, targets: Tensor, **more: Any) -> Any:
        value = self._loss(logits, targets, **more)
        if self._look is not None:
            self._look(logits, value)
        return value

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_loss"], name)


def _recorded(value: Tensor, until: Any) -> set[str]:
    """The names of the operations between the loss and the model's output."""
    names, seen, waiting = set(), {until}, [value.grad_fn]
    while waiting and len(seen) < 1000:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        names.add(node.name())
        waiting += [before for before, _ in node.next_functions]
    return names


def _last_operation(output: Tensor) -> str:
    """The name of the operation that made the output, seen through those that change no number."""
    node = output.grad_fn
    while node is not None and node.next_functions and node.name().partition("Backward")[0] in _UNCHANGED:
        node = node.next_functions[0][0]
    return "" if node is None else node.name()


class FirstStep:
    """Looks once at what a model returns and at what a loss makes of it, in a ``with`` block; then both run untouched."""

    def __init__(self, where: str, model: nn.Module, loss: Any, *, takes: Kind | None) -> None:
        self._where, self._model, self._loss, self._takes = where, model, loss, takes
        self._ends_in_sigmoid = False
        self._hooks: list[Any] = []

    def __enter__(self) -> FirstStep:
        if not isinstance(self._model, torch.jit.ScriptModule):
            self._hooks.append(self._model.register_forward_hook(self._after_model))
        if isinstance(self._loss, Watched):
            self._loss._look = self._after_loss
        elif self._takes is None and isinstance(self._loss, nn.Module):
            self._hooks.append(
                self._loss.register_forward_hook(lambda _, given, value: self._after_loss(given[0], value))
            )
        return self

    def __exit__(self, *_: Any) -> None:
        for hook in self._hooks:
            hook.remove()
        if isinstance(self._loss, Watched):
            self._loss._look = None

    def _after_model(self, model: nn.Module, inputs: Any, output: Any) -> None:
        if not self._hooks or not isinstance(output, Tensor) or output.grad_fn is None:
            return
        self._hooks.pop(0).remove()
        last = _last_operation(output)
        if last in _SOFTMAX:
            refuse_competing(self._where, f"a model that ends in {_SOFTMAX[last]}")
        self._ends_in_sigmoid = last == "SigmoidBackward0"
        if self._ends_in_sigmoid and self._takes is not None:
            self._judge_sigmoid(self._takes == "logits")

    def _after_loss(self, logits: Tensor, value: Any) -> None:
        if not isinstance(value, Tensor) or value.grad_fn is None:
            return
        self.__exit__()
        recorded = _recorded(value, logits.grad_fn)
        if recorded & _SOFTMAX.keys():
            doubt(
                f"{self._where}: the loss must be one for labels that do not exclude each other; got one with a softmax, which "
                "makes the labels of an image compete for one unit of probability. Use multilabel.loss.BCEWithLogits()."
            )
        if self._ends_in_sigmoid:
            self._judge_sigmoid(bool(recorded & _OF_LOGITS))

    def _judge_sigmoid(self, under_logits: bool) -> None:
        if under_logits:
            raise ArgumentError(
                f"{self._where}: a model under a loss on logits must return raw outputs; got one that ends in a sigmoid, which "
                "the loss would apply a second time. Remove the sigmoid from the model"
            )
        doubt(
            f"{self._where}: the model must return raw outputs; got one that ends in a sigmoid, so that the scores of evaluate "
            "and predict, the sigmoid of what it returns, all lie above 0.5. Remove the sigmoid, and use "
            "multilabel.loss.BCEWithLogits()."
        )
