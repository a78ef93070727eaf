"""The normal equations of a least-squares problem, read off its moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.moment.slices import lies_far
from reta.moment.sums import LONG_ROUNDING
from reta.solvers.precision import EPS, sum_roundings
from reta.solvers.whole_numbers import whole_columns

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["NormalEquations", "normal_equations"]

CONSTANT_RANGE = 32.0 * EPS
LARGEST_CELL_NOISE = 0.25  # a column that varies is more than the rounding of its cells


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """``gram Bᵀ = cross``, whose solution minimises ``Σ w ‖y − b₀ − B x‖²``, in pairs of floats.

    Every column is in a unit of its own, a power of two near its spread, and so are the weights: no product of any of
    these numbers leaves the range of floats, and nothing is rounded on the way there and back.

    Attributes
    ----------
    gram
        Shape (p, p): Σ w (x−c)(x−c)ᵀ, in feature² × weight. Rows and columns of constant features are zero.
    cross
        Shape (p, k): Σ w (x−c)(y−d)ᵀ.
    total
        Shape (k, k): Σ w (y−d)(y−d)ᵀ.
    center_x, center_y
        c, shape (p,), and d, shape (k,): the means, or zero without an intercept.
    weight_sum
        Σ w.
    exponent_x, exponent_y, exponent_w
        Shapes (p,), (k,) and (): a column's unit is 2 to that power, and the unit of weights 2 to twice the last.
    offset_x, offset_y
        Shapes (p,) and (k,), without unit: ``|c| / standard deviation``; zero where that is undefined.
    noise_x, noise_y
        Shapes (p,) and (k,), without unit: of the sums, the entry of columns i and j is off by at most
        ``noise_i · noise_j`` times their norms.
    pair_noise
        Without unit, of merging: that entry is off by ``pair_noise · (offset_i + offset_j)`` besides, and a mean by
        ``pair_noise`` of itself.
    cells_x, cells_y
        Shapes (p,) and (k,), without unit: rounding of the cells, as a share of the standard deviation; zero in columns
        of whole numbers, which were not rounded.
    constant_x, constant_y
        Shapes (p,) and (k,): columns that do not vary about their center, by more than the rounding of their cells.
    single_x, single_y
        Shapes (p,) and (k,): those of them that hold one value and no other.
    range_y
        Shape (k,): the largest cell less the smallest.
    """

    gram: DoubleDouble
    cross: DoubleDouble
    total: DoubleDouble
    center_x: DoubleDouble
    center_y: DoubleDouble
    weight_sum: float
    exponent_x: IntArray
    exponent_y: IntArray
    exponent_w: int
    offset_x: FloatArray
    offset_y: FloatArray
    noise_x: FloatArray
    noise_y: FloatArray
    pair_noise: float
    cells_x: FloatArray
    cells_y: FloatArray
    constant_x: BoolArray
    constant_y: BoolArray
    single_x: BoolArray
    single_y: BoolArray
    range_y: FloatArray


def normal_equations(moments: Moments, *, fit_intercept: bool = True) -> NormalEquations:
    """Return the normal equations of all targets of ``moments``.

    Parameters
    ----------
    moments
        With at least one row and one target.
    fit_intercept
        Whether squares are taken about the mean or about zero.

    Raises
    ------
    UsageError
        There is no target.
    DataError
        There is no row, or a column holds NaN or infinity.
    """
    _require_rows(moments)
    _require_finite(moments)
    whole = whole_columns(moments)
    single, constant = _constant_columns(moments, whole) if fit_intercept else _zero_columns(moments)
    unit, unit_of_weight = _units(moments, about_mean=fit_intercept)
    mean = _scaled(moments.mean_pair, -unit)
    weight_sum = _scaled(moments.weight_pair, np.asarray(-2 * unit_of_weight))
    squares = _scaled(moments.scatter_pair, -unit[:, None] - unit - 2 * unit_of_weight)
    if not fit_intercept:
        squares = (squares + (mean * weight_sum)[:, None] * mean[None, :]).mirrored()
    variance = np.diagonal(squares.high) / weight_sum.high
    center = mean if fit_intercept else DoubleDouble.zeros(len(unit))
    offset = _shares(np.abs(center.high), np.sqrt(variance))
    cells = np.where(whole, 0.0, np.minimum(EPS * (1.0 + offset), LARGEST_CELL_NOISE))
    noise = _noise(moments, unit, variance) * (1.0 if fit_intercept else np.sqrt(2.0))
    p = moments.n_features
    x, y = slice(None, p), slice(p, None)
    squares = _without(squares, constant)
    return NormalEquations(
        gram=squares[x, x],
        cross=squares[x, y],
        total=squares[y, y],
        center_x=center[x],
        center_y=center[y],
        weight_sum=float(weight_sum.high),
        exponent_x=unit[x],
        exponent_y=unit[y],
        exponent_w=unit_of_weight,
        offset_x=offset[x],
        offset_y=offset[y],
        noise_x=noise[x],
        noise_y=noise[y],
        pair_noise=_pair_noise(moments.rounding),
        cells_x=cells[x],
        cells_y=cells[y],
        constant_x=constant[x],
        constant_y=constant[y],
        single_x=single[x],
        single_y=single[y],
        range_y=np.ldexp(moments.maximum / 2.0 - moments.minimum / 2.0, 1 - unit)[y],
    )


def _require_rows(moments: Moments) -> None:
    if moments.n_targets == 0:
        raise UsageError("there is no target to fit: name one with --targets, or select(targets=…)")
    if moments.n_samples == 0 or not moments.weight_sum > 0.0:
        raise DataError("there are no rows to fit: at least one row with a positive weight is needed")


def _require_finite(moments: Moments) -> None:
    finite = np.isfinite(moments.mean) & np.isfinite(np.diagonal(moments.scatter))
    if not finite.all():
        name = (*moments.features, *moments.targets)[int(np.argmin(finite))]
        raise DataError(f"`{name}` holds NaN or infinity: mend or drop these rows, nothing can be estimated from them")


def _constant_columns(moments: Moments, whole: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Tell which columns hold one value, and which vary by no more than the rounding of their cells.

    Whole numbers are not rounded: they vary where they do.
    """
    single = np.diagonal(moments.scatter) == 0.0
    size = np.maximum(np.abs(moments.minimum), np.abs(moments.maximum))
    close = moments.maximum / 2.0 - moments.minimum / 2.0 <= CONSTANT_RANGE / 2.0 * size
    return single, single | (close & ~whole)


def _zero_columns(moments: Moments) -> tuple[BoolArray, BoolArray]:
    zero = (moments.minimum == 0.0) & (moments.maximum == 0.0)
    return zero, zero


def _units(moments: Moments, *, about_mean: bool) -> tuple[IntArray, int]:
    """Return exponents of two: of every column's spread (about zero, of its size), and of the root of the weights."""
    of_weights = int(np.frexp(moments.weight_sum)[1])
    squares = np.diagonal(moments.scatter)
    of_mean = np.frexp(moments.mean)[1].astype(np.int64)
    of_spread = (np.frexp(squares)[1].astype(np.int64) - of_weights) // 2
    unit = np.where(squares > 0.0, of_spread, of_mean)
    return unit if about_mean else np.maximum(unit, of_mean), of_weights // 2


def _scaled(numbers: DoubleDouble, exponent: IntArray) -> DoubleDouble:
    """Return numbers times powers of two; what becomes too small for a float is nothing beside the others."""
    exponent = np.asarray(exponent).astype(np.int32)
    return DoubleDouble(np.ldexp(numbers.high, exponent), np.ldexp(numbers.low, exponent))


def _without(squares: DoubleDouble, constant: BoolArray) -> DoubleDouble:
    if not constant.any():
        return squares
    left_out = constant[:, None] | constant
    return DoubleDouble(np.where(left_out, 0.0, squares.high), np.where(left_out, 0.0, squares.low))


def _shares(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _noise(moments: Moments, unit: IntArray, variance: FloatArray) -> FloatArray:
    """Return the root of the rounding of each column's square, relative to that square.

    Sums in float64 are about a shift within a standard deviation of the mean. Those in extended precision are about
    zero unless all cells are of one sign and size, and right relative to the largest distance from there.
    """
    if moments.rounding >= EPS:
        return np.full(len(unit), np.sqrt(moments.rounding * sum_roundings(moments.n_samples)))
    low, high = (np.ldexp(extreme, -unit) for extreme in (moments.minimum, moments.maximum))
    reach = np.where(lies_far(low, high), high - low, np.maximum(np.abs(low), np.abs(high))) ** 2
    share = np.divide(reach, variance, out=np.ones_like(reach), where=(variance > 0.0) & (reach > variance))
    return np.asarray(np.sqrt(moments.rounding * share))


def _pair_noise(rounding: float) -> float:
    """Return the rounding of means and of merging, which are pairs of floats however rows were summed."""
    return rounding if rounding < EPS else LONG_ROUNDING * rounding / EPS
