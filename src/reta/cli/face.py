"""What a command says beside its result: notes, warnings, progress; and the form that the result takes."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from reta.screens.language import Speech, language_of_locale
from reta.screens.terminal import is_styled, printable, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reta.cli.progress import Meter
    from reta.screens.layout import Line
    from reta.types import Language, Note

__all__ = ["Face", "plain_data"]

COLOURS = {"error": "31;1", "warning": "33", "note": "2"}


class Face:
    """One run's voice: language, form of the result, and how much is said on the way.

    Parameters
    ----------
    arguments
        What the user typed after ``reta``.
    """

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        self.arguments = tuple(arguments)
        self.language: Language = language_of_locale()
        self.as_json = False
        self.quiet = False
        self._said: set[str] = set()
        self._raised: list[str] = []

    def replace_arguments(self, words: Sequence[str], word: str) -> None:
        """Take one word in place of several that follow one another."""
        n = len(words)
        at = next((at for at in range(len(self.arguments)) if self.arguments[at : at + n] == tuple(words)), None)
        if at is not None:
            self.arguments = (*self.arguments[:at], word, *self.arguments[at + n :])

    @property
    def speech(self) -> Speech:
        """Phrases and numerals of the language."""
        return Speech(self.language)

    def meter(self, total: int | None = None, *, silent: bool = False) -> Meter:
        """Return a progress meter; a silent one where progress is not wanted."""
        from reta.cli.progress import Meter

        return Meter(sys.stderr, self.speech, total=total, silent=silent or self.quiet)

    def notes(self, notes: Iterable[Note], *, on_screen: bool = False) -> None:
        """Say notes on stderr, each once; those that the screen shows only where it is not before the user's eyes."""
        seen = on_screen and sys.stdout.isatty() and not self.as_json
        for note in notes:
            if seen:
                self._said.add(note.text)
            else:
                self._say("warning" if note.kind == "warning" else "note", note.text)

    def note(self, text: str) -> None:
        """Say one note on stderr."""
        self._say("note", text)

    def showwarning(self, message: Warning | str, *_: object, **__: object) -> None:
        """Keep a warning that was raised below; stands in for ``warnings.showwarning``."""
        self._raised.append(str(message))

    def say_warnings(self) -> None:
        """Say the warnings that were raised, unless a note said the same."""
        for text in self._raised:
            self._say("warning", text)

    def error(self, text: str) -> None:
        """Say why the command failed, quiet or not."""
        _write("error", text)

    def screen(self, lines: Sequence[Line]) -> None:
        """Print a result for people."""
        write_lines(lines, sys.stdout)

    def document(self, content: dict[str, Any]) -> None:
        """Print a result as one JSON document."""
        import json

        json.dump(plain_data(content), sys.stdout, ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write("\n")

    def _say(self, kind: str, text: str) -> None:
        if not self.quiet and text not in self._said:
            self._said.add(text)
            _write(kind, text)


def plain_data(value: Any) -> Any:
    """Return what JSON can hold: NaN and infinity become null, tuples lists."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    return value


def _write(kind: str, text: str, stream: TextIO | None = None) -> None:
    stream = stream or sys.stderr
    label = f"{kind}:"
    if is_styled(stream, os.environ):
        label = f"\x1b[{COLOURS[kind]}m{label}\x1b[0m"
    stream.write(f"{label} {printable(text)}\n")
