# SPDX-License-Identifier: Apache-2.0
"""The training loop: any model, any loss, the callbacks you need, and runs that can be stopped and resumed at will.

The loop is the C++ one. It drives a network of :mod:`multilabel.model` or any :class:`torch.nn.Module` that returns
logits ``[n, labels]``, with a loss of :mod:`multilabel.loss` or any callable ``loss(logits, targets)``.
"""

from __future__ import annotations

import difflib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from torch import nn

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._core import ArgumentError
from ._torch import loss as _loss  # noqa: F401  (the types of the losses must be known)
from ._torch import training as _training
from ._torch.training import EpochRow, Evaluation, Flow, History, Schedule, StopToken, TrainingState
from .data import DataLoader
from .loss import _Loss
from .model import Classifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    "ProgressBar",
    "Schedule",
    "StopToken",
    "Trainer",
    "TrainingState",
    "constant",
    "cosine",
    "linear",
    "step",
]

Monitor = Literal["mean_average_precision", "validation_loss", "f1_samples", "f1_micro"]

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


def cosine(*, warmup: float = 0.0, end: float = 0.0) -> Schedule:
    """Return half a cosine from 1 down to the factor ``end``, after a linear warm-up.

    Parameters
    ----------
    warmup
        As in :func:`constant`.
    end
        In [0, 1].

    Examples
    --------
    >>> import multilabel as ml
    >>> schedule = ml.training.cosine(warmup=0.1)
    >>> [round(schedule.factor(step, 100), 2) for step in (0, 10, 55, 99)]
    [0.09, 1.0, 0.5, 0.0]
    """
    return _training.cosine(warmup=warmup, end=end)


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
        The column of the history to watch; of ``"validation_loss"`` the smaller is the better.

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

    def __init__(
        self, *, patience: int = 5, min_delta: float = 0.0, monitor: Monitor = "mean_average_precision"
    ) -> None:
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


@dataclass(frozen=True)
class HeldOut:
    """A model's answers beside the truth; rows are images in the loader's order, columns labels of the vocabulary.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import multilabel as ml
    >>> import numpy as np
    >>> import torch
    >>> data = ml.data.Dataset([np.zeros((4, 4, 3), np.uint8)] * 4, [["cat"], [], ["cat"], []])
    >>> loader = ml.data.DataLoader(data, data.vocabulary, ml.augmentation.evaluation(size=4), batch_size=2)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 1))
    >>> held_out = ml.training.Trainer(model, ml.loss.BCEWithLogits()).predict(loader)
    >>> held_out.targets[:, 0], held_out.scores.shape, held_out.images[0]
    (array([1., 0., 1., 0.], dtype=float32), (4, 1), 'sample 0')
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "held_out.safetensors"
    >>> held_out.save(path)
    >>> ml.training.HeldOut.load(path).vocabulary.labels
    ['cat']
    """

    targets: NDArray[np.float32]
    """``[samples, labels]``: 0 or 1, NaN where unknown."""
    logits: NDArray[np.float32]
    """``[samples, labels]``: the raw outputs."""
    scores: NDArray[np.float32]
    """``[samples, labels]``: sigmoid of the logits, in [0, 1]."""
    images: list[str]
    """The image files, one a row."""
    vocabulary: Vocabulary
    """The labels, one a column."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a .safetensors file, whole or not at all; its folder is made where it is missing."""
        labels = [str(label) for label in self.vocabulary.labels]
        _training.save_held_out(Path(path), self.targets, self.logits, self.scores, self.images, labels)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> HeldOut:
        """Return what :meth:`save` wrote. Raises BundleError naming the file and what is wrong with it."""
        return cls._of(_training.load_held_out(Path(path)))

    @classmethod
    def _of(cls, parts: dict[str, Any]) -> HeldOut:
        from .encoding import Vocabulary

        return cls(vocabulary=Vocabulary(parts.pop("labels")), **parts)


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
        ``"adamw"``, ``"adam"`` or ``"sgd"`` (momentum 0.9), with torch's constants.
    schedule
        :func:`constant` (the default), :func:`cosine`, :func:`linear` or :func:`step`.
    ema_decay
        Of a running mean of the weights, which is then what is validated and returned; 0: none.
    clip_norm
        Most Euclidean norm of all gradients together; 0: no limit.
    accumulate
        Batches to one step of the optimiser.
    seed
        Of what torch draws in the model (dropout and the like). Torch's own generator is put back after ``fit``.
    memory_format
        How images lie in memory: ``"channels_last"`` is the faster one for convolutions on CPUs.
    threads
        Of torch within one operation while it runs here; 0: as they are.
    monitor
        The column of the history that decides which epoch is best.
    callbacks
        Objects with one or more of ``on_fit_begin``, ``on_epoch_begin``, ``on_step_end``, ``on_validation_step_end``,
        ``on_epoch_end`` and ``on_fit_end``, each called with a :class:`TrainingState` and returning None or a
        :class:`Flow`. With ``state_dict`` (a dict of numbers) and ``load_state_dict`` their memory goes through a
        resume.

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
        optimizer: Literal["adamw", "adam", "sgd"] = "adamw",
        schedule: Schedule | None = None,
        ema_decay: float = 0.0,
        clip_norm: float = 0.0,
        accumulate: int = 1,
        seed: int = 0,
        memory_format: Literal["channels_last", "contiguous"] = "channels_last",
        threads: int = 0,
        monitor: Monitor = "mean_average_precision",
        callbacks: Iterable[Any] = (),
    ) -> None:
        if not isinstance(model, nn.Module):
            raise ArgumentError(f"training.Trainer: model must be a torch.nn.Module; got {type(model).__name__}")
        if not callable(loss):
            raise ArgumentError(
                f"training.Trainer: loss must be a callable loss(logits, targets); got {type(loss).__name__}"
            )
        if memory_format not in ("channels_last", "contiguous"):
            raise ArgumentError(
                f"training.Trainer: memory_format must be 'channels_last' or 'contiguous'; got {memory_format!r}"
            )
        for name, value in (("accumulate", accumulate), ("seed", seed), ("threads", threads)):
            if value < 0:
                raise ArgumentError(f"training.Trainer: {name} must not be negative; got {value}")
        self.model = model
        self.loss = loss
        self.callbacks = list(callbacks)
        self.history: History | None = None
        for callback in self.callbacks:
            _erase(callback)
        self._trainer = _training.Trainer(
            _training.native_classifier(model.native)
            if isinstance(model, Classifier)
            else _training.python_classifier(model),
            loss.native.erase() if isinstance(loss, _Loss) else _training.python_loss(loss),
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            optimizer=optimizer,
            schedule=constant() if schedule is None else schedule,
            ema_decay=ema_decay,
            clip_norm=clip_norm,
            accumulate=accumulate,
            seed=seed,
            channels_last=memory_format == "channels_last",
            threads=threads,
            monitor=monitor,
        )

    def fit(
        self,
        train: DataLoader,
        validation: DataLoader,
        *,
        epochs: int = 10,
        resume: str | os.PathLike[str] | None = None,
        stop: StopToken | None = None,
    ) -> History:
        """Learn, measure on ``validation`` after each epoch, and leave the best weights in the model.

        Ctrl-C ends the run after the step at work: callbacks hear of it (a :class:`ModelCheckpoint` writes the run
        where it stands), the best weights so far go into the model, ``self.history`` is set, and KeyboardInterrupt is
        raised; a second Ctrl-C does not wait. Every call is a new run of the optimiser, from the weights of now.

        Parameters
        ----------
        train, validation
            Loaders with the same vocabulary.
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
            When the loss is no longer finite; names epoch and batch.
        """
        stop = StopToken() if stop is None else stop
        with _interrupts(stop) as interrupted:
            self.history, raised = self._trainer.fit(
                _loader("fit", "train", train),
                _loader("fit", "validation", validation),
                [_erase(callback) for callback in self.callbacks],
                epochs,
                "" if resume is None else os.fspath(resume),
                stop,
            )
        if interrupted:
            raise KeyboardInterrupt
        if raised is not None:
            raise raised
        return self.history

    def evaluate(self, loader: DataLoader) -> Evaluation:
        """Return loss and scores of the model as it is, over the loader's first epoch."""
        return self._trainer.evaluate(_loader("evaluate", "loader", loader))

    def predict(self, loader: DataLoader) -> HeldOut:
        """Return the model's logits and scores beside the targets, in the loader's order."""
        return HeldOut._of(self._trainer.predict(_loader("predict", "loader", loader)))


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


def _loader(method: str, name: str, loader: Any) -> Any:
    if not isinstance(loader, DataLoader):
        raise ArgumentError(
            f"training.Trainer.{method}: {name} must be a multilabel.data.DataLoader; got {type(loader).__name__}"
        )
    return loader._loader
