"""Currencies, percent signs and units in cells of numbers: ``R$ 10`` is 10, ``45%`` is 45."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SymbolCells", "SymbolTally", "count_symbols", "without_symbol", "without_symbols"]

_MONEY = r"R\$|US\$|[$€£¥]"
_NUMBER = r"[0-9.,](?:.*[0-9.,])?"
_UNIT = r"(?:R\$|US\$|[$€£¥%‰°µ/]|[^\W\d_])[^\d.,+\-]{0,15}"
_PATTERN = rf"^([+-]?)\s*({_MONEY})?\s*([+-]?{_NUMBER})\s*({_UNIT})?$"


@dataclass(frozen=True, slots=True)
class SymbolCells:
    """Cells of one column that have one symbol, or none.

    Attributes
    ----------
    symbol
        What stands beside the number; empty where nothing does.
    count
        How many such cells.
    first
        Position of the first, from 0.
    """

    symbol: str
    count: int
    first: int


def without_symbol(cell: str) -> str:
    """Return a cell without its symbol; any other cell as it is.

    >>> without_symbol("R$ 2.300,27"), without_symbol("-45 %"), without_symbol("12 kg/ha"), without_symbol("1973a b2")
    ('2.300,27', '-45', '12', '1973a b2')
    """
    found = re.match(_PATTERN, cell)
    return f"{found[1]}{found[3]}" if found else cell


def without_symbols(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Take the symbols out of a column.

    Parameters
    ----------
    cells
        String, without spaces round them; null where missing.

    Returns
    -------
    plain, symbols
        The cells without symbols, and the symbol of each, empty where there is none.
    """
    parts = cells.to_frame("cell").select(
        pl.col("cell"),
        *(pl.col("cell").str.extract(_PATTERN, group).fill_null("").alias(str(group)) for group in (1, 2, 3, 4)),
    )
    symbol = pl.concat_str("2", pl.col("4").str.strip_chars(), separator=" ").str.strip_chars()
    told = parts.select(
        pl.when(pl.col("3") == "").then(pl.col("cell")).otherwise(pl.concat_str("1", "3")).alias(cells.name),
        symbol.alias("symbol"),
    )
    return told.get_column(cells.name), told.get_column("symbol")


def count_symbols(symbols: pl.Series, numbers: pl.Series) -> tuple[SymbolCells, ...]:
    """Return which symbols stood beside cells that are numbers, none among them, in the order that they were met."""
    met = pl.DataFrame({"symbol": symbols, "number": numbers}).with_row_index("at").drop_nulls("number")
    groups = met.group_by("symbol", maintain_order=True).agg(pl.len().alias("count"), pl.first("at"))
    return tuple(SymbolCells(symbol, count, first) for symbol, count, first in groups.iter_rows())


class SymbolTally:
    """The symbols of all columns over a pass: one a column, and the same in every cell."""

    def __init__(self) -> None:
        self._met: dict[str, tuple[str, str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, name: str, cells: SymbolCells, place: str) -> None:
        """Take in cells of a column, and where the first of them is.

        Raises
        ------
        DataError
            Two symbols in one column, or one in some cells only.
        """
        symbol, first = self._met.setdefault(name, (cells.symbol, place))
        if symbol != cells.symbol:
            raise DataError(
                f"`{name}` has {_quoted(symbol)} in {first} and {_quoted(cells.symbol)} in {place}: numbers in "
                "different units cannot stand in one column. Write them alike, or take the column as levels with "
                f"--categorical {shlex.quote(name)}"
            )
        self._counts[name] = self._counts.get(name, 0) + cells.count

    def notes(self) -> Iterator[Note]:
        """Say what was left out."""
        for name, (symbol, _) in self._met.items():
            if symbol:
                cells = counted(self._counts[name], "cell")
                yield Note("assumed", f"`{name}`: {symbol!r} left out of {cells}, the numbers used as they stand")


def _quoted(symbol: str) -> str:
    return repr(symbol) if symbol else "no symbol"
