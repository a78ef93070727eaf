"""Products of large matrices of pairs, by slices whose products BLAS forms without rounding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble, two_sum

if TYPE_CHECKING:
    from reta.types import FloatArray, IntArray

__all__ = ["product"]

DIRECT_UP_TO = 1 << 14  # products of entries; below, slicing costs more than it saves
BITS_OF_PAIRS = 112
BITS_OF_FLOATS = 53
MOST_BITS = 23
CELLS_AT_ONCE = 1 << 20  # of the result,
FEWEST_ROWS = 256  # so that BLAS has work, and copies of the slices are worth it


def product(A: DoubleDouble, B: DoubleDouble) -> DoubleDouble:
    """Return the matrix product of (m, r) and (r, n), right to some ``r·2⁻¹⁰⁸ · max|row| · max|column|``.

    Parameters
    ----------
    A, B
        Pairs. The rows of A, and the columns of B, have entries of a like size, or such that the largest of them sets
        the size of the error; where small entries count by themselves, ``DoubleDouble.matmul`` keeps them.

    Notes
    -----
    Every row of A and column of B, scaled to at most 1, is cut into L slices of b bits on a common grid. Products of
    slices, summed over r and over the pairs of slices of the same weight, fit into 53 bits: BLAS makes no error,
    whatever its order. Of ``L²`` products those above ``2⁻ᵇᴸ`` are formed, 15 as a rule, in L multiplications.

    References
    ----------
    K. Ozaki, T. Ogita, S. Oishi and S. M. Rump, "Error-free transformations of matrix multiplication by using fast
    routines of matrix multiplication and its applications", Numerical Algorithms 59, 2012.
    """
    m, r = A.shape
    n = B.shape[1]
    if m * r * n <= DIRECT_UP_TO or min(m, n) == 0:
        return A.matmul(B)
    bits, count = _grid(r)
    right, of_columns = _slices(B.T, bits, count)
    result = DoubleDouble(np.empty((m, n)), np.empty((m, n)))
    step = max(FEWEST_ROWS, CELLS_AT_ONCE // n)
    for start in range(0, m, step):  # by rows, so that the levels of a large product are not there at once
        rows = slice(start, start + step)
        left, of_rows = _slices(A[rows], bits, count)
        total = _summed([_level(left, right, at) for at in range(count)])
        result[rows] = total.times_power(of_rows[:, None] + of_columns)
    return result


def _grid(r: int) -> tuple[int, int]:
    """Return how many bits a slice has, and how many slices there are, so that sums over r are exact."""
    # A slice is at most 2^(b − 1) units: r·L products of two come to at most 2^53 units.
    for bits in range(MOST_BITS, 1, -1):
        count = math.ceil(BITS_OF_PAIRS / bits)
        if r * count <= 2 ** (BITS_OF_FLOATS + 2 - 2 * bits):
            return bits, count
    raise AssertionError("no matrix has 2^49 columns")


def _slices(rows: DoubleDouble, bits: int, count: int) -> tuple[list[FloatArray], IntArray]:
    """Cut each row into slices; return them with the exponents of two by which the rows were divided."""
    _, exponent = np.frexp(np.abs(rows.high).max(axis=1))
    high, low = np.ldexp(rows.high, -exponent[:, None]), np.ldexp(rows.low, -exponent[:, None])
    slices = []
    for at in range(count):
        # Adding 1.5·2^52 units rounds to whole units, in which the largest entry is at most 2^(bits − 1).
        rounder = math.ldexp(1.5, BITS_OF_FLOATS - bits * (at + 1))
        piece = (high + rounder) - rounder
        slices.append(piece)
        high, low = two_sum(high - piece, low)  # the remainder may be smaller than its low part
    return slices, exponent


def _level(left: list[FloatArray], right: list[FloatArray], at: int) -> FloatArray:
    """Return the sum of the products of slices i and j with i + j = at, exactly."""
    A = np.concatenate(left[: at + 1], axis=1)
    B = np.concatenate(right[at::-1], axis=1)
    return np.asarray(A @ B.T)


def _summed(levels: list[FloatArray]) -> DoubleDouble:
    """Add the levels, each smaller than the one before it by the bits of a slice."""
    total, first = two_sum(levels[0], levels[1])
    total, second = two_sum(total, levels[2])
    rest = sum(levels[:2:-1], start=np.zeros_like(total))
    return DoubleDouble(*two_sum(total, first + (second + rest)))
