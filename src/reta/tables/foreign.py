"""Columns of other libraries' frames as Polars series, slice by slice, without the help of pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.tables.kinds import kind_of, refuse_duplicates
from reta.tables.python_values import PythonColumn, column_of

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    from numpy.typing import NDArray

    from reta.tables.table import ReadOptions

__all__ = ["ForeignColumns", "narwhals_frame"]


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

    Parameters
    ----------
    frame
        As narwhals sees it.
    options
        As ``column_of`` needs them.

    Attributes
    ----------
    names
        Names of the columns, as text.
    n_rows
        How many rows there are.
    """

    def __init__(self, frame: nw.DataFrame[Any], options: ReadOptions) -> None:
        self._options = options
        self._series = {str(name): frame.get_column(name) for name in frame.columns}
        self._levels = {name: _levels(series) for name, series in self._series.items()}
        self.names = tuple(self._series)
        self.n_rows = int(frame.shape[0])

    def slice(self, name: str, start: int, n_rows: int) -> PythonColumn:
        """Return some rows of a column: numbers without a copy where their memory allows, all else cell by cell."""
        part = self._series[name][start : start + n_rows]
        if (levels := self._levels[name]) is not None:
            labels = [None if value is None else str(value) for value in _values(part)]
            return PythonColumn(pl.Series(name, labels, dtype=pl.Enum(levels)), "categorical")
        if part.dtype.is_numeric() or part.dtype.is_temporal() or part.dtype.is_boolean():
            numbers = part.to_numpy()
            if _holds_exactly(numbers, whole=part.dtype.is_integer()):
                series = pl.Series(name, _in_known_unit(numbers))
                return PythonColumn(series, kind_of(series.dtype))
        return column_of(name, _values(part), self._options)


def _levels(series: nw.Series[Any]) -> list[str] | None:
    """Return the declared categories, in their order; ``None`` for other columns."""
    import narwhals.stable.v2 as nw

    if series.dtype not in (nw.Categorical, nw.Enum):
        return None
    return list(dict.fromkeys(str(level) for level in series.cat.get_categories().to_list()))


def _values(series: nw.Series[Any]) -> list[Any]:
    """Return the cells, whatever the library takes for missing as ``None``."""
    values = series.to_list()
    try:
        missing = series.is_null().to_list()
    except ArithmeticError:  # a signalling NaN among decimals, which cannot be compared
        return values
    if True not in missing:
        return values
    return [None if absent else value for value, absent in zip(values, missing, strict=True)]


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
