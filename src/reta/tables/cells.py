"""One column of a few rows, made clean: which cells are missing, which are no numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from reta.tables.labels import plain_label, plain_labels
from reta.tables.text.cell_shapes import shape_of
from reta.tables.text_numbers import numbers_from_text, words_to_null

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.table import ReadOptions

__all__ = [
    "Cells",
    "as_number",
    "date_cells",
    "first_wide_integer",
    "foreign_content",
    "label_cells",
    "moment_in",
    "number_cells",
    "numbers_among",
]

_CLOCK = re.compile(r"-?(?:\d+ days?\b|\d{1,4}:\d{2}(?::\d{2})?\b)")
_LARGEST_EXACT = 2**53
_LONG_INTEGER = r"^\s*[+-]?\d{16,}\s*$"
_WIDE_INTEGERS = (pl.Int64, pl.UInt64, pl.Int128, pl.UInt128)
_FOREIGN = {pl.List: "lists", pl.Array: "lists", pl.Struct: "records", pl.Binary: "bytes", pl.Object: "mixed objects"}


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one column.

    Attributes
    ----------
    values
        Clean values, null where missing or bad.
    missing, bad
        Boolean series, true where a cell is missing, or is there but cannot be used; ``None``: nowhere.
    """

    values: pl.Series
    missing: pl.Series | None = None
    bad: pl.Series | None = None


def number_cells(series: pl.Series, options: ReadOptions) -> Cells:
    """Return numbers, booleans or text that should read as numbers as Float64; NaN is missing, infinity is bad."""
    if series.dtype == pl.String:
        return _without_words(_split_nonfinite(*numbers_from_text(series, options)), options)
    values = series if series.dtype == pl.Float64 else series.cast(pl.Float64)
    if values.null_count() == 0 and math.isfinite(values.sum()):
        return _without_words(Cells(values), options)
    return _without_words(_split_nonfinite(values), options)


def label_cells(
    series: pl.Series, missing_words: tuple[str, ...], *, is_number: bool = False
) -> tuple[Cells, tuple[str, str] | None]:
    """Return anything as String without spaces round it; the words and NaN are missing.

    Parameters
    ----------
    series
        The cells.
    missing_words
        Text, and numbers, that stand for a missing label.
    is_number
        Whether text is a column of numbers.

    Returns
    -------
    cells, rewritten
        The labels, equal numbers in one spelling; and a text that was written otherwise, with what it became.
    """
    values = words_to_null(series.cast(pl.String), missing_words)
    if series.dtype.is_float():
        values = values.set(series.is_nan().fill_null(value=False), None)
    labels, rewritten = plain_labels(values, exponents=is_number or series.dtype.is_numeric())
    absent = labels.is_in([plain_label(word, exponents=True) for word in missing_words])
    labels = labels.set(absent, None) if absent.any() else labels
    return date_cells(labels), rewritten if series.dtype == pl.String else None


def date_cells(values: pl.Series) -> Cells:
    """Return the values as they are; null is missing."""
    return Cells(values, values.is_null() if values.null_count() else None)


def foreign_content(series: pl.Series) -> str | None:
    """Return what the cells are, in the plural, when no column of a table can be made of them."""
    return _FOREIGN.get(series.dtype.base_type())


def first_wide_integer(series: pl.Series, options: ReadOptions) -> int | None:
    """Return the position of the first integer beyond 2^53, above which float64 skips integers."""
    if series.dtype == pl.String:
        return _first_wide_text(series, options)
    if not (series.dtype in _WIDE_INTEGERS or series.dtype.is_decimal()):
        return None
    wide = series > _LARGEST_EXACT
    if not series.dtype.is_unsigned_integer():
        wide = wide | (series < -_LARGEST_EXACT)
    if series.dtype.is_decimal() and wide.any():
        wide = wide & (series == series.floor())
    return wide.arg_max() if wide.any() else None


def _first_wide_text(series: pl.Series, options: ReadOptions) -> int | None:
    plain = series.str.replace_all(options.thousands, "", literal=True) if options.thousands else series
    suspects = plain.str.contains(_LONG_INTEGER)
    if not suspects.any():
        return None
    return next((position for position in suspects.arg_true() if abs(int(plain[position])) > _LARGEST_EXACT), None)


def moment_in(cell: str) -> str | None:
    """Return what a cell of text is, if it is a date, a time of day or a duration."""
    if shape_of(cell.strip()) == "date":
        return "a date"
    return "a time or a duration" if _CLOCK.match(cell.strip()) else None


def as_number(word: str) -> float | None:
    """Return the word as Python reads it as a float, if it does."""
    try:
        return float(word)
    except ValueError:
        return None


def _split_nonfinite(values: pl.Series, unreadable: pl.Series | None = None) -> Cells:
    numbers = values.fill_nan(None)
    bad = numbers.is_infinite().fill_null(value=False)
    if unreadable is not None:
        bad = bad | unreadable
    missing = numbers.is_null() & ~bad
    return Cells(numbers, missing if missing.any() else None, bad if bad.any() else None)


def numbers_among(words: Sequence[str]) -> list[float]:
    """Return the numbers among cells that mean no value."""
    return [number for word in words if (number := as_number(word)) is not None]


def _without_words(cells: Cells, options: ReadOptions) -> Cells:
    """Count the numbers among ``missing_values`` as missing."""
    sentinels = numbers_among(options.missing_values)
    if not sentinels:
        return cells
    met = cells.values.is_in(sentinels).fill_null(value=False)
    if not met.any():
        return cells
    missing = met if cells.missing is None else met | cells.missing
    return Cells(cells.values.set(met, None), missing, cells.bad)
