# SPDX-License-Identifier: Apache-2.0
"""What the wheel depends on: numpy, click and rich for the command line, and the torch release its extension was compiled for.

A torch extension works only with that one release. A fixed pin in pyproject.toml would replace the torch of a user
who builds without isolation against their own; here the pin follows the torch that the build sees. The part after
``+`` (cpu, cu130) is dropped: one binary serves all of them.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


class Provider:
    """Dynamic metadata for scikit-build-core."""

    @staticmethod
    def dynamic_wheel(settings):
        return {"dependencies": True}  # an sdist does not know yet

    @staticmethod
    def dynamic_metadata(settings, project):
        try:
            torch = "torch==" + version("torch").partition("+")[0]
        except PackageNotFoundError:  # the sdist step of a front end
            torch = "torch"
        return {"dependencies": ["numpy", torch, "click>=8.1", "rich>=13", "tomli; python_version < '3.11'"]}
