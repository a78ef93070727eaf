"""How many cells lie outside the range of the training data, and whether all are finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.inference.coordinates import block_rows

if TYPE_CHECKING:
    from reta.types import FloatArray, IntArray

__all__ = ["Outside", "cells_outside", "outside_range"]


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """What was found in rows of p features.

    Attributes
    ----------
    outside
        Shape (p,): cells beyond the range, those that are not finite among them.
    finite
        Whether every cell is a finite number.
    """

    outside: IntArray
    finite: bool

    @classmethod
    def nowhere(cls, n_features: int) -> Outside:
        """Of no rows."""
        return cls(np.zeros(n_features, dtype=np.int64), finite=True)

    def __add__(self, other: Outside) -> Outside:
        """Return what was found in both."""
        return Outside(self.outside + other.outside, self.finite and other.finite)


def outside_range(X: FloatArray, low: FloatArray, high: FloatArray) -> Outside:
    """Count the cells of X, shape (n, p), column by column in memory, that are outside of ``low`` to ``high``."""
    step = block_rows(X.shape[1])
    blocks = (cells_outside(X[start : start + step].T, low, high) for start in range(0, len(X), step))
    return sum(blocks, start=Outside.nowhere(X.shape[1]))


def cells_outside(columns: FloatArray, low: FloatArray, high: FloatArray) -> Outside:
    """Count the cells of columns, shape (p, b), outside of ``low`` to ``high``, shape (p,) each.

    Notes
    -----
    Only columns whose extremes lie outside are looked at cell by cell; NaN is an extreme, and no range holds infinity.
    """
    outside = np.zeros(len(columns), dtype=np.int64)
    if not columns.size:
        return Outside(outside, finite=True)
    least, largest = columns.min(axis=1), columns.max(axis=1)
    for j in np.flatnonzero(~((least >= low) & (largest <= high))).tolist():
        outside[j] = columns.shape[1] - np.count_nonzero((columns[j] >= low[j]) & (columns[j] <= high[j]))
    return Outside(outside, bool(np.isfinite(least).all() and np.isfinite(largest).all()))
