# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys

SCRIPT = """
import multilabel
multilabel.set_num_threads(3)
import multilabel.loss
from multilabel import _core, _torch
numbers = [(_core.get_num_threads(), _torch.get_num_threads())]
for threads in (2, 0):
    multilabel.set_num_threads(threads)
    numbers.append((_core.get_num_threads(), _torch.get_num_threads()))
assert numbers[:2] == [(3, 3), (2, 2)], numbers
assert numbers[2][0] == numbers[2][1] == 5, numbers
"""


def test_set_num_threads_reaches_both_compiled_modules_whenever_they_are_loaded():
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, env=os.environ | {"MULTILABEL_NUM_THREADS": "5"})
