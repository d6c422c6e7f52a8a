# SPDX-License-Identifier: Apache-2.0
"""Checks that the tests mirror the tree and that each source file opens as it must; exit 1 names each offence.

The tests of ``include/multilabel/a/`` lie in ``tests/a/``, named after the header or the behaviour they test, and reach
every header of it by their includes, but for ``detail/``. ``python/multilabel/a.py`` has ``python/tests/test_a.py``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include" / "multilabel"
TESTS = ROOT / "tests"
PYTHON = ROOT / "python"
# Tests that belong to no header.
APART = {"support", "parity", "compile_fail", "odr", "install", "docs", "flags", "fuzz"}
FOLDERS = ("include", "tests", "python", "examples", "benchmarks", "scripts", "cmake", ".ci")
SOURCES = {".hpp", ".cpp", ".py", ".cmake", ".sh", ".txt", ""}


def included(path: Path, component: str) -> set[Path]:
    """Return the headers of ``component`` that a file includes, relative to ``include/multilabel``."""
    text = path.read_text(encoding="utf-8")
    return {Path(name) for name in re.findall(rf'#include [<"]multilabel/({component}(?:/[^>"]+)?\.hpp)', text)}


def mirror() -> list[str]:
    """Return a sentence for each header without a test, each folder of tests without headers, each module without tests."""
    found = []
    components = {path.name for path in HEADERS.iterdir() if path.is_dir()}
    for folder in sorted(path.name for path in TESTS.iterdir() if path.is_dir()):
        if folder not in components | APART:
            found.append(f"tests/{folder}/: there is no such component")
    for component in sorted(components):
        todo = set().union(*(included(path, component) for path in (TESTS / component).rglob("*.[ch]pp")))
        reached: set[Path] = set()
        while todo:
            header = todo.pop()
            reached.add(header)
            if (HEADERS / header).exists():
                todo |= included(HEADERS / header, component) - reached
        for path in sorted((HEADERS / component).rglob("*.hpp")):
            if path.relative_to(HEADERS) not in reached and "detail" not in path.parts:
                found.append(
                    f"include/multilabel/{path.relative_to(HEADERS)}: a test in tests/{component}/ must include it"
                )
    modules = {path.stem for path in (PYTHON / "multilabel").glob("*.py") if not path.stem.startswith("_")}
    modules |= {path.parent.name for path in (PYTHON / "multilabel").glob("*/__init__.py")}
    for name in sorted(modules):
        if not (PYTHON / "tests" / f"test_{name}.py").exists():
            found.append(f"python/multilabel/{name}.py: there must be a python/tests/test_{name}.py")
    return found


def openings() -> list[str]:
    """Return a sentence for each source that lacks its licence line, and for each header without ``#pragma once``."""
    found = []
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()):
        name = str(path.relative_to(ROOT))
        if path.suffix not in SOURCES or "examples/data/" in name:
            continue
        if path.suffix == ".txt" and path.name != "CMakeLists.txt":
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()[:3]
        if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines):
            found.append(f"{name}: it must open with 'SPDX-License-Identifier: Apache-2.0'")
        if path.suffix == ".hpp" and "#pragma once" not in lines:
            found.append(f"{name}: '#pragma once' must follow the licence")
        if re.search(r"\b(TO[D]O|FIX[M]E|X[X]X)\b", text):
            found.append(f"{name}: what is left to do belongs into an issue")
    return found


def main() -> int:
    found = mirror() + openings()
    print("\n".join(found) if found else "mirror: every header has its test, every source its licence line")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
