"""The normal equations of a least-squares problem, read off its moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import share_of
from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.moment.slices import lies_far
from reta.moment.sums import LONG_ROUNDING, sum_roundings
from reta.solvers.precision import EPS
from reta.solvers.whole_numbers import whole_columns

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["NormalEquations", "normal_equations", "of_rounded_cells"]

CONSTANT_RANGE = 32.0 * EPS
LARGEST_CELL_NOISE = 0.25  # a column that varies is more than the rounding of its cells


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """``gram Bᵀ = cross``, whose solution minimises ``Σ w ‖y − b₀ − B x‖²``, in pairs of floats.

    Column j is measured in units of ``2**exponent_j``, so that its norm is near 1: no digit is lost by it, and nothing
    on the way overflows.

    Attributes
    ----------
    exponent_x, exponent_y
        Shapes (p,) and (k,): the units of features and targets, times √weight.
    gram
        Shape (p, p): Σ w (x−c)(x−c)ᵀ, in these units. Rows and columns of constant features are zero.
    cross
        Shape (p, k): Σ w (x−c)(y−d)ᵀ, in these units.
    total
        Shape (k, k): Σ w (y−d)(y−d)ᵀ, in these units.
    center_x, center_y
        c, shape (p,), and d, shape (k,), in units of ``2**exponent``: the means, or zero without an intercept.
    weight_sum
        Σ w.
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
        Shape (k,), in units of ``2**exponent``: the largest cell less the smallest.
    fit_intercept
        Whether the centers are the means.
    """

    exponent_x: IntArray
    exponent_y: IntArray
    gram: DoubleDouble
    cross: DoubleDouble
    total: DoubleDouble
    center_x: DoubleDouble
    center_y: DoubleDouble
    weight_sum: float
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
    fit_intercept: bool

    @property
    def signed_offset_x(self) -> FloatArray:
        """``mean / standard deviation``, shape (p,)."""
        return np.copysign(self.offset_x, self.center_x.high)


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
    exponent = _units(moments, about_mean=fit_intercept)
    squares = moments.scatter_pair.times_power(-(exponent[:, None] + exponent))
    center = moments.mean_pair.times_power(-exponent)
    if not fit_intercept:
        squares = (squares + (center * moments.weight_pair)[:, None] * center[None, :]).mirrored()
        center = DoubleDouble.zeros(len(exponent))
    variance = squares.high.diagonal() / moments.weight_sum
    offset = share_of(np.abs(center.high), np.sqrt(variance), of_nothing=0.0)
    cells = np.minimum(EPS * (1.0 + offset), LARGEST_CELL_NOISE) * ~whole
    noise = _noise(moments, exponent, variance)
    if not fit_intercept:
        noise = noise * np.sqrt(2.0)
    squares = _without(squares, constant)
    p = moments.n_features
    return NormalEquations(
        exponent_x=exponent[:p],
        exponent_y=exponent[p:],
        gram=squares[:p, :p],
        cross=squares[:p, p:],
        total=squares[p:, p:],
        center_x=center[:p],
        center_y=center[p:],
        weight_sum=moments.weight_sum,
        offset_x=offset[:p],
        offset_y=offset[p:],
        noise_x=noise[:p],
        noise_y=noise[p:],
        pair_noise=_pair_noise(moments.rounding),
        cells_x=cells[:p],
        cells_y=cells[p:],
        constant_x=constant[:p],
        constant_y=constant[p:],
        single_x=single[:p],
        single_y=single[p:],
        range_y=np.ldexp(moments.maximum[p:], -exponent[p:]) - np.ldexp(moments.minimum[p:], -exponent[p:]),
        fit_intercept=fit_intercept,
    )


def of_rounded_cells(equations: NormalEquations, moments: Moments) -> NormalEquations:
    """Return the same with the noise of cells that were rounded to float64, each by half its last place at most.

    A column is then off by ``2⁻⁵³ · largest cell / standard deviation`` of its norm, its products with others by the
    sum of both; distances from zero of that size, and means in float64, tell the bounds as much.
    """
    size = np.maximum(-moments.minimum, moments.maximum)
    exponent = np.append(equations.exponent_x, equations.exponent_y)
    norms = np.append(equations.gram.high.diagonal(), equations.total.high.diagonal())
    largest = np.ldexp(size, -exponent)
    far = share_of(largest, np.sqrt(norms / equations.weight_sum), of_nothing=0.0)
    p = moments.n_features
    return replace(
        equations,
        offset_x=far[:p],
        offset_y=far[p:],
        pair_noise=max(equations.pair_noise, EPS),
        single_y=np.zeros_like(equations.single_y),
        range_y=np.maximum(equations.range_y, EPS * largest[p:]),
    )


def _require_rows(moments: Moments) -> None:
    if moments.n_targets == 0:
        raise UsageError("there is no target to fit: name one with --targets, or select(targets=…)")
    if moments.n_samples == 0 or not moments.weight_sum > 0.0:
        raise DataError("there are no rows to fit: at least one row with a positive weight is needed")


def _require_finite(moments: Moments) -> None:
    finite = np.isfinite(moments.mean) & np.isfinite(moments.scatter.diagonal())
    if not finite.all():
        name = (*moments.features, *moments.targets)[int(np.argmin(finite))]
        raise DataError(f"`{name}` holds NaN or infinity: mend or drop these rows, nothing can be estimated from them")


def _constant_columns(moments: Moments, whole: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Tell which columns hold one value, and which vary by no more than the rounding of their cells.

    Whole numbers are not rounded: they vary where they do.
    """
    single = moments.scatter.diagonal() == 0.0
    low, high = moments.minimum, moments.maximum
    close = high / 2.0 - low / 2.0 <= CONSTANT_RANGE / 2.0 * np.maximum(-low, high)
    return single, single | (close & ~whole)


def _zero_columns(moments: Moments) -> tuple[BoolArray, BoolArray]:
    zero = (moments.minimum == 0.0) & (moments.maximum == 0.0)
    return zero, zero


def _units(moments: Moments, *, about_mean: bool) -> IntArray:
    """Return the exponents of two, shape (q,), that leave of each norm a number near 1; of a constant, of its size."""
    square = moments.scatter.diagonal()
    of_mean = np.frexp(moments.mean)[1]
    of_norm = np.where(square > 0.0, (np.frexp(square)[1] - 1) // 2, of_mean)
    return of_norm if about_mean else np.maximum(of_norm, of_mean + np.frexp(moments.weight_sum)[1] // 2)


def _without(squares: DoubleDouble, constant: BoolArray) -> DoubleDouble:
    if not constant.any():
        return squares
    left_out = constant[:, None] | constant
    return DoubleDouble(np.where(left_out, 0.0, squares.high), np.where(left_out, 0.0, squares.low))


def _noise(moments: Moments, exponent: IntArray, variance: FloatArray) -> FloatArray:
    """Return the root of the rounding of each column's square, relative to that square.

    Sums in float64 are about a shift within a standard deviation of the mean. Those in extended precision are about
    zero unless all cells are of one sign and size, and right relative to the largest distance from there.
    """
    if moments.rounding >= EPS:
        return np.full(len(variance), np.sqrt(moments.rounding * sum_roundings(moments.n_samples)))
    low, high = np.ldexp(moments.minimum, -exponent), np.ldexp(moments.maximum, -exponent)
    size = np.maximum(-low, high)  # the larger of both without their signs
    reach = np.square(np.where(lies_far(low, high), high - low + EPS * size, size))  # rounded extremes of integers
    share = np.maximum(share_of(reach, variance, of_nothing=1.0), 1.0)
    return np.asarray(np.sqrt(moments.rounding * share))


def _pair_noise(rounding: float) -> float:
    """Return the rounding of means and of merging, which are pairs of floats however rows were summed."""
    return rounding if rounding < EPS else LONG_ROUNDING * rounding / EPS
