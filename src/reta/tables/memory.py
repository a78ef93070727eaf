"""Tables of what a Python session holds: frames, arrays, pairs of them, plain lists and dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.errors import UsageError
from reta.tables.array_input import as_array, is_tensor
from reta.tables.arrays import ArrayTable
from reta.tables.frames import frame_columns, frame_table, table_of_columns
from reta.tables.kinds import refuse_duplicates
from reta.tables.python_values import PythonColumn, column_of, column_of_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reta.tables.table import ReadOptions, Table

__all__ = ["memory_table"]


def memory_table(data: object, options: ReadOptions, targets: Sequence[str] | None) -> Table | None:
    """Return the table of data in memory; ``None`` where they are nothing known.

    Parameters
    ----------
    data, options, targets
        As for ``open_table``.
    """
    if isinstance(data, tuple) and len(data) == 2:
        return _pair(data[0], data[1], options, targets)
    if isinstance(data, dict):
        return table_of_columns(_columns(data, options), options, description="dict of columns")
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return table_of_columns(_columns_of_records(data, options), options, description="list of records")
    if isinstance(data, np.ndarray) and data.dtype.names:
        columns = {name: data[name] for name in data.dtype.names}
        return table_of_columns(_columns(columns, options), options, description="NumPy array")
    if _is_array(data):
        return ArrayTable(as_array(data, "X"), None, options, description=_noun(data))
    return frame_table(data, options)


def _pair(X: object, y: object, options: ReadOptions, targets: Sequence[str] | None) -> Table | None:
    """Return the table of features and targets that were given apart."""
    if isinstance(X, dict):
        beside = _as_targets(y, options, targets)
        return table_of_columns(_columns(X, options), options, description="dict of columns", beside=beside)
    if not _is_array(X):
        return frame_table(X, options, beside=_as_targets(y, options, targets))
    if _is_array(y):
        Y, names = as_array(y, "y"), targets
    else:
        columns = _as_targets(y, options, targets)
        Y, names = _as_matrix(columns), [column.series.name for column in columns]
    return ArrayTable(as_array(X, "X"), Y, options, targets=names, description=f"{_noun(X)}s")


def _as_targets(y: object, options: ReadOptions, targets: Sequence[str] | None) -> list[PythonColumn]:
    """Return the columns of targets that were given apart, under the names given, or else their own."""
    if _is_array(y):
        array = as_array(y, "y")
        matrix = array.reshape(len(array), -1)
        default = ["y"] if matrix.shape[1] == 1 else [f"y{index}" for index in range(matrix.shape[1])]
        columns = [column_of_series(pl.Series(name, cells)) for name, cells in zip(default, matrix.T, strict=True)]
    else:
        columns = _columns(y, options) if isinstance(y, dict) else frame_columns(y, options)
        if not columns:
            raise UsageError(f"y is a {type(y).__name__}: give an array, a list, a series or a frame")
        if getattr(y, "name", "named") in (None, ""):
            columns = [columns[0].renamed("y"), *columns[1:]]
    if targets is None:
        return columns
    if len(targets) != len(columns):
        raise UsageError(f"y has {len(columns)} columns, but {len(targets)} names are given: {', '.join(targets)}")
    return [column.renamed(name) for column, name in zip(columns, targets, strict=True)]


def _as_matrix(columns: Sequence[PythonColumn]) -> NDArray[Any]:
    """Return columns beside an array as an array, numbers that only text holds as float64."""
    frame = pl.DataFrame([column.series for column in columns])
    text = [column.series.name for column in columns if column.kind == "number" and column.series.dtype == pl.String]
    numbers = frame.with_columns(pl.col(text).cast(pl.Float64, strict=False))
    kept = numbers.null_count().equals(frame.null_count())
    return as_array((numbers if kept else frame).to_numpy(), "y")


def _is_array(data: object) -> bool:
    """Whether the data are numbers without names; frames and series of any library have some, even if empty."""
    if isinstance(data, np.ndarray | list | tuple) or is_tensor(data) or hasattr(data, "toarray"):
        return True
    return hasattr(data, "__array__") and not hasattr(data, "columns") and not hasattr(data, "to_frame")


def _noun(data: object) -> str:
    """Return what to call an array in a message."""
    if isinstance(data, list | tuple):
        return "list"
    library = type(data).__module__.partition(".")[0]
    return {"numpy": "NumPy array", "torch": "PyTorch tensor"}.get(library, f"{library} array")


def _columns(data: Mapping[Any, Any], options: ReadOptions) -> list[PythonColumn]:
    """Return a dict of columns as such; bare values make one row."""
    if not data:
        raise UsageError("the dict has no columns")
    refuse_duplicates([str(name) for name in data], "the dict")
    columns = [_column(str(name), values, options) for name, values in data.items()]
    first = columns[0].series
    for column in columns:
        if len(column.series) != len(first):
            raise UsageError(
                f"column `{column.series.name}` has {len(column.series)} rows and `{first.name}` has {len(first)}:"
                " they must have as many"
            )
    return columns


def _column(name: str, values: Any, options: ReadOptions) -> PythonColumn:
    if isinstance(values, pl.Series):
        return column_of_series(values.alias(name))
    if is_tensor(values) or (isinstance(values, np.ndarray) and values.dtype.kind in "fiub" and values.ndim == 1):
        return column_of_series(pl.Series(name, as_array(values, f"`{name}`")))
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        return column_of(name, [values], options)
    return column_of(name, list(values), options)


def _columns_of_records(rows: Sequence[Mapping[Any, Any]], options: ReadOptions) -> list[PythonColumn]:
    """Return a list of dicts as columns; a key that a row lacks is missing."""
    keys = dict.fromkeys(key for row in rows for key in row)
    refuse_duplicates([str(key) for key in keys], "the list of records")
    return [column_of(str(key), [row.get(key) for row in rows], options) for key in keys]
