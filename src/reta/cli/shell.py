"""Commands as a person would type them."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["shell_line"]

SAFE = re.compile(r"[\w@%+=:,./-]+")
_SPELLED = {"'": r"\'", "\\": r"\\", "\n": r"\n", "\t": r"\t"}


def shell_line(words: Iterable[str]) -> str:
    r"""Return words as one line of shell; letters with accents need no quotes, and what no screen shows is escaped.

    Examples
    --------
    >>> shell_line(["reta", "fit", "maçãs.csv", "-t", "kg a year"])
    "reta fit maçãs.csv -t 'kg a year'"
    >>> print(shell_line(["reta", "show", "red\x1b[31m.json"]))
    reta show $'red\x1b[31m.json'
    """
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    if SAFE.fullmatch(word):
        return word
    return shlex.quote(word) if word.isprintable() else "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(character: str) -> str:
    r"""Return a character as ``$'…'`` has it; a byte of a file's name that is no text as that byte."""
    if character in _SPELLED:
        return _SPELLED[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))
