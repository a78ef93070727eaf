"""Sums of products to some 30 digits by BLAS: every cell cut into slices whose products float64 holds exactly.

A column is put on a grid of powers of two and cut into slices of 20 bits, the last holding the rest. The product of two
slices has 40 bits, and 2¹³ of them add up in 53: BLAS adds them without rounding, in any order.

References
----------
K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, "Error-free transformations of matrix multiplication by using fast
routines of matrix multiplication and its applications", Numerical Algorithms 59, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_product, two_sum
from reta.moment.sums import EXTENDED_ROUNDING, LONG_ROUNDING, Centred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.moment.rows import Rows
    from reta.types import BoolArray, FloatArray

__all__ = ["FEW_SLICES", "MANY_SLICES", "ExtendedSums", "exact_shift", "lies_far", "sums_by_slices"]

MANY_SLICES, FEW_SLICES = 4, 3
_SLICE_BITS = 20
_MOST_ROWS = 1 << 13  # as many products of two slices as 53 bits hold the sum of
_FEWEST_ROWS = 256
_BLOCK_CELLS = 1 << 18  # 2 MiB of slices: the best of 2^16 … 2^19 with 10 columns, by a little
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
        offset = self.first / self.weight_sum
        mean = offset + self.shift
        scatter = (self.second - offset[:, None] * self.first[None, :]).mirrored()
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


def sums_by_slices(rows: Rows, n_slices: int = MANY_SLICES) -> ExtendedSums:
    """Return the sums of all rows, at least one of which has a positive weight.

    Parameters
    ----------
    rows
        Of any columns, pairs among them.
    n_slices
        ``MANY_SLICES``, or ``FEW_SLICES`` for long tables.

    Notes
    -----
    The square of ``n_slices`` times the multiplications of a plain product, in BLAS. Rounding happens only where slices
    beyond the last but one meet: an entry is off by some 2⁻¹⁰⁴ of Σ w · (largest cell less shift)², 2⁻⁹³ with few.
    """
    rows = rows.part(0, rows.n_rows)
    grid = _Grid.of(rows, n_slices)
    left = n_slices * rows.n_columns + (1 if rows.weights is None else n_slices)
    total = DoubleDouble.zeros((left, n_slices * rows.n_columns + 1))
    for products in _block_products(rows, grid):
        total = _added(total, products)
    return grid.collected(total, rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Where the slices of each column lie.

    Attributes
    ----------
    shift, factor
        (q,): a cell z is cut as ``(z − shift) · factor``; the factor is a power of two, 1 unless sizes are extreme.
    steps
        (slices − 1, q): adding and subtracting one rounds to a slice.
    weighted_steps
        The same for cells times weights; the last column is for the weights themselves.
    minimum, maximum
        (q,) of z.
    """

    shift: FloatArray
    factor: FloatArray
    steps: FloatArray
    weighted_steps: FloatArray
    minimum: FloatArray
    maximum: FloatArray

    @classmethod
    def of(cls, rows: Rows, n_slices: int) -> _Grid:
        minimum, maximum = _extremes(rows)
        shift = exact_shift(minimum, maximum)
        reach = _power_above(np.maximum(np.abs(minimum - shift), np.abs(maximum - shift)))
        factor = np.where((reach > _ORDINARY) | (reach < 1.0 / _ORDINARY), 1.0 / reach, 1.0)
        heaviest = 1.0 if rows.weights is None else _power_above(np.array(rows.weights.max()))
        sizes = 1.5 * 2.0 ** (52 - _SLICE_BITS * np.arange(1.0, n_slices))[:, None]
        weighted = np.append(reach * factor, 1.0) * heaviest
        return cls(shift, factor, sizes * (reach * factor), sizes * weighted, minimum, maximum)

    @property
    def n_slices(self) -> int:
        """How many slices there are."""
        return len(self.steps) + 1

    def collected(self, total: DoubleDouble, rows: Rows) -> ExtendedSums:
        """Add up the products of slices, the smallest first."""
        q = rows.n_columns
        left = q if rows.weights is None else q + 1
        second, first = DoubleDouble.zeros((q, q)), DoubleDouble.zeros(q)
        weight_sum = DoubleDouble.of(np.array(float(rows.n_rows) if rows.weights is None else 0.0))
        for i in reversed(range(self.n_slices)):
            own = total[i * left : i * left + q]
            for j in reversed(range(self.n_slices)):
                second = second + own[:, j * q : (j + 1) * q]
            first = first + own[:, -1]
            if rows.weights is not None:
                weight_sum = weight_sum + total[i * left + q, -1]
        back = 1.0 / self.factor
        second = DoubleDouble(second.high * back * back[:, None], second.low * back * back[:, None])
        first = DoubleDouble(first.high * back, first.low * back)
        rounding = EXTENDED_ROUNDING if self.n_slices == MANY_SLICES else LONG_ROUNDING
        return ExtendedSums(rows.n_rows, weight_sum, self.shift, first, second, self.minimum, self.maximum, rounding)


def _extremes(rows: Rows) -> tuple[FloatArray, FloatArray]:
    low = np.concatenate([array.min(axis=0) for array in rows.arrays]).astype(np.float64)
    return low, np.concatenate([array.max(axis=0) for array in rows.arrays]).astype(np.float64)


def exact_shift(minimum: FloatArray, maximum: FloatArray) -> FloatArray:
    """Return a shift that every cell is near enough to for an exact difference (Sterbenz), or zero."""
    return np.where(lies_far(minimum, maximum), minimum / 2.0 + maximum / 2.0, 0.0)


def lies_far(minimum: FloatArray, maximum: FloatArray) -> BoolArray:
    """Tell which columns lie far from zero: of one sign, the largest cell at most three times the smallest."""
    sizes = np.abs(minimum), np.abs(maximum)
    far: BoolArray = (np.sign(minimum) == np.sign(maximum)) & (np.maximum(*sizes) <= 3.0 * np.minimum(*sizes))
    return far


def _power_above(size: FloatArray) -> FloatArray:
    """Return the power of two at or above each size; 1 for zero."""
    mantissa, exponent = np.frexp(size)
    return np.where(size > 0.0, np.ldexp(np.where(np.isfinite(mantissa), 1.0, np.nan), exponent), 1.0)


def _added(total: DoubleDouble, products: FloatArray) -> DoubleDouble:
    high, error = two_sum(total.high, products)
    return DoubleDouble(high, total.low + error)


def _block_products(rows: Rows, grid: _Grid) -> Iterator[FloatArray]:
    """Yield, block by block, the products of all slices (and of a column of ones) with each other."""
    q = rows.n_columns
    length = min(rows.n_rows, _MOST_ROWS, max(_FEWEST_ROWS, _BLOCK_CELLS // max(1, grid.n_slices * q) // 8 * 8))
    space = np.empty((grid.n_slices * q + 1, length))
    for start in range(0, rows.n_rows, length):
        block = rows.part(start, min(start + length, rows.n_rows))
        cut = space[:, : block.n_rows]
        cut[-1] = 1.0
        rest = cut[(grid.n_slices - 1) * q : grid.n_slices * q]
        _load(block, grid, rest)
        if block.weights is None:
            _cut(rest, grid.steps, cut)
            _add_low(block, grid, rest)
            yield cut @ cut.T
        else:
            weighted = _weighted(block, grid, rest)
            _cut(rest, grid.steps, cut)
            _add_low(block, grid, rest)
            yield weighted @ cut.T


def _load(block: Rows, grid: _Grid, columns: FloatArray) -> None:
    at = 0
    for array in block.arrays:
        mine = slice(at, at + array.shape[1])
        if array.dtype == np.float64:
            np.subtract(array.T, grid.shift[mine, None], out=columns[mine])
        else:
            np.copyto(columns[mine], array.T, casting="unsafe")
            columns[mine] -= grid.shift[mine, None]
        at = mine.stop
    if (grid.factor != 1.0).any():
        columns *= grid.factor[:, None]


def _cut(rest: FloatArray, steps: FloatArray, cut: FloatArray) -> None:
    """Take slice after slice off ``rest``, which keeps what is left."""
    width = len(rest)
    for i, step in enumerate(steps):
        piece = cut[i * width : (i + 1) * width]
        np.add(rest, step[:, None], out=piece)
        piece -= step[:, None]
        rest -= piece


def _add_low(block: Rows, grid: _Grid, rest: FloatArray) -> None:
    for j, low in block.low.items():
        rest[j] += low * grid.factor[j]


def _weighted(block: Rows, grid: _Grid, columns: FloatArray) -> FloatArray:
    """Return the slices of the columns times the weights, and of the weights."""
    q = len(columns)
    weights = np.asarray(block.weights)
    cut = np.empty((grid.n_slices * (q + 1), block.n_rows))
    rest = cut[(grid.n_slices - 1) * (q + 1) :]
    rest[:q], rounding = two_product(columns, weights)
    rest[q] = weights
    _cut(rest, grid.weighted_steps, cut)
    rest[:q] += rounding
    for j, low in block.low.items():
        rest[j] += low * grid.factor[j] * weights
    return cut
