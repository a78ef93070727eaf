"""The normal equations of a least-squares problem, read off its moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.moment.slices import lies_far
from reta.solvers.precision import EPS, EXTENDED_UP_TO, sum_roundings

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["NormalEquations", "normal_equations"]

CONSTANT_SPREAD = 32.0 * EPS


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """``gram Bᵀ = cross``, whose solution minimises ``Σ w ‖y − b₀ − B x‖²``, in pairs of floats.

    Column j is measured in units of ``2**exponent_j``, so that its norm is between 1 and 2: no digit is lost by it, and
    nothing on the way overflows.

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
        c, shape (p,), and d, shape (k,): the means, or zero without an intercept.
    offset_x, offset_y
        Shapes (p,) and (k,), without unit: ``|c| / standard deviation``; zero where that is undefined.
    noise_x, noise_y
        Shapes (p,) and (k,), without unit: the entry of columns i and j is off by at most ``noise_i · noise_j`` times
        their norms.
    constant_x, constant_y
        Shapes (p,) and (k,): columns that do not vary about their center.
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
    offset_x: FloatArray
    offset_y: FloatArray
    noise_x: FloatArray
    noise_y: FloatArray
    constant_x: BoolArray
    constant_y: BoolArray
    fit_intercept: bool


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
    center = moments.mean_pair if fit_intercept else DoubleDouble.zeros(len(moments.mean))
    constant = _constant_columns(moments) if fit_intercept else _zero_columns(moments)
    squares = _squares(moments, constant, about_mean=fit_intercept)
    variance = np.diagonal(squares.high) / moments.weight_sum
    offset, noise = _offsets(variance, center.high), _noise(moments, variance)
    exponent = _units(np.diagonal(squares.high))
    squares = squares.times_power(-(exponent[:, None] + exponent))
    p = moments.n_features
    return NormalEquations(
        exponent_x=exponent[:p],
        exponent_y=exponent[p:],
        gram=squares[:p, :p],
        cross=squares[:p, p:],
        total=squares[p:, p:],
        center_x=center[:p],
        center_y=center[p:],
        offset_x=offset[:p],
        offset_y=offset[p:],
        noise_x=noise[:p],
        noise_y=noise[p:],
        constant_x=constant[:p],
        constant_y=constant[p:],
        fit_intercept=fit_intercept,
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


def _constant_columns(moments: Moments) -> BoolArray:
    """Tell which columns vary by no more than the rounding of their mean."""
    spread = np.sqrt(np.diagonal(moments.scatter) / moments.weight_sum)
    return np.asarray((moments.minimum == moments.maximum) | (spread <= CONSTANT_SPREAD * np.abs(moments.mean)))


def _zero_columns(moments: Moments) -> BoolArray:
    return np.asarray((moments.minimum == 0.0) & (moments.maximum == 0.0))


def _squares(moments: Moments, constant: BoolArray, *, about_mean: bool) -> DoubleDouble:
    squares = moments.scatter_pair
    if not about_mean:
        mean = moments.mean_pair
        squares = (squares + (mean * moments.weight_pair)[:, None] * mean[None, :]).mirrored()
    if not constant.any():
        return squares
    left_out = constant[:, None] | constant
    return DoubleDouble(np.where(left_out, 0.0, squares.high), np.where(left_out, 0.0, squares.low))


def _units(square: FloatArray) -> IntArray:
    """Return the exponents of two, shape (q,), that leave of each norm a number from 1 up to 2."""
    _, exponent = np.frexp(square)
    return np.where(square > 0.0, (exponent - 1) // 2, 0)


def _offsets(variance: FloatArray, center: FloatArray) -> FloatArray:
    spread = np.sqrt(variance)
    return np.divide(np.abs(center), spread, out=np.zeros_like(center), where=spread > 0.0)


def _noise(moments: Moments, variance: FloatArray) -> FloatArray:
    """Return the root of the rounding of each column's square, relative to that square.

    Sums in float64 are about a shift within a standard deviation of the mean. Those in extended precision are about
    zero unless all cells are of one sign and size, and right relative to the largest distance from there; merging is
    right relative to the mean.
    """
    if moments.rounding > EXTENDED_UP_TO:
        return np.full(len(variance), np.sqrt(moments.rounding * sum_roundings(moments.n_samples)))
    low, high = moments.minimum, moments.maximum
    reach = np.where(lies_far(low, high), high - low, np.maximum(np.abs(low), np.abs(high))) ** 2
    share = np.divide(reach, variance, out=np.ones_like(reach), where=(variance > 0.0) & (reach > variance))
    return np.asarray(np.sqrt(moments.rounding * (share + _offsets(variance, moments.mean))))
