"""Integers beyond 2^53 as distances from the smallest of them, so that none is rounded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_sum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reta.moment.moments import Moments
    from reta.moment.rows import NumberArray
    from reta.types import FloatArray

__all__ = ["LARGEST_EXACT", "raised", "without_rounding"]

LARGEST_EXACT = 2**53  # up to here every integer is a float
HALF_BITS = 32


def without_rounding(array: NumberArray) -> tuple[NumberArray, dict[int, int], dict[int, FloatArray]]:
    """Return an array of floats, what was subtracted from some columns, and what rounding left out of some.

    The array is handed back as it is where every cell is a float, or becomes one without rounding.

    Examples
    --------
    >>> import numpy as np
    >>> distances, base, low = without_rounding(np.array([[2**60 + 1], [2**60 + 3]]))
    >>> distances.tolist(), base[0] - 2**60, low
    ([[0.0], [2.0]], 1, {})
    """
    base = {j: int(array[:, j].min()) for j in _wide_columns(array)}
    if not base:
        return array, {}, {}
    floats, low = array.astype(np.float64), {}
    for j, smallest in base.items():
        distance = array[:, j].astype(np.uint64) - np.uint64(smallest % 2**64)  # modulo 2^64, which is exact
        upper, lower = distance >> np.uint64(HALF_BITS), distance & np.uint64(2**HALF_BITS - 1)
        floats[:, j], rest = two_sum(upper.astype(np.float64) * 2.0**HALF_BITS, lower.astype(np.float64))
        if rest.any():
            low[j] = rest
    return floats, base, low


def raised(moments: Moments, base: Mapping[int, int]) -> Moments:
    """Return moments of columns from which whole numbers were subtracted, by position, as they were before."""
    if not base:
        return moments
    mean = DoubleDouble(moments.mean.copy(), moments.mean_low.copy())
    minimum, maximum = moments.minimum.copy(), moments.maximum.copy()
    for j, whole in base.items():
        mean[j] = mean[j] + DoubleDouble.of(float(whole)) + float(whole - int(float(whole)))
        minimum[j], maximum[j] = (float(whole + int(values[j])) for values in (minimum, maximum))
    return replace(moments, mean=mean.high, mean_low=mean.low, minimum=minimum, maximum=maximum)


def _wide_columns(array: NumberArray) -> list[int]:
    """Return the columns, of shape (n, p), that hold an integer beyond 2^53."""
    if array.dtype.kind not in "iu" or array.dtype.itemsize < 8 or not array.size:
        return []
    wide = array.max(axis=0) > LARGEST_EXACT
    if array.dtype.kind == "i":
        wide = wide | (array.min(axis=0) < -LARGEST_EXACT)
    return [int(j) for j in np.flatnonzero(wide)]
