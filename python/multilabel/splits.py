# SPDX-License-Identifier: Apache-2.0
"""Stratified splits of multi-label data: every side gets its share of every label, the rare ones too.

Scikit-learn splitters, seed for seed those of iterative-stratification 0.1.9, with groups that stay together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._arguments import flag, whole
from ._label_arrays import as_array, is_missing, is_sparse, require_same_names

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Indices = NDArray[np.int64]

__all__ = ["KFold", "RepeatedKFold", "ShuffleSplit", "train_test_split"]


def _random(random_state: int | np.random.RandomState | None) -> np.random.RandomState:
    if random_state is None:
        return np.random.mtrand._rand
    if isinstance(random_state, np.random.RandomState):
        return random_state
    return np.random.RandomState(whole("data", "random_state", random_state, 0, 2**32 - 1))


def _drawn(random: np.random.RandomState, function: Any, *arguments: Any) -> list[tuple[Indices, Indices]]:
    """Call `function` with the state of `random`, which goes on from where the call left it."""
    name, words, position, *normal = random.get_state()
    splits, words, position = function(*arguments, words, position)
    random.set_state((name, words, position, *normal))
    return splits


def _without_name(names: np.ndarray) -> np.ndarray:
    """Return where an array of objects holds None, NaN or pandas' NA, none of which is equal to itself."""
    if names.dtype != object:
        return np.empty(0, np.int64)
    return np.flatnonzero([is_missing(name) for name in names.ravel()])


def _group_numbers(groups: ArrayLike | None) -> list[int]:
    if groups is None:
        return []
    try:
        names = np.atleast_1d(groups)
        missing = np.flatnonzero(names != names) if names.dtype.kind in "fcmM" else _without_name(names)
        numbers = [] if missing.size else np.unique(names, return_inverse=True)[1].ravel().tolist()
    except (TypeError, ValueError):  # rows of several lengths, or what cannot be sorted
        names, missing, numbers = np.empty(0), np.empty(0), []
    if missing.size:
        raise _core.ArgumentError(
            f"data: groups must hold one number or name a sample; got {names[missing[0]]!r} for sample {missing[0]}. "
            "Give samples without a group a name of their own."
        )
    if not numbers:
        raise _core.ArgumentError(f"data: groups must hold one number or name a sample; got {groups!r}")
    return numbers


def _require_rows(data: Any, y: Any) -> None:
    """Refuse samples beside targets of another number; what has no number of samples is not looked at."""
    try:
        samples, rows = _samples_of(data), _samples_of(y)
    except _core.ArgumentError:
        return
    if samples != rows:
        raise _core.ShapeError(f"data: X and y must have as many samples; got {samples} and {rows}")


def _targets(data: Any, y: Any) -> Any:
    if y is not None:
        targets = y if hasattr(y, "shape") else as_array(y, "y")
        _require_rows(data, targets)
        require_same_names("data", X=data, y=y)
        if len(targets.shape) == 1 and (classes := _class_columns(targets)) is not None:
            return classes
        if len(targets.shape) != 2:
            raise _core.ShapeError(
                f"data: targets must have two dimensions [samples, labels]; got {len(targets.shape)} dimension(s)"
            )
        return targets
    if hasattr(data, "targets") and hasattr(data, "vocabulary"):  # a Dataset
        return data.targets(data.vocabulary)
    raise _core.ArgumentError("data: y must hold the targets [samples, labels], unless X is a Dataset; got None")


def _class_columns(y: Any) -> Any:
    """A column for each class of one label a sample, which a meta-estimator makes of a column; None for other numbers."""
    classes = as_array(y, "y")
    if classes.dtype.kind == "f" and not (classes == np.floor(classes)).all():
        return None
    try:
        return np.eye(len(np.unique(classes)), dtype=np.int8)[np.unique(classes, return_inverse=True)[1]]
    except TypeError:  # names and numbers
        return None


class _Splitter:
    """What scikit-learn asks of a splitter besides ``split``: that it takes groups, where metadata is routed."""

    _groups: bool | str | None = True

    def get_metadata_routing(self) -> Any:
        """Return scikit-learn's request for ``groups``, as its own splitters with groups do."""
        from sklearn.utils.metadata_routing import MetadataRequest

        request = MetadataRequest(owner=self)
        request.split.add_request(param="groups", alias=self._groups)
        return request

    def set_split_request(self, *, groups: bool | str | None = True) -> Any:
        """Choose whether groups are asked for, or under which name; see scikit-learn's metadata routing.

        Parameters
        ----------
        groups : bool, str or None, default=True

        Returns
        -------
        self
        """
        self._groups = groups
        return self

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if name[0] != "_")
        return f"{type(self).__name__}({given})"


class KFold(_Splitter):
    """K stratified folds, each once as the test side.

    Parameters
    ----------
    n_splits : int, default=3
        Number of folds.
    shuffle : bool, default=False
        Shuffle the samples first. Draws break ties in either case.
    random_state : int, RandomState or None, default=None
        An int gives the same folds each time.

    Notes
    -----
    Sizes may differ by a few samples, for labels come first. Unknown cells (NaN or -1) count as absent. Needs no
    scikit-learn, and works wherever it takes a splitter.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import KFold
    >>> y = np.array([[0, 0], [0, 0], [0, 1], [0, 1], [1, 1], [1, 1], [1, 0], [1, 0]])
    >>> for train, test in KFold(2, random_state=0).split(np.zeros(8), y):
    ...     print(train, test)
    [0 3 4 6] [1 2 5 7]
    [1 2 5 7] [0 3 4 6]
    """

    def __init__(
        self, n_splits: int = 3, *, shuffle: bool = False, random_state: int | np.random.RandomState | None = None
    ):
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits."""
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: ArrayLike | None = None) -> Iterator[tuple[Indices, Indices]]:
        """Yield the positions of the training and of the test samples, ascending.

        Parameters
        ----------
        X : Dataset or array-like
            With a `Dataset` no `y` is needed; anything else is not looked at.
        y : array-like or sparse matrix of shape (samples, labels), optional
            0, 1, and NaN or -1 for unknown. One class a sample, of shape (samples,), is stratified by class: such are the
            columns that scikit-learn's meta-estimators pass on.
        groups : array-like of shape (samples,), optional
            Samples of one group stay on one side.
        """
        random = _random(self.random_state)
        yield from self._folds(X, y, groups, random, self.shuffle)

    def _folds(self, X: Any, y: Any, groups: Any, random: np.random.RandomState, shuffle: bool) -> Any:
        function = _core.data.stratified_folds
        folds, shuffle = (
            whole("data.KFold", "n_splits", self.n_splits, 2, 2**32),
            flag("data.KFold", "shuffle", shuffle),
        )
        return _drawn(random, function, _targets(X, y), folds, shuffle, _group_numbers(groups))


class RepeatedKFold(KFold):
    """K stratified folds, shuffled anew several times over.

    Parameters
    ----------
    n_splits : int, default=5
    n_repeats : int, default=10
    random_state : int, RandomState or None, default=None

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import RepeatedKFold
    >>> y = np.array([[1], [1], [0], [0]])
    >>> folds = RepeatedKFold(2, n_repeats=3, random_state=0)
    >>> folds.get_n_splits()
    6
    >>> [y[test].ravel().tolist() for _, test in folds.split(np.zeros(4), y)]  # half of each fold has the label
    [[1, 0], [1, 0], [1, 0], [1, 0], [1, 0], [1, 0]]
    """

    def __init__(
        self, n_splits: int = 5, *, n_repeats: int = 10, random_state: int | np.random.RandomState | None = None
    ):
        super().__init__(n_splits, shuffle=True, random_state=random_state)
        self.n_repeats = n_repeats

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits, over all repeats."""
        return self.n_splits * self.n_repeats

    def split(self, X: Any, y: Any = None, groups: ArrayLike | None = None) -> Iterator[tuple[Indices, Indices]]:
        """Yield the positions of the training and of the test samples, as :meth:`KFold.split` does."""
        random = _random(self.random_state)
        for _ in range(whole("data.RepeatedKFold", "n_repeats", self.n_repeats, 1, 2**32)):
            yield from self._folds(X, y, groups, random, True)


class ShuffleSplit(_Splitter):
    """Random stratified splits into training and test samples.

    Parameters
    ----------
    n_splits : int, default=10
    test_size, train_size : float or int, optional
        A share in (0, 1) or a number of samples; by default 0.1 for the test side and the rest for training.
    random_state : int, RandomState or None, default=None

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import ShuffleSplit
    >>> y = np.array([[0, 0], [0, 0], [0, 1], [0, 1], [1, 1], [1, 1], [1, 0], [1, 0]])
    >>> next(ShuffleSplit(1, test_size=0.5, random_state=0).split(np.zeros(8), y))
    (array([1, 2, 5, 7]), array([0, 3, 4, 6]))
    """

    def __init__(
        self,
        n_splits: int = 10,
        *,
        test_size: float | int | None = None,
        train_size: float | int | None = None,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.n_splits = n_splits
        self.test_size = test_size
        self.train_size = train_size
        self.random_state = random_state

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of splits."""
        return self.n_splits

    def split(self, X: Any, y: Any = None, groups: ArrayLike | None = None) -> Iterator[tuple[Indices, Indices]]:
        """Yield the positions of the training and of the test samples, as :meth:`KFold.split` does."""
        targets = _targets(X, y)
        train, test = _sizes(targets.shape[0], self.test_size, self.train_size)
        random = _random(self.random_state)
        numbers = _group_numbers(groups)
        for _ in range(whole("data.ShuffleSplit", "n_splits", self.n_splits, 1, 2**32)):
            if train + test == targets.shape[0]:
                yield from _drawn(random, _core.data.stratified_splits, targets, 1, train, test, numbers)
            else:
                yield self._of_some(random, targets, train, test, numbers)

    @staticmethod
    def _of_some(
        random: np.random.RandomState, targets: Any, train: int, test: int, numbers: list[int]
    ) -> tuple[Indices, Indices]:
        """Leave samples out, in a stratified way, and split the others."""
        split, left_out = _core.data.stratified_splits, targets.shape[0] - train - test
        kept, _ = _drawn(random, split, targets, 1, train + test, left_out, numbers)[0]
        some = [numbers[i] for i in kept] if numbers else []
        first, second = _drawn(random, split, targets[kept], 1, train, test, some)[0]
        return kept[first], kept[second]


def _sizes(samples: int, test_size: float | None, train_size: float | None) -> tuple[int, int]:
    """Return how many samples are wanted on each side, rounded as scikit-learn does."""
    for name, size in (("test_size", test_size), ("train_size", train_size)):
        known = size is None or (
            isinstance(size, int | float | np.integer | np.floating) and not isinstance(size, bool)
        )
        below = 1 if isinstance(size, float | np.floating) else samples
        if not known or (size is not None and not 0 < size < below):
            raise _core.ArgumentError(
                f"data: {name} must be a share in (0, 1) or a number of samples below {samples}; got {size!r}"
            )
    if test_size is None and train_size is None:
        test_size = 0.1
    wanted_test = math.ceil(test_size * samples) if isinstance(test_size, float | np.floating) else test_size
    wanted_train = math.floor(train_size * samples) if isinstance(train_size, float | np.floating) else train_size
    test = int(samples - (wanted_train or 0) if wanted_test is None else wanted_test)
    train = int(samples - test if wanted_train is None else wanted_train)
    if train < 1 or test < 1 or train + test > samples:
        raise _core.ArgumentError(f"data: both sides must have samples, {samples} in all; got {train} and {test}")
    return train, test


def _samples_of(array: Any) -> int:
    """How many samples ``array`` has."""
    try:
        if not isinstance(array, str | bytes | dict):
            return int(array.shape[0]) if hasattr(array, "shape") else len(array)
    except (TypeError, IndexError):
        pass
    raise _core.ArgumentError(f"data.train_test_split: arrays must have one entry a sample each; got {array!r}")


def train_test_split(
    *arrays: Any,
    targets: Any = None,
    test_size: float | int | None = None,
    train_size: float | int | None = None,
    random_state: int | np.random.RandomState | None = None,
    groups: ArrayLike | None = None,
) -> list[Any]:
    """Split a data set, or arrays of the same samples, into a stratified training and test side.

    Parameters
    ----------
    *arrays : Dataset or array-like
        A `Dataset`, or arrays whose last one is the targets unless `targets` is given.
    targets : array-like of shape (samples, labels), optional
        0, 1, and NaN or -1 for unknown.
    test_size, train_size : float or int, optional
        A share in (0, 1) or a number of samples; by default 0.25 for the test side.
    random_state : int, RandomState or None, default=None
    groups : array-like of shape (samples,), optional
        Samples of one group stay on one side.

    Returns
    -------
    list
        Training and test side of each array, in turn.

    Examples
    --------
    >>> import numpy as np
    >>> from multilabel.data import train_test_split
    >>> y = np.array([[0, 1], [0, 1], [1, 1], [1, 1], [1, 0], [1, 0]])
    >>> X_train, X_test, y_train, y_test = train_test_split(np.arange(6), y, test_size=0.5, random_state=0)
    >>> y_train.sum(axis=0), y_test.sum(axis=0)
    (array([2, 2]), array([2, 2]))
    """
    if not arrays:
        raise _core.ArgumentError("data.train_test_split: there must be at least one array; got none")
    if test_size is None and train_size is None:
        test_size = 0.25
    is_dataset = hasattr(arrays[-1], "vocabulary")
    y = targets if targets is not None or is_dataset else arrays[-1]
    samples = [_samples_of(array) for array in (*arrays, *([] if targets is None else [targets]))]
    if len(set(samples)) > 1:
        raise _core.ShapeError(
            f"data.train_test_split: arrays must have one entry a sample each; got {samples} entries"
        )
    splitter = ShuffleSplit(1, test_size=test_size, train_size=train_size, random_state=random_state)
    train, test = next(splitter.split(arrays[-1], y, groups))
    sides = []
    for array in arrays:
        if is_sparse(array):  # of which only some kinds have rows
            array = array.tocsr()
        if hasattr(array, "iloc"):  # a DataFrame, whose [] takes columns
            sides += [array.iloc[train], array.iloc[test]]
        elif not hasattr(array, "vocabulary") and not hasattr(array, "shape"):  # a list, a range, any sequence
            sides += [[array[i] for i in train], [array[i] for i in test]]
        else:
            sides += [array[train], array[test]]
    return sides
