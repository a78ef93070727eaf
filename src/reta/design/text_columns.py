"""Columns of text that nobody named as features: levels where they are few, a reason to stop where they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.tables.symbols import without_symbol
from reta.wording import counted, listed, pasted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MOST_UNASKED", "ROWS_A_LEVEL", "refuse_dates", "refuse_names"]

MOST_UNASKED = 50
ROWS_A_LEVEL = 2  # on average, at least


def refuse_names(levels: Mapping[str, Sequence[str]], rows: int) -> None:
    """Raise DataError where columns hold names or identifiers and no levels, all such columns named at once.

    Parameters
    ----------
    levels
        Levels met so far of the columns that nobody named.
    rows
        How many rows they were met in.
    """
    many = [name for name, met in levels.items() if len(met) > MOST_UNASKED or ROWS_A_LEVEL * len(met) > rows]
    if not many:
        return
    first = levels[many[0]]
    n_values = f"more than {MOST_UNASKED} values" if len(first) > MOST_UNASKED else counted(len(first), "value")
    holds, them = ("holds", "it") if len(many) == 1 else ("hold", "them")
    raise DataError(
        f"{listed(many)} {holds} text with too many values to be levels (`{many[0]}` has {n_values} in "
        f"{counted(rows, 'row')}, '{first[0]}' among them): leave {them} out with --exclude {pasted(many)}, or make "
        f"levels of {them} with --categorical {pasted(many)}{_units(first)}"
    )


def _units(values: Sequence[str]) -> str:
    """Point to the option for numbers with units, where the values look like that."""
    return "; for numbers with units, say --symbols" if all(without_symbol(value) != value for value in values) else ""


def refuse_dates(names: Sequence[str], description: str) -> None:
    """Raise DataError where columns hold dates, all such columns named at once."""
    if not names:
        return
    holds, them = ("holds", "it") if len(names) == 1 else ("hold", "them")
    way_out = "turn them into one (days or hours since a start, the month, the year) in a column of its own"
    raise DataError(
        f"{listed(names)} in {description} {holds} dates, which are not numbers: {way_out}, or leave {them} out "
        f"with --exclude {pasted(names)}"
    )
