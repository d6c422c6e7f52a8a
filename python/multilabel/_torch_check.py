# SPDX-License-Identifier: Apache-2.0
"""Import before ``_torch``: says in a sentence that torch is absent or another release than the one compiled against.

Without it the loader's own error is a mangled C++ symbol, or nothing at all and wrong answers.
"""

from __future__ import annotations

from . import _core


def require(built: str, found: str) -> None:
    """Raise ImportError unless both versions name the same release; what follows ``+`` (cpu, cu130) may differ."""
    if built.partition("+")[0] != found.partition("+")[0]:
        raise ImportError(
            f"multilabel: torch must be {built}, which this multilabel was compiled against; got torch {found}. "
            f"Install torch=={built}, or build multilabel against yours: pip install --no-build-isolation <its source>"
        )


try:
    import torch as _torch
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise ImportError(
        "multilabel: losses, models, training and bundles need torch, and it is not installed. "
        f"Install torch=={_core.torch_version}"
    ) from error

require(_core.torch_version, _torch.__version__)
