# SPDX-License-Identifier: Apache-2.0
"""How many threads the library's own loops use."""

from __future__ import annotations

import operator
import sys

from . import _core


def get_num_threads() -> int:
    """Return how many threads work on a call that asks for no number.

    It is what `set_num_threads` said last, else the environment's MULTILABEL_NUM_THREADS, else its OMP_NUM_THREADS, else
    that of the machine.

    Examples
    --------
    >>> import multilabel
    >>> multilabel.get_num_threads() >= 1
    True
    """
    return _core.get_num_threads()


def set_num_threads(threads: int) -> None:
    """Set how many threads work on a call that asks for no number, in the whole process. No result depends on it.

    Parameters
    ----------
    threads : int
        At least 1, or 0 for what it was when the process started.

    Examples
    --------
    >>> import multilabel
    >>> multilabel.set_num_threads(1)
    >>> multilabel.get_num_threads()
    1
    >>> multilabel.set_num_threads(0)
    """
    try:
        number = operator.index(threads)
    except TypeError:
        number = -1
    if number < 0:
        raise _core.ArgumentError(f"set_num_threads: threads must be a whole number of 0 or more; got {threads!r}")
    for name in ("_core", "_torch"):  # _torch asks _core when it is loaded
        module = sys.modules.get(f"{__package__}.{name}")
        if module is not None:
            module.set_num_threads(number)
