"""Rows to accumulate: arrays side by side with weights, checked once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.moment.wide_integers import without_rounding
from reta.wording import WEIGHTS_ARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from reta.types import FloatArray

    NumberArray: TypeAlias = NDArray[Any]  # any real dtype; sums are float64 whatever it is

__all__ = ["Rows", "arrays_side_by_side", "columns_side_by_side", "sample_shift"]

_SAMPLE_ROWS = 64
_GOLDEN = 0.6180339887498949
_LOGARITHMS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Rows:
    """Two-dimensional arrays whose columns stand side by side, and a weight a row.

    Attributes
    ----------
    arrays
        Of shape (n, any), any real dtype and layout; together they have ``n_columns`` columns.
    weights
        (n,) finite, not negative; ``None`` means one each.
    n_rows, n_columns
        n and q.
    low
        By position, (n,): what ``arrays`` leave out of columns that are known to more digits than float64 has.
    base
        By position: whole numbers that were subtracted from every cell of a column.
    """

    arrays: tuple[NumberArray, ...]
    weights: FloatArray | None
    n_rows: int
    n_columns: int
    low: Mapping[int, FloatArray] = field(default_factory=dict)
    base: Mapping[int, int] = field(default_factory=dict)

    def part(self, start: int, stop: int) -> Rows:
        """Rows ``start`` to ``stop``, without those of zero weight."""
        arrays = tuple(array[start:stop] for array in self.arrays)
        weights = None if self.weights is None else self.weights[start:stop]
        low = {j: values[start:stop] for j, values in self.low.items()}
        if weights is not None and not weights.all():
            kept = weights > 0
            arrays, weights = tuple(array[kept] for array in arrays), weights[kept]
            low = {j: values[kept] for j, values in low.items()}
        return Rows(arrays, weights, len(arrays[0]), self.n_columns, low, self.base)

    @property
    def log_weight_sum(self) -> float:
        """Σ ln w over the rows of positive weight."""
        if self.weights is None:
            return 0.0
        starts = range(0, self.n_rows, _LOGARITHMS_AT_ONCE)
        blocks = (self.weights[start : start + _LOGARITHMS_AT_ONCE] for start in starts)
        return math.fsum(np.log(block[block > 0.0]).sum() for block in blocks)


def arrays_side_by_side(X: ArrayLike, Y: ArrayLike | None, weights: ArrayLike | None) -> Rows:
    """Check features (n, p), targets (n, k) or (n,), and weights (n,)."""
    x = _numeric(X, "X")
    if x.ndim != 2:
        raise UsageError(f"X has shape {x.shape}: give rows by features, X.reshape(-1, 1) for a single feature")
    y = np.empty((len(x), 0)) if Y is None else _numeric(Y, "Y")
    y = y[:, None] if y.ndim == 1 else y
    if y.ndim != 2:
        raise UsageError(f"Y has shape {y.shape}: give rows by targets")
    if len(y) != len(x):
        raise UsageError(f"X has {len(x)} rows and Y has {len(y)}: they must be as many")
    return _rows((x, y), _checked_weights(weights, len(x), "sample_weight"), {})


def columns_side_by_side(
    columns: ArrayLike | Sequence[ArrayLike | DoubleDouble],
    n_columns: int,
    weights: ArrayLike | None,
    rows_before: int,
    weights_name: str,
) -> Rows:
    """Check a (n, q) array or a sequence of q arrays (n,); ``rows_before`` counts the rows of earlier batches."""
    low: dict[int, FloatArray] = {}
    if isinstance(columns, Sequence):
        low = {j: column.low for j, column in enumerate(columns) if isinstance(column, DoubleDouble)}
        rounded = [column.high if isinstance(column, DoubleDouble) else column for column in columns]
        arrays = tuple(_numeric(column, f"column {j + 1} of the batch")[:, None] for j, column in enumerate(rounded))
    else:
        arrays = (_numeric(columns, "the batch"),)
    if any(array.ndim != 2 for array in arrays):
        raise UsageError("a batch is columns of one dimension each, or one array of rows by columns")
    width = sum(array.shape[1] for array in arrays)
    if width != n_columns:
        raise UsageError(f"a batch of {n_columns} columns is wanted, not of {width}")
    lengths = {len(array) for array in arrays}
    if len(lengths) > 1:
        raise UsageError(f"the columns of a batch must be equally long, not {sorted(lengths)}")
    n_rows = lengths.pop() if lengths else 0
    checked = _checked_weights(weights, n_rows, weights_name, rows_before)
    return _rows(arrays, checked, low) if arrays else Rows((), checked, 0, 0)


def _rows(arrays: tuple[NumberArray, ...], weights: FloatArray | None, low: dict[int, FloatArray]) -> Rows:
    """Return checked rows of at least one array, integers that float64 would round as distances from a whole number."""
    base: dict[int, int] = {}
    floats, at = [], 0
    for array in arrays:
        values, smallest, rest = without_rounding(array)
        floats.append(values)
        base.update((at + j, whole) for j, whole in smallest.items())
        low.update((at + j, rounded) for j, rounded in rest.items())
        at += array.shape[1]
    return Rows(tuple(floats), weights, len(floats[0]), at, low, base)


def sample_shift(rows: Rows) -> FloatArray:
    """Provisional mean (q,) of up to 64 rows, spread by the golden ratio so that no period of the data hides them."""
    n = rows.n_rows
    index = np.arange(n) if n <= _SAMPLE_ROWS else _spread(n)
    if rows.weights is not None and not rows.weights.all():
        present = np.flatnonzero(rows.weights)
        index = present if len(present) <= _SAMPLE_ROWS else present[_spread(len(present))]
    means = [array[index].astype(np.float64).mean(axis=0) for array in rows.arrays]
    return np.concatenate(means)


def _spread(n: int) -> NDArray[np.int64]:
    fractions = (np.arange(1, _SAMPLE_ROWS + 1) * _GOLDEN) % 1.0
    return (fractions * n).astype(np.int64)


def _numeric(values: ArrayLike, what: str) -> NumberArray:
    array: NumberArray = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise DataError(f"{what} holds {array.dtype} values: give real numbers")
    return array


def _checked_weights(weights: ArrayLike | None, n_rows: int, name: str, rows_before: int = 0) -> FloatArray | None:
    if weights is None:
        return None
    checked = np.ascontiguousarray(_numeric(weights, name), dtype=np.float64)
    if checked.shape != (n_rows,):
        raise UsageError(f"`{name}` has shape {checked.shape}: {(n_rows,)} is wanted, one weight a row")
    bad = ~(np.isfinite(checked) & (checked >= 0))
    if bad.any():
        row = int(bad.argmax())
        place = f"row {rows_before + row + 1}"
        raise DataError(f"`{name}` holds {checked[row]} in {place}: {WEIGHTS_ARE}")
    return checked
