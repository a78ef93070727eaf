"""Rows to moments in extended precision: part by part, by threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_sum
from reta.moment.partition import ready_array, usable_cpus
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
_SLICED_ROWS = 1 << 16
_FEW_ROWS = 1 << 17


def extended_sums(
    rows: Rows, *, many: bool = False, road: Road | None = None, threads: int | None = None
) -> Iterator[ExtendedSums]:
    """Yield the sums of parts of the rows that depend on their size alone, in the order of the rows.

    Parameters
    ----------
    rows
        Checked rows.
    many
        Whether they are some of many, so that fewer slices will do.
    road
        By default by size. Rows that the kernel does not take go to NumPy all the same: of too many columns, of other
        than two arrays, of cells known to more digits than float64 has.
    threads
        By default as many as the process may use; the same sums for any number.
    """
    q = rows.n_columns
    taken = q <= EXTENDED_UP_TO_COLUMNS and len(rows.arrays) == 2 and not rows.low
    compiled = taken and (road or road_by_size(rows.n_rows, q)) == "compiled"
    length = max(256, _KERNEL_CELLS // max(1, q) // 256 * 256) if compiled else _SLICED_ROWS
    starts = range(0, rows.n_rows, length)
    slices = FEW_SLICES if many or rows.n_rows > _FEW_ROWS else MANY_SLICES
    work = partial(_by_kernel, rows, length) if compiled else partial(_by_slices, rows, length, slices)
    if len(starts) == 1:
        yield from filter(None, map(work, starts))
        return
    with ThreadPoolExecutor(threads or usable_cpus()) as pool:
        yield from filter(None, pool.map(work, starts))


def _by_slices(rows: Rows, length: int, slices: int, start: int) -> ExtendedSums | None:
    part = rows.part(start, min(start + length, rows.n_rows))
    with np.errstate(all="ignore"):
        return sums_by_slices(part, slices) if part.n_rows else None


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
