"""The normal equations of a least-squares problem, read off its moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import DataError, UsageError
from reta.solvers.precision import EPS

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray

__all__ = ["NormalEquations", "normal_equations"]

CONSTANT_SPREAD = 32.0 * EPS


@dataclass(frozen=True, slots=True, eq=False)
class NormalEquations:
    """``gram Bᵀ = cross``, whose solution minimises ``Σ w ‖y − b₀ − B x‖²``.

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
    offset_x, offset_y
        Shapes (p,) and (k,), without unit: ``|c| / standard deviation``; zero where that is undefined.
    constant_x, constant_y
        Shapes (p,) and (k,): columns that do not vary about their center.
    """

    gram: FloatArray
    cross: FloatArray
    total: FloatArray
    center_x: FloatArray
    center_y: FloatArray
    offset_x: FloatArray
    offset_y: FloatArray
    constant_x: BoolArray
    constant_y: BoolArray


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
    center = moments.mean if fit_intercept else np.zeros_like(moments.mean)
    constant = _constant_columns(moments) if fit_intercept else _zero_columns(moments)
    squares = _squares(moments, center, constant)
    offset = _offsets(squares, center, moments.weight_sum)
    p = moments.n_features
    return NormalEquations(
        gram=squares[:p, :p],
        cross=squares[:p, p:],
        total=squares[p:, p:],
        center_x=center[:p],
        center_y=center[p:],
        offset_x=offset[:p],
        offset_y=offset[p:],
        constant_x=constant[:p],
        constant_y=constant[p:],
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


def _squares(moments: Moments, center: FloatArray, constant: BoolArray) -> FloatArray:
    squares = moments.scatter
    if not center.any():
        squares = squares + moments.weight_sum * np.outer(moments.mean, moments.mean)
    return np.where(constant[:, None] | constant, 0.0, squares) if constant.any() else squares


def _offsets(squares: FloatArray, center: FloatArray, weight_sum: float) -> FloatArray:
    spread = np.sqrt(np.diagonal(squares) / weight_sum)
    return np.divide(np.abs(center), spread, out=np.zeros_like(center), where=spread > 0.0)
