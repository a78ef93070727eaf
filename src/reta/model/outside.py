"""How many cells lie outside the range of the training data, and whether all are finite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.inference.coordinates import block_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reta.types import FloatArray, IntArray

__all__ = ["Outside", "outside_range"]


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


def outside_range(X: NDArray[Any], low: FloatArray, high: FloatArray) -> Outside:
    """Count the cells of X, shape (n, p), any layout and real type, outside of ``low`` to ``high``, shape (p,) each.

    Notes
    -----
    Only cells outside are looked at twice, for NaN and infinity, which no range holds.
    """
    n, p = X.shape
    outside = np.zeros(p, dtype=np.int64)
    finite = True
    step = block_rows(p)
    by_column = X.dtype == np.float64 and X.strides[0] == X.itemsize
    space = np.empty((p, 0 if by_column else min(step, n)))
    for start in range(0, n, step):
        columns = X[start : start + step].T
        if not by_column:
            copied = space[:, : columns.shape[1]]
            np.copyto(copied, columns)
            columns = copied
        inside = columns >= low[:, None]
        inside &= columns <= high[:, None]
        within = np.count_nonzero(inside, axis=1)
        outside += columns.shape[1] - within
        if (within < columns.shape[1]).any():
            finite = finite and bool(np.isfinite(columns[~inside]).all())
    return Outside(outside, finite)
