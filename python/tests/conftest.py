# SPDX-License-Identifier: Apache-2.0
"""Settings for all Python tests."""

from __future__ import annotations

import signal

# A shell that starts a job in the background makes it ignore SIGINT, and the programs that the tests start would inherit that:
# Ctrl-C could not be tested there.
signal.signal(signal.SIGINT, signal.default_int_handler)
