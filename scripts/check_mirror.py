# SPDX-License-Identifier: Apache-2.0
"""Checks that the tests mirror the tree and that each source file opens as it must; exit 1 names each offence.

``include/multilabel/a/b.hpp`` has ``tests/a/b.test.cpp``, or is a part of a header that has one, which includes it; a
subfolder may share ``tests/a/folder.test.cpp``. Each test has its header. ``python/multilabel/a.py`` has
``python/tests/test_a.py``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include" / "multilabel"
TESTS = ROOT / "tests"
PYTHON = ROOT / "python"
APART = {"support", "parity", "compile_fail", "odr", "install", "docs", "fuzz"}  # tests that belong to no header
FOLDERS = ("include", "tests", "python", "examples", "benchmarks", "scripts", "cmake", ".ci")
SOURCES = {".hpp", ".cpp", ".py", ".cmake", ".sh", ".txt", ""}


def names_for(header: Path) -> set[Path]:
    """Return where the test of ``header`` (a/b or a/folder/b, without suffix) may lie."""
    parts = header.parts
    names = {header}
    if len(parts) > 2:
        names |= {Path(parts[0], parts[-1]), Path(*parts[:-1])}
    return names


def mirror() -> list[str]:
    """Return a sentence for each header without a test and each test without a header."""
    found = []
    paths = [path.relative_to(HEADERS).with_suffix("") for path in HEADERS.rglob("*.hpp")]
    headers = [path for path in paths if len(path.parts) > 1 and path.parts[0] != "compat"]
    tests = [path.relative_to(TESTS) for path in TESTS.rglob("*.test.cpp")]
    tests = [Path(str(path).removesuffix(".test.cpp")) for path in tests if path.parts[0] not in APART]
    tested = {header for header in headers if names_for(header) & set(tests)}
    todo = list(tested)
    while todo:  # what a tested header includes of its own component is tested through it
        header = todo.pop()
        text = (HEADERS / header).with_suffix(".hpp").read_text(encoding="utf-8")
        own = rf'#include [<"]multilabel/({header.parts[0]}/[^>"]+)\.hpp'
        parts = set(map(Path, re.findall(own, text))) & set(headers)
        todo += parts - tested
        tested |= parts
    for header in sorted(set(headers) - tested):
        found.append(f"include/multilabel/{header}.hpp: there must be a tests/{header}.test.cpp")
    known = set().union(*map(names_for, headers))
    found += [f"tests/{test}.test.cpp: there is no such header" for test in sorted(set(tests) - known)]
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
