# SPDX-License-Identifier: Apache-2.0
"""Batches for training and evaluation, read ahead by threads."""

from __future__ import annotations

import json
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from multilabel._choices import member
from multilabel._core import ArgumentError
from multilabel._core import data as _core
from multilabel.augmentation import Compose, Preprocessing
from multilabel.augmentation._label_safety import _Mixer

from ._dataset import Dataset, _label_names
from ._samplers import as_sampler

if TYPE_CHECKING:
    from multilabel.encoding import Vocabulary


def _fingerprint(dataset: Any) -> str:
    """Return what a data set of the user's own says about its content; "" if it says nothing."""
    text = getattr(dataset, "fingerprint", "")
    text = text() if callable(text) else text
    if not isinstance(text, str):
        raise ArgumentError(
            f"data.DataLoader: fingerprint of the dataset must be a str or a function that returns one; got {text!r}"
        )
    return text


class DataLoader:
    """Batches of a data set under an augmentation, read ahead by threads that do not need Python's lock.

    Iterating yields ``(images, targets)``: float32 [samples, 3, height, width] and [samples, labels], NaN where
    unknown, without a copy; memory is reused once nobody refers to it. Each iteration is the next epoch;
    ``loader.epoch(e)`` is a given one. Order and pixels depend on `seed` and the epoch alone, not on `workers` or
    `batch_size`.

    Parameters
    ----------
    dataset : Dataset, or any object with ``__len__`` and ``__getitem__``
        ``dataset[i]`` of an object of your own gives ``(image, labels)``: the image as a path, as the bytes of a file
        or as a uint8 array [height, width, 3]; the labels as a list of names, or as a row of numbers with one cell a
        label. Workers call it one at a time, with Python's lock held for that call alone. ``state_dict`` knows it by its
        length, and by its ``fingerprint`` (a str, or a function without arguments that returns one) if it has that.
    labels : MultiLabelBinarizer, Vocabulary or list of str
        The columns of the targets.
    augmentation : Compose
        Must deliver images of one size.
    batch_size : int
    workers : int
        Threads; 0 works in the caller's own.
    shuffle : bool
        A new permutation every epoch.
    seed : int
        Of the order and of every draw of the augmentation.
    prefetch : int
        Batches that may wait beyond the one that is taken next.
    drop_last : bool
        Leave out the samples that do not fill a batch.
    ignore_unknown : bool, optional
        Leave out labels that are not among the columns, and count them in ``ignored_labels``, instead of raising
        ``LabelError``; by default as the binarizer does.
    on_error : {"raise", "skip", "replace"}
        What happens to a sample whose image cannot be used: its ``DataError`` is raised when its batch is taken; its
        batch has a row less, so that nothing counts twice (evaluation); or the next usable sample of the epoch stands
        in its place, so that batches stay full (training). ``skipped`` reports which and why. An ``OSError`` of a data
        set of your own counts as an image that cannot be used.
    cache : {"none", "bytes", "decoded", "shrunk"}
        What stays in memory for the next epoch: nothing; the files; their pixels; or the pixels shrunk to at least
        `shrink` times the size that the augmentation delivers, which needs less memory and changes pixels slightly.
        A data set of your own is asked once for each sample that the cache holds.
    cache_bytes : int
        Of the cache at most; samples beyond it are read each time.
    shrink : float
        At least 1; for an augmentation that crops, divide by the smallest share of height or width that it keeps.
    sampler : sampler, function or iterable of int, optional
        The order of the epochs in place of `shuffle`: one of this module, a function ``epoch -> positions``, or
        anything that yields positions, such as a PyTorch sampler (``set_epoch`` is called where there is one).
    batch_transform : MixUp, CutMix, Mosaic or function, optional
        Changes each finished batch in place, in a worker. A mixer knows the boxes of the samples that have any. A
        ``function(images, targets, random)`` gets a ``numpy.random.Generator`` that depends on seed, epoch and number of the
        batch alone.
    output : {"numpy", "torch"}
        Whether iterating yields NumPy arrays or torch tensors over the same memory.
    pin_memory : bool
        Batches lie in page-locked memory, from which a GPU copies while the program goes on
        (``images.to("cuda", non_blocking=True)``); needs ``output="torch"``. Without a GPU it warns and does nothing.

    Examples
    --------
    >>> import multilabel as ml
    >>> data = ml.data.read_csv("examples/data/openclipart/labels.csv")[:40]
    >>> loader = ml.data.DataLoader(data, ["animal", "bird"], ml.augmentation.evaluation(size=32), ignore_unknown=True)
    >>> [images.shape for images, targets in loader]
    [(32, 3, 32, 32), (8, 3, 32, 32)]
    """

    def __init__(
        self,
        dataset: Dataset | Any,
        labels: Any,
        augmentation: Compose,
        *,
        batch_size: int = 32,
        workers: int = 2,
        shuffle: bool = False,
        seed: int = 0,
        prefetch: int = 2,
        drop_last: bool = False,
        ignore_unknown: bool | None = None,
        on_error: Literal["raise", "skip", "replace"] = "raise",
        cache: Literal["none", "bytes", "decoded", "shrunk"] = "none",
        cache_bytes: int = 1 << 30,
        shrink: float = 1.5,
        sampler: Any = None,
        batch_transform: _Mixer | Callable[[np.ndarray, np.ndarray, np.random.Generator], object] | None = None,
        output: Literal["numpy", "torch"] = "numpy",
        pin_memory: bool = False,
    ):
        own = isinstance(dataset, Dataset)
        if not own and not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
            raise ArgumentError(
                "data.DataLoader: dataset must be a multilabel.data.Dataset or have __len__ and __getitem__; "
                f"got {type(dataset).__name__}"
            )
        if not isinstance(augmentation, Compose):
            raise ArgumentError(
                "data.DataLoader: augmentation must be a multilabel.augmentation.Compose, "
                f"as restrained() and evaluation() return; got {type(augmentation).__name__}"
            )
        if output not in ("numpy", "torch"):
            raise ArgumentError(f"data.DataLoader: output must be 'numpy' or 'torch'; got {output!r}")
        if pin_memory and output != "torch":
            raise ArgumentError("data.DataLoader: pin_memory must come with output='torch'; got output='numpy'")
        if ignore_unknown is None:
            ignore_unknown = getattr(labels, "unknown", "error") in ("ignore", "warn")
        whole = {
            "batch_size": batch_size,
            "workers": workers,
            "seed": seed,
            "prefetch": prefetch,
            "cache_bytes": cache_bytes,
        }
        for name, value in whole.items():
            if value < 0:
                raise ArgumentError(f"data.DataLoader: {name} must not be negative; got {value}")
        self._pinned = pin_memory and _gpu_there()
        self._loader = _core.DataLoader(
            dataset._dataset if own else dataset.__getitem__,
            len(dataset),
            "" if own else _fingerprint(dataset),
            _label_names(labels),
            ignore_unknown,
            augmentation._pipeline,
            shuffle=shuffle,
            drop_last=drop_last,
            on_error=on_error,
            cache=member("data", _core.Cache, "cache", cache),
            shrink=shrink,
            sampler=None if sampler is None else as_sampler(sampler),
            batch_transform=_transform(batch_transform),
            allocate=_pinned_floats if self._pinned else None,
            **whole,
        )
        self._drop_last = drop_last
        self._output = output
        self._begin = (0, 0)  # epoch and position at which the next iteration begins
        self._reached = (0, 0)  # and those that the last one has reached
        self.dataset = dataset
        self.augmentation = augmentation
        self.batch_size = batch_size
        self.workers = workers
        self.shuffle = shuffle
        self.seed = seed
        self.sampler = sampler

    @property
    def vocabulary(self) -> Vocabulary:
        """The columns of the targets."""
        from multilabel.encoding import Vocabulary

        return Vocabulary(self._loader.labels())

    @property
    def preprocessing(self) -> Preprocessing:
        """The format of the images, for the bundle."""
        return self._loader.preprocessing()

    @property
    def ignored_labels(self) -> int:
        """How many labels of the data set were left out because they are not among the columns."""
        return self._loader.ignored_labels()

    @property
    def skipped(self) -> list[tuple[int, str]]:
        """The samples skipped or replaced so far: position in the data set and the reason, which names the file."""
        return self._loader.skipped()

    @property
    def cache_statistics(self) -> _core.CacheStatistics:
        """How the cache fares: ``images`` and ``bytes`` in it, its ``limit``, ``hits`` and ``misses``."""
        return self._loader.cache_statistics()

    def order(self, epoch: int) -> np.ndarray:
        """Return the positions of the samples in the order of that epoch."""
        return np.asarray(self._loader.order(epoch), dtype=np.int64)

    def epoch(self, epoch: int) -> Iterator[tuple[Any, Any]]:
        """Yield the batches of a given epoch, counted from 0."""
        return self._batches(epoch, 0, self._output)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return self._next(self._output)

    def torch(self) -> Iterator[tuple[Any, Any]]:
        """Yield the next epoch's batches as torch tensors over the same memory, whatever `output` says."""
        return self._next("torch")

    def _next(self, output: str) -> Iterator[tuple[Any, Any]]:
        epoch, position = self._begin
        self._begin = (epoch + 1, 0)
        return self._batches(epoch, position, output)

    def _batches(self, epoch: int, position: int, output: str) -> Iterator[tuple[Any, Any]]:
        stream = self._loader.epoch(epoch, position)
        self._reached = (epoch, position)
        batches = self._tensors(stream, epoch) if output == "torch" else self._arrays(stream, epoch)
        try:
            yield from batches
        finally:
            stream.close()

    def _arrays(self, stream: Any, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        while True:
            try:
                images, targets, _ = stream.next()
            except StopIteration:
                self._reached = (epoch + 1, 0)
                return
            self._reached = (epoch, stream.position())
            yield images, targets
            del images, targets

    def _tensors(self, stream: Any, epoch: int) -> Iterator[tuple[Any, Any]]:
        from torch import from_numpy

        copying: deque[Any] = deque()  # pinned batches that the GPU may still be reading
        for images, targets in self._arrays(stream, epoch):
            yield from_numpy(images), from_numpy(targets)
            if self._pinned:
                _hold_until_copied(copying, (images, targets))
            del images, targets

    def state_dict(self) -> dict[str, Any]:
        """Return where the last iteration stands, after the batches it has yielded: numbers and texts, good for JSON.

        With ``loader.load_state_dict(state)`` a loader made with the same arguments goes on with the very next batch,
        bit for bit, on any number of workers.
        """
        epoch, position = self._reached
        if position > 0 and self._loader.batches_after(position) == 0:
            epoch, position = epoch + 1, 0
        return json.loads(self._loader.state_dict(epoch, position))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Let the next iteration begin where `state` was taken.

        Raises
        ------
        DataError
            Where data set, labels, augmentation, seed or order are not those of the state; says which.
        """
        self._begin = self._loader.load_state_dict(json.dumps(state))
        self._reached = self._begin

    def __len__(self) -> int:
        """Return the number of batches of an epoch."""
        return self._loader.batches()

    def __repr__(self) -> str:
        return (
            f"DataLoader({self._loader.samples()} images, {len(self._loader.labels())} labels, "
            f"batch_size={self.batch_size}, workers={self.workers}, shuffle={self.shuffle}, seed={self.seed})"
        )


def _transform(transform: Any) -> Any:
    if transform is None or isinstance(transform, _core.BatchTransform):
        return transform
    if isinstance(transform, _Mixer):
        return transform._mixer
    if not callable(transform):
        raise ArgumentError(
            f"data.DataLoader: batch_transform must be a mixer or a function; got {type(transform).__name__}"
        )

    def call(images: np.ndarray, targets: np.ndarray, seed: int, epoch: int, batch: int, stream: int) -> None:
        words = np.random.SeedSequence([seed & 0xFFFFFFFF, seed >> 32, epoch, batch, stream])
        transform(images, targets, np.random.Generator(np.random.Philox(words)))

    return call


def _gpu_there() -> bool:
    import torch

    if torch.cuda.is_available():
        return True
    warnings.warn("data.DataLoader: pin_memory has no effect, because torch sees no GPU", stacklevel=3)
    return False


def _pinned_floats(size: int) -> np.ndarray:
    import torch

    return torch.empty(size, dtype=torch.float32, pin_memory=True).numpy()


def _hold_until_copied(copying: deque[Any], batch: Any, most: int = 2) -> None:
    """Keep a batch until the work that the current stream has been given so far, copies from it included, is done."""
    import torch

    event = torch.cuda.Event()
    event.record()
    copying.append((event, batch))
    while copying and (len(copying) > most or copying[0][0].query()):
        copying.popleft()[0].synchronize()
