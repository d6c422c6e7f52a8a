# SPDX-License-Identifier: Apache-2.0
"""Holds the imports of the Python package against the order of its modules; exit 1 on an offence.

A module imports from those below it, as the components of C++ do, and no two import one another, not even inside a
function or for type hints: who reads a module need not have read what is above it.
"""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "python" / "multilabel"

# Lowest first; the modules of one row may import one another as long as there is no ring.
ORDER = (
    (
        "_core",
        "_torch",
        "_torch_check",
        "_fork",
        "_threads",
        "_install",
        "_choices",
        "_arguments",
        "_doubts",
        "_label_arrays",
        "_tables",
    ),
    ("encoding",),
    ("metrics", "threshold", "calibration"),
    ("evaluation",),
    ("augmentation",),
    ("splits", "data"),
    ("_loss_guards", "loss", "model"),
    ("_progress", "training"),
    ("bundle",),
    ("_drawing", "plot"),
    ("_run_folder", "_report_pictures", "_report_parts", "report"),
    ("_settings", "_find_data", "runs"),
    ("cli", "__main__"),
    ("",),  # the package itself
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
# What looks upwards on purpose, when it is called.
UPWARDS = {
    ("augmentation", "data._audit"): "audit is public there, beside the operations, and needs data sets",
    ("data._audit", "plot"): "an Audit draws itself",
}


def name_of(path: Path) -> str:
    """Return ``data._loader`` for its file, ``data`` for that of the package, "" for the whole."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports(path: Path, modules: set[str]) -> set[tuple[int, str]]:
    """Return what a file imports of the package, each with its line; of a package's names, the module where there is one."""
    package = name_of(path).split(".") if path.name == "__init__.py" else name_of(path).split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {
                (node.lineno, one.name.removeprefix("multilabel").strip("."))
                for one in node.names
                if one.name.split(".")[0] == "multilabel"
            }
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = [part for part in package[: len(package) - node.level + 1] if part] + base
            elif base[:1] == ["multilabel"]:
                base = base[1:]
            else:
                continue
            for one in node.names:
                whole = ".".join([*base, one.name])
                found.add((node.lineno, whole if whole in modules else ".".join(base)))
    return {(line, name) for line, name in found if name != name_of(path)}


def main() -> int:
    files = [path for path in sorted(PACKAGE.rglob("*.py")) if "templates" not in path.parts]
    modules = {name_of(path) for path in files} | {"_core", "_torch"}
    found, graph = [], {}
    for path in files:
        own = name_of(path)
        below = graph.setdefault(own, set())
        if own.split(".")[0] not in LEVEL:
            found.append(f"{path.relative_to(ROOT)}: ORDER in scripts/check_python_layers.py must say where it stands")
            continue
        for line, name in sorted(imports(path, modules)):
            if (own, name) in UPWARDS:
                continue
            below.add(name)
            if name not in modules and name.split(".")[0] not in ("_core", "_torch"):
                found.append(f"{path.relative_to(ROOT)}:{line}: there is no module {name}")
            if LEVEL.get(name.split(".")[0], 0) > LEVEL[own.split(".")[0]]:
                found.append(
                    f"{path.relative_to(ROOT)}:{line}: {own} must not import {name or 'the package'}, which is above it"
                )
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found.append("these import one another: " + " <- ".join(name or "multilabel" for name in error.args[1]))
    print("\n".join(found) if found else f"python layers: {len(files)} modules import downwards")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
