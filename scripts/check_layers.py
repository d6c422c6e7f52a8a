# SPDX-License-Identifier: Apache-2.0
"""Holds every #include of the headers against the table in cmake/multilabel-components.cmake; exit 1 on an offence.

A user of metrics must need neither torch nor OpenCV, so a header may include only the components and third parties of
its own row, and a row may name only what some header includes. Some files are held to less than their component
(``NARROWER``), and some includes are never right in a header.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include" / "multilabel"

THIRD_PARTY = {
    "xtensor": ("xtensor/", "xtl/"),
    "opencv": ("opencv2/core", "opencv2/imgproc"),
    "opencv_io": ("opencv2/core", "opencv2/imgproc", "opencv2/imgcodecs"),
    "json": ("nlohmann/",),
    "torch": ("torch/", "ATen/", "c10/"),
    "xml": ("pugixml.hpp",),
    "archive": ("archive.h", "archive_entry.h"),
    "jpeg": ("jpeglib.h", "jerror.h"),
    "threads": ("thread",),
}
FOREIGN = (
    "xtensor",
    "xtl/",
    "opencv2/",
    "nlohmann/",
    "pugixml",
    "archive",
    "jpeglib.h",
    "jerror.h",
    "torch/",
    "ATen/",
    "c10/",
    "caffe2/",
    "pybind11/",
)
FOREIGN += ("Python.h",)
NEVER = {
    "torch/torch.h": "costs every user 14 seconds a file; include the one header needed",
    "torch/extension.h": "belongs to bindings, and not even there",
    "opencv2/opencv.hpp": "drags in every module; include the one needed",
    "iostream": "headers print nothing",
}
PRINTS = {"training/callbacks/progress_bar.hpp"}  # its purpose
# A file or folder held to less than its component: (own components, include prefixes of third parties).
NARROWER = {
    "loss": (
        None,
        ("ATen/core/", "ATen/ops/", "ATen/TensorOperators.h", "ATen/Parallel.h", "c10/", "torch/csrc/autograd/"),
    ),
    "core": (None, ()),
    "core/safetensors.hpp": (None, ("nlohmann/",)),
    "encoding": (None, ()),
    "encoding/vocabulary_json.hpp": (None, ("nlohmann/",)),
    "calibration": (None, ()),
    "calibration/calibrator_json.hpp": (None, ("nlohmann/",)),
    "threshold": (None, ()),
    "threshold/rule_json.hpp": (None, ("nlohmann/",)),
    "evaluation": (None, ()),
    "evaluation/held_out_file.hpp": (None, ("nlohmann/",)),
    "augmentation": (None, ("opencv2/core", "opencv2/imgproc")),
    **{
        f"augmentation/{name}_json.hpp": (None, ("nlohmann/", "opencv2/core", "opencv2/imgproc"))
        for name in ("geometry_parameters", "operation_forms", "parameter_list", "pipeline", "value_parameters")
    },
    "bundle/calibrator.hpp": ({"core", "calibration"}, ("nlohmann/",)),
    "bundle/manifest.hpp": ({"core", "calibration", "encoding", "threshold"}, ("nlohmann/",)),
}


def table() -> dict[str, dict[str, list[str]]]:
    """Return what each component uses of our own, and needs or wants of others, as written for CMake."""
    text = (ROOT / "cmake" / "multilabel-components.cmake").read_text(encoding="utf-8")
    rows: dict[str, dict[str, list[str]]] = {}
    for name, kind, values in re.findall(r"^set\(MULTILABEL_(\w+?)_(USES|NEEDS|WANTS)([^)]*)\)", text, re.MULTILINE):
        rows.setdefault(name, {})[kind] = values.split()
    return rows


def includes(path: Path) -> list[tuple[int, str]]:
    """Return what ``path`` includes, each with its line."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    matches = ((number, re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)) for number, line in lines)
    return [(number, match.group(1)) for number, match in matches if match]


def idle(headers: list[Path], rows: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return one sentence for each component or third party that a row names and no header of it includes."""
    seen: dict[str, set[str]] = {}
    for path in headers:
        component = path.relative_to(HEADERS).parts[0].removesuffix(".hpp")
        for _, name in includes(path):
            seen.setdefault(component, set()).add(name)
            if name.startswith("multilabel/"):  # what only that header of a component needs is needed here as well
                seen[component].update(n for _, n in includes(HEADERS.parent / name) if n.startswith(FOREIGN))
    found = []
    for component, row in rows.items():
        if component == "multilabel":
            continue
        for own in row.get("USES", []):
            if not any(name.startswith((f"multilabel/{own}/", f"multilabel/{own}.hpp")) for name in seen[component]):
                found.append(
                    f"cmake/multilabel-components.cmake: {component} names {own}, which none of its headers includes"
                )
        for foreign in row.get("NEEDS", []) + row.get("WANTS", []):
            if not any(name.startswith(THIRD_PARTY[foreign]) for name in seen[component]):
                found.append(
                    f"cmake/multilabel-components.cmake: {component} names {foreign}, which none of its headers includes"
                )
    return found


def offences(path: Path, rows: dict[str, dict[str, list[str]]]) -> list[str]:
    """Return one sentence for each include of ``path`` that its component may not have."""
    relative = path.relative_to(HEADERS)
    component = relative.parts[0].removesuffix(".hpp")
    found = []
    if component in ("multilabel", "version"):
        own, foreign = set(rows), ()
    else:
        own = {component, *rows[component]["USES"]}
        needs = rows[component]["NEEDS"] + rows[component].get("WANTS", [])
        foreign = tuple(prefix for need in needs for prefix in THIRD_PARTY[need])
    for key, (narrow_own, narrow_foreign) in NARROWER.items():
        if key in (str(relative), component):
            own = {component, *narrow_own} if narrow_own is not None else own
            foreign = narrow_foreign
    for number, name in includes(path):
        where = f"{path.relative_to(ROOT)}:{number}: <{name}>"
        if name in NEVER and not (name == "iostream" and str(relative) in PRINTS):
            found.append(f"{where}: {NEVER[name]}")
        elif name.startswith("multilabel/"):
            target = name.split("/")[1].removesuffix(".hpp")
            if target not in own and target != "version":
                found.append(f"{where}: {component} may use only {', '.join(sorted(own - {component}))} of our own")
            elif name.endswith("_json.hpp") and "nlohmann/" not in foreign and component != "multilabel":
                found.append(f"{where}: only where a JSON library is needed anyway")
        elif name.startswith(FOREIGN) and not name.startswith(foreign or ("\0",)):
            found.append(f"{where}: {component} may include only {', '.join(foreign) or 'the standard library'}")
    return found


def main() -> int:
    rows = table()
    headers = sorted(HEADERS.rglob("*.hpp"))
    found = [sentence for path in headers for sentence in offences(path, rows)] + idle(headers, rows)
    print("\n".join(found) if found else f"layers: {len(headers)} headers keep to their component's row")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
