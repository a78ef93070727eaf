"""Commands as a person would type them."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["shell_line"]

SAFE = re.compile(r"[\w@%+=:,./-]+")


def shell_line(words: Iterable[str]) -> str:
    """Return words as one line of shell; letters with accents need no quotes.

    Examples
    --------
    >>> shell_line(["reta", "fit", "maçãs.csv", "-t", "kg a year"])
    "reta fit maçãs.csv -t 'kg a year'"
    """
    return " ".join(word if SAFE.fullmatch(word) else shlex.quote(word) for word in words)
