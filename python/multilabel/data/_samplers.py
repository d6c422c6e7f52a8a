# SPDX-License-Identifier: Apache-2.0
"""Which samples an epoch takes and in which order: functions of seed and epoch, the same as in C++."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from multilabel._core import ArgumentError, ShapeError
from multilabel._core import data as _core
from multilabel._label_arrays import array_for


def _count(where: str, samples: Any) -> int:
    count = samples if isinstance(samples, (int, np.integer)) else len(samples)
    if count < 0:
        raise ArgumentError(f"data.{where}: samples must not be negative; got {count}")
    return int(count)


def _seed(where: str, seed: int) -> int:
    if not 0 <= seed < 2**64:
        raise ArgumentError(f"data.{where}: seed must be from 0 to 2**64 - 1; got {seed}")
    return int(seed)


def _targets(where: str, targets: Any) -> np.ndarray:
    matrix = array_for("data", "targets", targets).astype(np.float32)
    if matrix.ndim != 2:
        raise ShapeError(f"data.{where}: targets must have two dimensions [samples, labels]; got shape {matrix.shape}")
    return matrix


class _Sampler:
    """What the samplers have in common. They serve a PyTorch DataLoader too: call ``set_epoch`` before each epoch."""

    _sampler: Any
    _epoch = 0

    def order(self, epoch: int) -> np.ndarray:
        """Return the positions of the samples of that epoch, counted from 0, in their order: int64."""
        return self._sampler.order(epoch)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that iterating gives; a multilabel ``DataLoader`` does not need it."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        return iter(self.order(self._epoch).tolist())

    def __len__(self) -> int:
        """Return the number of samples of an epoch."""
        return self._sampler.size()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} samples)"


class SequentialSampler(_Sampler):
    """Every sample once, as in the data set.

    Parameters
    ----------
    samples : int or sized
        How many there are, or the data set.

    Examples
    --------
    >>> from multilabel.data import SequentialSampler
    >>> SequentialSampler(3).order(epoch=7)
    array([0, 1, 2])
    """

    def __init__(self, samples: Any):
        self._sampler = _core.sequential_sampler(_count("SequentialSampler", samples))


class ShuffledSampler(_Sampler):
    """Every sample once, in a new order each epoch.

    Parameters
    ----------
    samples : int or sized
        How many there are, or the data set.
    seed : int

    Examples
    --------
    >>> from multilabel.data import ShuffledSampler
    >>> sorted(ShuffledSampler(4, seed=1).order(epoch=0).tolist())
    [0, 1, 2, 3]
    """

    def __init__(self, samples: Any, *, seed: int = 0):
        self._sampler = _core.shuffled_sampler(_count("ShuffledSampler", samples), _seed("ShuffledSampler", seed))


class DistributedSampler(_Sampler):
    """One rank's share of another sampler's order: every `world_size`-th sample, beginning at `rank`.

    Parameters
    ----------
    base : sampler
        One of this module; the same on all ranks.
    rank, world_size : int
        As ``torch.distributed`` gives them.
    uneven : {"pad", "drop", "keep"}
        What happens when the samples do not divide evenly: the first ones come once more, so that all ranks have as
        many (training); the last ones are left out of this epoch; or every sample comes exactly once and some ranks
        have one more (evaluation).

    Examples
    --------
    >>> from multilabel.data import DistributedSampler, SequentialSampler
    >>> [DistributedSampler(SequentialSampler(5), rank=rank, world_size=2, uneven="keep").order(0) for rank in (0, 1)]
    [array([0, 2, 4]), array([1, 3])]
    """

    def __init__(self, base: _Sampler, *, rank: int, world_size: int, uneven: Literal["pad", "drop", "keep"] = "pad"):
        if not isinstance(base, _Sampler):
            raise ArgumentError(
                f"data.DistributedSampler: base must be a sampler of multilabel.data; got {type(base).__name__}"
            )
        if uneven not in ("pad", "drop", "keep"):
            raise ArgumentError(f"data.DistributedSampler: uneven must be 'pad', 'drop' or 'keep'; got {uneven!r}")
        if rank < 0 or world_size < 1:
            raise ArgumentError(
                f"data.DistributedSampler: rank must be below world_size; got rank {rank} of {world_size}"
            )
        self._sampler = _core.distributed_sampler(base._sampler, rank, world_size, _core.Uneven.__members__[uneven])


class RepeatFactorSampler(_Sampler):
    """Images with rare labels more often (Gupta et al. 2019, LVIS).

    A label on a share f of the images has the factor ``max(1, sqrt(threshold / f))``, an image the largest factor of
    its labels. It comes that often on average; the length of an epoch is the sum of the factors, rounded down.

    Parameters
    ----------
    targets : array-like [samples, labels]
        1 where the image has the label; unknown cells count as absent. ``dataset.targets(labels)`` gives it.
    threshold : float
        Labels on a smaller share of the images than this are repeated, in (0, 1].
    seed : int

    Examples
    --------
    >>> from multilabel.data import RepeatFactorSampler
    >>> sampler = RepeatFactorSampler([[1, 0], [1, 0], [1, 0], [1, 1]], threshold=1)
    >>> sampler.factors  # the second label is on a quarter: sqrt(1 / 0.25)
    array([1., 1., 1., 2.])
    >>> sorted(sampler.order(epoch=0).tolist())
    [0, 1, 2, 3, 3]
    """

    def __init__(self, targets: Any, *, threshold: float = 0.01, seed: int = 0):
        matrix = _targets("RepeatFactorSampler", targets)
        self._sampler, self.factors = _core.repeat_factor_sampler(matrix, threshold, _seed("RepeatFactorSampler", seed))


class ClassAwareSampler(_Sampler):
    """A label, then an image that has it (Shen et al. 2016): all labels that occur get the same number of turns.

    Images without labels never come; within a label all its images come before one comes again.

    Parameters
    ----------
    targets : array-like [samples, labels]
        1 where the image has the label; unknown cells count as absent. ``dataset.targets(labels)`` gives it.
    samples : int, optional
        Length of an epoch; by default as many as there are images.
    seed : int

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import ClassAwareSampler
    >>> targets = np.array([[1, 0], [1, 0], [1, 0], [0, 1]])  # the second label is on one image in four
    >>> order = ClassAwareSampler(targets, samples=100).order(epoch=0)
    >>> targets[order].sum(axis=0)
    array([50, 50])
    """

    def __init__(self, targets: Any, *, samples: int | None = None, seed: int = 0):
        matrix = _targets("ClassAwareSampler", targets)
        if samples is not None and samples < 1:
            raise ArgumentError(f"data.ClassAwareSampler: samples must be at least 1; got {samples}")
        self._sampler = _core.class_aware_sampler(matrix, samples or 0, _seed("ClassAwareSampler", seed))


def as_sampler(sampler: Any) -> Any:
    """Return the compiled sampler of one of ours, of a function of the epoch, or of any iterable of positions."""
    if isinstance(sampler, _Sampler):
        return sampler._sampler

    def order(epoch: int) -> list[int]:
        if callable(getattr(sampler, "order", None)):
            positions = sampler.order(epoch)
        elif callable(sampler):
            positions = sampler(epoch)
        else:
            if callable(getattr(sampler, "set_epoch", None)):
                sampler.set_epoch(epoch)
            positions = sampler
        listed = [int(position) for position in positions]
        if listed and min(listed) < 0:
            raise ArgumentError(
                f"data.DataLoader: the sampler's positions must not be negative; got {min(listed)} in epoch {epoch}"
            )
        return listed

    if not (callable(sampler) or callable(getattr(sampler, "order", None)) or hasattr(sampler, "__iter__")):
        raise ArgumentError(
            "data.DataLoader: sampler must be one of multilabel.data, a function of the epoch or an iterable of "
            f"positions; got {type(sampler).__name__}"
        )
    return _core.python_sampler(order, len(sampler) if hasattr(sampler, "__len__") else len(order(0)))
