# SPDX-License-Identifier: Apache-2.0
"""Compiles all headers together as C++20 and C++23, or every header alone; exit 1 shows what a compiler says.

Clang does it where there is one (the tests are GCC's), so that both accept every header. A header that was accepted, and
whose text and own includes are the same since, is not looked at again; ``build/headers.json`` remembers.

Usage: scripts/check_headers.py <build folder with compile_commands.json> [--alone]

``--alone`` takes a quarter of an hour on two cores; run it when includes have changed.
"""

from __future__ import annotations

import concurrent.futures
import functools
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
ACCEPTED = ROOT / "build" / "headers.json"
TORCH = "torch/nn.h"  # precompiled: it costs more than all that is behind it


class Job(NamedTuple):
    """What is compiled: a name for people, the source, the options, and what its acceptance hangs on."""

    name: str
    source: str
    options: tuple[str, ...]
    fingerprint: str


def compilers() -> tuple[str, str]:
    """Return the newest Clang, or the default compiler without one; and the default compiler."""
    default = os.environ.get("CXX", "c++")
    found = [f"clang++-{version}" for version in range(30, 13, -1)] + ["clang++"]
    return next((name for name in found if shutil.which(name)), default), default


def include_options(build: Path) -> tuple[str, ...]:
    """Return the include folders of a file that sees the whole library."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    line = next(entry["command"] for entry in commands if entry["file"].endswith("tests/odr/one.cpp"))
    words = shlex.split(line)
    folders = [(words[i], words[i + 1]) for i in range(len(words)) if words[i] == "-isystem"]
    return tuple(word for pair in dict.fromkeys(folders) for word in pair)


@functools.cache
def includes(header: Path) -> frozenset[Path]:
    """Return a header and all of ours that it includes, directly or not."""
    seen, todo = set(), [header]
    while todo:
        path = todo.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        names = re.findall(r'#\s*include [<"](multilabel/[^">]+)[">]', path.read_text(encoding="utf-8"))
        todo += [INCLUDE / name for name in names]
    return frozenset(seen)


def fingerprint(headers: frozenset[Path], *more: str) -> str:
    """Return what changes when one of the headers or of the other texts does."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(headers):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def uses_torch(headers: frozenset[Path]) -> bool:
    return any(re.search(r"#include <(torch|ATen|c10)/", path.read_text(encoding="utf-8")) for path in headers)


def run(command: list[str], source: str) -> str:
    """Return what the compiler says about a source, or nothing."""
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def main() -> int:
    folders = include_options(Path(sys.argv[1]))
    clang, default = compilers()
    options = ("-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}", *folders)
    if clang != default:  # of its own standard library, used by GCC's: nothing a header could do about it
        options += ("-Wno-deprecated-declarations",)
    versions = {name: subprocess.check_output([name, "--version"], text=True) for name in {clang, default}}
    all_headers = sorted((INCLUDE / "multilabel").rglob("*.hpp"))
    jobs = []
    for path in all_headers if "--alone" in sys.argv else []:
        name, used = str(path.relative_to(INCLUDE)), includes(path)
        own = (clang, "-std=c++20", *options)
        if uses_torch(used):
            own += ("<torch>",)
        jobs.append(Job(name, f"#include <{name}>\n", own, fingerprint(used, *own, versions[clang])))
    whole = "".join(f"#include <{path.relative_to(INCLUDE)}>\n" for path in all_headers)
    for compiler in dict.fromkeys((clang, default)):
        for standard in ("c++20", "c++23"):
            own = (compiler, f"-std={standard}", *options)
            if compiler == default:
                own = tuple(word for word in own if word != "-Wno-deprecated-declarations")
            print_as = f"all of them, {compiler}, {standard}"
            jobs.append(Job(print_as, whole, own, fingerprint(frozenset(all_headers), *own, versions[compiler])))
    accepted = set(json.loads(ACCEPTED.read_text(encoding="utf-8"))) if ACCEPTED.exists() else set()
    todo = [job for job in jobs if job.fingerprint not in accepted]

    torch_options: list[str] = []
    if clang != default and any("<torch>" in job.options for job in todo):
        precompiled = ROOT / "build" / "torch.pch"
        command = [clang, "-std=c++20", *options[1:], "-x", "c++-header", "-", "-o", str(precompiled)]
        said = run(command, f"#include <{TORCH}>\n")
        if said:
            print(said)
            return 1
        torch_options = ["-include-pch", str(precompiled)]

    def accept(job: Job) -> str:
        words = [word for word in job.options if word != "<torch>"]
        more = torch_options if "<torch>" in job.options else []
        return run([*words, *more, "-x", "c++", "-"], job.source)

    refused = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for job, said in zip(todo, pool.map(accept, todo), strict=True):
            if said:
                refused += 1
                print(f"--- {job.name}\n{said}")
            else:
                accepted.add(job.fingerprint)
    ACCEPTED.write_text(json.dumps(sorted(accepted & {job.fingerprint for job in jobs})), encoding="utf-8")
    print(
        f"headers: {len(jobs) - len(todo)} as they were, {len(todo) - refused} accepted, {refused} refused by {clang}"
    )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
