"""How far a descent over mini-batches has come, on stderr: a bar on a terminal, ten plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from reta.screens.numerals import significant
from reta.screens.terminal import is_styled

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.progress import Progress, TaskID

    from reta.screens.language import Speech

__all__ = ["LossLines"]

LINES = 10
PATIENCE = 0.5


class LossLines:
    """Says the loss as epochs go by.

    Parameters
    ----------
    stream, speech
        Where to say it, in which language.
    total
        Epochs there will be.
    silent
        Say nothing.
    """

    def __init__(self, stream: TextIO, speech: Speech, total: int, *, silent: bool = False) -> None:
        self._stream = stream
        self._speech = speech
        self._total = total
        self._silent = silent
        self._tenth = 0
        self._begun = time.monotonic()
        self._bar: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def at(self, epoch: int, loss: float) -> None:
        """Take note of the loss at an epoch's end."""
        if self._silent:
            return
        if is_styled(self._stream):
            if time.monotonic() - self._begun > PATIENCE:
                progress, task = self._bar or self._raise_bar()
                progress.update(task, completed=epoch, description=self._text(epoch, loss))
        elif (tenth := epoch * LINES // self._total) > self._tenth:
            self._tenth = tenth
            self._stream.write(f"{self._text(epoch, loss)}\n")
            self._stream.flush()

    def _text(self, epoch: int, loss: float) -> str:
        speech = self._speech
        return speech.say(
            "progress_epochs",
            epoch=speech.integer(epoch),
            total=speech.integer(self._total),
            loss=speech.numeral(significant(loss, 6)),
        )

    def _raise_bar(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=Console(file=self._stream, highlight=False), transient=True)
        progress.start()
        self._bar = progress, progress.add_task("", total=self._total)
        return self._bar
