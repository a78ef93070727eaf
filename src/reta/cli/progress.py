"""How far a long reading has come, on stderr: a moving line on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from reta.screens.terminal import is_styled

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from rich.progress import Progress, TaskID

    from reta.screens.language import Speech

__all__ = ["Meter"]

PATIENCE = 1.0
PLAIN_EVERY = 5.0


class Meter:
    """Says how many rows were read, and how fast, once the work has lasted a second.

    Parameters
    ----------
    stream
        Where to say it.
    speech
        In which language.
    total
        Rows there are, where known.
    silent
        Say nothing.
    clock
        Seconds from any origin.
    """

    def __init__(
        self,
        stream: TextIO,
        speech: Speech,
        *,
        total: int | None = None,
        silent: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._speech = speech
        self._total = total
        self._silent = silent
        self._clock = clock
        self._begun = clock()
        self._next_line = self._begun + PATIENCE
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def at(self, rows: int) -> None:
        """Take note that ``rows`` rows have been read since the beginning."""
        now = self._clock()
        if self._silent or now < self._next_line:
            return
        if is_styled(self._stream):
            self._move(rows, now)
        else:
            self._stream.write(f"{self._text(rows, now)}\n")
            self._stream.flush()
            self._next_line = now + PLAIN_EVERY

    def _text(self, rows: int, now: float) -> str:
        rate = self._speech.integer(round(rows / max(now - self._begun, 1e-9)))
        read = self._speech.integer(rows)
        if self._total:
            return self._speech.say("progress_of", rows=read, total=self._speech.integer(self._total), rate=rate)
        return self._speech.say("progress", rows=read, rate=rate)

    def _move(self, rows: int, now: float) -> None:
        progress, task = self._bar or self._raise_bar()
        progress.update(task, completed=rows, description=self._text(rows, now))

    def _raise_bar(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

        end = (BarColumn(), TimeRemainingColumn()) if self._total else ()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), *end)
        progress = Progress(*columns, console=Console(file=self._stream, highlight=False), transient=True)
        progress.start()
        self._bar = progress, progress.add_task("", total=self._total)
        return self._bar
