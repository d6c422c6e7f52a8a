# SPDX-License-Identifier: Apache-2.0
"""Prints the requirements of the named extras of pyproject.toml, one a line; ``torch`` names the build's torch pin.

Usage: scripts/requirements.py <extra>...
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    from pip._vendor import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent


def requirements(names: list[str]) -> list[str]:
    """Return the requirements of the extras, with ``multilabel[...]`` replaced by what it stands for."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = document["project"]["optional-dependencies"]
    found: list[str] = []
    for name in names:
        if name == "torch":
            found += [item for item in document["build-system"]["requires"] if item.startswith("torch==")]
            continue
        for item in extras[name]:
            own = re.fullmatch(r"multilabel\[(.*)\]", item)
            found += requirements(own.group(1).split(",")) if own else [item]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1:])))
