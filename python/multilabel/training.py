# SPDX-License-Identifier: Apache-2.0
"""The training loop: any model, any loss, the callbacks you need, and runs that can be stopped and resumed at will.

The loop is the C++ one. It drives a network of :mod:`multilabel.model` or any :class:`torch.nn.Module` that returns
logits ``[n, labels]``, with a loss of :mod:`multilabel.loss` or any callable ``loss(logits, targets)``.
"""

from __future__ import annotations

import copy
import difflib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

import torch
from torch import nn

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._arguments import whole
from ._core import ArgumentError
from ._doubts import doubt
from ._loss_guards import FirstStep, Watched, kind_of, require_multi_label
from ._progress import Progress, callback_for, checked_progress
from ._torch import loss as _loss  # noqa: F401  (the types of the losses must be known)
from ._torch import training as _training
from ._torch.training import (
    EpochRow,
    Evaluation,
    Flow,
    History,
    ParameterGroup,
    Schedule,
    StopToken,
    TrainingState,
)
from .data import DataLoader, _label_names
from .evaluation import HeldOut, Measure, measure_names
from .loss import _Loss
from .model import Classifier

if TYPE_CHECKING:
    from .encoding import Vocabulary

__all__ = [
    "CSVLogger",
    "EarlyStopping",
    "EpochRow",
    "Evaluation",
    "Flow",
    "HeldOut",
    "History",
    "ModelCheckpoint",
    "ParameterGroup",
    "ProgressBar",
    "Schedule",
    "StopToken",
    "Trainer",
    "TrainingState",
    "constant",
    "cosine",
    "exponential",
    "layer_decay",
    "linear",
    "one_cycle",
    "plateau",
    "polynomial",
    "step",
]

_EVENTS = (
    "on_fit_begin",
    "on_epoch_begin",
    "on_step_end",
    "on_validation_step_end",
    "on_epoch_end",
    "on_fit_end",
)


def constant(*, warmup: float = 0.0) -> Schedule:
    """Return the schedule that keeps the learning rate, after a linear warm-up.

    Parameters
    ----------
    warmup
        Share of the run, in [0, 1), in which the rate climbs from near 0.

    Examples
    --------
    >>> from multilabel.training import constant
    >>> schedule = constant(warmup=0.5)
    >>> [round(schedule.factor(step, 4), 2) for step in range(4)]
    [0.33, 0.67, 1.0, 1.0]
    """
    return _training.constant(warmup=warmup)


def cosine(*, warmup: float = 0.0, end: float = 0.0, cycles: float = 1.0) -> Schedule:
    """Return half a cosine from 1 down to the factor ``end``, after a linear warm-up.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    end
        In [0, 1].
    cycles
        How often it starts again at 1, each time over the same share of the run; at least 1.

    Examples
    --------
    >>> import multilabel as ml
    >>> schedule = ml.training.cosine(warmup=0.1)
    >>> [round(schedule.factor(step, 100), 2) for step in (0, 10, 55, 99)]
    [0.09, 1.0, 0.5, 0.0]
    """
    return _training.cosine(warmup=warmup, end=end, cycles=cycles)


def exponential(*, warmup: float = 0.0, end: float = 0.01) -> Schedule:
    """Return the schedule that falls by the same share at every step, to the factor ``end``, after a linear warm-up.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    end
        In (0, 1]; torch's ``gamma`` to the power of the steps of the run.

    Examples
    --------
    >>> from multilabel.training import exponential
    >>> schedule = exponential(end=0.0001)
    >>> [round(schedule.factor(step, 4), 4) for step in range(4)]
    [1.0, 0.1, 0.01, 0.001]
    """
    return _training.exponential(warmup=warmup, end=end)


def polynomial(*, warmup: float = 0.0, power: float = 1.0, end: float = 0.0) -> Schedule:
    """Return the schedule ``end + (1 - end) * (1 - share of the run) ** power``, after a linear warm-up.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    power
        Above 0.
    end
        In [0, 1].

    Examples
    --------
    >>> from multilabel.training import polynomial
    >>> schedule = polynomial(power=2)
    >>> [round(schedule.factor(step, 4), 4) for step in range(4)]
    [1.0, 0.5625, 0.25, 0.0625]
    """
    return _training.polynomial(warmup=warmup, power=power, end=end)


def one_cycle(*, rise: float = 0.3, start: float = 1 / 25, end: float = 4e-6) -> Schedule:
    """Return torch's OneCycleLR: up from ``start`` to 1 and down to ``end``, both along half a cosine.

    Parameters
    ----------
    rise
        Share of the run until the top, in (0, 1).
    start
        The first factor, in (0, 1]: torch's ``1 / div_factor``.
    end
        The last factor, in [0, 1]: torch's ``start / final_div_factor``.

    Examples
    --------
    >>> from multilabel.training import one_cycle
    >>> schedule = one_cycle()
    >>> [round(schedule.factor(step, 10), 2) for step in (0, 1, 2, 6, 9)]
    [0.04, 0.52, 1.0, 0.39, 0.0]
    """
    return _training.one_cycle(rise=rise, start=start, end=end)


def plateau(
    *,
    multiplier: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    cooldown: int = 0,
    end: float = 0.0,
    schedule: Schedule | None = None,
) -> _training.AnySchedule:
    """Return a schedule that falls when the trainer's ``monitor`` does not get better: torch's ReduceLROnPlateau.

    Without validation the trainer's ``monitor`` must be ``"training_loss"``.

    Parameters
    ----------
    multiplier
        What one drop multiplies by, in (0, 1).
    patience
        Epochs without a better value that are borne.
    threshold
        A value must be better by this share of the best one to count.
    cooldown
        Epochs after a drop in which nothing is counted.
    end
        The factor does not fall below it.
    schedule
        What moves the rate beside it; None: :func:`constant`.

    Examples
    --------
    >>> import multilabel as ml
    >>> schedule = ml.training.plateau(patience=2, schedule=ml.training.constant(warmup=0.1))
    >>> model = ml.model.create("resnet18", labels=3)
    >>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), schedule=schedule, monitor="validation_loss")
    """
    return _training.plateau(
        multiplier=multiplier,
        patience=whole("training.plateau", "patience", patience, 0),
        threshold=threshold,
        cooldown=whole("training.plateau", "cooldown", cooldown, 0),
        end=end,
        schedule=constant() if schedule is None else schedule,
    )


def layer_decay(model: nn.Module, decay: float = 0.75, *, epochs_a_block: int = 0) -> list[ParameterGroup]:
    """Return parameter groups that learn the slower, and begin the later, the further they are from the head.

    Of n blocks number k, counted from 0, learns at ``decay ** (n - k)`` of the rate, the stem at ``decay ** (n + 1)``, what
    stands behind the last block at the whole rate: BEiT's layer-wise decay with timm's numbers.

    Parameters
    ----------
    model
        A network whose parameter names number its blocks: the library's, timm's and most others do.
    decay
        From one block to the one before it, in (0, 1].
    epochs_a_block
        Gradual unfreezing: a block is learnt so many epochs later than the one behind it.

    Raises
    ------
    ArgumentError
        For a decay out of range, and for a network without numbered blocks.

    Examples
    --------
    >>> import multilabel as ml
    >>> model = ml.model.create("resnet18", labels=3)
    >>> groups = ml.training.layer_decay(model, 0.5)
    >>> groups[-1]
    ParameterGroup('layer4.1.', rate_factor=0.5, weight_decay=None, frozen_epochs=0)
    >>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), groups=groups)
    """
    names = [name for name, _ in model.named_parameters()]
    return _training.layer_decay(names, decay, whole("training.layer_decay", "epochs_a_block", epochs_a_block, 0))


def linear(*, warmup: float = 0.0, end: float = 0.0) -> Schedule:
    """Return a straight line from 1 down to the factor ``end``, after a linear warm-up.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    end
        In [0, 1].

    Examples
    --------
    >>> from multilabel.training import linear
    >>> schedule = linear(end=0.2)
    >>> [round(schedule.factor(step, 4), 2) for step in range(4)]  # the end would be reached by the step after the last
    [1.0, 0.8, 0.6, 0.4]
    """
    return _training.linear(warmup=warmup, end=end)


def step(*, warmup: float = 0.0, every: float = 1 / 3, multiplier: float = 0.1) -> Schedule:
    """Return the schedule that multiplies the rate by ``multiplier`` after each share ``every`` of the run.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    every
        In (0, 1]; counted from the end of the warm-up, as a share of what is left of the run.
    multiplier
        In (0, 1].

    Examples
    --------
    >>> from multilabel.training import step
    >>> schedule = step(every=0.5)
    >>> [round(schedule.factor(step, 4), 2) for step in range(4)]
    [1.0, 1.0, 0.1, 0.1]
    """
    return _training.step(warmup=warmup, every=every, multiplier=multiplier)


class _Callback:
    """A callback of the library: the C++ object does the work, so a subclass's events would never be called."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ != __name__:
            raise TypeError(
                f"{cls.__name__}: a callback must be a class of its own, not derived from one of the library's; "
                "put both into callbacks=[...]"
            )

    def _erase(self) -> Any:
        return self._native.erase()  # type: ignore[attr-defined]


class EarlyStopping(_Callback):
    """End a run that no longer gets better. ``fit`` returns the best weights in any case; this spares the rest.

    Parameters
    ----------
    patience
        Epochs without a better value after which to stop, at least 1.
    min_delta
        A value must be better by more than this to count.
    monitor
        The column of the history to watch: a measure, ``"validation_loss"`` or ``"training_loss"``.

    Examples
    --------
    >>> import multilabel as ml
    >>> import numpy as np
    >>> import torch
    >>> white, black = np.full((4, 4, 3), 255, np.uint8), np.zeros((4, 4, 3), np.uint8)
    >>> data = ml.data.Dataset([white, black] * 2, [["cat"], [], ["cat"], []])
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
    >>> _ = torch.nn.init.constant_(model[1].weight, 0.01)  # the whiter, the more a cat
    >>> early = ml.training.EarlyStopping(patience=2)
    >>> ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[early]).fit(loader, loader, epochs=9)
    History(3 epochs, best_epoch=1, stopped='by_callback')
    """

    def __init__(self, *, patience: int = 5, min_delta: float = 0.0, monitor: str = "mean_average_precision") -> None:
        if patience < 1:
            raise ArgumentError(f"training.EarlyStopping: patience must be at least 1; got {patience}")
        self._native = _training.EarlyStopping(patience=patience, min_delta=min_delta, monitor=monitor)


class ModelCheckpoint(_Callback):
    """Keep a run on disk: ``best.safetensors`` (weights by name) and ``last.safetensors`` (the run, to resume from).

    Each file appears whole or not at all: on a full disk the run ends with a BundleError, and the last file that was
    written is still good. A run that is interrupted is written where it stands, in the middle of an epoch too.

    Parameters
    ----------
    folder
        Made where it is missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> import numpy as np
    >>> import torch
    >>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
    >>> checkpoint = ml.training.ModelCheckpoint(pathlib.Path(tempfile.mkdtemp()) / "run")
    >>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[checkpoint])
    >>> history = trainer.fit(loader, loader, epochs=1)
    >>> sorted(ml.model.load_safetensors(checkpoint.best).tensors)
    ['1.bias', '1.weight']
    >>> len(trainer.fit(loader, loader, epochs=3, resume=checkpoint.last))  # the epoch before counts
    3
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._native = _training.ModelCheckpoint(Path(folder))

    @property
    def best(self) -> Path:
        """The file with the weights of the best epoch."""
        return Path(self._native.best)

    @property
    def last(self) -> Path:
        """The file to resume from."""
        return Path(self._native.last)


class CSVLogger(_Callback):
    """Write the history as CSV after each epoch, one line an epoch; a resumed run continues its file.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> import numpy as np
    >>> import torch
    >>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "history.csv"
    >>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[ml.training.CSVLogger(path)])
    >>> history = trainer.fit(loader, loader, epochs=2)
    >>> [line.split(",")[0] for line in path.read_text().splitlines()]
    ['epoch', '1', '2']
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._native = _training.CSVLogger(Path(path))


class ProgressBar(_Callback):
    """Show how far a run is: one bar for all of it with the time left on a terminal, plain lines elsewhere.

    Parameters
    ----------
    stream
        Where to; by default what ``sys.stderr`` is when ``fit`` begins.
    style
        ``"automatic"``: a bar where the stream is a terminal.
    seconds
        Between two lines, where there is no bar.

    Examples
    --------
    >>> import io
    >>> import multilabel as ml
    >>> import numpy as np
    >>> import torch
    >>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
    >>> stream = io.StringIO()
    >>> bar = ml.training.ProgressBar(stream=stream, style="lines")
    >>> history = ml.training.Trainer(model, ml.loss.BCEWithLogits(), callbacks=[bar]).fit(loader, loader, epochs=1)
    >>> stream.getvalue().split(":")[0].split(",")[0]
    'epoch 1/1'
    """

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        style: Literal["automatic", "bar", "lines"] = "automatic",
        seconds: float = 5.0,
    ) -> None:
        if style not in ("automatic", "bar", "lines"):
            raise ArgumentError(
                f"training.ProgressBar: style must be one of 'automatic', 'bar', 'lines'; got {style!r}"
            )
        if not seconds >= 0:
            raise ArgumentError(f"training.ProgressBar: seconds must be at least 0; got {seconds}")
        self._stream = stream
        self._style = style
        self._seconds = seconds

    def _erase(self) -> Any:
        stream = sys.stderr if self._stream is None else self._stream
        terminal = bool(getattr(stream, "isatty", lambda: False)())
        bar = self._style == "bar" or (self._style == "automatic" and terminal)
        return _training.progress_bar(stream, bar, self._seconds)


def _erase(callback: Any) -> Any:
    """Return a callback as the C++ loop takes it. Complains about an object whose events would never be called."""
    if isinstance(callback, _Callback):
        return callback._erase()
    if isinstance(callback, type):
        raise ArgumentError(f"training.Trainer: a callback must be an object; got the class {callback.__name__}")
    name = type(callback).__name__
    for attribute in dir(callback):
        if attribute.startswith("on_") and attribute not in _EVENTS and callable(getattr(callback, attribute)):
            close = difflib.get_close_matches(attribute, _EVENTS, n=1, cutoff=0.6)
            mend = f"Did you mean {close[0]}?" if close else f"There are {', '.join(_EVENTS)}."
            raise ArgumentError(
                f"training.Trainer: the events of a callback must be known; got {name}.{attribute}. {mend}"
            )
    events = {event: getattr(callback, event) for event in _EVENTS if callable(getattr(callback, event, None))}
    if not events:
        raise ArgumentError(f"training.Trainer: a callback must have one or more of {', '.join(_EVENTS)}; got a {name}")
    for memory in ("state_dict", "load_state_dict"):
        if callable(getattr(callback, memory, None)):
            events[memory] = getattr(callback, memory)
    return _training.python_callback(name, events)


class _TorchOptimizer:
    """One run of a torch optimiser, as the C++ loop drives it: its own rates times the factor of the schedule.

    ``make`` gives the optimiser and, or None, its scheduler; ``base`` is what the loop's rate is a multiple of; one that
    ``grows`` takes in parameters that are thawed later.
    """

    def __init__(self, make: Callable[[list[dict[str, Any]]], tuple[Any, Any]], base: float, *, grows: bool) -> None:
        self._make = make
        self._base = base
        self._grows = grows
        self._optimizer: Any = None
        self._scheduler: Any = None

    def attach(self, parameters: list[tuple[str, Any, float, float]]) -> None:
        if self._optimizer is None:
            self._optimizer, self._scheduler = self._make([{"params": [tensor]} for _, tensor, _, _ in parameters])
            for group in self._optimizer.param_groups:
                group.setdefault("initial_lr", group["lr"])
        known = {id(tensor) for group in self._optimizer.param_groups for tensor in group["params"]}
        factors = {id(tensor): factor for _, tensor, factor, _ in parameters if factor != 1.0}
        for _, tensor, _, _ in parameters:
            if self._grows and id(tensor) not in known:
                rate = self._optimizer.param_groups[0]["initial_lr"]
                self._optimizer.add_param_group({"params": [tensor], "lr": rate, "initial_lr": rate})
        for group in self._optimizer.param_groups:
            group["rate_factor"] = factors.get(id(group["params"][0]), 1.0)

    def step(self, rate: float) -> float:
        groups = self._optimizer.param_groups
        if self._scheduler is None:
            for group in groups:
                group["lr"] = group["initial_lr"] * group["rate_factor"] * rate / self._base
        for group in groups:
            for tensor in group["params"]:  # fused kernels walk the memory of both alike
                if tensor.grad is not None and tensor.grad.stride() != tensor.stride():
                    tensor.grad = torch.empty_like(tensor).copy_(tensor.grad)
        taken = float(groups[0]["lr"])
        self._optimizer.step()
        if self._scheduler is not None:
            self._scheduler.step()
        return taken

    def state(self) -> dict[str, torch.Tensor]:
        """Return the memory as tensors; numbers and texts as the bytes of JSON."""
        state = self._optimizer.state_dict()
        named: dict[str, torch.Tensor] = {}
        rest: dict[str, Any] = {"groups": state["param_groups"], "numbers": {}}
        for i, memory in state["state"].items():
            for key, value in memory.items():
                if isinstance(value, torch.Tensor):
                    named[f"{i}/{key}"] = value
                else:
                    rest["numbers"][f"{i}/{key}"] = value
        if self._scheduler is not None:
            rest["scheduler"] = {key: value for key, value in self._scheduler.state_dict().items() if _is_plain(value)}
        text = json.dumps(rest).encode()
        named["json"] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
        return named

    def restore(self, stored: dict[str, torch.Tensor]) -> None:
        rest = json.loads(bytes(stored["json"].numpy()))
        memory: dict[int, dict[str, Any]] = {}
        for name, value in [*stored.items(), *rest["numbers"].items()]:
            if name != "json":
                i, _, key = name.partition("/")
                memory.setdefault(int(i), {})[key] = value
        self._optimizer.load_state_dict({"state": memory, "param_groups": rest["groups"]})
        if self._scheduler is not None:
            self._scheduler.load_state_dict(rest["scheduler"])


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def _name_of(thing: Any) -> str:
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{named.__module__}.{named.__qualname__}"


def _optimizer(optimizer: Any, schedule: Any, learning_rate: float) -> tuple[Any, Any]:
    """Return optimiser and schedule as the C++ loop takes them."""
    own = isinstance(schedule, torch.optim.lr_scheduler.LRScheduler)
    if own and schedule.optimizer is not optimizer:
        raise ArgumentError("training.Trainer: a scheduler must come with its optimizer; got another one")
    if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
        raise ArgumentError(
            "training.Trainer: a scheduler must move by its steps; got ReduceLROnPlateau, which waits for a measure. "
            "multilabel.training.plateau does the same"
        )
    name = _name_of(schedule)
    if own or schedule is None:
        moved = _training.AnySchedule(constant())
    elif isinstance(schedule, Schedule):
        moved = _training.AnySchedule(schedule)
    elif isinstance(schedule, _training.AnySchedule):
        moved = schedule
    elif callable(schedule):
        moved = _training.AnySchedule(schedule, name)
    else:
        raise ArgumentError(
            "training.Trainer: schedule must be a Schedule, a scheduler of torch or a function (step, total) -> factor; "
            f"got {type(schedule).__name__}"
        )
    if isinstance(optimizer, str):
        return _training.AnyOptimizer(optimizer), moved
    if isinstance(optimizer, torch.optim.Optimizer):
        begin = copy.deepcopy(optimizer.state_dict())  # every fit is a new run of the optimiser
        schedule_begin = copy.deepcopy(schedule.state_dict()) if own else None

        def again(_: Any) -> tuple[Any, Any]:
            optimizer.load_state_dict(copy.deepcopy(begin))
            if own:
                schedule.load_state_dict(copy.deepcopy(schedule_begin))
            return optimizer, schedule if own else None

        options = {key: value for key, value in optimizer.defaults.items() if _is_plain(value)}
        name = f"{_name_of(optimizer)} {options}" + (f", {_name_of(schedule)}" if own else "")
        return _training.AnyOptimizer(lambda: _TorchOptimizer(again, learning_rate, grows=False), name), moved
    if callable(optimizer):

        def make(groups: Any) -> tuple[Any, Any]:
            made = optimizer(groups)
            if not isinstance(made, torch.optim.Optimizer):
                raise ArgumentError(
                    f"training.Trainer: optimizer must return a torch.optim.Optimizer; got {type(made).__name__}"
                )
            return made, None

        return _training.AnyOptimizer(
            lambda: _TorchOptimizer(make, learning_rate, grows=True), _name_of(optimizer)
        ), moved
    raise ArgumentError(
        "training.Trainer: optimizer must be a name, a torch.optim.Optimizer or a function that makes one; "
        f"got {type(optimizer).__name__}"
    )


class Trainer:
    """Train a model in place.

    Parameters
    ----------
    model
        A :class:`multilabel.model.Classifier` or any ``nn.Module`` from images ``[n, 3, height, width]`` to logits
        ``[n, labels]``.
    loss
        A loss of :mod:`multilabel.loss`, or any callable ``loss(logits, targets)`` that returns one number as a tensor;
        unknown targets are NaN.
    learning_rate
        The most the schedule gives.
    weight_decay
        For weights of two dimensions and more, never for biases and norms.
    optimizer
        ``"adamw"``, ``"adam"`` or ``"sgd"`` (momentum 0.9), with torch's constants; a ``torch.optim.Optimizer`` over the
        model's parameters; or a function that makes one from parameters. Rates and decay of the latter two are their
        own, and `schedule` moves them.
    schedule
        :func:`constant` (the default), :func:`cosine`, :func:`linear`, :func:`step`, :func:`exponential`,
        :func:`polynomial`, :func:`one_cycle` or :func:`plateau`; a function of step and number of
        steps that returns the factor on the rate; or the scheduler of a torch optimiser, which moves at each step.
    ema_decay
        Of a running mean of the weights, which is then what is validated and returned; 0: none.
    clip_norm
        Most Euclidean norm of all gradients together; 0: no limit.
    accumulate
        Batches to one step of the optimiser, which is the step that all of them in one batch would make.
    seed
        Of what torch draws in the model (dropout and the like).
    randomness
        ``"own"``: what is drawn comes from a generator of the run, so runs in several threads and the rest of the program
        do not notice each other. ``"shared"``: from torch's default generator, which is lent to one step at a time and put
        back after it; for models that set its state themselves, as activation checkpointing does.
    device
        Where the run computes: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"`` or another of torch's; ``"auto"`` is the first of
        CUDA, MPS and the CPU that is there; None: where the model lies. The model is moved there and stays there; a
        checkpoint from one device resumes on another.
    precision
        Of the forward pass: ``"float32"``; ``"bfloat16"`` or ``"float16"`` by torch's autocast, the latter with a scaled
        loss. Weights, losses and optimiser stay float32. For TF32 see ``torch.set_float32_matmul_precision``.
    memory_format
        How images lie in memory: ``"channels_last"`` is the faster one for convolutions on CPUs.
    threads
        Of torch within one operation while it runs here; 0: as they are.
    monitor
        The column of the history that decides which epoch is best: a measure, ``"validation_loss"`` or
        ``"training_loss"``.
    measures
        Columns of the history: names of :func:`multilabel.evaluation.measure_names` and measures of your own.
    groups
        Parameters with a learning rate, a weight decay or a begin of their own, each a :class:`ParameterGroup`.
    vocabulary
        The labels of loaders that have no ``vocabulary`` of their own.
    callbacks
        Objects with one or more of ``on_fit_begin``, ``on_epoch_begin``, ``on_step_end``, ``on_validation_step_end``,
        ``on_epoch_end`` and ``on_fit_end``, each called with a :class:`TrainingState` and returning None or a
        :class:`Flow`. With ``state_dict`` (a dict of numbers) and ``load_state_dict`` their memory goes through a
        resume.
    progress
        Show on standard error how far a run is: a live bar on a terminal and, with tqdm installed, in a notebook; one line
        an epoch elsewhere. ``"bar"`` or ``"lines"`` chooses, False shows nothing; a :class:`ProgressBar` among the callbacks
        takes its place.

    Raises
    ------
    ArgumentError
        For an option out of range, or a callback with an event that is unknown or misspelt.

    Examples
    --------
    >>> import multilabel as ml
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:64]
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=32))
    >>> model = ml.model.create("efficientnet_lite0", labels=len(data.vocabulary))
    >>> trainer = ml.training.Trainer(model, ml.loss.BCEWithLogits(), learning_rate=6e-4)
    >>> history = trainer.fit(loader, loader, epochs=1)
    >>> len(history.epochs), history.stopped
    (1, 'finished')
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[..., Any],
        *,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.01,
        optimizer: Literal["adamw", "adam", "sgd"]
        | torch.optim.Optimizer
        | Callable[..., torch.optim.Optimizer] = "adamw",
        schedule: Schedule
        | _training.AnySchedule
        | Callable[[int, int], float]
        | torch.optim.lr_scheduler.LRScheduler
        | None = None,
        ema_decay: float = 0.0,
        clip_norm: float = 0.0,
        accumulate: int = 1,
        seed: int = 0,
        device: str | torch.device | None = None,
        precision: Literal["float32", "bfloat16", "float16"] = "float32",
        memory_format: Literal["channels_last", "contiguous"] = "channels_last",
        threads: int = 0,
        monitor: str = "mean_average_precision",
        randomness: Literal["own", "shared"] = "own",
        measures: Iterable[str | Measure] | None = None,
        groups: Iterable[ParameterGroup] = (),
        vocabulary: Vocabulary | Sequence[str] | None = None,
        callbacks: Iterable[Any] = (),
        progress: Progress = True,
    ) -> None:
        if not isinstance(model, nn.Module):
            raise ArgumentError(f"training.Trainer: model must be a torch.nn.Module; got {type(model).__name__}")
        if not callable(loss):
            raise ArgumentError(
                f"training.Trainer: loss must be a callable loss(logits, targets); got {type(loss).__name__}"
            )
        require_multi_label("training.Trainer", loss)
        if memory_format not in ("channels_last", "contiguous"):
            raise ArgumentError(
                f"training.Trainer: memory_format must be 'channels_last' or 'contiguous'; got {memory_format!r}"
            )
        if randomness not in ("own", "shared"):
            raise ArgumentError(f"training.Trainer: randomness must be 'own' or 'shared'; got {randomness!r}")
        for name, value in (("accumulate", accumulate), ("seed", seed), ("threads", threads)):
            if value < 0:
                raise ArgumentError(f"training.Trainer: {name} must not be negative; got {value}")
        self.model = model
        self.loss = loss
        self.callbacks = list(callbacks)
        self.progress = checked_progress(progress)
        self.history: History | None = None
        for callback in self.callbacks:
            _erase(callback)
        self._labels = None if vocabulary is None else _label_names(vocabulary)
        self._channels_last = memory_format == "channels_last"
        self._seed = seed
        self._takes = "logits" if isinstance(loss, _Loss) else kind_of(loss)
        self._called = loss if self._takes is not None or isinstance(loss, nn.Module) else Watched(loss)
        native = isinstance(model, Classifier) and model.computes_natively
        moved_by, moved_as = _optimizer(optimizer, schedule, learning_rate)
        self._trainer = _training.Trainer(
            _training.native_network(model.native) if native else _training.python_network(model),  # type: ignore[arg-type]
            loss.native.erase() if isinstance(loss, _Loss) else _training.python_loss(self._called),
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            optimizer=moved_by,
            schedule=moved_as,
            ema_decay=ema_decay,
            clip_norm=clip_norm,
            accumulate=accumulate,
            seed=seed,
            device="" if device is None else str(device),
            precision=str(precision),
            channels_last=self._channels_last,
            threads=threads,
            monitor=monitor,
            own_randomness=randomness == "own",
            measures=[
                _training.Measure(one.name, one.call, one.better == "lower")
                if isinstance(one, Measure)
                else _training.Measure(one)
                for one in (measure_names() if measures is None else measures)
            ],
            groups=list(groups),
        )

    def fit(
        self,
        train: DataLoader | Iterable[Any],
        validation: DataLoader | Iterable[Any] | None = None,
        *,
        epochs: int = 10,
        resume: str | os.PathLike[str] | None = None,
        stop: StopToken | None = None,
    ) -> History:
        """Learn, measure on ``validation`` after each epoch, and leave the best weights in the model.

        After an exception, too, ``self.history`` holds the rows so far and the model the best weights so far. Ctrl-C
        ends the run after the step at work: callbacks hear of it (a :class:`ModelCheckpoint` writes the run where it
        stands), the best weights so far go into the model, ``self.history`` is set, and KeyboardInterrupt is raised;
        a second Ctrl-C does not wait. Every call is a new run of the optimiser, from the weights of now.

        Parameters
        ----------
        train, validation
            Loaders with the same vocabulary: ours, or any iterable with a length (a ``torch.utils.data.DataLoader``) that
            yields ``(images, targets)`` or ``(images, targets, sample_weight)``. Without validation rows have no measures,
            and the last weights stay in the model.
        epochs
            Of the whole run, those before a resume included.
        resume
            A checkpoint, or the folder of a ModelCheckpoint: the run goes on as if it had never stopped, bit for bit.
        stop
            Ends the run cleanly when another thread calls its ``request_stop()``; no exception is raised then.

        Raises
        ------
        LabelError
            When the loaders or the checkpoint differ in their vocabularies.
        BundleError
            For a checkpoint that is unreadable or of another run.
        ArgumentError
            When the loss is no longer finite (names epoch and batch), or a gradient (names its parameter).
        """
        stop = StopToken() if stop is None else stop
        train_loader = self._loader("fit", "train", train)
        validation_loader = None if validation is None else self._loader("fit", "validation", validation)
        callbacks = [_erase(callback) for callback in self.callbacks]
        shown = any(isinstance(callback, ProgressBar) for callback in self.callbacks)
        if not shown and (bar := callback_for(self.progress)) is not None:
            callbacks.append(bar)
        if validation is not None:
            _doubt_shared_pictures(train, validation)
        first = FirstStep("training.Trainer.fit", self.model, self._called, takes=self._takes)
        with first, _interrupts(stop) as interrupted:
            try:
                raised: Any = self._trainer.fit(
                    train_loader,
                    validation_loader,
                    callbacks,
                    epochs,
                    "" if resume is None else os.fspath(resume),
                    stop,
                )
            finally:
                self.history = self._trainer.history
        if interrupted:
            raise KeyboardInterrupt
        if raised is not None:
            raise raised
        return self.history

    def evaluate(self, loader: DataLoader | Iterable[Any]) -> Evaluation:
        """Return loss and measures of the model as it is, over the loader's first epoch."""
        return self._trainer.evaluate(self._loader("evaluate", "loader", loader))

    def predict(self, loader: DataLoader | Iterable[Any]) -> HeldOut:
        """Return the model's logits and scores beside the targets, in the loader's order; always in evaluation mode."""
        answers = self._trainer.predict(self._loader("predict", "loader", loader))
        return HeldOut._of(answers, of_test=_is_test_split(getattr(loader, "dataset", None)))

    def _loader(self, method: str, name: str, loader: Any) -> Any:
        """Return a loader as the C++ loop takes it."""
        if isinstance(loader, DataLoader):
            return loader._loader
        where = f"training.Trainer.{method}: {name}"
        if not hasattr(loader, "__len__") or not isinstance(loader, Iterable) or isinstance(loader, (str, bytes, dict)):
            raise ArgumentError(
                f"{where} must be a multilabel.data.DataLoader, or an iterable with a length that yields "
                f"(images, targets); got {type(loader).__name__}"
            )
        source: Any = loader
        dataset: Any = getattr(source, "dataset", None)
        labels = getattr(source, "vocabulary", getattr(dataset, "vocabulary", self._labels))
        if labels is None:
            raise ArgumentError(
                f"{where} must have a vocabulary; got none. Name the labels with Trainer(..., vocabulary=[...])"
            )
        samples = len(dataset) if hasattr(dataset, "__len__") else 0
        described = {"batches": str(len(source)), "samples": str(samples), "kind": _name_of(source)}
        if isinstance(getattr(source, "batch_size", None), int):
            described["batch_size"] = str(source.batch_size)
        if hasattr(source, "sampler"):
            described["sampler"] = _name_of(source.sampler)
        if isinstance(getattr(dataset, "fingerprint", None), str):
            described["dataset"] = dataset.fingerprint
        return _training.python_loader(
            source, _label_names(labels), len(source), samples, described, self._seed, self._channels_last
        )


def _is_test_split(dataset: Any) -> bool:
    """Whether a data set says of all its pictures that they are for testing."""
    return "split" in getattr(dataset, "columns", ()) and set(dataset.column("split")) == {"test"}


def _doubt_shared_pictures(train: Any, validation: Any) -> None:
    """Warn where validation holds pictures that are trained on; pictures in memory have no names to compare."""
    sides: list[Any] = [getattr(loader, "dataset", None) for loader in (train, validation)]
    if train is validation or not all(hasattr(side, "images") for side in sides):
        return
    files = [{os.path.abspath(name) for name in side.images} for side in sides]
    shared = [name for name in sorted(files[0] & files[1]) if os.path.exists(name)]
    if shared:
        doubt(
            f"training.Trainer.fit: validation must hold pictures that are not trained on; got {len(shared)} of its "
            f"{len(files[1])} in both, such as {shared[0]}. Split with multilabel.data.train_test_split."
        )


@contextmanager
def _interrupts(stop: StopToken) -> Iterator[list[int]]:
    """Let the first Ctrl-C set ``stop`` and be noted in the list; a second one raises KeyboardInterrupt at once.

    Without this, KeyboardInterrupt would come up within a Python model or callback, in the middle of a step. Handlers
    of the program's own are left alone.
    """
    caught: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield caught
        return

    def note(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        caught.append(number)
        stop.request_stop()

    signal.signal(signal.SIGINT, note)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
