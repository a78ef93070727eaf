"""Which run a checkpoint belongs to, and when it is written."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

from reta.descent.checkpoint import write_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reta.descent.early_stopping import Watch
    from reta.descent.mini_batch import State
    from reta.descent.schedule import Schedule
    from reta.fitting.descent_settings import Settings
    from reta.types import FloatArray

__all__ = ["Saver", "run_identity"]

SAVE_EVERY_S = 1.0


def run_identity(rows: str, settings: Settings, schedule: Schedule, start: FloatArray, *, fit_intercept: bool) -> str:
    """Return a digest of the data and of the settings that shape a run; at a constant rate its length is not one.

    Parameters
    ----------
    rows
        The fingerprint of the moments.
    settings
        As the user gave them.
    schedule
        The learning rate of every epoch.
    start
        Shape (k, m), as the descent sees it.
    fit_intercept
        Whether there is a bias.
    """
    told = {**settings.told(), "seed": settings.seed, "lr": schedule.lr}
    told |= {"patience": settings.patience, "buffer_rows": settings.buffer_rows, "start": start.tolist()}
    if schedule.name == "constant":
        del told["epochs"]
    content = json.dumps([rows, fit_intercept, told], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


class Saver:
    """Writes the checkpoint about once a second, and hands the loss on.

    Parameters
    ----------
    path
        Where to; None for nowhere.
    watch
        Of the rows kept aside, if any.
    run
        What ``run_identity`` returned.
    on_epoch
        Called with the epochs done and the loss.
    """

    def __init__(
        self, path: Path | None, watch: Watch | None, run: str, on_epoch: Callable[[int, float], None] | None
    ) -> None:
        self._path, self._watch, self._run, self._on_epoch = path, watch, run, on_epoch
        self._saved_at = time.monotonic()

    def after_epoch(self, state: State) -> None:
        """Take note of an epoch's end."""
        if self._on_epoch is not None:
            self._on_epoch(state.epoch, state.history.last_loss)
        if time.monotonic() - self._saved_at >= SAVE_EVERY_S:
            self.save(state)

    def save(self, state: State) -> None:
        """Write the checkpoint now, where one is wanted."""
        if self._path is not None:
            write_checkpoint(self._path, state, self._watch, self._run)
            self._saved_at = time.monotonic()
