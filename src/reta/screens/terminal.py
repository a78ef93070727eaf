"""Lines to a stream: in colour through rich on a terminal, as plain text everywhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reta.screens.layout import Line

__all__ = ["is_styled", "plain_text", "printable", "width_of", "write_lines"]

DEFAULT_WIDTH = 100
LEAST_WIDTH = 60
PLAIN_FORMS = str.maketrans({"²": "2", "─": "-"})
STYLES = {
    "plain": "",
    "title": "bold cyan",
    "heading": "bold",
    "label": "dim",
    "muted": "dim",
    "strong": "bold",
    "warning": "yellow",
    "command": "green",
}


def is_styled(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether colours are welcome: a terminal that knows them, and no ``NO_COLOR``."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def width_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> int:
    """Return how many characters a line may have: the terminal's width, else 100; ``COLUMNS`` overrides."""
    if (columns := environment.get("COLUMNS", "")).isdecimal():
        return max(int(columns), LEAST_WIDTH)
    if not stream.isatty():
        return DEFAULT_WIDTH
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, LEAST_WIDTH)
    except OSError:
        return DEFAULT_WIDTH


def printable(text: str) -> str:
    """Return text that cannot move the cursor, change colours or break the line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def write_lines(lines: Sequence[Line], stream: TextIO) -> None:
    """Write a screen."""
    if is_styled(stream):
        _write_styled(lines, stream)
    else:
        stream.writelines(f"{plain_text(line)}\n" for line in lines)


def plain_text(line: Line) -> str:
    """Return a line without its styles, the screens' own signs in ASCII."""
    return printable("".join(span.text for span in line)).rstrip().translate(PLAIN_FORMS)


def _write_styled(lines: Sequence[Line], stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((printable(span.text), STYLES[span.style]) for span in line)))
