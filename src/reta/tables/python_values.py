"""Python values as a Polars column that holds every one of them, whatever their types."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import polars as pl

from reta.tables.array_input import is_tensor
from reta.tables.kinds import kind_of
from reta.tables.table import Column
from reta.tables.text_numbers import MISSING_WORDS, reads_as_numbers
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reta.tables.table import ReadOptions
    from reta.types import ColumnKind

__all__ = ["PythonColumn", "column_of", "column_of_series"]

_Family: TypeAlias = Literal["missing", "boolean", "whole", "real", "decimal", "text", "moment", "boxed", "other"]

_NUMBERS: frozenset[_Family] = frozenset({"boolean", "whole", "real", "decimal"})
_LARGEST_EXACT = 2**53
_WIDEST = 2**127  # what the widest integers of Polars end below
_DECIMAL_DIGITS = 38  # as many as the decimals of Polars have
_MOMENTS = (dt.datetime, dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)
_POLARS_REFUSES = (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
_PLAIN: dict[type, pl.DataType] = {float: pl.Float64(), str: pl.String(), bool: pl.Boolean()}


@dataclass(frozen=True, slots=True)
class PythonColumn:
    """A column of Python values.

    Attributes
    ----------
    series
        The cells.
    kind
        What they are. Text may be of kind ``"number"``: then no type of numbers holds all of them.
    mixed
        Whether there is text among the numbers, which should be said.
    """

    series: pl.Series
    kind: ColumnKind
    mixed: bool = False

    @property
    def column(self) -> Column:
        """The name and the kind."""
        return Column(self.series.name, self.kind)

    def renamed(self, name: str) -> PythonColumn:
        """Return the column under another name."""
        return replace(self, series=self.series.alias(name))

    def rows(self, start: int, n_rows: int) -> PythonColumn:
        """Return some of the rows."""
        return replace(self, series=self.series.slice(start, n_rows))

    def notes(self) -> list[Note]:
        """Return what to say about the cells."""
        if not self.mixed or self.kind != "number":
            return []
        return [Note("assumed", f"`{self.series.name}` holds text among numbers: used as numbers where it reads so")]


def column_of_series(series: pl.Series) -> PythonColumn:
    """Return what is a Polars column already."""
    return PythonColumn(series, kind_of(series.dtype))


def column_of(name: str, values: Sequence[Any], options: ReadOptions) -> PythonColumn:
    """Return a column of Python values.

    Parameters
    ----------
    name
        Of the column.
    values
        Of any types, NumPy's scalars among them. ``None``, NaN among decimals, and what pandas takes for missing are
        null.
    options
        ``decimal`` says how numbers are spelled that only text can hold.

    Notes
    -----
    Polars takes the type of a column from its first value and casts the rest to it. Here every value counts: numbers
    of several types come as float64, and as text in a column of kind ``"number"`` where float64 would not do:
    integers beyond 2^53 beside fractions, decimals of more than 38 digits, numbers beside dates or words. They are
    then judged cell by cell, as text is.
    """
    met = set(map(type, values))
    met.discard(type(None))
    if len(met) == 1 and (plain := _PLAIN.get(next(iter(met)))) is not None:
        return PythonColumn(pl.Series(name, values, dtype=plain), kind_of(plain))
    if met == {int} and (integers := _integers(name, values)) is not None:
        return PythonColumn(integers, "number")
    return _mixed(name, values, {each: _family(each) for each in met}, options)


def _mixed(name: str, values: Sequence[Any], families: dict[type, _Family], options: ReadOptions) -> PythonColumn:
    found = set(families.values())
    if "boxed" in found:
        opened = [_unboxed(value) if families.get(type(value)) == "boxed" else value for value in values]
        return column_of(name, opened, options)
    if "missing" in found:
        values = [None if families.get(type(value)) == "missing" else value for value in values]
    found.discard("missing")
    if "real" in found and found & {"boolean", "moment", "text"} and not _some_real(values, families):
        return column_of(name, [None if families.get(type(value)) == "real" else value for value in values], options)
    if found <= _NUMBERS:
        return _numbers(name, values, found, options)
    if found == {"moment"}:
        kinds = [kind for kind, family in families.items() if family == "moment"]
        return PythonColumn(_moments(name, values, kinds), "date")
    if found == {"boolean", "text"} and all(_is_missing(value, options) for value in values if isinstance(value, str)):
        return _numbers(name, [None if isinstance(value, str) else value for value in values], {"boolean"}, options)
    text = _as_text(name, values, options)
    if "other" in found:
        series = _anything(name, values, text)
        return PythonColumn(series, kind_of(series.dtype))
    counts = bool(found & _NUMBERS) and ("text" not in found or reads_as_numbers(text, options, all_text=True))
    return PythonColumn(text, "number" if counts else "text", mixed="text" in found)


def _some_real(values: Sequence[Any], families: dict[type, _Family]) -> bool:
    """Whether a float is there that is more than a sign for nothing."""
    return any(families.get(type(value)) == "real" and not math.isnan(value) for value in values)


def _is_missing(word: str, options: ReadOptions) -> bool:
    return word.strip() in (*MISSING_WORDS, *options.missing_values)


def _numbers(name: str, values: Sequence[Any], found: set[_Family], options: ReadOptions) -> PythonColumn:
    """Return numbers in a type that holds them, or else as text."""
    if not found:
        return PythonColumn(pl.Series(name, [None] * len(values), dtype=pl.Null), "number")
    if found == {"boolean"}:
        flags = [None if value is None else bool(value) for value in values]
        return PythonColumn(pl.Series(name, flags, dtype=pl.Boolean), "boolean")
    if "boolean" in found:
        values = [int(value) if isinstance(value, bool | np.bool_) else value for value in values]
    series = _typed_numbers(name, values, found - {"boolean"})
    return PythonColumn(_as_text(name, values, options) if series is None else series, "number")


def _typed_numbers(name: str, values: Sequence[Any], found: set[_Family]) -> pl.Series | None:
    if found == {"whole"}:
        return _integers(name, [None if value is None else int(value) for value in values])
    if "decimal" in found:
        values = [None if isinstance(value, Decimal) and value.is_nan() else value for value in values]
        if "real" not in found and (decimals := _decimals(name, values)) is not None:
            return decimals
    if any(_needs_text(value) for value in values):
        return None
    return pl.Series(name, [None if value is None else _as_float(value) for value in values], dtype=pl.Float64)


def _integers(name: str, values: Sequence[int | None]) -> pl.Series | None:
    try:
        return pl.Series(name, values, dtype=pl.Int64)
    except (TypeError, OverflowError):
        holds = all(value is None or -_WIDEST <= value < _WIDEST for value in values)
        return pl.Series(name, values, dtype=pl.Int128) if holds else None


def _decimals(name: str, values: Sequence[Any]) -> pl.Series | None:
    """Return decimals and integers in the decimal type of Polars; ``None`` where it lacks the digits."""
    scale = whole = 0
    for value in values:
        if isinstance(value, Decimal):
            if not value.is_finite():
                return None
            scale = max(scale, -int(value.as_tuple().exponent))
            whole = max(whole, value.adjusted() + 1)
        elif value is not None:
            whole = max(whole, len(str(abs(int(value)))))
    if whole + scale > _DECIMAL_DIGITS:
        return None
    exact = [value if value is None or isinstance(value, Decimal) else Decimal(int(value)) for value in values]
    return pl.Series(name, exact, dtype=pl.Decimal(_DECIMAL_DIGITS, scale))


def _needs_text(value: Any) -> bool:
    """Whether float64 keeps less of the number than a reader must be told: it is long, or too large."""
    if isinstance(value, Decimal):
        return not value.is_finite() or abs(value) > _LARGEST_EXACT
    return isinstance(value, Integral) and abs(int(value)) > _LARGEST_EXACT


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _moments(name: str, values: Sequence[Any], kinds: Iterable[type]) -> pl.Series:
    """Return dates, times or durations; as text where they are of several types."""
    met = {next(each for each in _MOMENTS if issubclass(kind, each)) for kind in kinds}
    if met in ({np.datetime64}, {np.timedelta64}):
        letter = "M" if met == {np.datetime64} else "m"
        absent: Any = np.datetime64("NaT") if letter == "M" else np.timedelta64("NaT", "us")
        cells = [absent if value is None else value for value in values]
        return pl.Series(name, np.array(cells).astype(f"{letter}8[us]"))
    with contextlib.suppress(*_POLARS_REFUSES):
        if len(met) == 1:
            return pl.Series(name, values)
    return pl.Series(name, [None if value is None else _told(value) for value in values], dtype=pl.String)


def _anything(name: str, values: Sequence[Any], text: pl.Series) -> pl.Series:
    """Return lists, records, bytes in types of their own where Polars has one, or else the text."""
    try:
        series = pl.Series(name, values)
    except _POLARS_REFUSES:
        return text
    return text if series.dtype == pl.Object or series.null_count() > text.null_count() else series


def _as_text(name: str, values: Sequence[Any], options: ReadOptions) -> pl.Series:
    return pl.Series(name, [_spelled(value, options) for value in values], dtype=pl.String)


def _spelled(value: Any, options: ReadOptions) -> str | None:
    """Return the cell as text; a number as the options say that numbers are written, and in full."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_, *_MOMENTS)):
        return _told(value)
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal | Real):
        return _spelled_number(value if isinstance(value, Decimal) else _as_float(value), options)
    return str(value)


def _spelled_number(number: Decimal | float, options: ReadOptions) -> str | None:
    missing = number.is_nan() if isinstance(number, Decimal) else math.isnan(number)
    return None if missing else str(number).replace(".", options.decimal or ".")


def _told(value: Any) -> str:
    """Return a date, a time or a duration as it is usually written."""
    return str(value.isoformat(" ") if isinstance(value, dt.datetime) else value)


@lru_cache(maxsize=256)
def _family(kind: type) -> _Family:
    """Return what values of a type are, as far as a column is concerned."""
    if kind is type(None) or kind is type(np.ma.masked) or kind.__name__ in ("NAType", "NaTType"):
        return "missing"
    if issubclass(kind, bool | np.bool_):
        return "boolean"
    if issubclass(kind, _MOMENTS):
        return "moment"
    if issubclass(kind, np.ndarray) or is_tensor(kind):
        return "boxed"
    if issubclass(kind, str):
        return "text"
    if issubclass(kind, Decimal):
        return "decimal"
    if issubclass(kind, Integral):
        return "whole"
    return "real" if issubclass(kind, Real) else "other"


def _unboxed(value: Any) -> Any:
    """Return the value in an array or tensor without dimensions; other arrays as lists."""
    return value.item() if value.ndim == 0 else value.tolist()
