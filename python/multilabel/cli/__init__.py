# SPDX-License-Identifier: Apache-2.0
"""The command line: ``multilabel COMMAND`` once installed, or ``python -m multilabel COMMAND``.

Exit status: 0 when all went well, 1 when the library said no (its sentence goes to standard error), 2 for a command line that
cannot be understood, 130 after Ctrl-C. Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

from multilabel._core import ArgumentError, Error, __version__

try:
    import click
except ImportError as error:
    raise ImportError("multilabel: the command line needs click and rich; got none. pip install click rich") from error

from . import _answers, _pictures, _training

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="multilabel %(version)s")
def commands() -> None:
    """Multi-label image classification.

    \b
    Examples:
      multilabel inspect labels.csv
      multilabel train labels.csv --out out/run
      multilabel predict out/run/model photos/ --format csv
      multilabel report out/run

    \b
    Shell completion, for bash (zsh and fish alike):
      eval "$(_MULTILABEL_COMPLETE=bash_source multilabel)"
    """


for module in (_training, _pictures, _answers):
    for command in module.COMMANDS:
        commands.add_command(command)


def _say(message: Warning | str, category: type[Warning], *_: object) -> None:
    print(f"warning: {message}", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.
    """
    with warnings.catch_warnings():
        warnings.showwarning = _say  # type: ignore[assignment]
        try:
            ended = commands.main(
                None if arguments is None else list(arguments), prog_name="multilabel", standalone_mode=False
            )
        except click.ClickException as error:
            error.show()
            raise SystemExit(error.exit_code) from None
        except (KeyboardInterrupt, click.Abort):
            print("interrupted", file=sys.stderr)
            return 130
        except Error as error:
            print(error, file=sys.stderr)
            return 2 if isinstance(error, ArgumentError) and "Say so with" in str(error) else 1
    if isinstance(ended, int):  # of --help and --version, which leave early
        raise SystemExit(ended)
    return 0
