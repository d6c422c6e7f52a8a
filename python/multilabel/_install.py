# SPDX-License-Identifier: Apache-2.0
"""Where this installation keeps its headers and CMake files, and which versions it works with."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path

from . import _core

# The compiled module marks the installation, also in editable installs, where the Python files lie elsewhere.
_ROOT = Path(_core.__file__).resolve().parent

cmake_prefix_path: str = str(_ROOT)
"""For ``-DCMAKE_PREFIX_PATH=...``; ``find_package(multilabel CONFIG)`` then finds the headers of this installation."""


def get_include() -> str:
    """Return the folder that holds ``multilabel/multilabel.hpp``.

    Examples
    --------
    >>> import multilabel
    >>> multilabel.get_include().rpartition("multilabel")[2].lstrip("/")
    'include'
    """
    return str(_ROOT / "include")


def show_versions() -> None:
    """Print the versions to put into a bug report.

    Examples
    --------
    >>> import multilabel
    >>> multilabel.show_versions()
    multilabel ...
    python ...
    torch ...
    """
    print(f"multilabel {_core.__version__}")
    print(f"python {platform.python_version()} on {platform.platform()} ({sys.byteorder}-endian)")
    for name in ("torch", "numpy", "scipy", "scikit-learn", "matplotlib"):
        try:
            print(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"{name} not installed")
