"""Tables of NumPy arrays."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.errors import UsageError
from reta.tables.cells import numbers_among
from reta.tables.kinds import refuse_duplicates
from reta.tables.policy import Chunk, RowCleaner
from reta.tables.stream import StreamedTable
from reta.tables.table import Column
from reta.types import Note
from reta.wording import LOSES_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions
    from reta.types import ColumnKind

__all__ = ["ArrayTable"]

LARGEST_EXACT = 2**53  # up to here every integer is a float


class ArrayTable(StreamedTable):
    """Features, and targets if they are given apart, as arrays of numbers.

    Parameters
    ----------
    X
        (n_samples, n_features), or (n_samples,) beside a ``Y`` of as many rows: one feature.
    Y
        (n_samples,) or (n_samples, n_targets), or nothing.
    options
        How ``batches`` treats missing values.
    features, targets
        Names; ``x0``, ``x1``, … and ``y``, or ``y0``, ``y1``, …, by default.
    description
        What to call the arrays in a message.

    Attributes
    ----------
    X, Y
        As given, in two dimensions, neither copied nor cast unless they hold a number of ``options.missing_values``,
        which is NaN then. Nothing looked for NaN or infinity in them: ``explain_nonfinite`` does, once a sum has shown
        that there are some.
    keeps_wide
        Whether batches hold integers beyond 2^53 without rounding; see ``unrounded``.
    features, targets
        Names of the columns of ``X`` and ``Y``.
    """

    def __init__(
        self,
        X: NDArray[Any],
        Y: NDArray[Any] | None,
        options: ReadOptions,
        *,
        features: Sequence[str] | None = None,
        targets: Sequence[str] | None = None,
        description: str = "NumPy array",
    ) -> None:
        given, beside = _as_matrices(X, Y)
        self.X = _with_gaps(given, options.missing_values)
        self.Y = None if beside is None else _with_gaps(beside, options.missing_values)
        notes = [Note("assumed", f"X is one-dimensional: taken as one feature of {len(X)} rows")] if X.ndim == 1 else []
        self.features = _names("X", self.X, features, "x")
        self.targets = () if self.Y is None else _names("y", self.Y, targets, "y")
        series = [*self.X.T, *(() if self.Y is None else self.Y.T)]
        refuse_duplicates((*self.features, *self.targets), description)
        self._series = dict(zip((*self.features, *self.targets), series, strict=True))
        self._wide = frozenset(name for name, values in self._series.items() if _is_wide(values))
        self.keeps_wide = False
        columns = tuple(Column(name, _kind(values)) for name, values in self._series.items())
        cells = (*given.T, *(() if beside is None else beside.T))  # before gaps make floats of them
        notes += [
            note
            for name, values in zip(self._series, cells, strict=True)
            for note in _wide_integers(name, values, description)
        ]
        super().__init__(description, columns, options, n_rows=len(self.X), notes=notes)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield slices of the arrays."""
        for start in range(0, len(self.X), request.batch_rows):
            rows = slice(start, start + request.batch_rows)
            cells = {name: np.ascontiguousarray(self._series[name][rows]) for name in request.columns}
            if not request.paired:  # what rounding does was said at the start
                cells = {
                    name: each.astype(np.float64) if _may_round(each) and name not in self._kept_wide else each
                    for name, each in cells.items()
                }
            yield Chunk(pl.DataFrame(cells), self.description, start + 1)

    def unrounded(self) -> ArrayTable:
        """Return the same table, whose batches hold columns with integers beyond 2^53 as Int64 or UInt64.

        It is for readers that do not round them either, and shares its notes with this one.
        """
        table = copy.copy(self)
        table.keeps_wide = True
        return table

    @property
    def _kept_wide(self) -> frozenset[str]:
        return self._wide if self.keeps_wide else frozenset()

    def _cleaner(self, request: Request, may_miss: Sequence[str]) -> RowCleaner:
        return replace(super()._cleaner(request, may_miss), as_they_are=self._kept_wide)

    def explain_nonfinite(self) -> None:
        """Raise when a value is missing or infinite, whatever the policy; return when none is.

        Raises
        ------
        DataError
            With the first infinite value, its column and row, or with the counts of the missing values.
        """
        strict = replace(self.options, missing="error", bad_rows="error")
        table = ArrayTable(
            self.X, self.Y, strict, features=self.features, targets=self.targets, description=self.description
        )
        for _ in table.batches([*self.features, *self.targets]):
            continue


def _as_matrices(X: NDArray[Any], Y: NDArray[Any] | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return both in two dimensions, of as many rows."""
    if X.ndim == 1 and Y is None:
        raise UsageError(
            f"X is one-dimensional ({len(X)} values): one row is X.reshape(1, -1), one column X.reshape(-1, 1)"
        )
    if Y is not None and len(X) != len(Y):
        raise UsageError(f"X has shape {X.shape} and y has shape {Y.shape}: they must have as many rows")
    columns = X.reshape(-1, 1) if X.ndim == 1 else X
    targets = Y.reshape(-1, 1) if Y is not None and Y.ndim == 1 else Y
    for name, array in (("X", columns), ("y", targets)):
        if array is not None and not array.shape[1]:
            raise UsageError(f"{name} has no columns: its shape is {array.shape}")
    return columns, targets


def _with_gaps(array: NDArray[Any], words: Sequence[str]) -> NDArray[Any]:
    """Return the array, NaN where it holds one of the numbers that mean no value."""
    numbers = numbers_among(words)
    absent = np.isin(array, numbers) if numbers else np.False_
    return np.where(absent, np.nan, array) if absent.any() else array


def _wide_integers(name: str, values: NDArray[Any], description: str) -> Iterator[Note]:
    """Yield a note on the first integer beyond 2^53: sums of arrays keep such cells, all else sees them as floats."""
    if _is_wide(values):
        row = int(((values > LARGEST_EXACT) | (values < -LARGEST_EXACT)).argmax())
        step = np.spacing(max(abs(float(values.max())), abs(float(values.min()))))
        yield Note(
            "warning",
            f"`{name}` holds {values[row]} in {description}, row {row + 1}: {LOSES_DIGITS}, "
            f"where they come in steps of up to {step:.0f}; subtract a constant from the column to keep them",
        )


def _is_wide(values: NDArray[Any]) -> bool:
    """Whether one of the cells is an integer beyond 2^53."""
    return _may_round(values) and bool(values.max() > LARGEST_EXACT or values.min() < -LARGEST_EXACT)


def _may_round(values: NDArray[Any]) -> bool:
    """Whether cells are integers of a type that float64 does not hold."""
    return values.dtype.kind in "iu" and values.dtype.itemsize == 8 and values.size > 0


def _kind(values: NDArray[Any]) -> ColumnKind:
    return "boolean" if values.dtype.kind == "b" else "number"


def _names(argument: str, array: NDArray[Any], given: Sequence[str] | None, letter: str) -> tuple[str, ...]:
    n_columns = array.shape[1]
    if given is None:
        return ("y",) if letter == "y" and n_columns == 1 else tuple(f"{letter}{index}" for index in range(n_columns))
    if len(given) != n_columns:
        raise UsageError(f"{argument} has {n_columns} columns, but {len(given)} names are given: {', '.join(given)}")
    return tuple(given)
