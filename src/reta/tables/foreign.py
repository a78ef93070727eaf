"""Columns of other libraries' frames as Polars series, slice by slice, without the help of pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.tables.kinds import refuse_duplicates

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    from numpy.typing import NDArray

__all__ = ["ForeignColumns", "narwhals_frame", "series_of"]


def narwhals_frame(data: object) -> nw.DataFrame[Any] | None:
    """Return the frame or series as narwhals sees it; ``None`` where it knows no such type.

    Raises
    ------
    DataError
        When two columns have the same name.
    """
    import narwhals.stable.v2 as nw

    native = nw.to_native(data, pass_through=True)
    if hasattr(native, "columns"):
        refuse_duplicates([str(name) for name in native.columns], f"the {type(native).__name__}")
    frame = nw.from_native(native, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(frame, nw.Series):
        return frame.to_frame()
    return frame if isinstance(frame, nw.DataFrame) else None


class ForeignColumns:
    """The columns of a frame that is not Polars'.

    Attributes
    ----------
    names
        Names of the columns, as text.
    n_rows
        How many rows there are.
    """

    def __init__(self, frame: nw.DataFrame[Any]) -> None:
        self._series = {str(name): frame.get_column(name) for name in frame.columns}
        self._levels = {name: _levels(series) for name, series in self._series.items()}
        self.names = tuple(self._series)
        self.n_rows = int(frame.shape[0])

    def slice(self, name: str, start: int, n_rows: int) -> pl.Series:
        """Return some rows of a column: numbers without a copy where their memory allows, all else cell by cell."""
        part = self._series[name][start : start + n_rows]
        if (levels := self._levels[name]) is not None:
            labels = [None if value is None else str(value) for value in _values(part)]
            return pl.Series(name, labels, dtype=pl.Enum(levels))
        if part.dtype.is_numeric() or part.dtype.is_temporal() or part.dtype.is_boolean():
            numbers = part.to_numpy()
            if _holds_exactly(numbers, whole=part.dtype.is_integer()):
                return pl.Series(name, _in_known_unit(numbers))
        return series_of(name, _values(part))


def _levels(series: nw.Series[Any]) -> list[str] | None:
    """Return the declared categories, in their order; ``None`` for other columns."""
    import narwhals.stable.v2 as nw

    if series.dtype not in (nw.Categorical, nw.Enum):
        return None
    return list(dict.fromkeys(str(level) for level in series.cat.get_categories().to_list()))


def _values(series: nw.Series[Any]) -> list[Any]:
    """Return the cells, whatever the library takes for missing as ``None``."""
    missing = series.is_null().to_list()
    return [None if absent else value for value, absent in zip(series.to_list(), missing, strict=True)]


def _holds_exactly(numbers: NDArray[Any], *, whole: bool) -> bool:
    """Whether the array has the column's cells as they are; integers with gaps come as floats, others as objects."""
    return numbers.dtype.kind in "fiubMm" and not (whole and numbers.dtype.kind == "f")


def _in_known_unit(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array in a type that Polars has."""
    if values.dtype.kind in "Mm":
        return values.astype(f"{values.dtype.kind}8[us]")
    if values.dtype.kind == "f" and values.dtype.itemsize > np.dtype(np.float64).itemsize:
        return values.astype(np.float64)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def series_of(name: str, values: list[Any]) -> pl.Series:
    """Return a series of the values' common type, or else of their text; no value is lost for want of a type."""
    try:
        series = pl.Series(name, values, strict=False)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return _text_of(name, values)
    n_missing = sum(value is None for value in values)
    return _text_of(name, values) if series.dtype == pl.Object or series.null_count() > n_missing else series


def _text_of(name: str, values: list[Any]) -> pl.Series:
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
