# SPDX-License-Identifier: Apache-2.0
"""How a run shows how far it is when nobody says: a live bar where someone looks on, one line an epoch elsewhere."""

from __future__ import annotations

import sys
from typing import Any, Literal

from . import _torch_check  # noqa: F401  (says what is wrong before the loader does)
from ._choices import one_of
from ._torch import training as _training
from ._torch.training import TrainingState

Progress = bool | Literal["bar", "lines"]


def in_notebook() -> bool:
    """Whether this runs in a kernel that shows widgets."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


class LiveBar:
    """One bar of tqdm for the whole run, a widget in notebooks; the events of a callback."""

    def __init__(self, make: Any) -> None:
        self._make = make
        self._bar: Any = None

    def on_fit_begin(self, state: TrainingState) -> None:
        self._bar = self._make(unit="step", file=sys.stderr, dynamic_ncols=True)

    def on_epoch_begin(self, state: TrainingState) -> None:
        self._bar.total = state.epochs * state.steps
        self._bar.set_description(f"epoch {state.epoch}/{state.epochs}", refresh=False)

    def on_step_end(self, state: TrainingState) -> None:
        self._bar.set_postfix(self._shown(state), refresh=False)
        self._bar.update((state.epoch - 1) * state.steps + state.step - self._bar.n)

    def on_fit_end(self, state: TrainingState) -> None:
        self._bar.set_postfix(self._shown(state))
        self._bar.close()

    @staticmethod
    def _shown(state: TrainingState) -> dict[str, str]:
        shown = {"loss": f"{state.training_loss:.4f}"}
        best, monitor = state.history.best, state.history.monitor
        if best is not None and monitor in best.to_dict():
            shown[f"best {monitor}"] = f"{best.to_dict()[monitor]:.4f}"
        return shown


def checked_progress(value: Any) -> Progress:
    """``value`` as what a trainer takes."""
    return one_of("training.Trainer", "progress", value, (True, False, "bar", "lines"))


def callback_for(progress: Progress) -> Any | None:
    """The compiled callback that shows the progress: tqdm's bar where it is installed, else our own; lines where nobody looks."""
    if progress is False:
        return None
    terminal = bool(getattr(sys.stderr, "isatty", lambda: False)())
    if progress == "bar" or (progress is True and (terminal or in_notebook())):
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return _training.progress_bar(sys.stderr, terminal or progress == "bar", float("inf"))
        bar = LiveBar(tqdm)
        events = {name: getattr(bar, name) for name in dir(bar) if name.startswith("on_")}
        return _training.python_callback("LiveBar", events)
    return _training.progress_bar(sys.stderr, False, float("inf"))
