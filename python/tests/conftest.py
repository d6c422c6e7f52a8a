# SPDX-License-Identifier: Apache-2.0
"""Settings for all Python tests."""

from __future__ import annotations

import os
import signal

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # the peer would ask the network for its newest version

# A shell that starts a job in the background makes it ignore SIGINT, and the programs that the tests start would inherit that:
# Ctrl-C could not be tested there.
signal.signal(signal.SIGINT, signal.default_int_handler)
