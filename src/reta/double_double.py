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
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

    Operand: TypeAlias = "DoubleDouble | FloatArray | float"

__all__ = ["EPS", "DoubleDouble", "two_product", "two_sum"]

EPS = 2.0**-104
_SPLITTER = 2.0**27 + 1.0
_AT_ONCE = 1 << 14  # products of a matrix product that are formed together


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
        return cls(high, np.zeros_like(high))

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
        other = DoubleDouble.of(other)
        high, error = two_sum(self.high, other.high)
        low, rest = two_sum(self.low, other.low)
        high, error = _renormalised(high, error + low)
        return DoubleDouble(*_renormalised(high, error + rest))

    __radd__ = __add__

    def __sub__(self, other: Operand) -> DoubleDouble:
        return self + -DoubleDouble.of(other)

    def __rsub__(self, other: Operand) -> DoubleDouble:
        return -self + other

    def __mul__(self, other: Operand) -> DoubleDouble:
        other = DoubleDouble.of(other)
        high, error = two_product(self.high, other.high)
        return DoubleDouble(*_renormalised(high, error + (self.high * other.low + self.low * other.high)))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> DoubleDouble:
        other = DoubleDouble.of(other)
        first = self.high / other.high
        rest = self - other * first
        return DoubleDouble(*_renormalised(first, rest.high / other.high))

    def __rtruediv__(self, other: Operand) -> DoubleDouble:
        return DoubleDouble.of(other) / self

    def sqrt(self) -> DoubleDouble:
        """Return the square roots; zero of zero."""
        root = np.sqrt(self.high)
        rest = (self - DoubleDouble(*two_product(root, root))).high
        return DoubleDouble(*_renormalised(root, np.divide(rest, 2.0 * root, out=np.zeros_like(root), where=root > 0)))

    def sum(self, axis: int = 0) -> DoubleDouble:
        """Return sums along an axis, halves added to halves."""
        high, low = np.moveaxis(self.high, axis, 0), np.moveaxis(self.low, axis, 0)
        if not len(high):
            return DoubleDouble.zeros(high.shape[1:])
        while len(high) > 1:
            half, odd = divmod(len(high), 2)
            total, error = two_sum(high[:half], high[half : 2 * half])
            left_out = low[:half] + low[half : 2 * half] + error
            high = np.concatenate([total, high[-odd:]]) if odd else total
            low = np.concatenate([left_out, low[-odd:]]) if odd else left_out
        return DoubleDouble(*_renormalised(high[0], low[0]))

    def matmul(self, other: DoubleDouble) -> DoubleDouble:
        """Return the matrix product of (m, r) and (r, n), some 30·m·r·n operations."""
        if len(self) * len(other) * other.shape[1] <= _AT_ONCE:
            return (self[:, :, None] * other[None]).sum(axis=1)
        total = DoubleDouble.zeros((len(self), other.shape[1]))
        for j in range(len(other)):
            total = total + self[:, j, None] * other[None, j]
        return total

    def mirrored(self) -> DoubleDouble:
        """Return the symmetric matrix that has the upper triangle of this one."""
        return DoubleDouble(*(np.triu(part) + np.triu(part, 1).T for part in (self.high, self.low)))

    def rounded(self) -> FloatArray:
        """Return the nearest floats."""
        return self.high + self.low


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


def _renormalised(high: FloatArray, low: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same sum with ``low`` within half a last place; ``|high| ≥ |low|`` (Dekker)."""
    total = high + low
    return total, low - (total - high)
