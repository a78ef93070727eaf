"""How messages of every layer put things."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LOSES_DIGITS", "WEIGHTS_ARE", "counted", "listed", "pasted"]

LOSES_DIGITS = "integers over 2^53 lose digits in float64"

WEIGHTS_ARE = "weights are finite and not negative"

NAMES_SHOWN = 6


def counted(number: int, noun: str) -> str:
    """Return "1 row" or "1,500 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Return "`a`, `b` and `c`", the tail of a long list counted."""
    quoted = [f"`{name}`" for name in names]
    more = len(quoted) - NAMES_SHOWN
    *first, last = quoted if more <= 0 else [*quoted[:NAMES_SHOWN], f"{more:,} more"]
    return f"{', '.join(first)} and {last}" if first else last


def pasted(names: Sequence[str]) -> str:
    """Return names as an option takes them on a command line, commas between them.

    >>> print(pasted(["id", "full name", "a,b"]))
    'id,full name,"a,b"'
    """
    marked = ('"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name for name in names)
    return shlex.quote(",".join(marked))
