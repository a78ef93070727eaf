"""A process that was forked while Polars had threads: they are not there, and whoever waits for them waits for ever.

Processes that start anew (``spawn``, ``forkserver``, loky) are right, and so is a fork before anything was read.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from reta.errors import UsageError

__all__ = ["refuse_in_fork"]

_TASKS = Path("/proc/self/task")  # of Linux; elsewhere nothing is detected
_WORKER = re.compile(r"polars-\d+\s")


class _Fork:
    """Whether Polars had threads when this process was forked."""

    def __init__(self) -> None:
        self.lost = False
        self._about_to_lose = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_child=self._in_child)

    def _before(self) -> None:
        self._about_to_lose = _polars_has_threads()

    def _in_child(self) -> None:
        self.lost = self.lost or self._about_to_lose


_FORK = _Fork()


def refuse_in_fork() -> None:
    """Raise ``UsageError`` where Polars would wait for threads that this process does not have."""
    if _FORK.lost:
        raise UsageError(
            "this process was forked from one that had read data with Polars, whose threads it lacks: it would wait "
            'for ever. Start processes anew, with multiprocessing.get_context("spawn"), or fork before any reading'
        )


def _polars_has_threads() -> bool:
    try:
        return any(_WORKER.match((task / "comm").read_text()) for task in _TASKS.iterdir())
    except OSError:
        return False
