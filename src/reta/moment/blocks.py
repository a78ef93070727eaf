"""Accumulation by NumPy and BLAS, a block of rows at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.moment.in_order import in_order
from reta.moment.products import products_of_rows
from reta.moment.sums import ShiftedSums

if TYPE_CHECKING:
    from reta.moment.rows import NumberArray, Rows
    from reta.types import FloatArray

__all__ = ["shape_of_space", "sums_by_blocks", "sums_in_space"]

# 8 MiB. Of 2^14 … 2^20 cells the largest was within 4% of the best from 4 to 400 columns (32 MiB of L3 cache, 2 cores).
_BLOCK_CELLS = 1 << 20
# Of few columns, what was loaded is still in the L2 cache when BLAS reads it: 1.4 times as fast as 2^16.
_MOST_ROWS = 1 << 14
_FEWEST_ROWS = 256
_PART_BLOCKS = 4  # that a thread adds up before its sums join the others


def sums_by_blocks(rows: Rows, shift: FloatArray, threads: int | None = None) -> ShiftedSums:
    """Return the sums of all rows about ``shift`` (q,).

    Parameters
    ----------
    rows
        Of any columns.
    shift
        Provisional mean.
    threads
        By default as many as the process may use; the same sums for any number.

    Notes
    -----
    n·q² multiplications in BLAS, part by part in threads of our own: those of BLAS wait for one another by spinning,
    which costs most where other processes are at work. Nothing is compiled: for small data, batches from files, and
    many columns.
    """
    length = _length(rows.n_rows, rows.n_columns)
    starts = range(0, rows.n_rows, _PART_BLOCKS * length)

    def work(start: int) -> ShiftedSums:
        stop = min(start + _PART_BLOCKS * length, rows.n_rows)
        return _sums(rows, range(start, stop, length), shift, np.ones((rows.n_columns + 1, length)))

    return sum(in_order(work, starts, threads), start=ShiftedSums.zero(shift)).mirrored()


def shape_of_space(n_rows: int, q: int) -> tuple[int, int]:
    """Return the shape of what ``sums_in_space`` works in, for up to so many rows of q columns."""
    return q + 1, _length(n_rows, q)


@one_blas_thread()
def sums_in_space(rows: Rows, shift: FloatArray, space: FloatArray) -> ShiftedSums:
    """Return the sums of all rows about ``shift`` (q,), one block after another, in space that is there already: ones.

    The same as ``sums_by_blocks``, but that the products of columns i and j may differ in the last bits from those of
    j and i until they are ``mirrored``.
    """
    return _sums(rows, range(0, rows.n_rows, space.shape[1]), shift, space)


def _length(n_rows: int, q: int) -> int:
    return min(n_rows, _MOST_ROWS, max(_FEWEST_ROWS, _BLOCK_CELLS // max(1, q)))


def _sums(rows: Rows, starts: range, shift: FloatArray, space: FloatArray) -> ShiftedSums:
    """Return the sums of some blocks."""
    total = ShiftedSums.zero(shift)
    with np.errstate(all="ignore"):
        for at in starts:
            block = rows.part(at, min(at + starts.step, rows.n_rows))
            if block.n_rows:
                total += _block_sums(block, shift, space[:, : block.n_rows])
    return total


def _block_sums(block: Rows, shift: FloatArray, space: FloatArray) -> ShiftedSums:
    """Return the sums of one block; but for its last row, of ones, ``space`` (q + 1, rows) is overwritten."""
    columns = space[:-1]
    minimum, maximum = np.empty_like(shift), np.empty_like(shift)
    j = 0
    for array in block.arrays:
        mine = slice(j, j + array.shape[1])
        minimum[mine], maximum[mine] = _load(array, shift[mine], columns[mine])
        j = mine.stop
    if block.weights is None:
        products = products_of_rows(space)
        return ShiftedSums(
            block.n_rows, float(block.n_rows), shift, products[:, -1], products[:, :-1], minimum, maximum
        )
    weight_sum, first = float(block.weights.sum()), np.sum(columns * block.weights, axis=1)
    np.multiply(columns, np.sqrt(block.weights), out=columns)
    second = products_of_rows(space)[:, :-1]
    return ShiftedSums(block.n_rows, weight_sum, shift, first, second, minimum, maximum)


def _load(array: NumberArray, shift: FloatArray, columns: FloatArray) -> tuple[NumberArray, NumberArray]:
    """Put ``array - shift`` into ``columns``, transposed; return the extremes of ``array`` itself."""
    source: NumberArray = array.T
    if len(source) > 1:
        np.copyto(columns, source, casting="unsafe")
        source = columns
    extremes = source.min(axis=1), source.max(axis=1)
    np.subtract(source, shift[:, None], out=columns)
    return extremes
