"""Columns of text cells made clean: numbers, booleans, labels."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from reta.tables.labels import plain_labels
from reta.tables.symbols import SymbolCells, count_symbols, without_symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.text.dialect import Dialect
    from reta.tables.text.plan import Plan, Wanted
    from reta.types import BoolArray

__all__ = ["LARGEST_EXACT", "Cleaned", "clean_cells", "numbers_among", "ungrouped", "without_sentinels"]

LARGEST_EXACT = 2**53
_INTEGER = r"^[+-]?[0-9]+(?:\.0*)?$"
_AMBIGUOUS = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One column.

    Attributes
    ----------
    values
        Float64 or String; null where a cell is missing or bad.
    bad
        Where a cell is there but cannot be read; ``None``: nowhere.
    stripped
        Number of cells that had spaces round them.
    rounded
        Position of the first integer that float64 cannot hold.
    symbols
        What stood beside the numbers, where such symbols are left out.
    rewritten
        A label that is a number, as it was and in the spelling of equal numbers.
    """

    values: pl.Series
    bad: BoolArray | None = None
    stripped: int = 0
    rounded: int | None = None
    symbols: tuple[SymbolCells, ...] = ()
    rewritten: tuple[str, str] | None = None


def clean_cells(cells: pl.Series, wanted: Wanted, plan: Plan, *, binary: bool = False) -> Cleaned:
    """Clean the cells of one column.

    Parameters
    ----------
    cells
        String, without null.
    wanted
        What to make of them.
    plan
        Its dialect and missing values apply.
    binary
        Whether NUL bytes are about, which no text has.
    """
    trimmed = cells.str.strip_chars()
    stripped = int((trimmed.str.len_bytes() != cells.str.len_bytes()).sum())
    missing = trimmed.is_in(list(plan.missing_values))
    present = trimmed.set(missing, None) if missing.any() else trimmed
    if wanted.role != "number":
        present = _without_numbers(present, plan)
    if wanted.role == "text":
        nul = present.str.contains("\0", literal=True).fill_null(value=False) if binary else None
        labels, rewritten = _labels(present, wanted, plan)
        return Cleaned(labels, None if nul is None else nul.to_numpy(), stripped, rewritten=rewritten)
    if wanted.role == "boolean":
        return _judged(present, _booleans(present), stripped)
    if not plan.symbols:
        return _number_cells(present, plan, stripped)
    plain, symbols = without_symbols(present)
    numbers = _number_cells(plain, plan, stripped)
    return replace(numbers, symbols=count_symbols(symbols, numbers.values))


def without_sentinels(values: pl.Series, sentinels: Sequence[float]) -> pl.Series:
    """Null the numbers that mean "no value"."""
    if not sentinels:
        return values
    met = values.is_in(list(sentinels))
    return values.set(met, None) if met.any() else values


def numbers_among(words: Sequence[str], dialect: Dialect) -> tuple[float, ...]:
    """Return the words that are numbers: as the dialect writes them, or else with a point."""
    cells = pl.Series(words, dtype=pl.String)
    numbers = _plain(cells, dialect).cast(pl.Float64, strict=False)
    numbers = numbers.fill_null(cells.cast(pl.Float64, strict=False))
    return tuple(number for number in numbers.to_list() if number is not None and math.isfinite(number))


def _judged(cells: pl.Series, values: pl.Series, stripped: int) -> Cleaned:
    """Return what was read of the cells, null where nothing could be."""
    unread = values.is_null() & cells.is_not_null()
    return Cleaned(values, unread.to_numpy() if unread.any() else None, stripped)


def _number_cells(cells: pl.Series, plan: Plan, stripped: int) -> Cleaned:
    """Read numbers as the dialect writes them; null where a cell is none, too large, or means "no value"."""
    plain = _plain(cells, plan.dialect)
    values = plain.cast(pl.Float64, strict=False)
    finite = values.is_finite()
    values = values if finite.all() else values.set(~finite, None)
    read = _judged(cells, values, stripped)
    return replace(read, values=without_sentinels(values, plan.sentinels), rounded=_first_rounded(plain, values))


def _labels(cells: pl.Series, wanted: Wanted, plan: Plan) -> tuple[pl.Series, tuple[str, str] | None]:
    """Return labels, those that are numbers or truth values in one spelling."""
    if wanted.kind == "boolean":
        cells = cells.str.to_lowercase()
    if wanted.kind == "number":
        plain = _plain(cells, plan.dialect)
        is_number = plain.cast(pl.Float64, strict=False).is_finite().fill_null(value=False)
        cells = cells.zip_with(~is_number, plain)
    return plain_labels(cells, exponents=wanted.kind == "number")


def _without_numbers(cells: pl.Series, plan: Plan) -> pl.Series:
    """Null the cells that are numbers which mean "no value", among labels and truth values."""
    if not plan.sentinels:
        return cells
    met = _plain(cells, plan.dialect).cast(pl.Float64, strict=False).is_in(list(plan.sentinels))
    return cells.set(met, None) if met.any() else cells


def _booleans(cells: pl.Series) -> pl.Series:
    return cells.str.to_lowercase().replace_strict({"true": 1.0, "false": 0.0}, default=None, return_dtype=pl.Float64)


def _plain(cells: pl.Series, dialect: Dialect) -> pl.Series:
    """Rewrite numbers with a point and without groups; null what breaks the dialect."""
    if dialect.thousands is not None:
        cells = ungrouped(cells, dialect.thousands, dialect.decimal)
    if dialect.decimal == ",":
        foreign = cells.str.contains(".", literal=True)
        return cells.set(foreign, None).str.replace_all(",", ".", literal=True)
    if not dialect.decimal_decided:
        return cells.set(cells.str.contains(_AMBIGUOUS), None)
    return cells


def ungrouped(cells: pl.Series, thousands: str, decimal: str) -> pl.Series:
    """Take the thousands marks out of numbers that are grouped by threes; null other cells that have such a mark."""
    mark, point = re.escape(thousands), re.escape(decimal)
    grouped = cells.str.contains(rf"^[+-]?[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+(?:{point}[0-9]*)?$")
    joined = cells.str.replace_all(thousands, "", literal=True)
    marked = cells.str.contains(thousands, literal=True)
    return joined.set(marked & ~grouped, None)


def _first_rounded(cells: pl.Series, values: pl.Series) -> int | None:
    """Position of the first integer beyond 2^53 that its float64 differs from."""
    largest = values.abs().max()
    if not isinstance(largest, float) or largest < LARGEST_EXACT:
        return None
    suspects = (values.abs() >= LARGEST_EXACT) & cells.str.contains(_INTEGER)
    for position in suspects.fill_null(value=False).arg_true():
        if Decimal(cells[position]) != int(values[position]):
            return int(position)
    return None
