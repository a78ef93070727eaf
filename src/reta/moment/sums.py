"""Sums about a provisional mean, and their way to mean and scatter."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.double_double import two_sum, upper_triangle

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

__all__ = [
    "EXTENDED_ROUNDING",
    "FLOAT64_ROUNDING",
    "KERNEL_ROUNDING",
    "LONG_ROUNDING",
    "Centred",
    "ShiftedSums",
    "sum_roundings",
]

FLOAT64_ROUNDING = 2.0**-52
EXTENDED_ROUNDING = 2.0**-100  # exact products, sums of 104 bits and more; four bits to spare
LONG_ROUNDING = 2.0**-90  # of long tables, by fewer slices
KERNEL_ROUNDING = (
    2.0**-82
)  # of the compiled kernel: what it leaves out of a block of 64 sums in turn, block after block

_ROUNDINGS_OF_A_PRODUCT = 8.0
_OF_FIRST_SUMS = 0.8  # twice their rounding as a share of that of second sums, for a shift of one standard deviation
_ADDED_IN_TURN = 512  # by BLAS, before it starts a sum anew: 256 to 448 are found
_BLOCK_ROWS = 256  # of the compiled kernel,
_BLOCKS_IN_TURN = 64  # which adds as many blocks one to another


def sum_roundings(n_samples: int) -> float:
    """Bound the rounding of a scatter that was summed in float64, in units of 2⁻⁵² times the norms of two columns.

    Parameters
    ----------
    n_samples
        Rows in the sum, or more.

    Notes
    -----
    An addition errs by half a unit of the sum so far at most. Of random cells these errors cancel, all but a few; where
    cells repeat (a category, a scale of five steps) they do not, and the bound is met up to a factor of two. So it
    counts the additions that one sum makes in turn: those inside BLAS, then those of the kernel's blocks. Sums of
    blocks and of batches are added in pairs of floats. ``Moments.rounding`` tells what the shift costs.
    """
    in_turn = min(n_samples, _ADDED_IN_TURN) + min(n_samples / _BLOCK_ROWS, _BLOCKS_IN_TURN)
    return _ROUNDINGS_OF_A_PRODUCT + in_turn / 2.0


@dataclass(frozen=True, slots=True)
class ShiftedSums:
    """Sums of one pass over rows z with weights w, about a shift c that is near the mean.

    Attributes
    ----------
    n_samples, weight_sum
        Rows of positive weight, and Σ w.
    shift
        c, (q,).
    first
        Σ w (z−c), (q,).
    second
        Σ w (z−c)(z−c)ᵀ, (q, q), symmetric.
    minimum, maximum
        Of z itself, (q,), exact.
    first_low, second_low
        What rounding left out of ``first`` and ``second`` where parts were added up.
    """

    n_samples: int
    weight_sum: float
    shift: FloatArray
    first: FloatArray
    second: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    first_low: FloatArray | float = 0.0
    second_low: FloatArray | float = 0.0

    @classmethod
    def zero(cls, shift: FloatArray) -> ShiftedSums:
        """Of no rows."""
        q = len(shift)
        return cls(0, 0.0, shift, np.zeros(q), np.zeros((q, q)), np.full(q, np.inf), np.full(q, -np.inf))

    def __add__(self, other: ShiftedSums) -> ShiftedSums:
        """Return the sums of both: they have one shift, so this is addition, without rounding however many parts."""
        first, first_low = two_sum(self.first, other.first)
        second, second_low = two_sum(self.second, other.second)
        return ShiftedSums(
            self.n_samples + other.n_samples,
            self.weight_sum + other.weight_sum,
            self.shift,
            first,
            second,
            np.minimum(self.minimum, other.minimum),
            np.maximum(self.maximum, other.maximum),
            self.first_low + other.first_low + first_low,
            self.second_low + other.second_low + second_low,
        )

    def mirrored(self) -> ShiftedSums:
        """Return the same sums with the upper triangle of the products on both sides of the diagonal."""
        upper = upper_triangle(len(self.shift))
        second, low = (np.where(upper, part, part.T) for part in map(np.asarray, (self.second, self.second_low)))
        return replace(self, second=second, second_low=low)

    @property
    def offset(self) -> FloatArray:
        """Mean less shift, (q,)."""
        return (self.first + self.first_low) / self.weight_sum

    @property
    def constant(self) -> BoolArray:
        """Columns that hold one value, (q,); a column with NaN is none, whatever its extremes say."""
        constant: BoolArray = (self.minimum == self.maximum) & np.isfinite(self.first)
        return constant

    @property
    def shift_is_poor(self) -> bool:
        """Whether some shift lies more than a standard deviation from the mean.

        Up to there ``Σ w (z−c)²`` is at most twice the scatter, and the subtraction in ``centred`` costs at most a bit
        or two.
        """
        between = self.offset**2 * self.weight_sum
        within = self.second.diagonal() - between
        return bool(np.any((between > within) & ~self.constant & np.isfinite(between)))

    def centred(self) -> Centred:
        """Mean and scatter. A column of one value gets exactly that mean and a scatter of exactly zero."""
        offset, constant = self.offset, self.constant
        mean, mean_low = two_sum(self.shift, offset)
        scatter = self.second - np.outer(offset, offset) * self.weight_sum + self.second_low
        mean[constant], mean_low[constant] = self.minimum[constant], 0.0
        scatter[constant, :] = 0.0
        scatter[:, constant] = 0.0
        unknown = np.isnan(mean)
        return Centred(
            self.n_samples,
            self.weight_sum,
            mean,
            mean_low,
            scatter,
            np.where(unknown, np.nan, self.minimum),
            np.where(unknown, np.nan, self.maximum),
            0.0,
            np.zeros(scatter.shape),
            FLOAT64_ROUNDING * self._growth(scatter.diagonal()),
        )

    def _growth(self, squares: FloatArray) -> float:
        """Return how much larger than a column's scatter the sums are that it was computed from.

        ``Σ w (z−c)²`` is ``1 + far²`` times the scatter, far being the distance of shift and mean in standard
        deviations; what is subtracted from it, ``far²``, is known to the precision of ``Σ w (z−c)``, of which fewer
        terms are added in turn.
        """
        with np.errstate(all="ignore"):
            far = np.abs(self.offset) / np.sqrt(squares / self.weight_sum)
        farthest = float(np.max(far, initial=0.0, where=np.isfinite(far)))
        return 1.0 + farthest * farthest + _OF_FIRST_SUMS * farthest


@dataclass(frozen=True, slots=True)
class Centred:
    """The numbers of ``Moments`` without their names; see there."""

    n_samples: int
    weight_sum: float
    mean: FloatArray
    mean_low: FloatArray
    scatter: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    weight_sum_low: float
    scatter_low: FloatArray
    rounding: float

    def by_name(self) -> dict[str, Any]:
        """Return the fields as keyword arguments."""
        return {one.name: getattr(self, one.name) for one in fields(self)}
