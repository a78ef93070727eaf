"""Numbers of some 32 digits: unevaluated sums of two floats, array by array.

A number is ``high + low``, ``high`` being the float nearest to it. Sums and products of two floats are exact as such a
pair; those of pairs are right to some 2⁻¹⁰⁴ of their size. About 20 operations a number: for what is small (moments
and what is solved from them), not for rows.

References
----------
T. J. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971.
Y. Hida, X. S. Li and D. H. Bailey, "Algorithms for quad-double precision floating point arithmetic", ARITH-15, 2001.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reta.types import BoolArray, FloatArray, IntArray

    Operand: TypeAlias = "DoubleDouble | FloatArray | float"

__all__ = ["EPS", "DoubleDouble", "two_product", "two_sum", "upper_triangle"]

EPS = 2.0**-104
_SPLITTER = 2.0**27 + 1.0
_AT_ONCE = 1 << 14  # products of a matrix product that are formed together
_SUMMED_AT_ONCE = 1 << 15  # cells of a sum


@dataclass(frozen=True, slots=True, eq=False)
class DoubleDouble:
    """An array of numbers ``high + low``.

    Attributes
    ----------
    high, low
        The same shape; ``|low|`` is at most half a last place of ``high``.

    Examples
    --------
    >>> third = DoubleDouble.of(np.array([1.0])) / 3.0
    >>> (third * 3.0 - 1.0).high.tolist()
    [0.0]
    """

    high: FloatArray
    low: FloatArray
    __array_ufunc__: ClassVar[None] = None  # so that array − pair comes here, not to NumPy

    @classmethod
    def of(cls, values: Operand) -> DoubleDouble:
        """Return floats as they are, and pairs as they are."""
        if isinstance(values, DoubleDouble):
            return values
        high = np.asarray(values, dtype=np.float64)
        return cls(high, np.zeros(high.shape))

    @classmethod
    def of_integers(cls, values: NDArray[Any]) -> DoubleDouble:
        """Return integers of 64 bits without rounding.

        >>> pair = DoubleDouble.of_integers(np.array([2**60 + 1]))
        >>> pair.high.tolist(), pair.low.tolist()
        ([1.152921504606847e+18], [1.0])
        """
        upper, lower = values >> values.dtype.type(32), values & values.dtype.type(2**32 - 1)
        return cls(*two_sum(upper.astype(np.float64) * 2.0**32, lower.astype(np.float64)))

    @classmethod
    def zeros(cls, shape: int | tuple[int, ...]) -> DoubleDouble:
        """Return zeros."""
        return cls(np.zeros(shape), np.zeros(shape))

    @classmethod
    def where(cls, condition: BoolArray, chosen: DoubleDouble, other: DoubleDouble) -> DoubleDouble:
        """Return the numbers of one or the other, as ``np.where`` does."""
        return cls(np.where(condition, chosen.high, other.high), np.where(condition, chosen.low, other.low))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of both parts."""
        return self.high.shape

    @property
    def T(self) -> DoubleDouble:  # noqa: N802 - NumPy's name for it
        """Transposed."""
        return DoubleDouble(self.high.T, self.low.T)

    def __len__(self) -> int:
        return len(self.high)

    def __getitem__(self, index: Any) -> DoubleDouble:
        return DoubleDouble(self.high[index], self.low[index])

    def __setitem__(self, index: Any, values: DoubleDouble) -> None:
        self.high[index], self.low[index] = values.high, values.low

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def __abs__(self) -> DoubleDouble:
        sign = np.where(self.high < 0.0, -1.0, 1.0)
        return DoubleDouble(self.high * sign, self.low * sign)

    def __add__(self, other: Operand) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            high, error = two_sum(self.high, np.asarray(other, dtype=np.float64))
            return DoubleDouble(*_renormalised(high, error + self.low))
        return _sum_of(self, other.high, other.low)

    __radd__ = __add__

    def add(self, more: FloatArray) -> None:
        """Add floats of the same shape in place, some rows at a time."""
        step = max(1, _SUMMED_AT_ONCE * len(self) // max(1, self.high.size))
        for start in range(0, len(self), step):
            rows = slice(start, start + step)
            self[rows] = self[rows] + more[rows]

    def __sub__(self, other: Operand) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            return self + -np.asarray(other, dtype=np.float64)
        return _sum_of(self, other.high, other.low, -1.0)

    def __rsub__(self, other: Operand) -> DoubleDouble:
        return -self + other

    def __mul__(self, other: Operand) -> DoubleDouble:
        if not isinstance(other, DoubleDouble):
            other = np.asarray(other, dtype=np.float64)
            high, error = two_product(self.high, other)
            return DoubleDouble(*_renormalised(high, error + self.low * other))
        high, error = two_product(self.high, other.high)
        return DoubleDouble(*_renormalised(high, error + (self.high * other.low + self.low * other.high)))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> DoubleDouble:
        divisor = other.high if isinstance(other, DoubleDouble) else np.asarray(other, dtype=np.float64)
        first = self.high / divisor
        product, error = two_product(first, divisor)
        rest = (self.high - product) - error + self.low
        if isinstance(other, DoubleDouble):
            rest = rest - first * other.low
        return DoubleDouble(*_renormalised(first, rest / divisor))

    def __rtruediv__(self, other: Operand) -> DoubleDouble:
        return DoubleDouble.of(other) / self

    def sqrt(self) -> DoubleDouble:
        """Return the square roots; zero of zero."""
        root = np.sqrt(self.high)
        rest = (self - DoubleDouble(*two_product(root, root))).high
        return DoubleDouble(*_renormalised(root, np.divide(rest, 2.0 * root, out=np.zeros_like(root), where=root > 0)))

    def sum(self, axis: int = 0) -> DoubleDouble:
        """Return sums along an axis, halves added to halves."""
        axis %= self.high.ndim
        order = (axis, *range(axis), *range(axis + 1, self.high.ndim))
        return _added_up(self.high.transpose(order), self.low.transpose(order))

    def matmul(self, other: DoubleDouble) -> DoubleDouble:
        """Return the matrix product of (m, r) and (r, n), some 30·m·r·n operations."""
        if len(self) * len(other) * other.shape[1] <= _AT_ONCE:
            left, right = self.high.T[:, :, None], other.high[:, None]
            high, error = two_product(left, right)
            return _added_up(high, error + (left * other.low[:, None] + self.low.T[:, :, None] * right))
        total = DoubleDouble.zeros((len(self), other.shape[1]))
        for j in range(len(other)):
            total = total + self[:, j, None] * other[None, j]
        return total

    def less(self, other: DoubleDouble) -> FloatArray:
        """Return the difference as floats: right to their last place, but for some 2⁻¹⁰⁵ of the larger of both."""
        return np.asarray((self.high - other.high) + (self.low - other.low))

    def minus_outer(self, a: DoubleDouble, b: DoubleDouble) -> DoubleDouble:
        """Return this matrix less ``a bᵀ``, right to some 2⁻¹⁰⁴ of the larger of both."""
        left, right = a.high[:, None], b.high
        product, left_out = two_product(left, right)
        rest, error = two_sum(self.high, -product)
        left_out += left * b.low + a.low[:, None] * right
        return DoubleDouble(*_renormalised(rest, error + (self.low - left_out)))

    def mirrored(self) -> DoubleDouble:
        """Return the symmetric matrix that has the upper triangle of this one."""
        upper = upper_triangle(len(self.high))
        return DoubleDouble(*(np.where(upper, part, part.T) for part in (self.high, self.low)))

    def beside(self, other: DoubleDouble) -> DoubleDouble:
        """Return the columns of this matrix and those of another."""
        both = (self.high, other.high), (self.low, other.low)
        return DoubleDouble(*(np.concatenate(parts, axis=1) for parts in both))

    def times_power(self, exponent: IntArray) -> DoubleDouble:
        """Return the same times two to that power, exactly as long as it stays within the range of floats."""
        low = np.ldexp(self.low, exponent) if self.low.any() else np.zeros(self.low.shape)
        return DoubleDouble(np.ldexp(self.high, exponent), low)

    def rounded(self) -> FloatArray:
        """Return the nearest floats."""
        return self.high + self.low


@lru_cache(maxsize=8)
def upper_triangle(size: int) -> BoolArray:
    """Return where row ≤ column, shape (size, size)."""
    return np.tri(size, dtype=np.bool_).T


def two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``a + b`` rounded, and what the rounding left out, exactly (Knuth)."""
    total = a + b
    b_kept = total - a
    return total, (a - (total - b_kept)) + (b - b_kept)


def two_product(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``a · b`` rounded, and what the rounding left out, exactly (Dekker); for sizes from 1e-140 to 1e290."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _halves(a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split into 26 and 27 bits (Veltkamp)."""
    spread = _SPLITTER * a
    high = spread - (spread - a)
    return high, a - high


def _sum_of(pair: DoubleDouble, more: FloatArray, more_low: FloatArray, sign: float = 1.0) -> DoubleDouble:
    """Return ``pair + sign · more``; of large matrices some rows at a time, so that what is on the way stays small."""
    shape = pair.high.shape
    if pair.high.size <= _SUMMED_AT_ONCE or len(shape) != 2 or more.shape != shape:
        return _small_sum(pair, more, more_low, sign)
    total = DoubleDouble(np.empty(shape), np.empty(shape))
    step = max(1, _SUMMED_AT_ONCE // shape[1])
    for start in range(0, shape[0], step):
        rows = slice(start, start + step)
        total[rows] = _small_sum(pair[rows], more[rows], more_low[rows], sign)
    return total


def _small_sum(pair: DoubleDouble, more: FloatArray, more_low: FloatArray, sign: float) -> DoubleDouble:
    if sign < 0.0:
        more, more_low = -more, -more_low
    high, error = two_sum(pair.high, more)
    low, rest = two_sum(pair.low, more_low)
    high, error = _renormalised(high, error + low)
    return DoubleDouble(*_renormalised(high, error + rest))


def _added_up(high: FloatArray, low: FloatArray) -> DoubleDouble:
    """Return the sums of pairs along the first axis; ``low`` may exceed half a last place a few times."""
    if not len(high):
        return DoubleDouble.zeros(high.shape[1:])
    while len(high) > 1:
        half, odd = divmod(len(high), 2)
        total, error = two_sum(high[:half], high[half : 2 * half])
        left_out = low[:half] + low[half : 2 * half] + error
        high = np.concatenate([total, high[-1:]]) if odd else total
        low = np.concatenate([left_out, low[-1:]]) if odd else left_out
    return DoubleDouble(*_renormalised(high[0], low[0]))


def _renormalised(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same sum with ``low`` within half a last place; ``|high| ≥ |low|`` (Dekker)."""
    total = high + low
    return total, low - (total - high)
