"""Columns of text cells made clean: numbers, booleans, labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from reta.tables.text.dialect import Dialect
    from reta.tables.text.plan import Plan, Wanted
    from reta.types import BoolArray

__all__ = ["LARGEST_EXACT", "Cleaned", "clean_cells", "ungrouped"]

LARGEST_EXACT = 2**53
_INTEGER = r"^[+-]?\d+$"
_AMBIGUOUS = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"


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
    """

    values: pl.Series
    bad: BoolArray | None = None
    stripped: int = 0
    rounded: int | None = None


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
    if wanted.role == "text":
        nul = present.str.contains("\0", literal=True).fill_null(value=False) if binary else None
        return Cleaned(present, None if nul is None else nul.to_numpy(), stripped)
    values = _booleans(present) if wanted.role == "boolean" else _numbers(present, plan.dialect)
    unread = values.is_null() & present.is_not_null()
    rounded = _first_rounded(present, values) if wanted.role == "number" else None
    return Cleaned(values, unread.to_numpy() if unread.any() else None, stripped, rounded)


def _booleans(cells: pl.Series) -> pl.Series:
    return cells.str.to_lowercase().replace_strict({"true": 1.0, "false": 0.0}, default=None, return_dtype=pl.Float64)


def _numbers(cells: pl.Series, dialect: Dialect) -> pl.Series:
    """Read numbers as the dialect writes them; null where a cell is none or too large."""
    values = _plain(cells, dialect).cast(pl.Float64, strict=False)
    finite = values.is_finite()
    return values if finite.all() else values.set(~finite, None)


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
    grouped = cells.str.contains(rf"^[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{point}\d*)?$")
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
        if int(cells[position]) != int(values[position]):
            return int(position)
    return None
