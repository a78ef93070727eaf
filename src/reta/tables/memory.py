"""Tables of what a Python session holds: frames, arrays, pairs of them, plain lists and dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.errors import UsageError
from reta.tables.array_input import as_array, is_tensor
from reta.tables.arrays import ArrayTable
from reta.tables.foreign import series_of
from reta.tables.frames import FrameTable, frame_table, whole_frame
from reta.tables.kinds import refuse_duplicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        return FrameTable(_frame_of_columns(data), options, description="dict of columns")
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return FrameTable(_frame_of_records(data), options, description="list of records")
    if isinstance(data, np.ndarray) and data.dtype.names:
        columns = {name: data[name] for name in data.dtype.names}
        return FrameTable(_frame_of_columns(columns), options, description="NumPy array")
    if _is_array(data):
        return ArrayTable(as_array(data, "X"), None, options, description=_noun(data))
    return frame_table(data, options)


def _pair(X: object, y: object, options: ReadOptions, targets: Sequence[str] | None) -> Table | None:
    """Return the table of features and targets that were given apart."""
    if not _is_array(X):
        beside = _as_targets(y, targets)
        return frame_table(_frame_of_columns(X) if isinstance(X, dict) else X, options, beside=beside)
    if _is_array(y):
        Y, names = as_array(y, "y"), targets
    else:
        frame = _as_targets(y, targets)
        Y, names = as_array(frame.to_numpy(), "y"), frame.columns
    return ArrayTable(as_array(X, "X"), Y, options, targets=names, description=f"{_noun(X)}s")


def _as_targets(y: object, targets: Sequence[str] | None) -> pl.DataFrame:
    """Return targets that were given apart as a frame, under the names given, or else their own."""
    if _is_array(y):
        array = as_array(y, "y")
        matrix = array.reshape(len(array), -1)
        default = ["y"] if matrix.shape[1] == 1 else [f"y{index}" for index in range(matrix.shape[1])]
        frame = pl.DataFrame([pl.Series(name, column) for name, column in zip(default, matrix.T, strict=True)])
    else:
        found = whole_frame(_frame_of_columns(y) if isinstance(y, dict) else y)
        if found is None:
            raise UsageError(f"y is a {type(y).__name__}: give an array, a list, a series or a frame")
        frame = found.rename({found.columns[0]: "y"}) if getattr(y, "name", "named") in (None, "") else found
    if targets is None:
        return frame
    if len(targets) != frame.width:
        raise UsageError(f"y has {frame.width} columns, but {len(targets)} names are given: {', '.join(targets)}")
    return frame.rename(dict(zip(frame.columns, targets, strict=True)))


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


def _frame_of_columns(columns: Mapping[Any, Any]) -> pl.DataFrame:
    """Return a dict of columns as a frame; bare values make one row."""
    if not columns:
        raise UsageError("the dict has no columns")
    refuse_duplicates([str(name) for name in columns], "the dict")
    series = [_column(str(name), values) for name, values in columns.items()]
    for column in series:
        if len(column) != len(series[0]):
            raise UsageError(
                f"column `{column.name}` has {len(column)} rows and `{series[0].name}` has {len(series[0])}:"
                " they must have as many"
            )
    return pl.DataFrame(series)


def _column(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if is_tensor(values) or (isinstance(values, np.ndarray) and values.dtype.kind in "fiub" and values.ndim == 1):
        return pl.Series(name, as_array(values, f"`{name}`"))
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        return series_of(name, [values])
    return series_of(name, list(values))


def _frame_of_records(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return a list of dicts as a frame; a key that a row lacks is missing."""
    names = dict.fromkeys(str(name) for row in rows for name in row)
    return pl.DataFrame([series_of(name, [row.get(name) for row in rows]) for name in names])
