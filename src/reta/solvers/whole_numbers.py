"""Which columns hold whole numbers and nothing else: their cells were not rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.precision import EXTENDED_UP_TO

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray

__all__ = ["whole_columns"]

LARGEST = 2.0**64  # of what computers count with; beyond, a number was measured
LARGE = 2.0**47  # from here on, whole extremes tell: other floats of that size have few places after the point
SLACK = 8.0
KNOWN = 0.125  # a sum whose rounding is larger does not tell a whole number from any other


def whole_columns(moments: Moments) -> BoolArray:
    """Tell, from moments alone, which columns hold whole numbers; shape (q,).

    Notes
    -----
    The extremes are whole, and so are the sums of the distances from the smaller one and of their squares, to the last
    of some 30 digits. Cells that were rounded give sums that are not, but for one column in billions. Sums in float64
    do not have the digits; there, and under weights that are not whole, only large numbers are known for whole.
    """
    low, high = moments.minimum, moments.maximum
    whole: BoolArray = (np.rint(low) == low) & (np.rint(high) == high)
    if not whole.any():
        return whole
    size = np.maximum(-low, high)
    whole &= size < LARGEST
    large: BoolArray = whole & (size >= LARGE)
    if moments.rounding > EXTENDED_UP_TO:
        return large
    return large | (whole & _sums_are_whole(moments, np.where(whole, low, 0.0), size))


def _sums_are_whole(moments: Moments, low: FloatArray, size: FloatArray) -> BoolArray:
    squares = DoubleDouble(moments.scatter.diagonal(), moments.scatter_low.diagonal())
    with np.errstate(all="ignore"):
        distance = moments.mean_pair - low
        first = distance * moments.weight_pair
        second = squares + distance * first
        rounding = SLACK * moments.rounding * moments.weight_sum * size
        return _is_whole(first, rounding) & ((rounding * size > KNOWN) | _is_whole(second, rounding * size))


def _is_whole(numbers: DoubleDouble, rounding: FloatArray) -> BoolArray:
    rest = (numbers.high - np.rint(numbers.high)) + numbers.low
    return np.asarray((rounding <= KNOWN) & (np.abs(rest - np.rint(rest)) <= rounding))
