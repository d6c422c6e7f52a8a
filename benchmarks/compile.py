# SPDX-License-Identifier: Apache-2.0
"""What an include costs: processor seconds and memory of the compiler for the first program of README.md, the quickstart, each
component's header alone, and, with --wheel, every unit of the Python modules. Run it on an idle machine.

Usage: benchmarks/compile.py [--wheel]      after scripts/setup --dev and cmake --preset release (and dev, for --wheel)
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import check_docs  # noqa: E402


def measure(words: list[str], folder: str) -> tuple[float, float]:
    """Return the processor seconds and the peak memory in GB of one compilation."""
    compiler = subprocess.Popen(words, cwd=folder)
    _, status, usage = os.wait4(compiler.pid, 0)
    if status != 0:
        raise SystemExit(f"this does not compile: {shlex.join(words)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6


def commands(preset: str) -> dict[str, tuple[list[str], str]]:
    """Return the compiler's words and folder for each source of a preset, without a compiler cache."""
    found = {}
    for entry in json.loads((ROOT / "build" / preset / "compile_commands.json").read_text(encoding="utf-8")):
        words = shlex.split(entry["command"])
        if Path(words[0]).name == "ccache":
            words = words[1:]
        found[str(Path(entry["file"]).relative_to(ROOT))] = (words, entry["directory"])
    return found


def rows(scratch: Path) -> list[tuple[str, list[str], str]]:
    """Return what is compiled: a name, the compiler's words, and the folder to run it in."""
    quickstart, folder = commands("release")["examples/010_quickstart.cpp"]
    quick = [word for word in quickstart if word != "-Werror"]
    source, target = str(ROOT / "examples/010_quickstart.cpp"), quick[quick.index("-o") + 1]

    def other(text: str, name: str, options: list[str]) -> list[str]:
        path = scratch / f"{name}.cpp"
        path.write_text(text, encoding="utf-8")
        words = [str(path) if word == source else word for word in quick if word not in ("-O2", "-DNDEBUG")]
        return [str(scratch / f"{name}.o") if word == target else word for word in words] + options

    first = next(block for block in check_docs.blocks("cpp") if block.page.name == "README.md")
    release = ["-O2", "-DNDEBUG"]
    found = [
        ("README's first program", other(first.text, "first", release), folder),
        ("quickstart, -O2", other(Path(source).read_text(encoding="utf-8"), "quickstart", release), folder),
        ("quickstart, -O0", other(Path(source).read_text(encoding="utf-8"), "quickstart0", ["-O0"]), folder),
    ]
    for header in sorted((ROOT / "include" / "multilabel").glob("*.hpp")):
        text = f"#include <multilabel/{header.name}>\n"
        found.append((f"#include <multilabel/{header.name}>", other(text, header.stem, release), folder))
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        print(f"{'what':<50} {'seconds':>8} {'GB':>6}")
        for name, words, folder in rows(Path(scratch)):
            seconds, memory = measure(words, folder)
            print(f"{name:<50} {seconds:>8.1f} {memory:>6.2f}", flush=True)
        if "--wheel" not in sys.argv:
            return
        total = 0.0
        for source, (words, folder) in commands("dev").items():
            if not source.startswith("python/"):
                continue
            out = words.index("-o") + 1
            words = [*words[:out], str(Path(scratch) / "unit.o"), *words[out + 1 :]]
            seconds, memory = measure(words, folder)
            total += seconds
            print(f"{source:<50} {seconds:>8.1f} {memory:>6.2f}", flush=True)
        print(f"{'all units of the wheel':<50} {total:>8.1f}")


if __name__ == "__main__":
    main()
