"""A formula among the words of a command line, with or without the quotes that it should have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reta.cli.face import Face
from reta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["take_formula"]

_OPERATORS = ("+", "-", "*", ":", "/", "^", "~")


def take_formula(data: tuple[str, ...], options: dict[str, Any]) -> tuple[str, ...]:
    """Return the sources; a formula among them becomes the option ``formula``, if no option says the same."""
    data = _joined(data)
    formulas = [word for word in data if _is_formula(word)]
    sources = tuple(word for word in data if word not in formulas)
    if len(formulas) > 1:
        raise UsageError(f"two formulas, '{formulas[0]}' and '{formulas[1]}': give one, in quotes")
    if not sources:
        raise UsageError(f"no DATA beside the formula '{formulas[0]}' (no file is called that): name the table first")
    if formulas:
        if options["targets"] or options["features"] is not None or options["categorical"]:
            raise UsageError(
                "a formula names targets and features itself: leave out --targets, --features, --categorical"
            )
        options |= {"formula": formulas[0], "targets": None}
    return sources


def _is_formula(word: str) -> bool:
    """Tell a formula from a path: it has a ~ that stands for no home folder, and no such file is there."""
    return "~" in word and re.match(r"~[\w.-]*/", word) is None and not _exists(word)


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # too long for a file's name, as a formula may well be
        return False


def _joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """Put a formula together that came in several words, for want of quotes, and say so."""
    at = next((at for at, word in enumerate(words) if _is_tilde(word) or _is_formula(word)), None)
    if at is None:
        return words
    pieces = [_tilde_of(word) for word in words]
    first, last = _extent(pieces, at)
    if first == last:
        return words
    formula = " ".join(pieces[first : last + 1])
    if last + 1 < len(words):
        raise UsageError(
            f"'{words[last + 1]}' stands after the formula {formula}: put the formula in quotes, since shells take the "
            "signs * ~ ( and ) for themselves"
        )
    _say(words[first : last + 1], formula)
    return (*words[:first], formula)


def _extent(pieces: Sequence[str], at: int) -> tuple[int, int]:
    """Return the first and the last word of the formula that has a ``~`` in the word at a position."""
    first = last = at
    while first > 1 and (pieces[first].startswith(_OPERATORS) or pieces[first - 1].endswith(_OPERATORS)):
        first -= 1
    end = len(pieces) - (pieces[-1] == "-")  # the last word by itself is standard input
    while last + 1 < end and (pieces[last].endswith(_OPERATORS) or pieces[last + 1].startswith(_OPERATORS)):
        last += 1
    return first, last


def _is_tilde(word: str) -> bool:
    """Whether a word is the sign by itself, or the home folder that a shell made of it."""
    return word == "~" or _tilde_of(word) == "~"


def _tilde_of(word: str) -> str:
    try:
        return "~" if word == str(Path.home()) else word
    except RuntimeError:  # there is no home
        return word


def _say(words: Sequence[str], formula: str) -> None:
    face = click.get_current_context().ensure_object(Face)
    face.note(f"the formula was put together from {len(words)} words: '{formula}'. Better put it in quotes")
    face.replace_arguments(words, formula)
