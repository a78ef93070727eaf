"""Rows to moments in extended precision: part by part, by threads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_sum
from reta.moment.in_order import in_order
from reta.moment.partition import ready_array
from reta.moment.road import EXTENDED_UP_TO_COLUMNS, road_by_size
from reta.moment.slices import FEW_SLICES, MANY_SLICES, ExtendedSums, exact_shift, sums_by_slices
from reta.moment.sums import KERNEL_ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.moment.road import Road
    from reta.moment.rows import Rows
    from reta.types import FloatArray

__all__ = ["extended_sums"]

_KERNEL_CELLS = 1 << 21  # 16 MiB, read twice: for the extremes, then for the sums
_FEW_ROWS = 1 << 13  # up to there a slice more costs next to nothing


def extended_sums(rows: Rows, *, road: Road | None = None, threads: int | None = None) -> Iterator[ExtendedSums]:
    """Yield the sums of parts of the rows that depend on their size alone, in the order of the rows.

    Parameters
    ----------
    rows
        Checked rows, at least one of which has a positive weight.
    road
        By default by size. Rows that the kernel does not take go to NumPy all the same: of too many columns, of other
        than two arrays, of cells known to more digits than float64 has.
    threads
        By default as many as the process may use; the same sums for any number.
    """
    q = rows.n_columns
    taken = q <= EXTENDED_UP_TO_COLUMNS and len(rows.arrays) == 2 and not rows.low
    if not taken or (road or road_by_size(rows.n_rows, q)) == "numpy":
        slices = FEW_SLICES if rows.n_rows > _FEW_ROWS else MANY_SLICES
        with np.errstate(all="ignore"):
            sums = sums_by_slices(rows, slices, threads=threads)
        yield sums
        return
    length = max(256, _KERNEL_CELLS // max(1, q) // 256 * 256)
    starts = range(0, rows.n_rows, length)
    yield from filter(None, in_order(partial(_by_kernel, rows, length), starts, threads))


def _by_kernel(rows: Rows, length: int, start: int) -> ExtendedSums | None:
    from reta.moment.kernel_extended import LANES, add_exact_products, find_extremes

    stop = min(start + length, rows.n_rows)
    weights = np.empty(0) if rows.weights is None else rows.weights[start:stop]
    if not weights.all():
        rows = rows.part(start, stop)
        start, stop, weights = 0, rows.n_rows, np.asarray(rows.weights)
    if start == stop:
        return None
    (X, x_start), (Y, y_start) = (ready_array(array, start, stop) for array in rows.arrays)
    p, q = X.shape[1], rows.n_columns
    minimum, maximum = np.full(q, np.inf), np.full(q, -np.inf)
    find_extremes(X, x_start, stop - start, minimum[:p], maximum[:p])
    find_extremes(Y, y_start, stop - start, minimum[p:], maximum[p:])
    shift = exact_shift(minimum, maximum)
    size = q + 1 + (q + 1) % 2
    sums = np.zeros((size, size, 2, LANES))
    add_exact_products(X, x_start, Y, y_start, stop - start, weights, shift, sums)
    return _folded(sums[: q + 1, : q + 1], stop - start, shift, minimum, maximum)


def _folded(
    sums: FloatArray, n_samples: int, shift: FloatArray, minimum: FloatArray, maximum: FloatArray
) -> ExtendedSums:
    """Add up the four lanes; the last column is that of ones."""
    with np.errstate(all="ignore"):
        lanes = DoubleDouble(*two_sum(sums[:, :, 0], sums[:, :, 1]))
        total = lanes.sum(axis=2).mirrored()
    q = len(shift)
    return ExtendedSums(n_samples, total[q, q], shift, total[:q, q], total[:q, :q], minimum, maximum, KERNEL_ROUNDING)
