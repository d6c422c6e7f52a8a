# SPDX-License-Identifier: Apache-2.0
"""A user's project against an installed multilabel: each component alone, and the sentences for what is missing.

The consumer is the project in ``consumer/``. What it depends on is read from the compiler's dependency file and from
``ldd``, so "needs neither torch nor OpenCV" is a fact about the files it opened and the libraries it loads.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import multilabel

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = Path(__file__).resolve().parent / "consumer"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("cmake") and shutil.which("ninja")), reason="cmake and ninja are needed"),
]


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def succeed(*command: object) -> str:
    result = run(*command)
    assert result.returncode == 0, f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}"
    return result.stdout


def configure(folder: Path, components: str, *options: str) -> subprocess.CompletedProcess[str]:
    return run(
        "cmake", "-G", "Ninja", "-S", CONSUMER, "-B", folder, f"-DCOMPONENTS={components}",
        f"-DPython_EXECUTABLE={sys.executable}", *options,
    )  # fmt: skip


def build_and_run(folder: Path, components: str, *options: str) -> None:
    result = configure(folder, components, *options)
    assert result.returncode == 0, result.stdout + result.stderr
    succeed("cmake", "--build", folder, "--parallel", os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", "2"))
    for component in components.split(";"):
        succeed(folder / f"use_{component}")


def opened_and_loaded(folder: Path, component: str) -> str:
    """Return the headers that the program was compiled from and the libraries that it loads."""
    headers = succeed("ninja", "-C", folder, "-t", "deps", f"CMakeFiles/use_{component}.dir/use_{component}.cpp.o")
    return headers + succeed("ldd", folder / f"use_{component}")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    """Return the prefix of a plain ``cmake --install``, whose configure looks for no third party at all."""
    folder = tmp_path_factory.mktemp("install")
    succeed("cmake", "-G", "Ninja", "-S", ROOT, "-B", folder / "build", "-DCMAKE_DISABLE_FIND_PACKAGE_Python=ON")
    succeed("cmake", "--install", folder / "build", "--prefix", folder / "prefix")
    return folder / "prefix"


def test_every_header_is_installed_and_nothing_of_this_machine_is_written(prefix):
    installed = {path.relative_to(prefix / "include") for path in (prefix / "include").rglob("*.hpp")}
    ours = {path.relative_to(ROOT / "include") for path in (ROOT / "include").rglob("*.hpp")}
    assert installed == ours
    for path in prefix.rglob("*.cmake"):
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path.name


def test_encoding_and_metrics_need_neither_torch_nor_opencv(prefix, tmp_path):
    options = (f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON")
    build_and_run(tmp_path, "encoding;metrics;calibration;threshold", *options)
    for component in ("encoding", "metrics", "calibration", "threshold"):
        seen = opened_and_loaded(tmp_path, component)
        assert "multilabel/core" in seen
        for foreign in ("libtorch", "libc10", "torch/", "ATen/", "opencv", "nlohmann", "xtensor"):
            assert foreign not in seen, f"{component} must not need {foreign}"


def test_the_door_to_xtensor_is_a_component_of_its_own(prefix, tmp_path):
    build_and_run(tmp_path, "compat", f"-DCMAKE_PREFIX_PATH={prefix}")


def test_augmentation_and_data_need_no_torch(prefix, tmp_path):
    build_and_run(tmp_path, "augmentation;data", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert "imgcodecs" not in opened_and_loaded(tmp_path, "augmentation")
    for component in ("augmentation", "data"):
        seen = opened_and_loaded(tmp_path, component)
        for foreign in ("libtorch", "libc10", "torch/", "ATen/"):
            assert foreign not in seen, f"{component} must not need {foreign}"


def test_the_torch_components_find_the_torch_of_the_interpreter(prefix, tmp_path):
    build_and_run(tmp_path, "loss;model;training;bundle;multilabel", f"-DCMAKE_PREFIX_PATH={prefix}")


def test_a_plain_libtorch_folder_is_enough(prefix, tmp_path):
    import torch

    options = (f"-DTORCH_INSTALL_PREFIX={Path(torch.__file__).parent}", "-DCMAKE_DISABLE_FIND_PACKAGE_Python=ON")
    build_and_run(tmp_path, "loss", f"-DCMAKE_PREFIX_PATH={prefix}", *options)


def test_the_wheel_holds_the_same_package(tmp_path):
    build_and_run(tmp_path, "encoding", f"-DCMAKE_PREFIX_PATH={multilabel.cmake_prefix_path}")
    assert f"{multilabel.get_include()}/multilabel/encoding.hpp" in opened_and_loaded(tmp_path, "encoding")


def test_as_a_subproject_only_the_named_components_are_looked_for(tmp_path):
    options = ("-DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_Python=ON")
    build_and_run(tmp_path, "encoding", f"-DFETCH={ROOT}", *options)


def test_an_unknown_component_is_named_with_those_that_exist(prefix, tmp_path):
    result = configure(tmp_path, "encodings", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert result.returncode != 0
    said = " ".join(result.stderr.split())
    assert "there is no component 'encodings'; there are: core;encoding;metrics" in said


def test_a_missing_dependency_is_named_with_its_package(prefix, tmp_path):
    result = configure(tmp_path, "compat", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON")
    assert result.returncode != 0
    said = " ".join(result.stderr.split())
    assert "component 'compat': xtensor was not found; on Debian: apt install libxtensor-dev" in said


def test_a_missing_torch_is_named_with_both_ways_to_give_it(prefix, tmp_path):
    options = ("-DTORCH_INSTALL_PREFIX=/nowhere", "-DCMAKE_DISABLE_FIND_PACKAGE_Python=ON")
    result = configure(tmp_path, "loss", f"-DCMAKE_PREFIX_PATH={prefix}", *options)
    assert result.returncode != 0
    said = " ".join(result.stderr.split())
    assert (
        "component 'loss': LibTorch was not found; pip install torch==2.13.0, or pass -DTORCH_INSTALL_PREFIX=" in said
    )


def test_another_minor_version_is_refused(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.24)\nproject(p CXX)\nfind_package(multilabel 9.0 CONFIG REQUIRED)\n",
        encoding="utf-8",
    )
    result = run("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert result.returncode != 0
    assert "compatible with requested version" in " ".join(result.stderr.split())
