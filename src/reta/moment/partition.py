"""Accumulation by threads over a fixed partition of the rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reta.moment.in_order import in_order
from reta.moment.sums import ShiftedSums

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.moment.rows import NumberArray, Rows
    from reta.types import FloatArray

__all__ = ["ready_array", "sums_by_parts"]

_PART_CELLS = 1 << 21  # 16 MiB: some 2 ms of work, against 50 µs to hand a part out and take its sums in


def sums_by_parts(rows: Rows, shift: FloatArray, threads: int | None = None) -> ShiftedSums:
    """Return the sums of ``[X | Y]`` about ``shift`` (q,) by the compiled kernel.

    The cut depends on the size alone and parts are added in the order of the rows, so that any number of threads
    gives the same bits.

    Parameters
    ----------
    rows
        Of exactly two arrays.
    shift
        Provisional mean.
    threads
        By default as many as the process may use.
    """
    length = max(256, _PART_CELLS // max(1, rows.n_columns) // 256 * 256)
    starts = range(0, rows.n_rows, length)
    total = ShiftedSums.zero(shift)
    for part in in_order(partial(_part_sums, rows, shift, length), starts, threads):
        total += part
    return total


def _part_sums(rows: Rows, shift: FloatArray, length: int, start: int) -> ShiftedSums:
    from reta.moment.kernel import add_rows, add_weighted_rows

    stop = min(start + length, rows.n_rows)
    weights = None if rows.weights is None else rows.weights[start:stop]
    if weights is not None and not weights.all():
        rows = rows.part(start, stop)
        start, stop, weights = 0, rows.n_rows, rows.weights
    (X, x_start), (Y, y_start) = (ready_array(array, start, stop) for array in rows.arrays)
    q = rows.n_columns
    padded = q + q % 2
    first, second = np.zeros(q), np.zeros((padded, padded))
    minimum, maximum = np.full(q, np.inf), np.full(q, -np.inf)
    count = stop - start
    if weights is None:
        _call(add_rows, X, x_start, Y, y_start, count, shift, first, second, minimum, maximum)
    else:
        _call(add_weighted_rows, X, x_start, Y, y_start, count, weights, shift, first, second, minimum, maximum)
    return ShiftedSums(
        count,
        float(count if weights is None else weights.sum()),
        shift,
        first,
        _symmetric(second[:q, :q]),
        minimum,
        maximum,
    )


def _call(kernel: Callable[..., None], *arguments: object) -> None:
    try:
        kernel(*arguments)
    except OSError:  # compiled, but not kept for the next process: the disk is full, or no longer writable
        kernel(*arguments)


def ready_array(array: NumberArray, start: int, stop: int) -> tuple[NumberArray, int]:
    """Return an array that the kernel can read, and the row to start at; only other kinds are copied."""
    native = array.dtype in (np.float64, np.float32) and array.dtype.isnative and array.flags.aligned
    if native and (array.flags.c_contiguous or array.flags.f_contiguous):
        view = array.view()
        view.flags.writeable = False
        return view, start
    return ready_array(np.ascontiguousarray(array[start:stop], dtype=np.float64), 0, stop - start)


def _symmetric(upper: FloatArray) -> FloatArray:
    return np.triu(upper) + np.triu(upper, 1).T
