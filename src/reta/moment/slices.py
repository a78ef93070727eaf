"""Sums of products to some 30 digits by BLAS: every cell cut into slices whose products float64 holds exactly.

A column is put on a grid of powers of two and cut into slices of 20 bits, the last holding the rest. The first slice is
at most 2²⁰ of its units, the others half as much: products of two, over 6,528 rows and over the three pairs of slices
of one level (0 and 2, 1 and 1, 2 and 0), add up in 53 bits, so that BLAS makes no error, in any order.

References
----------
K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, "Error-free transformations of matrix multiplication by using fast
routines of matrix multiplication and its applications", Numerical Algorithms 59, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_product, two_sum
from reta.moment.in_order import in_order
from reta.moment.products import products_of_rows
from reta.moment.sums import EXTENDED_ROUNDING, LONG_ROUNDING, Centred

if TYPE_CHECKING:
    from reta.moment.rows import Rows
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["FEW_SLICES", "MANY_SLICES", "ExtendedSums", "exact_shift", "lies_far", "sums_by_slices"]

MANY_SLICES, FEW_SLICES = 4, 3
_SLICE_BITS = 20
_MOST_ROWS = 6528  # as many products of two slices as 53 bits hold the sum of, with those of the same level
_FEWEST_ROWS = 1024  # of many columns, so that adding their products up costs less than forming them
_BLOCK_CELLS = 1 << 18  # 2 MiB of slices: the best of 2^16 … 2^19 with 10 columns, by a little
_STEPS = 1.5 * 2.0 ** (52 - _SLICE_BITS * np.arange(1.0, MANY_SLICES))[:, None]
_CELLS_AT_ONCE = 1 << 18
_PART_BLOCKS = 2  # that a thread sums before they are added to the others
_SMALLEST_REACH = 2.0**-1000  # to divide by
_LARGEST_POWER = 2.0**1023
_FAR = 0.4999  # of the middle, the reach to either side: half of it would do but for rounding
_ORDINARY = 2.0**300  # sizes within which no slice, and no product of two, can leave the range of floats


@dataclass(frozen=True, slots=True, eq=False)
class ExtendedSums:
    """Sums about a shift, as ``ShiftedSums`` has them, in pairs of floats.

    Attributes
    ----------
    n_samples
        Rows of positive weight.
    weight_sum
        Σ w, of shape ().
    shift
        c, (q,): subtracted from every cell without rounding, or zero.
    first, second
        Σ w (z−c), (q,), and Σ w (z−c)(z−c)ᵀ, (q, q).
    minimum, maximum
        Of z, (q,).
    rounding
        As ``Moments.rounding``.
    """

    n_samples: int
    weight_sum: DoubleDouble
    shift: FloatArray
    first: DoubleDouble
    second: DoubleDouble
    minimum: FloatArray
    maximum: FloatArray
    rounding: float = EXTENDED_ROUNDING

    def centred(self) -> Centred:
        """Mean and scatter, in pairs of floats."""
        weight_sum = self.weight_sum if self.weight_sum.low else float(self.weight_sum.high)
        offset = self.first / weight_sum
        mean = offset + self.shift
        scatter = self.second.minus_outer(offset, self.first).mirrored()
        unknown = np.isnan(mean.high)
        return Centred(
            self.n_samples,
            float(self.weight_sum.high),
            mean.high,
            mean.low,
            scatter.high,
            np.where(unknown, np.nan, self.minimum),
            np.where(unknown, np.nan, self.maximum),
            float(self.weight_sum.low),
            scatter.low,
            self.rounding,
        )


def sums_by_slices(rows: Rows, n_slices: int = MANY_SLICES, *, threads: int | None = None) -> ExtendedSums:
    """Return the sums of all rows, at least one of which has a positive weight.

    Parameters
    ----------
    rows
        Of any columns, pairs among them.
    n_slices
        ``MANY_SLICES``, or ``FEW_SLICES`` for long tables.
    threads
        By default as many as the process may use; the same sums for any number.

    Notes
    -----
    The square of ``n_slices`` times the multiplications of a plain product, in BLAS. Rounding happens only where slices
    beyond the last but one meet: an entry is off by some 2⁻¹⁰⁴ of Σ w · (largest cell less shift)², 2⁻⁹³ with few.
    """
    rows = rows.part(0, rows.n_rows)
    length = _block_length(rows.n_rows, n_slices * rows.n_columns)
    if rows.n_rows * rows.n_columns <= _CELLS_AT_ONCE:
        columns = _loaded(rows)
        grid = _Grid.of(rows, n_slices, *_extremes(columns))
        return grid.collected(_part_products(rows, grid, length, 0, columns), rows)
    grid = _Grid.of(rows, n_slices, *_extremes_by_blocks(rows, length))
    parts = range(0, rows.n_rows, _PART_BLOCKS * length)
    work = partial(_part_products, rows, grid, length)
    total = reduce(_sum_of_pairs, in_order(work, parts, threads))
    return grid.collected(total, rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Where the slices of each column lie.

    Attributes
    ----------
    shift, factor
        (q,): a cell z is cut as ``(z − shift) · factor``; factors are powers of two, ``None`` unless sizes are extreme.
    steps
        (slices − 1, q): adding and subtracting one rounds to a slice.
    weighted_steps
        The same for cells times weights, where there are weights; the last column is for the weights themselves.
    minimum, maximum
        (q,) of z.
    """

    shift: FloatArray
    factor: FloatArray | None
    steps: FloatArray
    weighted_steps: FloatArray | None
    minimum: FloatArray
    maximum: FloatArray

    @classmethod
    def of(cls, rows: Rows, n_slices: int, minimum: FloatArray, maximum: FloatArray) -> _Grid:
        shift = exact_shift(minimum, maximum)
        reach = _power_above(np.maximum(np.abs(minimum - shift), np.abs(maximum - shift)))
        extreme, factor = (reach > _ORDINARY) | (reach < 1.0 / _ORDINARY), None
        if extreme.any():
            factor = np.where(extreme, 1.0 / np.maximum(reach, _SMALLEST_REACH), 1.0)
            reach = reach * factor
        steps, weighted_steps = _STEPS[: n_slices - 1] * reach, None
        if rows.weights is not None:
            heaviest = _power_above(np.array(rows.weights.max()))
            weighted_steps = _STEPS[: n_slices - 1] * (np.append(reach, 1.0) * heaviest)
        return cls(shift, factor, steps, weighted_steps, minimum, maximum)

    @property
    def n_slices(self) -> int:
        """How many slices there are."""
        return len(self.steps) + 1

    def collected(self, total: DoubleDouble, rows: Rows) -> ExtendedSums:
        """Add up the levels."""
        q = rows.n_columns
        sums = _of_all_levels(total)
        second, first = sums[:q, :q], sums[:q, q]
        weight_sum = DoubleDouble.of(np.array(float(rows.n_rows))) if rows.weights is None else sums[q, q]
        if self.factor is not None:
            back = 1.0 / self.factor
            second = DoubleDouble(second.high * back * back[:, None], second.low * back * back[:, None])
            first = DoubleDouble(first.high * back, first.low * back)
        rounding = EXTENDED_ROUNDING if self.n_slices == MANY_SLICES else LONG_ROUNDING
        return ExtendedSums(rows.n_rows, weight_sum, self.shift, first, second, self.minimum, self.maximum, rounding)


def _by_level(products: FloatArray, q: int, count: int) -> FloatArray:
    """Return the sums of the products of slices i and j of the same i + j, (2·slices − 1, any, q + 1)."""
    left, first, second, starts = len(products) // count, *_order_of_levels(count)
    by_slice = products.reshape(count, left, count * q + 1)
    of_pairs = by_slice[:, :, :-1].reshape(count, left, count, q).transpose(0, 2, 1, 3)
    levels = np.zeros((2 * count - 1, left, q + 1))
    np.add.reduceat(of_pairs[first, second], starts, axis=0, out=levels[:, :, :q])
    levels[:count, :, q] = by_slice[:, :, -1]
    return levels


@lru_cache
def _order_of_levels(count: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return all pairs of slices by level, and where each level begins."""
    pairs = sorted(((i, j) for i in range(count) for j in range(count)), key=sum)
    first, second = np.array(pairs).T
    return first, second, np.searchsorted(first + second, np.arange(2 * count - 1))


def _of_all_levels(levels: DoubleDouble) -> DoubleDouble:
    """Add up levels, each smaller than the one before it by the bits of a slice."""
    high, low = levels.high, levels.low
    total, first = two_sum(high[0], high[1])
    total, second = two_sum(total, high[2])
    return DoubleDouble(*two_sum(total, first + (second + (high[3:].sum(axis=0) + low.sum(axis=0)))))


def exact_shift(minimum: FloatArray, maximum: FloatArray) -> FloatArray:
    """Return a shift that every cell is near enough to for an exact difference (Sterbenz), or zero."""
    middle, reach = _middle_and_reach(minimum, maximum)
    return np.where(reach <= _FAR * np.abs(middle), middle, 0.0)


def lies_far(minimum: FloatArray, maximum: FloatArray) -> BoolArray:
    """Tell which columns lie far from zero: of one sign, the largest cell hardly three times the smallest."""
    middle, reach = _middle_and_reach(minimum, maximum)
    return np.asarray(reach <= _FAR * np.abs(middle))


def _middle_and_reach(minimum: FloatArray, maximum: FloatArray) -> tuple[FloatArray, FloatArray]:
    low, high = minimum / 2.0, maximum / 2.0
    return low + high, high - low


def _power_above(size: FloatArray) -> FloatArray:
    """Return the power of two at or above each size, the largest there is at most; 1 for zero."""
    return np.where(size == 0.0, 1.0, np.minimum(size / np.frexp(size)[0], _LARGEST_POWER))


def _block_length(n_rows: int, n_cut: int) -> int:
    return min(n_rows, _MOST_ROWS, max(_FEWEST_ROWS, _BLOCK_CELLS // max(1, n_cut) // 8 * 8))


def _extremes(columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    return columns.min(axis=1), columns.max(axis=1)


def _extremes_by_blocks(rows: Rows, length: int) -> tuple[FloatArray, FloatArray]:
    """Return the extremes of every column: of a narrow array, NumPy finds those of its transposed blocks faster."""
    starts = range(0, rows.n_rows, length)
    found = [_extremes(_loaded(rows.part(start, min(start + length, rows.n_rows)))) for start in starts]
    low, high = (np.stack(each) for each in zip(*found, strict=True))
    return low.min(axis=0), high.max(axis=0)


def _loaded(rows: Rows) -> FloatArray:
    """Return the columns (q, n) of rows."""
    columns = np.empty((rows.n_columns, rows.n_rows))
    at = 0
    for array in rows.arrays:
        np.copyto(columns[at : at + array.shape[1]], array.T, casting="unsafe")
        at += array.shape[1]
    return columns


def _part_products(rows: Rows, grid: _Grid, length: int, start: int, columns: FloatArray | None = None) -> DoubleDouble:
    """Return the sums of the products of the slices of some blocks, or of all ``columns`` (q, n), loaded already."""
    stop = rows.n_rows if columns is not None else min(start + _PART_BLOCKS * length, rows.n_rows)

    def products(at: int) -> DoubleDouble:
        block = rows.part(at, min(at + length, stop))
        loaded = _loaded(block) if columns is None else columns[:, at : at + length]
        return DoubleDouble.of(_by_level(_products(block, grid, loaded), block.n_columns, grid.n_slices))

    with np.errstate(all="ignore"):
        return reduce(_sum_of_pairs, map(products, range(start, stop, length)))


def _sum_of_pairs(total: DoubleDouble, more: DoubleDouble) -> DoubleDouble:
    high, error = two_sum(total.high, more.high)
    return DoubleDouble(high, total.low + (more.low + error))


def _products(block: Rows, grid: _Grid, columns: FloatArray) -> FloatArray:
    """Return the products of all slices with each other and a column of ones; overwrites ``columns`` (q, n)."""
    q = len(columns)
    columns -= grid.shift[:, None]
    if grid.factor is not None:
        columns *= grid.factor[:, None]
    cut = np.empty((grid.n_slices * q + 1, block.n_rows))
    cut[-1] = 1.0
    weighted = None if block.weights is None else _weighted(block, grid, columns)
    rest = cut[(grid.n_slices - 1) * q : grid.n_slices * q]
    rest[:] = columns
    _cut(rest, grid.steps, cut)
    for j, low in block.low.items():
        rest[j] += _scaled(low, grid, j)
    return products_of_rows(cut) if weighted is None else np.asarray(weighted @ cut.T)


def _cut(rest: FloatArray, steps: FloatArray, cut: FloatArray) -> None:
    """Take slice after slice off ``rest``, which keeps what is left."""
    width = len(rest)
    for i, step in enumerate(steps):
        piece = cut[i * width : (i + 1) * width]
        np.add(rest, step[:, None], out=piece)
        piece -= step[:, None]
        rest -= piece


def _scaled(low: FloatArray, grid: _Grid, j: int) -> FloatArray:
    return low if grid.factor is None else low * grid.factor[j]


def _weighted(block: Rows, grid: _Grid, columns: FloatArray) -> FloatArray:
    """Return the slices of the columns times the weights, and of the weights."""
    q = len(columns)
    weights = np.asarray(block.weights)
    cut = np.empty((grid.n_slices * (q + 1), block.n_rows))
    rest = cut[(grid.n_slices - 1) * (q + 1) :]
    rest[:q], rounding = two_product(columns, weights)
    rest[q] = weights
    _cut(rest, np.asarray(grid.weighted_steps), cut)
    rest[:q] += rounding
    for j, low in block.low.items():
        rest[j] += _scaled(low, grid, j) * weights
    return cut
