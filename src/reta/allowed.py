"""What an option may be, checked once, where it arrives: a caller in Python has no command line that refuses others."""

from __future__ import annotations

from numbers import Integral
from typing import Any, get_args

from reta.errors import UsageError

__all__ = ["is_whole", "require_coverage", "require_one_of"]


def require_one_of(literal: Any, **options: object) -> None:
    """Raise UsageError for an option that is none of the words of a ``Literal``.

    Examples
    --------
    >>> from reta.types import RankPolicy
    >>> require_one_of(RankPolicy, rank="drop")
    >>> require_one_of(RankPolicy, rank="keep")
    Traceback (most recent call last):
    reta.errors.UsageError: rank='keep' is not known: give 'drop', 'minimum_norm' or 'error'
    """
    words = get_args(literal)
    for name, value in options.items():
        if value not in words:
            *first, last = map(repr, words)
            raise UsageError(f"{name}={value!r} is not known: give {', '.join(first)} or {last}")


def is_whole(value: object, least: int = 0) -> bool:
    """Return whether a value is a whole number, Python's or NumPy's and no truth value, of at least so much."""
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= least


def require_coverage(level: float) -> None:
    """Raise UsageError for the level of an interval that is no share: 0, 1, 95, NaN."""
    if not 0.0 < level < 1.0:
        raise UsageError(f"the level {level:g} is not between 0 and 1: give for example 0.95")
